"""A letter about somebody's part in a programme, and who has none: to them it is news, whatever it is called."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from hubportal.core import clock
from programmes.models import Enrolment, Interest, Offer
from schools import roles
from schools.actions import letter_sorting, letters, news
from schools.actions.letters import CannotWrite
from schools.actions.recipients import of_people
from schools.models import Hub, Letter, LetterTemplate, Person, School, User
from schools.notices.letters import news_token
from schools.rules.letters import Candidate
from tests import factories as make
from tests.schools.test_letters import NOW, deliver, send

pytestmark = pytest.mark.django_db

WORDS: dict[str, Any] = {"subject": "Hello", "text": "Dear {name}.", "is_marketing": False}


@pytest.fixture(autouse=True)
def _in_the_year_of_the_offers() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def hub() -> Hub:
    return make.HubFactory(name="Example Hub", email="hub@example.org")


@pytest.fixture
def lead(hub: Hub) -> User:
    return make.make_user(roles.HUB_LEAD, hub=hub, name="Lee Lead")


def _head(hub: Hub, name: str, *, wants_none: bool = True, school: School | None = None) -> Candidate:
    """A school's headteacher, who wants no news."""
    role = make.RoleFactory(
        kind=roles.HEADTEACHER, school=school or make.SchoolFactory(authority__hub=hub), person__name=name
    )
    if wants_none:
        news.choose(person=role.person, email="", wants=False, how="link", by=None, now=NOW)
    key = f"schools.role:{role.pk}"
    return Candidate(
        name, role.person.email, "Headteacher", person_id=role.person_id, school_id=role.school_id, about=key
    )


def _begin(hub: Hub, by: User, *candidates: Candidate) -> Letter:
    return letters.begin(candidates=candidates, hub=hub, picked="Schools", picked_from="/", by=by, now=NOW)


def _written(hub: Hub, by: User, *candidates: Candidate) -> Letter:
    letter = _begin(hub, by, *candidates)
    letters.write(letter=letter, by=by, now=NOW, **WORDS)
    return Letter.objects.get(pk=letter.pk)


def enrolled(one: Candidate) -> None:
    make.EnrolmentFactory(school_id=one.school_id)


def enrolled_once(one: Candidate) -> None:
    make.EnrolmentFactory(school_id=one.school_id, status=Enrolment.Status.WITHDRAWN)


def enrolled_before_a_merger(one: Candidate) -> None:
    make.EnrolmentFactory(school=make.SchoolFactory(succeeded_by_id=one.school_id))


def colleague_enrolled(one: Candidate) -> None:
    make.EnrolmentFactory(school_id=one.school_id, person=make.PersonFactory())


def enrolled_themselves(one: Candidate) -> None:
    make.EnrolmentFactory(person_id=one.person_id)


def teaches_in_a_place(one: Candidate) -> None:
    make.EnrolledTeacherFactory(person_id=one.person_id)


def applied(one: Candidate) -> None:
    make.InterestFactory(school_id=one.school_id)


def told_of_interest(one: Candidate) -> None:
    make.LightInterestFactory(school_id=one.school_id)


def declined(one: Candidate) -> None:
    make.InterestFactory(school_id=one.school_id, status=Interest.Status.DECLINED)


def _of(year: int) -> Offer:
    return make.OfferFactory(year=year)


def completed(one: Candidate) -> None:
    make.EnrolmentFactory(school_id=one.school_id, status=Enrolment.Status.COMPLETED)


def completed_last_year(one: Candidate) -> None:
    make.EnrolmentFactory(school_id=one.school_id, status=Enrolment.Status.COMPLETED, offer=_of(2025))


def imported_of_the_past(one: Candidate) -> None:
    past = {"status": Enrolment.Status.COMPLETED, "taken_over": Enrolment.TakenOver.PAST}
    make.EnrolmentFactory(school_id=one.school_id, offer=_of(2015), **past)


def active_since_last_year(one: Candidate) -> None:
    make.EnrolmentFactory(school_id=one.school_id, status=Enrolment.Status.ACTIVE, offer=_of(2025))


def paused_since_last_year(one: Candidate) -> None:
    make.EnrolmentFactory(school_id=one.school_id, status=Enrolment.Status.PAUSED, offer=_of(2025))


