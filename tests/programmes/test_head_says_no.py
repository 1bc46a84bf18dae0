"""A headteacher's no: who hears of it, where the hub finds it, and what it takes to accept all the same."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.delivery import deliver_due
from hubportal.core.models import Notice
from hubportal.dashboards.figures.work import HUB_LINES, Reader, work_list
from programmes.actions import decisions
from programmes.actions.agreements import answer_as_head
from programmes.actions.asking import ask_head_again
from programmes.actions.bulk import decide_many
from programmes.actions.interest import answer_all_as_head, confirm_as_head, refuse_as_head, submit
from programmes.actions.receipts import Came, enter_head
from programmes.models import Interest
from programmes.notices.links import head_token
from programmes.rules.bulk import Step
from schools.models import User
from schools.roles import HEADTEACHER, HUB_LEAD
from tests import factories as make
from tests.programmes.express import NOW, make_application, said_on
from tests.programmes.test_express_head import DAY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_september() -> Iterator[None]:
    cache.clear()
    with clock.fixed(NOW):
        yield


@pytest.fixture
def interest() -> Interest:
    return submit(application=make_application(), by=None, now=NOW)


@pytest.fixture
def lead(interest: Interest) -> User:
    return make.make_user(HUB_LEAD, hub=interest.hub)


def _refuse(interest: Interest, reason: str = "No cover.") -> None:
    refuse_as_head(interest=interest, asked=interest.head_asked, reason=reason, by=None, now=NOW)


def _told(state: str = "planned") -> list[str]:
    rows = Notice.objects.filter(kind="interest-head-no", state=state)
    return sorted(rows.values_list("email", flat=True))


@pytest.mark.parametrize("status", ["submitted", "accepted"])
def test_hub_and_applicant_are_told_once_and_only_the_hub_reads_why(interest: Interest, status: str) -> None:
    deliver_due()
    mail.outbox.clear()
    if status == "accepted":
        decisions.accept(interest=interest, by=None, now=NOW)
        deliver_due()
        mail.outbox.clear()

    _refuse(interest)
    _refuse(Interest.objects.get())
    deliver_due()

    bodies = {one.to[0].partition("<")[2].rstrip(">"): str(one.body) for one in mail.outbox}
    hub = interest.hub
    assert hub is not None
    assert (len(mail.outbox), set(bodies)) == (2, {hub.email, interest.contact_email})
    assert {address: "No cover." in body for address, body in bodies.items()} == {
        hub.email: True,
        interest.contact_email: False,
    }
    assert interest.get_absolute_url() in bodies[hub.email]
    assert f"headteacher of {interest.school}, said on " in bodies[hub.email]
    assert f"told {hub} on " in bodies[interest.contact_email]
    assert ("has accepted" in bodies[hub.email]) is (status == "accepted")


def test_one_press_for_several_programmes_is_told_in_one_email() -> None:
    first = submit(application=make_application(), by=None, now=NOW)
    beside = submit(application=make_application(school=first.school, sent_with=first), by=None, now=NOW)

    answer_all_as_head(asking=[first, beside], asked=1, refusal="", by=None, now=NOW)
    deliver_due()

    told = [str(one.body) for one in mail.outbox if "says no" in one.subject or "said no" in one.subject]
    assert len(told) == 2
    assert all(first.reference in body and beside.reference in body for body in told)


def test_what_is_unsent_is_cancelled_where_the_headteacher_changes_their_mind(interest: Interest) -> None:
    _refuse(interest)

    confirm_as_head(interest=interest, asked=1, by=None, now=NOW)

    assert (_told(), len(_told("cancelled"))) == ([], 2)


def test_no_that_is_said_again_after_another_asking_is_told_again(interest: Interest) -> None:
    _refuse(interest)
    deliver_due()
    later = NOW + DAY
    with clock.fixed(later):
        ask_head_again(interest=interest, by=None, now=later)
        refuse_as_head(interest=interest, asked=2, reason="", by=None, now=later)

    assert (len(_told("sent")), len(_told())) == (2, 2)


def test_hub_that_entered_the_no_itself_is_not_told_and_the_applicant_is(interest: Interest, lead: User) -> None:
    came = Came("phone", NOW.date(), "No cover.")

    enter_head(interest=interest, asked=1, came=came, by=lead, now=NOW, confirms=False)

    assert _told() == [interest.contact_email]


def test_no_that_is_said_signed_in_is_told_too(interest: Interest) -> None:
    head = make.make_user(HEADTEACHER, school=interest.school)

    answer_as_head(interest=interest, takes_part=False, reason="", by=head, now=NOW)

    assert len(_told()) == 2


def _titles(lead: User, interest: Interest) -> dict[str, tuple[int, str]]:
    reader = Reader(user=lead, hub=interest.hub, now=NOW, today=NOW.date())
    return {item.title: (item.count, item.url) for item in work_list(reader, HUB_LINES)}


def _listed(lead: User, url: str) -> list[str]:
    client = Client()
    client.force_login(lead)
    return [row[1] for row in client.get(url).context["rows"]]


def test_hub_finds_it_in_its_work_list_until_it_has_decided_with_the_no_before_it(
    interest: Interest, lead: User
) -> None:
    make.InterestFactory(school=make.SchoolFactory(authority=interest.school.authority))
    before = _titles(lead, interest)
    _refuse(interest)

    count, url = _titles(lead, interest)["Headteachers who said no"]
    listed = _listed(lead, url)
    decisions.accept(interest=Interest.objects.get(pk=interest.pk), by=lead, now=NOW + DAY, note="Rang them.")
    filtered = _listed(lead, reverse("programmes:interest-list") + "?status=all&head=refused")

    assert "Headteachers who said no" not in {**before, **_titles(lead, interest)}
    assert (count, listed, filtered) == (1, [interest.reference], [interest.reference])


def test_no_after_the_acceptance_stands_in_the_work_list_and_beside_the_school_that_waits_for_a_group(
    interest: Interest, lead: User
) -> None:
    decisions.accept(interest=interest, by=lead, now=NOW - DAY)

    _refuse(Interest.objects.get(pk=interest.pk))

    client = Client()
    client.force_login(lead)
    assert _titles(lead, interest)["Headteachers who said no"][0] == 1
    assert "headteacher says no" in client.get(reverse("workgroups:place-waiting")).text


def test_hub_that_accepts_all_the_same_says_why_in_a_note(interest: Interest, lead: User) -> None:
    _refuse(interest)
    client, url = Client(), reverse("programmes:interest-accept", args=[interest.pk])
    client.force_login(lead)

    seen = client.get(url).context["as_it_was"]
    refused: Any = client.post(url, {"as_it_was": seen, "note": " "})
    client.post(url, {"as_it_was": seen, "note": "They rang: they will confirm."})

    interest.refresh_from_db()
    assert refused.context["form"].errors["note"]
    assert (interest.status, interest.hub_note) == ("accepted", "They rang: they will confirm.")


def test_nothing_is_accepted_against_a_no_without_a_note(interest: Interest, lead: User) -> None:
    _refuse(interest)

    with pytest.raises(decisions.CannotDecide, match="note"):
        decisions.accept(interest=Interest.objects.get(pk=interest.pk), by=lead, now=NOW)
    (outcome,) = decide_many(step=Step.ACCEPT, interests=[Interest.objects.get(pk=interest.pk)], by=lead, now=NOW)

    interest.refresh_from_db()
    assert ("note" in outcome.problem, interest.status) == (True, "submitted")


def test_page_to_change_ones_mind_shows_what_is_agreed_and_the_email_says_where_to_say_no(interest: Interest) -> None:
    deliver_due()
    (asked,) = [str(one.body) for one in mail.outbox if one.to[0].endswith(f"<{interest.head_email}>")]
    path = reverse("programmes:head-confirm", args=[head_token(interest)])

    before = Client().get(path).text
    after = Client().post(path, {"answer": "no"}, follow=True).text

    assert "No, I do not want my school to take part" in before
    assert "say so on the same page" in asked
    assert "<li>Teachers are released for every meeting.</li>" in after
    assert ("Have you changed your mind?" in after, "No, I do not want" in after) == (True, False)


def test_headteacher_who_confirms_one_of_two_reads_what_follows_for_the_other(client: Client) -> None:
    first = submit(application=make_application(), by=None, now=NOW)
    other = make_application(school=first.school, head_email=first.head_email, sent_with=first)
    second = submit(application=other, by=None, now=NOW)
    page = reverse("programmes:head-confirm", args=[head_token(first)])

    one = client.post(page, {"chooses": "yes", "programme": first.pk}, follow=True).content.decode()
    with clock.fixed(NOW + 10 * DAY):
        later = client.get(page).content.decode()
    refused = client.post(page, {**said_on(page), "answer": "no", "reason": ""}, follow=True).content.decode()

    said = "If your school is not to take part in it, say so below, and you are not asked again."
    assert f"{said} Otherwise we remind you by e-mail on 12 September 2026 and 17 September 2026." in one
    assert (said in later, "we remind you" in later) == (True, False)
    assert f'<h1 class="title">Your school does not take part in {second.programme_title}</h1>' in refused
    assert f"What you confirmed stands: {first.programme}." in refused
