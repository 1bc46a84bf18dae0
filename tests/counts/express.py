"""How many queries the pages of the public form take: a form that is filled in, kept by the browser of nobody."""

from datetime import timedelta
from typing import Any

from django.test import Client

from hubportal.core import clock
from programmes.models import FormDraft, Offer, PhaseOption, StartQuestion
from programmes.notices.links import contact_path, draft_path, head_token, question_token
from programmes.views.draft import SESSION_KEY
from tests import factories as make
from tests.counts.table import Count
from tests.programmes.express import make_privacy
from tests.world import Side

CONTACT = {"name": "Robin Contact", "email": "robin@hill.example.org", "phone": "01632 960001", "job_title": "Teacher"}
HEAD = {"name": "Jo Head", "email": "head@hill.example.org"}
SAM = {"name": "Sam Teacher", "email": "sam@hill.example.org", "job_title": "Year 3 teacher"}


def _keep(client: Client, data: dict[str, Any]) -> None:
    session = client.session
    session[SESSION_KEY] = ["form"]
    session.save()
    now = clock.now()
    FormDraft.objects.create(key="form", data=data, saved_at=now, kept_until=now + timedelta(days=1))


def _filled_in(client: Client, side: Side) -> None:
    """Every page has its answer; the offer wishes for a teacher with a lead role."""
    privacy = make_privacy()
    school = make.SchoolFactory(authority=side.school.authority)
    Offer.objects.filter(pk=side.offer.pk).update(needs_lead_role=True)
    answers = {
        "programme": {"pairs": [[school.pk, side.offer.pk]]},
        "contact": {**CONTACT, "is_head": False},
        "head": HEAD,
        "teachers1": {"who": "other"},
        "teacher1": SAM,
        "teachers2": {"who": "later"},
        "lead-role": {"holders": ["1"]},
        "message": {"message": ""},
        "agree": {
            "commitments": {str(side.offer.pk): side.offer.commitments_id},
            "privacy": privacy.pk,
            "at": clock.now().isoformat(),
        },
    }
    _keep(client, {"reference": "HP-1", "schools": [school.pk], "answers": answers})


def _with_options(client: Client, side: Side) -> None:
    _filled_in(client, side)
    PhaseOption.objects.create(phase=side.offer.phase, name="Lesson design")


def _sent(client: Client, side: Side) -> None:
    rows = [["HP-1", "Example School", "Good Maths 2026/27"]]
    shown = {"rows": rows, "hubs": ["Hub"], "heads": ["Jo Head"], "email": "robin@hill.example.org"}
    _keep(client, {"sent": {**shown, "is_head": False, "is_light": False}})


def _told(client: Client, side: Side) -> None:
    shown = {"rows": [["", str(side.school), "Development"]], "hubs": ["Hub"], "email": "robin@hill.example.org"}
    _keep(client, {"sent": {**shown, "is_light": True, "told": []}})


def _wishing(client: Client, side: Side) -> None:
    school = make.SchoolFactory(authority=side.school.authority)
    _keep(client, {"kind": "tell", "schools": [school.pk]})


def _starting(client: Client, side: Side) -> None:
    """The school may begin with one phase or go straight to the one that it prepares for."""
    school = make.SchoolFactory(authority=side.school.authority)
    prepares = make.OfferFactory(phase__prepares_for=side.offer.phase, phase__ready_from=1)
    StartQuestion.objects.create(phase=prepares.phase, text="Is maths a priority?")
    _keep(client, {"kind": "apply", "schools": [school.pk], "asks_start": True})


def _form(side: Side) -> list[Any]:
    return ["form"]


def _contact_link(side: Side) -> list[Any]:
    return [contact_path(side.interest, clock.today()).split("/")[-2]]


def _told_link(side: Side) -> list[Any]:
    told = make.LightInterestFactory(school=side.school, hub=side.hub)
    return [contact_path(told, clock.today()).split("/")[-2]]


def _first_place(side: Side) -> list[Any]:
    return ["form", 1]


def _more(side: Side) -> Any:
    make.InterestFactory(school=side.school, offer=side.offer, status="second", duplicate_of=side.interest)
    return make.OfferFactory(), make.SchoolFactory(authority=side.school.authority)


def _applies(client: Client, side: Side) -> None:
    """Somebody who applies for themselves has answered all, at another school of the same offer."""
    Offer.objects.filter(pk=side.offer.pk).update(enrols="persons")
    answers = {"contact": {**CONTACT, "is_head": False}, "head": HEAD}
    make_privacy()
    _keep(client, {"kind": "person", "schools": [side.school.pk], "answers": answers})


def _of_a_form(queries: int, args: Any = _form) -> Count:
    return Count(None, queries, _more, args, before=_filled_in)


TABLE: dict[str, Count] = {
    "express-start": Count(None, 2, _more),
    "express-school": Count(None, 3, _more, query="?q=Example"),
    "express-suggestions": Count(None, 3, _more, query="?q=Example"),
    "express-programme": _of_a_form(9),
    "express-start-point": Count(None, 8, _more, _form, before=_starting),
    "express-wish": Count(None, 6, _more, _form, before=_wishing),
    "express-contact": _of_a_form(4),
    "express-head": _of_a_form(4),
    "express-teachers": _of_a_form(4, _first_place),
    "express-teacher": _of_a_form(4, _first_place),
    "express-option": Count(None, 5, _more, _form, before=_with_options),
    "express-lead-role": _of_a_form(4),
    "express-message": _of_a_form(4),
    "express-agree": _of_a_form(6),
    "express-check": _of_a_form(4),
    "express-done": Count(None, 2, _more, _form, before=_sent),
    "express-mistyped": Count(None, 2, _more, _form, before=_told),
    "express-person": Count(None, 5, _more, before=_applies),
    "express-link": Count(None, 0, _more),
    "express-mine": Count(None, 2, _more, _contact_link),
    "express-mine-edit": Count(None, 6, _more, _told_link),
    "express-mine-withdraw": Count(None, 1, _more, _contact_link),
    "express-back": Count(
        None, 2, _more, lambda side: [draft_path(FormDraft(key="form")).split("/")[-2]], before=_filled_in
    ),
    "express-save": Count(None, 2, _more, _form, before=_filled_in),
    "express-status": Count(None, 0, _more, query="?reference=HP-1"),
    "question-answer": Count(None, 2, _more, lambda side: [question_token(side.interest)]),
    "head-confirm": Count(None, 1, _more, lambda side: [head_token(side.interest)]),
    "privacy": Count(None, 1, _more),
}