def taught_last_year(one: Candidate) -> None:
    past = make.EnrolmentFactory(status=Enrolment.Status.COMPLETED, offer=_of(2025))
    make.EnrolledTeacherFactory(person_id=one.person_id, enrolment=past)


def did_it_themselves_last_year(one: Candidate) -> None:
    make.EnrolmentFactory(person_id=one.person_id, status=Enrolment.Status.COMPLETED, offer=_of(2025))


def applied_for_last_year(one: Candidate) -> None:
    make.InterestFactory(school_id=one.school_id, offer=_of(2025))


def told_of_interest_in_last_year(one: Candidate) -> None:
    make.LightInterestFactory(school_id=one.school_id, year=2025)


def told_of_interest_in_next_year(one: Candidate) -> None:
    make.LightInterestFactory(school_id=one.school_id, year=2027)


def applied_from_their_address_for_last_year(one: Candidate) -> None:
    make.InterestFactory(contact_email=one.email, offer=_of(2025))


def applied_from_their_address(one: Candidate) -> None:
    make.InterestFactory(contact_email=one.email.upper())


def leads(one: Candidate) -> None:
    make.LeaderFactory(person_id=one.person_id)


def works_in_a_hub(one: Candidate) -> None:
    make.RoleFactory(person_id=one.person_id, kind=roles.HUB_ADMIN, hub=make.HubFactory())


def elsewhere(one: Candidate) -> None:
    """At a school of theirs that this letter is not to: it says nothing of the one that it is to."""
    other = make.RoleFactory(person_id=one.person_id, kind=roles.MATHS_LEAD, school=make.SchoolFactory())
    make.EnrolmentFactory(school=other.school)


@pytest.mark.cases
@pytest.mark.parametrize(
    ("part", "goes"),
    [
        (enrolled, True),
        (enrolled_once, False),
        (enrolled_before_a_merger, True),
        (colleague_enrolled, False),
        (enrolled_themselves, True),
        (teaches_in_a_place, True),
        (applied, True),
        (told_of_interest, True),
        (declined, False),
        (applied_from_their_address, True),
        (completed, True),
        (completed_last_year, False),
        (imported_of_the_past, False),
        (active_since_last_year, True),
        (paused_since_last_year, True),
        (taught_last_year, False),
        (did_it_themselves_last_year, False),
        (applied_for_last_year, False),
        (told_of_interest_in_last_year, False),
        (told_of_interest_in_next_year, True),
        (applied_from_their_address_for_last_year, False),
        (leads, True),
        (works_in_a_hub, True),
        (elsewhere, False),
    ],
)
def test_who_wants_no_news_gets_a_letter_about_their_part_where_they_have_one(
    hub: Hub, lead: User, part: Any, goes: bool
) -> None:
    asked, other = _head(hub, "Ann Asked"), _head(hub, "Bea Other", wants_none=False)
    part(asked)
    enrolled(other)

    letter = _written(hub, lead, asked, other)
    found = letter_sorting.sort_out(letter)
    many = send(letter, lead)

    reasons = [(row.name, reason) for row, reason in found.others]
    left_out = [("Ann Asked", "Wants no news from the programme, and has no part in a programme")]
    assert reasons == ([] if goes else left_out)
    assert (many, len(found.going), len(deliver())) == ((2, 2, 2) if goes else (1, 1, 1))


def test_who_never_said_that_they_want_no_news_gets_it_all_the_same(hub: Hub, lead: User) -> None:
    quiet, other = (_head(hub, name, wants_none=False) for name in ("Ann Quiet", "Bea Other"))
    enrolled(other)

    assert send(_written(hub, lead, quiet, other), lead) == 2


def _pages(letter: Letter, by: User) -> dict[str, str]:
    """What the pages of a draft say, tags and breaks left out."""
    client = Client()
    client.force_login(by)
    names = ("write", "recipients", "preview", "send", "detail")
    found = {name: client.get(reverse(f"schools:letter-{name}", args=[letter.pk])).content.decode() for name in names}
    return {name: " ".join(strip_tags(page).split()) for name, page in found.items()}


