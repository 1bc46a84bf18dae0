"""Who may use each URL of schools."""

from typing import Any

from schools.models import LetterRecipient
from schools.notices.letters import news_token
from schools.roles import (
    BOARD,
    HEADTEACHER,
    HUB_ADMIN,
    HUB_LEAD,
    HUB_READERS,
    HUB_STAFF,
    LEADERS,
    MATHS_LEAD,
    NATIONAL,
    OFFICE,
    READINESS_LEAD,
    SCHOOL_LEADS,
    SPECIALIST,
    TEACHER,
    TRUST_LEAD,
)
from tests import factories as make
from tests.access.table import ALL, Line, but, page, seen, step
from tests.factories import AdvocateFactory, GiasImportFactory, HubMoveFactory
from tests.world import Side

GIVERS = (NATIONAL, *HUB_STAFF, *SCHOOL_LEADS)


def _school(side: Side) -> list[Any]:
    return [side.school.pk]


def _hub(side: Side) -> list[Any]:
    return [side.hub.pk]


def _teacher(side: Side) -> list[Any]:
    return [side.users[TEACHER].person_id]


def _two_people(side: Side) -> list[Any]:
    return [side.users[TEACHER].person_id, side.users[OFFICE].person_id]


def _teachers_role(side: Side) -> list[Any]:
    return [side.users[TEACHER].person.roles.get().pk]


def _draft(side: Side) -> list[Any]:
    """A hub lead's: not seen by those who lead groups."""
    letter = make.LetterFactory(hub=side.hub, written_by=side.users[HUB_LEAD])
    make.LetterRecipientFactory(letter=letter)
    return [letter.pk]


def _sent_to_teacher(side: Side) -> Any:
    letter = make.LetterFactory(hub=side.hub, status="sent", attachment=make.stored_file())
    return make.got(letter, side.users[TEACHER].person)


def _sent_mail(side: Side) -> list[Any]:
    return [_sent_to_teacher(side).pk]


def _sent_letter(side: Side) -> list[Any]:
    return [_sent_to_teacher(side).letter_id]


def _template(side: Side) -> list[Any]:
    return [make.LetterTemplateFactory(hub=side.hub).pk]


def _bad_address(side: Side) -> list[Any]:
    return [make.BadAddressFactory(owner=side.hub).pk]


WRITERS = (NATIONAL, *HUB_STAFF, *LEADERS)


def _draft_step(**rest: Any) -> Line:
    """The hub's staff; the national team and leaders have drafts of their own, and do not find this one."""
    return Line(allowed=HUB_STAFF, forbidden=but(*WRITERS), args=_draft, **rest)


def _advocate(side: Side) -> list[Any]:
    return [AdvocateFactory(person=side.users[HEADTEACHER].person, school=side.school).pk]


