"""How many queries the pages of schools take."""

from typing import Any

from hubportal.core.records import record_key
from schools.models import Letter
from schools.notices.letters import news_token
from schools.roles import HEADTEACHER, HUB_LEAD, NATIONAL, OFFICE, TEACHER
from tests import factories as make
from tests.counts.everything import more_of_everything
from tests.counts.table import Count
from tests.world import Side


def _more_schools(side: Side) -> Any:
    return make.SchoolFactory(authority=side.school.authority, trust=make.TrustFactory())


def _more_people(side: Side) -> Any:
    return make.make_user(TEACHER, school=side.school)


def _more_advocates(side: Side) -> Any:
    head = make.make_user(HEADTEACHER, school=side.school)
    return make.AdvocateFactory(person=head.person, school=side.school)


def _more_staff(side: Side) -> Any:
    return make.make_user(HUB_LEAD, hub=side.hub)


def _more_imports(side: Side) -> Any:
    return make.GiasImportFactory()


def _move(side: Side) -> list[Any]:
    return [make.HubMoveFactory(school=side.school).pk]


def _succession(side: Side) -> list[Any]:
    return [make.SuccessionFactory(school=side.school).pk]


def _school(side: Side) -> list[Any]:
    return [side.school.pk]


def _teacher(side: Side) -> list[Any]:
    return [side.users[TEACHER].person_id]


def _two_people(side: Side) -> list[Any]:
    return [side.users[TEACHER].person_id, side.users[OFFICE].person_id]


def _teachers_role(side: Side) -> list[Any]:
    return [side.users[TEACHER].person.roles.get(kind=TEACHER).pk]


def _draft(side: Side) -> list[Any]:
    return [_letter(side).pk]


def _letter(side: Side) -> Letter:
    """The world's one draft."""
    found = Letter.objects.filter(hub=side.hub, status="draft").first()
    return found or make.LetterFactory(hub=side.hub, written_by=side.users[HUB_LEAD], attachment=make.stored_file())


def _more_addresses(side: Side) -> None:
    """That were written to about an application, and about a school's new place."""
    for one in (make.InterestFactory(school=side.school), make.HubMoveFactory(school__authority__hub=side.hub)):
        make.BadAddressFactory(owner=side.hub, about=str(one), target=record_key(one))


def _more_recipients(side: Side) -> None:
    """Of the draft, of a letter that was sent, and of one that another wrote; with what became of them."""
    make.LetterTemplateFactory(hub=side.hub)
    make.BadAddressFactory(owner=side.hub)
    sent = make.LetterFactory(hub=side.hub, status="sent")
    person = make.make_user(TEACHER, school=side.school).person
    for letter in (_letter(side), sent):
        first = make.LetterRecipientFactory(letter=letter, person=person, school=side.school)
        make.LetterRecipientFactory(letter=letter, school=side.school, same_as=first)
        make.LetterRecipientFactory(letter=letter, person=side.users[TEACHER].person, school=side.school)
    key = f"schools.letterrecipient:{first.pk}"
    make.NoticeFactory(owner=side.hub, kind="letter", target=key, thread=f"schools.letter:{sent.pk}")


def _mail(side: Side) -> list[Any]:
    letter = make.LetterFactory(hub=side.hub, status="sent")
    return [make.got(letter, side.users[TEACHER].person).pk]


TABLE: dict[str, Count] = {
    "school-letters": Count(HUB_LEAD, 7, _more_recipients, _school),
    "letter-list": Count(HUB_LEAD, 7, _more_recipients),
    "letter-detail": Count(HUB_LEAD, 9, _more_recipients, _draft),
    "letter-mail": Count(TEACHER, 10, _more_recipients, _mail),
    "letter-write": Count(HUB_LEAD, 10, _more_recipients, _draft),
    "letter-recipients": Count(HUB_LEAD, 11, _more_recipients, _draft),
    "letter-preview": Count(HUB_LEAD, 12, _more_recipients, _draft),
    "letter-send": Count(HUB_LEAD, 12, _more_recipients, _draft),
    "template-list": Count(HUB_LEAD, 6, _more_recipients),
    "template-create": Count(HUB_LEAD, 4, _more_recipients),
    "template-edit": Count(HUB_LEAD, 5, _more_recipients, lambda side: [make.LetterTemplateFactory(hub=side.hub).pk]),
    "news-choice": Count(
        None, 2, _more_recipients, lambda side: [news_token(make.LetterRecipientFactory(letter__hub=side.hub))]
    ),
    "address-list": Count(HUB_LEAD, 9, _more_addresses),
    "school-list": Count(HUB_LEAD, 6, _more_schools),
    "school-detail": Count(HUB_LEAD, 11, _more_schools, _school),
    "school-people": Count(HUB_LEAD, 9, _more_people, _school),
    "school-history": Count(HUB_LEAD, 7, _more_people, _school),
    "person-list": Count(HUB_LEAD, 7, _more_people),
    "duplicate-list": Count(HUB_LEAD, 9, _more_people),
    "duplicate-compare": Count(HUB_LEAD, 8, _more_people, _two_people),
    "school-owner": Count(HUB_LEAD, 6, _more_schools, query="?all=1"),
    "school-contacts": Count(HUB_LEAD, 7, _more_schools, query="?all=1"),
    "person-detail": Count(HUB_LEAD, 12, _more_recipients, _teacher),
    "hub-detail": Count(NATIONAL, 10, _more_staff, lambda side: [side.hub.pk]),
    "import-list": Count(NATIONAL, 7, _more_imports),
    "import-detail": Count(NATIONAL, 6, _more_imports, lambda side: [make.GiasImportFactory().pk]),
    # Steps
    "authority-hub": Count(NATIONAL, 6, more_of_everything, lambda side: ["999"]),
    "hub-move-take-back": Count(NATIONAL, 5, more_of_everything, _move),
    "succession-take-back": Count(NATIONAL, 5, more_of_everything, _succession),
    "school-hub": Count(NATIONAL, 7, more_of_everything, _school),
    "school-successor": Count(NATIONAL, 7, _more_schools, _school, query="?q=example"),
    "hub-email": Count(HUB_LEAD, 5, more_of_everything, lambda side: [side.hub.pk]),
    "person-create": Count(HUB_LEAD, 5, more_of_everything),
    "person-edit": Count(HUB_LEAD, 7, more_of_everything, _teacher),
    "advocate": Count(HEADTEACHER, 7, _more_advocates, lambda side: [side.users[HEADTEACHER].person_id]),
    "advocate-list": Count(HUB_LEAD, 6, _more_advocates),
    "role-grant": Count(HUB_LEAD, 7, more_of_everything, _teacher),
    "role-end": Count(HUB_LEAD, 5, more_of_everything, _teachers_role),
}