IS_NEWS, IS_SERVICE = "This is news from the programme.", "It is no advertisement"


def test_who_has_no_part_gets_a_letter_of_whatever_name_as_news(hub: Hub, lead: User) -> None:
    """Each by themselves: one with a part makes it a letter about theirs to nobody else."""
    quiet, other = (_head(hub, name, wants_none=False) for name in ("Ann Quiet", "Bea Other"))
    enrolled(other)
    letter = _written(hub, lead, quiet, other)
    without = letter.recipients.get(name="Ann Quiet")

    send(letter, lead)
    to_quiet, to_other = sorted(deliver(), key=lambda one: one.to)

    link = f"http://localhost:8000{reverse('schools:news-choice', args=[news_token(without)])}"
    assert (IS_NEWS in to_quiet.body, IS_SERVICE in to_quiet.body, link in to_quiet.body) == (True, False, True)
    assert to_quiet.extra_headers["List-Unsubscribe"] == f"<{link}>"
    assert to_quiet.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (IS_NEWS in to_other.body, IS_SERVICE in to_other.body) == (False, True)
    assert "List-Unsubscribe" not in to_other.extra_headers


def test_test_of_a_letter_reads_as_the_one_for_whom_it_is_made_gets_it(hub: Hub, lead: User) -> None:
    quiet, other = (_head(hub, name, wants_none=False) for name in ("Ann Quiet", "Bea Other"))
    enrolled(other)
    letter = _written(hub, lead, quiet, other)

    for minutes, name in enumerate(("Ann Quiet", "Bea Other")):
        when = NOW + timedelta(minutes=minutes)
        letters.test(letter=letter, recipient=letter.recipients.get(name=name), by=lead, now=when)
        deliver(when)

    assert [IS_NEWS in one.body for one in mail.outbox] == [True, False]


def test_pages_of_a_letter_say_to_whom_it_is_news(hub: Hub, lead: User, client: Client) -> None:
    quiet, other = (_head(hub, name, wants_none=False) for name in ("Ann Quiet", "Bea Other"))
    enrolled(other)
    letter = _written(hub, lead, quiet, other)

    pages = _pages(letter, lead)
    client.force_login(lead)
    preview = reverse("schools:letter-preview", args=[letter.pk])
    previews = [client.get(preview, {"n": place}).content.decode() for place in (1, 2)]
    send(letter, lead)
    mails = [client.get(one.get_absolute_url()).content.decode() for one in letter.recipients.order_by("name")]

    assert "To 1 of the 2 on this list this letter is news" in pages["write"]
    assert "a part in a programme that runs or is of this school year or later" in pages["write"]
    assert "To whoever has no part it is news all the same" in pages["write"]
    assert pages["recipients"].count("No part in a programme: news to them") == 1
    assert [(IS_NEWS in page, "News</span> to Ann Quiet" in page) for page in previews] == [
        (True, True),
        (False, False),
    ]
    assert [IS_SERVICE in page for page in previews] == [False, True]
    assert "but to 1 person who has no part it is news" in pages["send"]
    assert "to whoever has none it is news" in pages["detail"]
    assert [(IS_NEWS in page, IS_SERVICE in page) for page in mails] == [(True, False), (False, True)]


def test_pages_of_a_letter_to_people_with_a_part_speak_of_no_news(hub: Hub, lead: User) -> None:
    other = _head(hub, "Bea Other", wants_none=False)
    enrolled(other)

    pages = _pages(_written(hub, lead, other), lead)

    assert "this letter is news" not in pages["write"]
    assert "news to them" not in pages["recipients"]
    assert "it is news" not in pages["send"]


def test_what_needs_a_yes_needs_one_of_whoever_has_no_part(hub: Hub, lead: User, settings: Any) -> None:
    settings.NEWS_NEEDS_YES = True
    quiet, other = (_head(hub, name, wants_none=False) for name in ("Ann Quiet", "Bea Other"))
    enrolled(other)

    assert send(_written(hub, lead, quiet, other), lead) == 1


