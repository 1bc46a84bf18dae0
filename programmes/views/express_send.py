"""The public form: the check of all answers, sending, and the confirmation."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hubportal.core import clock
from hubportal.core.access import may
from hubportal.core.keys import given_key
from programmes.actions import drafts
from programmes.actions.changes import CannotChange, Change, ChangedMeanwhile
from programmes.actions.interest import Application, NotOpen, TextChanged, new_reference
from programmes.actions.light import Telling
from programmes.actions.starting import advice_for, start_for
from programmes.models import Interest, Offer, Phase
from programmes.models.wishes import wishes_of
from programmes.rules import Advice, Named, Question, nth, places_of
from programmes.views.applicant import own_among, told_as_read
from programmes.views.contact_links import after_change, after_second_press
from programmes.views.draft import Draft
from programmes.views.draft_from import go_on_with
from programmes.views.express import ExpressPage, completed_by, school_url, where
from programmes.views.express_closed import Chosen, choose_again, offers_now, wishes_now
from programmes.views.express_questions import TEXT_CHANGED, ordinal
from programmes.views.express_unsaved import not_saved
from programmes.views.throttle import is_too_often, is_too_often_for, too_often
from schools.models import Hub, School
from schools.roles import HUB_STAFF, NATIONAL
from schools.rules import email_domain_of, is_outside_domain, year_label

# In an hour, from one network, by people who are not signed in; or by one who is.
MOST_A_NETWORK = MOST_A_PERSON = 30
# In an hour, of strangers from all networks together.
MOST_A_SCHOOL = 20
# The same with addresses at the school's own domain, which stands on its website.
MOST_OF_ITS_OWN = 60
CHANGED_MEANWHILE = (
    "Nothing is saved yet. Somebody else has changed this since you opened it{changed}. "
    "What you typed is kept: please look at it, and save again."
)


def is_school_tried(school: School, *, as_own: bool) -> bool:
    """Whether very much was sent for a school lately, from wherever: by strangers, or with addresses like its own."""
    action, most = ("express-own", MOST_OF_ITS_OWN) if as_own else ("express-school", MOST_A_SCHOOL)
    return is_too_often_for(f"school {school.pk}", action, most=most)


class CheckStep(ExpressPage):
    """All answers with links to change them; the button sends."""

    name = "check"
    template_name = "programmes/express/check.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The answers as they would be sent."""
        found = super().get_context_data(**kwargs)
        joining = self.joining
        return {
            **found,
            "heading": "Check your answers",
            "joining": joining,
            "left_out": [school for school in self.schools if school not in joining],
            "own_hubs": self._hubs_of(joining),
            "contact": self.draft.contact,
            "heads": self._heads(),
            "school_url": school_url(self.draft),
            "only_tells": all(offer.only_tells_head for offer in self.offers),
            "asks_trn": any(offer.trn != Offer.Trn.NO for offer in self.offers),
            "programmes": self._programmes(),
            "applications": len(self.pairs),
            "wishes": self._wishes_with_schools(),
            "message": (self.draft.answer_to(Question("message")) or {}).get("message", ""),
        }

    @staticmethod
    def _hubs_of(schools: Iterable[School]) -> list[Hub]:
        return list(dict.fromkeys(one.hub for one in schools if one.hub is not None))

    def _heads(self) -> list[dict[str, Any]]:
        """Who is asked to confirm, for which school."""
        if self.draft.is_light or (self.draft.contact.get("is_head") and len(self.schools) == 1):
            return []
        numbers = [(school, self._number_of(school)) for school in self.joining]
        return [
            {"school": school, "url": where(self.draft, Question("head", number)), **self.draft.head_of(number)}
            for school, number in numbers
        ]

    def _programmes(self) -> list[dict[str, Any]]:
        """Each programme with the schools that apply and the places of its teachers."""
        offers = self.offers
        teachers = self.draft.teachers(self.wanted)
        found = []
        for offer, numbers in zip(offers, places_of(self.wanted), strict=True):
            places = [
                {"which": ordinal(at), "teacher": teachers[number], "url": self._place_url(number)}
                for at, number in enumerate(numbers, start=1)
                if number in teachers
            ]
            schools = [school for school, chosen in self.pairs if chosen == offer]
            option = {"way": self._way(offer), "way_url": where(self.draft, self._about(offer))}
            found.append({"offer": offer, "schools": schools, "places": places, **option})
        return found

    def _place_url(self, number: int) -> str:
        return where(self.draft, Question("teachers", number))

    def _wishes(self) -> list[tuple[School, Phase, int]]:
        """What is told of for which school, the schools in their order."""
        told = self.draft.told
        phases = Phase.objects.in_bulk({phase for _school, phase, _year in told}) if told else {}
        return [
            (school, phases[phase], year)
            for school in self.schools
            for key, phase, year in told
            if key == school.pk and phase in phases
        ]

    def _wishes_with_schools(self) -> list[dict[str, Any]]:
        """Each phase and year once, with the schools that it is told of for."""
        found: dict[tuple[Phase, int], list[School]] = {}
        for school, phase, year in self._wishes():
            found.setdefault((phase, year), []).append(school)
        return [
            {"name": f"{phase.name} {year_label(year)}", "schools": schools} for (phase, year), schools in found.items()
        ]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send; what closed or changed since is said and asked again."""
        if self._sends_too_often():
            return too_often(request, draft=self.draft.key)
        if self.draft.data.get("is_trapped"):
            # It reads the ordinary confirmation; nothing is kept, and nobody is written to.
            drafts.mark_sent(draft=self.draft.row, shown=self._pretended(), now=clock.now())
            return redirect("programmes:express-done", self.draft.key)
        # What is not kept does not count: nobody locks a school out with it.
        as_own = self._is_address_its_own()
        full = (school for school in self.schools if is_school_tried(school, as_own=as_own))
        tried = None if self._is_known() else next(full, None)
        if tried is not None:
            return too_often(request, school=tried, as_own=as_own, draft=self.draft.key)
        if self.draft.is_change:
            return self._change(request)
        try:
            self._send()
        except NotOpen:
            messages.error(request, choose_again(self.draft, self._chosen_now()))
            self.draft.save()
            return redirect(where(self.draft, Question("wish" if self.draft.is_light else "programme")))
        except TextChanged:
            self.draft.forget("agree")
            self.draft.save()
            messages.error(request, TEXT_CHANGED)
            return redirect(where(self.draft, Question("agree")))
        return redirect("programmes:express-done", self.draft.key)

    def _send(self) -> None:
        row, now = self.draft.row, clock.now()
        if self.draft.is_light:
            drafts.send(draft=row, tellings=self._tellings(), shown=self._told(), by=None, now=now)
        else:
            applications = [self._application(school, offer) for school, offer in self.pairs]
            drafts.send(draft=row, applications=applications, shown=self._applied(), by=None, now=now)

    def _chosen_now(self) -> list[Chosen]:
        return wishes_now(self._wishes()) if self.draft.is_light else offers_now(self.pairs)

    def _sends_too_often(self) -> bool:
        """Whoever is signed in is counted alone: a trust's network may be one for all. A hub enters what it is told."""
        user = self.request.user
        if not user.is_authenticated:
            return is_too_often(self.request, "express", most=MOST_A_NETWORK)
        return not self._is_hub and is_too_often_for(f"user {user.pk}", "express", most=MOST_A_PERSON)

    @property
    def _is_hub(self) -> bool:
        return may(self.request.user, NATIONAL, *HUB_STAFF)

    def _is_known(self) -> bool:
        """Signed in for these schools, or come by a link from an e-mail."""
        if self._is_hub or self.draft.is_change or completed_by(self.draft):
            return True
        return own_among(self.request.user, self.schools) == {one.pk for one in self.schools}

    def _is_address_its_own(self) -> bool:
        """Where the school has its mail, as anybody can read: any such address can be typed."""
        website = self.school.website
        return bool(email_domain_of(website)) and not is_outside_domain(self.draft.contact["email"], website)

    def _pretended(self) -> dict[str, Any]:
        """The confirmation of what is not kept."""
        if self.draft.is_light:
            return self._told()
        return {
            **self._applied(),
            "rows": [
                [new_reference(), str(school), f"{offer.title} {year_label(offer.year)}"]
                for school, offer in self.pairs
            ],
        }

    def _applied(self) -> dict[str, Any]:
        """What the confirmation of an application shows beside its references: what its own sender typed."""
        contact = self._contact()
        heads: dict[bool, dict[str, None]] = {True: {}, False: {}}
        for school, offer in self.pairs:
            heads[offer.only_tells_head][self.draft.head_of(self._number_of(school))["name"]] = None
        return {
            "is_light": False,
            "is_person": self.draft.is_person,
            "hubs": [str(hub) for hub in self._hubs_of(school for school, _offer in self.pairs)],
            "email": contact["contact_email"],
            "is_head": contact["contact_is_head"],
            "heads": list(heads[False]),
            "told": list(heads[True]),
        }

    def _change(self, request: HttpRequest) -> HttpResponse:
        """Keep what was changed of an application that was sent; its own page says how it stands."""
        interest = self.draft.row.interest
        if interest is None:
            raise Http404
        ((_school, offer),) = self.pairs
        head = self.draft.head
        change = Change(
            head_name=head["name"],
            head_email=head["email"],
            message=(self.draft.answer_to(Question("message")) or {}).get("message", ""),
            teachers=self._teachers(offer),
            trn=self._trn(offer),
            option_id=self._option(offer),
            **self._contact(),
        )
        token = self.draft.data["token"]
        try:
            is_new = drafts.send_change(draft=self.draft.row, change=change, by=None, now=clock.now())
        except ChangedMeanwhile:
            others = go_on_with(self.draft, Interest.objects.for_link().get(pk=interest.pk))
            words = f": {'; '.join(others)}" if others else ""
            messages.error(request, CHANGED_MEANWHILE.format(changed=words))
            return redirect(request.path)
        except CannotChange as problem:
            found = Interest.objects.for_link().get(pk=interest.pk)
            if not found.may_be_changed:
                return not_saved(request, token, found, change)
            messages.error(request, str(problem))
            return redirect(request.path)
        return after_change(request, token, interest.contact_email, change.contact_email, is_new=is_new)

    def _told(self) -> dict[str, Any]:
        """The confirmation of an interest: what its sender typed; what was sent goes to the address alone."""
        wishes = self._wishes()
        return {
            "rows": [["", str(school), f"{phase.name} {year_label(year)}"] for school, phase, year in wishes],
            "wishes": [[school.pk, phase.pk, year] for school, phase, year in wishes],
            "is_light": True,
            "is_person": False,
            "hubs": [str(hub) for hub in self._hubs_of(self.joining)],
            "email": self.draft.contact["email"],
            "open": self._open_now(),
        }

    def _tellings(self) -> list[Telling]:
        contact = self._contact()
        privacy_id = self.draft.answer_to(Question("agree"))["privacy"]
        return [
            Telling(
                reference=self.draft.reference_for(f"{school.pk}-{phase.pk}-{year}"),
                school=school,
                phase=phase,
                year=year,
                privacy_id=privacy_id,
                **contact,
            )
            for school, phase, year in self._wishes()
        ]

    def _open_now(self) -> list[list[Any]]:
        """Of an interest told of: what each school can apply for today (its key, its name, which programmes)."""
        told = set(self.draft.told)
        found = []
        for school in self.joining:
            names = [
                f"{phase.name} {year_label(wish.year)}"
                for phase, wish in wishes_of(school, clock.today())
                if wish.is_open and (school.pk, phase.pk, wish.year) in told
            ]
            if names:
                found.append([school.pk, str(school), names])
        return found

    def _contact(self) -> dict[str, Any]:
        contact = self.draft.contact
        return {
            "contact_name": contact["name"],
            "contact_email": contact["email"],
            "contact_phone": contact["phone"],
            "contact_job": contact["job_title"],
            "contact_is_head": contact["is_head"] and len(self.schools) == 1,
        }

    def _application(self, school: School, offer: Offer) -> Application:
        draft = self.draft
        agreed, head = draft.answer_to(Question("agree")), draft.head_of(self._number_of(school))
        light = completed_by(draft)
        is_it = light is not None and (light.school_id, light.phase_id, light.year) == (
            school.pk,
            offer.phase_id,
            offer.year,
        )
        return Application(
            reference=light.reference if light and is_it else draft.reference_for(f"{school.pk}-{offer.pk}"),
            school=school,
            offer=offer,
            head_name=head["name"],
            head_email=head["email"],
            teachers=self._teachers(offer),
            message=(draft.answer_to(Question("message")) or {}).get("message", ""),
            commitments_id=agreed["commitments"][str(offer.pk)],
            privacy_id=agreed["privacy"],
            agreed_at=datetime.fromisoformat(agreed["at"]),
            trn=self._trn(offer),
            option_id=self._option(offer),
            completes=light if is_it else None,
            advice=self._advice(school, offer),
            **self._contact(),
        )

    def _advice(self, school: School, offer: Offer) -> Advice | None:
        """What was suggested, on an application for either of the two phases."""
        start = None if self.draft.is_person else start_for(school, clock.today())
        if start is None or offer.phase_id not in (start.phase, start.target):
            return None
        return advice_for(school, start, self.draft.answer_to(Question("start-point")) or {})

    def _trn(self, offer: Offer) -> str:
        """The teacher reference number, for a programme that asks for it."""
        found: str = self.draft.contact.get("trn", "")
        return "" if offer.trn == Offer.Trn.NO else found

    def _option(self, offer: Offer) -> int | None:
        """In which way a programme is done: its key, None where that is not known yet."""
        answer = self.draft.answer_to(self._about(offer))
        return (given_key(answer["option"]) or None) if answer else None

    def _way(self, offer: Offer) -> str:
        """The same in words; empty where it was not asked, as of what is done in one way."""
        if self.draft.answer_to(self._about(offer)) is None or not getattr(offer, "has_options", False):
            return ""
        key = self._option(offer)
        return next((one.name for one in offer.phase.options.all() if one.pk == key), "Not sure yet")

    def _about(self, offer: Offer) -> Question:
        return Question("option", nth(self.offers.index(offer) + 1))

    def _number_of(self, school: School) -> int:
        return nth(self.schools.index(school) + 1)

    def _teachers(self, offer: Offer) -> tuple[Named, ...]:
        """Who takes part in one programme; of several schools each names its own later, a person takes part alone."""
        if self.draft.is_person:
            return ()
        if len(self.schools) > 1:
            return (Named(),) * offer.teachers_per_school
        offers = self.offers
        teachers = self.draft.teachers(self.wanted)
        numbers = places_of(self.wanted)[offers.index(offer)]
        return tuple(teachers[number] for number in numbers)


@never_cache
@require_safe
def done(request: HttpRequest, draft: str) -> HttpResponse:
    """The confirmation: the reference and what happens next."""
    found = Draft.find(request.session, draft)
    if found is None or found.sent is None:
        return redirect("programmes:express-start")
    if "mine" in found.sent:
        return after_second_press(request, found.sent["mine"])
    rows = found.sent["rows"]
    heading = f"Application{'s' if len(rows) > 1 else ''} sent"
    page = {
        "heading": "Thank you for telling us" if found.sent["is_light"] else heading,
        "sent": told_as_read(request.user, found.sent),
        "draft": draft,
        "schools": len({school for _reference, school, _programme in rows}),
    }
    return render(request, "programmes/express/done.html", page)