TABLE: dict[str, Line] = {
    "school-letters": page(NATIONAL, *HUB_READERS, args=_school),
    "letter-list": page(NATIONAL, *HUB_READERS, *LEADERS),
    "letter-detail": Line(
        allowed=(NATIONAL, *HUB_READERS), forbidden=but(NATIONAL, *HUB_READERS, *LEADERS), args=_draft
    ),
    "letter-attachment": seen(NATIONAL, *HUB_READERS, TEACHER, args=_sent_letter),
    "letter-mail": seen(NATIONAL, *HUB_READERS, TEACHER, args=_sent_mail),
    "letter-write": _draft_step(),
    "letter-use-template": _draft_step(method="post", ok=302),
    "letter-recipients": _draft_step(),
    "letter-preview": _draft_step(),
    "letter-test": _draft_step(
        method="post", ok=302, data=lambda side: {"recipient": LetterRecipient.objects.latest("pk").pk}
    ),
    "letter-send": _draft_step(),
    "letter-complete": _draft_step(method="post", ok=302),
    "letter-cancel": _draft_step(method="post", ok=302),
    "letter-again": _draft_step(method="post", ok=302),
    "letter-discard": _draft_step(method="post", ok=302),
    "template-list": page(*WRITERS),
    "template-create": page(NATIONAL, *HUB_STAFF),
    "template-edit": Line(allowed=HUB_STAFF, forbidden=but(NATIONAL, *HUB_STAFF), args=_template),
    "template-delete": Line(
        allowed=HUB_STAFF, forbidden=but(NATIONAL, *HUB_STAFF), args=_template, method="post", ok=302
    ),
    "news-choice": Line(public=True, args=lambda side: [news_token(_sent_to_teacher(side))]),
    "person-news": Line(
        allowed=(NATIONAL, *HUB_STAFF, TEACHER),
        refused=(BOARD, SPECIALIST, *SCHOOL_LEADS, OFFICE),
        args=_teacher,
        method="post",
        ok=302,
    ),
    "address-list": page(NATIONAL, *HUB_READERS),
    "address-clear": step(NATIONAL, *HUB_STAFF, args=_bad_address),
    # Without a secret in the settings there is no such page.
    "bounce-call": Line(public=True, method="post", ok=404),
    "import-list": page(NATIONAL),
    "authority-hub": page(NATIONAL, args=lambda side: ["999"]),
    "import-detail": page(NATIONAL, args=lambda side: [GiasImportFactory().pk]),
    "school-list": page(NATIONAL, *HUB_READERS, *LEADERS, TRUST_LEAD),
    # The world's group is led by its Mastery Specialist: the other leader has no school here.
    "school-detail": seen(*but(READINESS_LEAD), args=_school),
    "school-people": seen(*but(READINESS_LEAD), args=_school),
    "school-history": page(NATIONAL, *HUB_READERS, args=_school),
    "school-hub": page(NATIONAL, HUB_LEAD, args=_school),
    "school-successor": page(NATIONAL, args=_school),
    "succession-take-back": page(NATIONAL, args=lambda side: [make.SuccessionFactory(school=side.school).pk]),
    "hub-move-take-back": page(NATIONAL, HUB_LEAD, args=lambda side: [HubMoveFactory(school=side.school).pk]),
    "person-list": page(NATIONAL, *HUB_READERS),
    "person-create": page(*GIVERS),
    "duplicate-list": page(*HUB_STAFF),
    "duplicate-compare": page(*HUB_STAFF, args=_two_people),
    "school-owner": page(*HUB_STAFF, shared=True, ok=302),
    # Nothing is chosen: back to the list.
    "school-contacts": page(*HUB_STAFF, shared=True, ok=302),
    "person-detail": seen(*but(READINESS_LEAD), args=_teacher),
    "person-edit": Line(allowed=(*GIVERS, TEACHER), refused=(BOARD, SPECIALIST, OFFICE), args=_teacher),
    "person-invite-again": Line(
        allowed=GIVERS, refused=(BOARD, SPECIALIST, OFFICE, TEACHER), args=_teacher, method="post", ok=302
    ),
    "advocate": Line(
        allowed=(NATIONAL, *HUB_STAFF, HEADTEACHER),
        refused=(BOARD, SPECIALIST, TRUST_LEAD, MATHS_LEAD, OFFICE),
        args=lambda side: [side.users[HEADTEACHER].person_id],
    ),
    "advocate-list": page(NATIONAL, *HUB_READERS),
    "advocate-withdraw": Line(
        allowed=(NATIONAL, *HUB_STAFF, HEADTEACHER), refused=(BOARD,), args=_advocate, method="post", ok=302
    ),
    "role-grant": page(*GIVERS, args=_teacher),
    "role-end": page(*GIVERS, args=_teachers_role),
    "view-as": step(NATIONAL, HUB_LEAD, args=_teacher),
    "view-as-stop": Line(allowed=ALL, method="post", ok=302),
    "hub-detail": seen(NATIONAL, *HUB_READERS, *LEADERS, args=_hub),
    "hub-email": page(NATIONAL, HUB_LEAD, HUB_ADMIN, args=_hub),
    "year-choose": Line(allowed=ALL, method="post", ok=302),
    "hub-choose": Line(allowed=ALL, method="post", ok=302),
}