def test_somebody_of_a_list_of_people_is_there_for_all_their_schools_and_their_trusts(hub: Hub, lead: User) -> None:
    trust = make.TrustFactory()
    leader = make.RoleFactory(kind=roles.TRUST_LEAD, trust=trust, person__name="Tia Trust").person
    news.choose(person=leader, email="", wants=False, how="link", by=None, now=NOW)
    make.EnrolmentFactory(school=make.SchoolFactory(authority__hub=hub, trust=trust))

    listed = of_people(Person.objects.filter(pk=leader.pk), "all", by=lead, now=NOW)

    assert send(_written(hub, lead, *listed), lead) == 1


@pytest.mark.parametrize("withdrawn", [False, True])
def test_part_that_ended_while_a_letter_waited_counts_no_more(hub: Hub, lead: User, withdrawn: bool) -> None:
    asked, other = _head(hub, "Ann Asked"), _head(hub, "Bea Other", wants_none=False)
    enrolled(asked)
    enrolled(other)
    letter = _written(hub, lead, asked, other)
    send(letter, lead, due_at=NOW + timedelta(days=1))
    if withdrawn:
        Enrolment.objects.filter(school=asked.school_id).update(status=Enrolment.Status.WITHDRAWN)

    sent = deliver(NOW + timedelta(days=1))

    client = Client()
    client.force_login(lead)
    addresses = (letter.get_absolute_url(), letter.recipients.get(name="Ann Asked").get_absolute_url())
    pages = [client.get(url).content.decode() for url in addresses]
    assert len(sent) == (1 if withdrawn else 2)
    reason = "Wants no news from the programme, and has no part in a programme"
    assert [reason in page for page in pages] == [withdrawn, withdrawn]


def test_letter_to_nobody_with_a_part_is_news_and_nothing_else(hub: Hub, lead: User) -> None:
    letter = _begin(hub, lead, _head(hub, "Ann"), _head(hub, "Bea", wants_none=False))

    with pytest.raises(CannotWrite, match="Choose “News and invitations”: nobody on this list has a part"):
        letters.write(letter=letter, by=lead, now=NOW, **WORDS)

    letters.write(letter=letter, by=lead, now=NOW, **{**WORDS, "is_marketing": True})
    letter.refresh_from_db()
    assert send(letter, lead) == 1
    assert "List-Unsubscribe" in deliver()[0].extra_headers


def test_letter_whose_people_lost_their_part_is_news_to_each_as_it_is_sent(hub: Hub, lead: User) -> None:
    """A leader, whose form does not ask what it is, could not call it so."""
    ann, quiet = _head(hub, "Ann", wants_none=False), _head(hub, "Bea Quiet")
    for one in (ann, quiet):
        enrolled(one)
    letter = _written(hub, lead, ann, quiet)
    Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN)

    assert send(letter, lead) == 1

    (sent,) = deliver()
    assert (sent.to, "List-Unsubscribe" in sent.extra_headers) == ([f"{ann.name} <{ann.email}>"], True)


def test_template_about_a_part_is_news_where_nobody_has_one(hub: Hub, lead: User) -> None:
    template = LetterTemplate.objects.create(hub=hub, name="Dates", subject="Dates", text="Text")
    letter = _begin(hub, lead, _head(hub, "Ann"))

    letters.use_template(letter=letter, template=template, by=lead, seen=letter.version)

    assert Letter.objects.get(pk=letter.pk).is_marketing


@pytest.mark.parametrize(
    ("parts", "said"), [(0, "To everybody on this list this letter is news"), (1, "To 1 of the 2"), (2, "")]
)
def test_page_of_the_text_says_to_how_many_it_is_news(hub: Hub, lead: User, client: Any, parts: int, said: str) -> None:
    listed = [_head(hub, name) for name in ("Ann", "Bea")]
    for one in listed[:parts]:
        enrolled(one)
    letter = _begin(hub, lead, *listed)
    client.force_login(lead)

    url = reverse("schools:letter-write", args=[letter.pk])
    page = client.get(url).content.decode()
    answer = client.post(url, {"subject": "S", "text": "T", "kind": "service", "seen": letter.version})

    assert ("this letter is news" in page, said in page) == (bool(said), True)
    assert (answer.status_code == 302) is (parts > 0)
    assert ("Choose “News and invitations”" in answer.content.decode()) is (parts == 0)
