"""Many interests decided with one press: looked through first, each line for itself, and nothing twice."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, jobs
from hubportal.core.models import Job, JournalEntry, Notice
from programmes.actions import decisions
from programmes.actions.bulk import MOST_AT_ONCE, ask_to_decide, decide_many
from programmes.models import Enrolment, Interest, Target
from programmes.rules.bulk import Step
from schools.models import User
from schools.roles import HEADTEACHER, HUB_ADMIN, HUB_LEAD, NATIONAL
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> User:
    """Whoever leads the hub."""
    return make.make_user(HUB_LEAD, name="Priya Lead", hub=make.HubFactory())


def _came(lead: User, **fields: Any) -> Interest:
    made: Interest = make.InterestFactory(**{"school__authority__hub": lead.person.roles.get().hub, **fields})
    return made


def _ask(user: User, step: str, query: str = "", sent: dict[str, Any] | None = None) -> Any:
    client = Client()
    client.force_login(user)
    url = reverse("programmes:interest-bulk", args=[step]) + query
    with clock.fixed(NOW):
        return client.get(url, follow=True) if sent is None else client.post(url, sent, follow=True)


def _all(lines: Sequence[Interest], **more: str) -> dict[str, Any]:
    return {"shown": _shown(lines), "line": [one.pk for one in lines], **more}


def _shown(lines: Sequence[Interest]) -> str:
    return " ".join(f"{one.pk}:{one.status}" for one in lines)


def _statuses() -> list[str]:
    return list(Interest.objects.order_by("pk").values_list("status", flat=True))


def test_preview_counts_places_down_and_unticks_what_has_none(lead: User) -> None:
    first = _came(lead, head_confirmed_at=NOW)
    second, third = _came(lead, offer=first.offer), _came(lead, offer=first.offer)
    hub = first.hub
    assert hub is not None
    Target.objects.create(offer=first.applied_offer, hub=hub, schools=3)
    make.EnrolmentFactory(school=make.SchoolFactory(authority=first.school.authority), offer=first.offer)
    make.EnrolmentFactory(school=third.school, offer=first.offer, status="paused")
    make.PriorityListingFactory(hub=hub, school=second.school, reason="Area of need")
    elsewhere = make.InterestFactory()

    page = _ask(lead, "accept", f"?pk={first.pk}&pk={second.pk}&pk={third.pk}&pk={elsewhere.pk}&pk=x")

    lines = [(line.interest, line.left, ticked, line.verdict.blocked) for line, ticked in page.context["lines"]]
    assert lines == [
        (second, 1, True, ""),
        (first, 0, True, ""),
        (third, 0, False, "The school is enrolled already."),
    ]
    text = page.content.decode()
    assert "Places left afterwards" in text
    for words in ("2 places left of 3", "The headteacher has not confirmed.", "Area of need", "has accepted"):
        assert words in text
    assert _statuses() == ["submitted"] * 4


@pytest.mark.parametrize("schools", [1, 2])
def test_page_of_one_says_that_no_place_is_free(lead: User, schools: int) -> None:
    one = _came(lead)
    assert one.hub is not None
    Target.objects.create(offer=one.applied_offer, hub=one.hub, schools=schools)
    version = make.OfferFactory(stands_for=one.offer, hub=one.hub, phase=one.phase)
    make.EnrolmentFactory(school=make.SchoolFactory(authority=one.school.authority), offer=version)

    page = _open(lead, "interest-accept", one.pk)

    assert ("No place is free: of 1 place 1 is taken." in page.text) is (schools == 1)
    browser = Client()
    browser.force_login(lead)
    with clock.fixed(NOW):
        said = browser.post(page.wsgi_request.path, {"told_full": "1"}, follow=True).text
    assert ("Of 1 place 2 are taken now." in said) is (schools == 1)


def test_all_that_fit_the_filter_are_chosen_whatever_page_they_stand_on(lead: User) -> None:
    phases = [_came(lead) for _number in range(2)]
    many = [_came(lead, offer=phases[0].offer) for _number in range(51)]

    page = _ask(lead, "decline", f"?all=1&phase={phases[0].phase_id}")

    assert len(page.context["lines"]) == len(many) + 1


def test_all_that_fit_the_filter_are_those_of_every_value_chosen(lead: User) -> None:
    client = Client()
    client.force_login(lead)

    with clock.fixed(NOW):
        page = client.get(reverse("programmes:interest-list") + "?status=submitted&status=all&page=2")

    assert page.context["chosen_filter"] == [("status", "submitted"), ("status", "all")]


def test_accepting_many_enrols_and_tells_each_once_however_often_it_is_pressed(lead: User) -> None:
    lines = [_came(lead) for _number in range(3)]

    said = _ask(lead, "accept", "?all=1", _all(lines))
    again = _ask(lead, "accept", "?all=1", _all(lines))

    assert "3 applications accepted." in said.content.decode()
    assert "3 applications accepted." in again.content.decode()
    assert (Enrolment.objects.count(), Notice.objects.filter(kind="interest-accepted").count()) == (3, 6)


def test_lost_line_says_who_was_first_and_the_others_are_done(lead: User) -> None:
    taken, other, unticked = (_came(lead) for _number in range(3))
    rival = make.make_user(HUB_ADMIN, name="Olu Admin", hub=taken.hub)
    decisions.accept(interest=taken, by=rival, now=NOW)

    page = _ask(lead, "decline", "?all=1", {**_all([taken, other], reason="Full."), "shown": _shown([taken, unticked])})
    assert _statuses() == ["accepted", "submitted", "submitted"]
    page = _ask(lead, "decline", "?all=1", _all([taken, other], reason="No places."))

    text = page.content.decode()
    assert "1 application declined." in text
    assert "Olu Admin has decided about this on 11 January 2027: accepted. Nothing was done twice." in text
    assert _statuses() == ["accepted", "declined", "submitted"]


def test_who_was_shown_and_not_ticked_is_named(lead: User) -> None:
    lines = [_came(lead, school__name=name) for name in ("Ash School", "Beech School", "Cedar School")]

    page = _ask(lead, "accept", "?all=1", {**_all(lines[:1]), "shown": _shown(lines)})

    left = "Not ticked, so left as it was: Beech School and Cedar School."
    assert ["1 application accepted.", left] == [str(one) for one in page.context["messages"]]
    assert _statuses() == ["accepted", "submitted", "submitted"]


def test_declining_many_asks_for_the_reason_and_keeps_ticks(lead: User) -> None:
    lines = [_came(lead) for _number in range(2)]

    page = _ask(lead, "decline", "", {"shown": _shown(lines), "line": lines[1].pk, "reason": " "})

    assert [ticked for _line, ticked in page.context["lines"]] == [False, True]
    assert page.context["form"].errors
    assert _statuses() == ["submitted"] * 2


def test_nothing_ticked_and_an_unknown_step_do_nothing(lead: User) -> None:
    one = _came(lead)

    none = _ask(lead, "accept")
    emptied = _ask(lead, "accept", "", {"shown": _shown([one])})

    assert "Tick at least one" in none.content.decode()
    assert "Tick at least one" in emptied.content.decode()
    assert _ask(lead, "burn", f"?pk={one.pk}").status_code == 404
    assert _statuses() == ["submitted"]


def test_school_that_the_rules_cannot_judge_is_decided_on_its_own_page(lead: User) -> None:
    special = _came(lead, school__phase_code=0)

    page = _ask(lead, "accept", f"?pk={special.pk}")
    _ask(lead, "accept", "", _all([special]))

    assert "with a note" in page.content.decode()
    assert _statuses() == ["submitted"]


def test_owner_is_set_for_many_and_is_of_the_hubs_staff(lead: User) -> None:
    lines = [_came(lead) for _number in range(2)]
    mate, stranger = make.make_user(HUB_ADMIN, hub=lines[0].hub), make.make_user(HUB_ADMIN, hub=make.HubFactory())

    refused = _ask(lead, "owner", "", _all(lines, owner=str(stranger.pk)))
    _ask(lead, "owner", "", _all(lines, owner=str(mate.pk)))
    _ask(lead, "owner", "", _all(lines, owner=str(mate.pk)))

    assert refused.context["form"].errors
    assert set(Interest.objects.values_list("kept_by", flat=True)) == {mate.pk}
    assert JournalEntry.objects.filter(what="Owner set").count() == 2


def test_schools_read_nothing_of_the_hubs_order(lead: User) -> None:
    one = _came(lead)
    make.PriorityListingFactory(school=one.school, reason="Area of need")
    head = make.make_user(HEADTEACHER, school=one.school)
    client = Client()
    client.force_login(head)

    page = client.get(reverse("programmes:interest-list")).content.decode()

    assert "Area of need" not in page
    assert 'name="pk"' not in page


@pytest.mark.parametrize("step", [Step.ACCEPT, Step.WAIT, Step.DECLINE])
def test_line_whose_school_was_enrolled_meanwhile_is_said(lead: User, step: Step) -> None:
    one = _came(lead)
    make.EnrolmentFactory(school=one.school, offer=one.offer)

    (outcome,) = decide_many(step=step, interests=[one], by=lead, now=NOW, reason="Full.")

    assert bool(outcome.problem) is step.gives_place


def test_note_on_why_a_school_fits_is_asked_for_and_kept_for_the_hub(lead: User) -> None:
    special = _came(lead, school__phase_code=0)
    client = Client()
    client.force_login(lead)
    url = reverse("programmes:interest-accept", args=[special.pk])

    with clock.fixed(NOW):
        refused = client.post(url, {"note": " "})
        client.post(url, {"note": "Teaches years 1 to 6."})
        page = client.get(special.get_absolute_url()).content.decode()

    special.refresh_from_db()
    assert refused.context["form"].errors
    assert (special.status, special.hub_note) == ("accepted", "Teaches years 1 to 6.")
    assert "Teaches years 1 to 6." in page


def test_line_that_somebody_moved_after_it_was_shown_is_left_alone_and_says_who(lead: User) -> None:
    """The page showed it as new; a colleague put it on the waiting list with words of their own meanwhile."""
    moved, same = _came(lead), _came(lead)
    page = _ask(lead, "decline", f"?pk={moved.pk}&pk={same.pk}").text
    shown = re.findall(r'name="shown" value="([^"]+)"', page)
    colleague = make.make_user(HUB_ADMIN, name="Olu Admin", hub=lead.person.roles.get().hub)
    decisions.put_on_waiting_list(interest=moved, by=colleague, now=NOW, reason="Next year.")

    page = _ask(lead, "decline", sent={**_all([moved, same], reason="Full."), "shown": shown}).text

    assert "Olu Admin has just done this: put on the waiting list. Nothing was done twice." in page
    assert [Interest.objects.get(pk=one.pk).status for one in (moved, same)] == ["waiting", "declined"]


def test_line_that_was_decided_before_a_worker_died_is_told_with_the_others(lead: User) -> None:
    """Decided, and the e-mails not yet made: whoever goes on with the work makes them."""
    one = _came(lead)
    decide_many(step=Step.DECLINE, interests=[one], by=lead, now=NOW, reason="Full.")
    Notice.objects.all().delete()

    outcomes = decide_many(step=Step.DECLINE, interests=[one], by=lead, now=NOW, reason="Full.")

    assert [outcome.problem for outcome in outcomes] == [""]
    assert Notice.objects.filter(kind="interest-declined").count() == 2


def test_offer_that_asks_for_an_earlier_phase_needs_no_note_on_why_a_school_fits(lead: User) -> None:
    one = _came(lead, offer__must_follow=True)
    before = make.PhaseFactory()
    one.applied_offer.follows.add(before)
    make.EnrolmentFactory(school=one.school, offer__phase=before, offer__year=2025, status="completed")

    (outcome,) = decide_many(step=Step.ACCEPT, interests=[one], by=lead, now=NOW)

    one.refresh_from_db()
    assert (outcome.problem, one.needs_note, one.status) == ("", False, "accepted")


def test_more_than_a_page_can_wait_for_are_decided_by_a_worker_once_however_often_pressed(lead: User) -> None:
    offer = make.OfferFactory()
    lines = [_came(lead, offer=offer) for _number in range(MOST_AT_ONCE + 1)]
    decisions.put_on_waiting_list(interest=lines[1], by=None, now=NOW, reason="")
    sent = _all(lines, reason="Full.")

    first, again = (_ask(lead, "decline", sent=sent) for _press in range(2))
    decisions.accept(interest=lines[2], by=None, now=NOW)
    job = Job.objects.get()
    with clock.fixed(NOW):
        jobs.run(jobs.take(job))
    ended = _open(lead, "interest-bulk-result", job.pk)
    pressed_later = _ask(lead, "decline", sent=sent)
    with clock.fixed(NOW):
        jobs.run(jobs.take(Job.objects.latest("pk")))
    later = _open(lead, "interest-bulk-result", Job.objects.latest("pk").pk)

    assert first.redirect_chain == again.redirect_chain
    assert ("Waiting for its turn" in first.text, "Waiting for its turn" in pressed_later.text) == (True, True)
    statuses = _statuses()
    assert (statuses[2], set(statuses[:2] + statuses[3:])) == ("accepted", {"declined"})
    for page in (ended, later):
        assert "20 applications declined." in page.text
        assert [line[0] for line in page.context["lost"]] == [lines[2].pk]
    assert Notice.objects.filter(kind="interest-declined", email=lines[0].contact_email).count() == 1


class _StoppedAfterOne(jobs.Progress):
    """Somebody presses "Stop it" while the first line is decided."""

    def step(self, count: int = 1) -> None:
        if count:
            self.is_lost = jobs.cancel(Job.objects.get(), now=NOW)
            assert not connection.in_atomic_block  # no line keeps other people waiting for the next
        super().step(count)


@pytest.mark.django_db(transaction=True)
def test_work_that_is_stopped_keeps_what_is_decided_and_says_so(lead: User) -> None:
    lines = [_came(lead), _came(lead)]
    job = _ask_to_decline(lead, lines)

    jobs.run(jobs.take(job), _StoppedAfterOne())

    page = _open(lead, "interest-bulk-result", job.pk)
    assert _statuses() == ["declined", "submitted"]
    assert "It was stopped. What was done by then stays; the others are as they were." in page.text
    assert [line[0] for line in page.context["done"]] == [lines[0].pk]


def test_what_went_to_another_hub_before_its_turn_is_counted_and_not_shown(lead: User) -> None:
    """What was declined first, and whose school went later, is counted as declined."""
    lines, other = [_came(lead) for _ in range(3)], make.HubFactory()
    job = _ask_to_decline(lead, lines)
    Interest.objects.filter(pk=lines[1].pk).update(hub=other)

    jobs.run(jobs.take(job))
    Interest.objects.filter(pk=lines[2].pk).update(hub=other)

    page = _open(lead, "interest-bulk-result", job.pk)
    assert [one[0] for one in page.context["done"]] == [lines[0].pk]
    assert "1 more went to another hub meanwhile, with its school: nothing was done with it." in page.text


def test_work_whose_asker_has_left_decides_nothing(lead: User) -> None:
    job = _ask_to_decline(lead, [_came(lead), _came(lead)])
    lead.person.roles.all().delete()

    jobs.run(jobs.take(job))

    job.refresh_from_db()
    assert (job.state, job.problem[:9]) == ("refused", "You no lo")
    assert _statuses() == ["submitted", "submitted"]


def test_work_for_two_hubs_is_read_and_stopped_by_neither_alone(lead: User) -> None:
    ours, theirs = _came(lead), make.InterestFactory()
    both = make.make_user(HUB_LEAD, name="Bo Both", hub=ours.hub)
    make.RoleFactory(person=both.person, kind=HUB_LEAD, hub=theirs.hub)
    national = make.make_user(NATIONAL)

    job = _ask_to_decline(both, [ours, theirs])

    may = [_open(user, "interest-bulk-result", job.pk).status_code for user in (lead, both, national)]
    assert may == [404, 200, 200]
    assert _open(national, "interest-bulk-result", job.pk).context["may_stop"]


def test_line_that_went_to_another_hub_since_is_not_read(lead: User) -> None:
    lines = [_came(lead), _came(lead)]
    mate = make.make_user(HUB_ADMIN, hub=lines[0].hub)
    job = _ask_to_decline(lead, lines)
    with clock.fixed(NOW):
        jobs.run(jobs.take(job))
    Interest.objects.filter(pk=lines[0].pk).update(hub=make.HubFactory())

    page = _open(mate, "interest-bulk-result", job.pk)

    assert [line[0] for line in page.context["done"]] == [lines[1].pk]


def _ask_to_decline(by: User, lines: Sequence[Interest]) -> Job:
    asked = User.objects.get(pk=by.pk)  # as read for a request: with the roles of now
    return ask_to_decide(step=Step.DECLINE, interests=lines, by=asked, now=NOW, label="Decline", reason="Full.")


def test_other_work_of_the_same_person_is_waited_for(lead: User) -> None:
    lines = [_came(lead), _came(lead)]
    asked: dict[str, Any] = {"step": Step.DECLINE, "by": lead, "now": NOW, "label": "Decline", "reason": "Full."}

    first, again = (ask_to_decide(interests=lines, **asked) for _press in range(2))

    assert first == again
    with pytest.raises(jobs.AlreadyRunning):
        ask_to_decide(interests=lines[:1], **asked)


def _open(user: User, name: str, pk: int) -> Any:
    client = Client()
    client.force_login(user)
    with clock.fixed(NOW):
        return client.get(reverse(f"programmes:{name}", args=[pk]))
