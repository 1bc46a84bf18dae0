"""What a school sent twice: the copy that takes the place of the first when that is closed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery, notices
from hubportal.core.models import JournalEntry, Notice
from hubportal.core.workflow import CannotMove
from programmes.actions import decisions, enrolments
from programmes.actions.copies import TakenOver, merge
from programmes.actions.interest import confirm_as_head, submit
from programmes.models import Enrolment, Interest
from programmes.notices.links import contact_path
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.express import NOW, Visitor, make_application
from tests.races import at_once

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)


def send(copies: int, **changed: Any) -> list[Interest]:
    """The first and its copies, an hour after each other."""
    first = submit(application=make_application(), by=None, now=NOW)
    again = [
        submit(
            application=make_application(
                school=first.school, offer=first.offer, contact_email=f"kim{n}@people.example.org", **changed
            ),
            by=None,
            now=NOW + timedelta(hours=n),
        )
        for n in range(1, copies + 1)
    ]
    return [first, *again]


def asked() -> list[str]:
    """Whose headteachers are asked, and reminded; each once here."""
    rows = Notice.objects.filter(kind="interest-head", state="planned").order_by("target")
    return list(rows.values_list("target", flat=True).distinct())


def test_oldest_copy_takes_the_place_of_a_first_that_is_closed() -> None:
    first, second, third = send(2)
    decisions.close(interest=second, by=None, now=LATER, reason="Sent by mistake.")
    fourth = submit(
        application=make_application(school=first.school, offer=first.offer, contact_email="lee@people.example.org"),
        by=None,
        now=LATER,
    )

    chosen = decisions.close(interest=first, by=None, now=LATER, reason="Nobody at the school knows the sender.")

    rows = {one.pk: (one.status, one.duplicate_of_id) for one in Interest.objects.all()}
    assert chosen == third
    assert rows == {
        first.pk: ("withdrawn", None),
        second.pk: ("withdrawn", first.pk),
        third.pk: ("submitted", None),
        fourth.pk: ("second", third.pk),
    }
    assert asked() == [f"programmes.interest:{third.pk}"]


def test_address_that_was_put_right_before_a_copy_was_sent_is_not_told_anew_when_it_takes_an_earlier_day() -> None:
    first = submit(application=make_application(), by=None, now=NOW)
    copy = make_application(school=first.school, offer=first.offer, contact_email="kim@people.example.org")
    kept = submit(application=copy, by=None, now=LATER)
    Interest.objects.filter(pk=kept.pk).update(contact_corrected_at=LATER - timedelta(days=1))
    lead = make.make_user(HUB_LEAD, hub=first.hub)

    merge(kept=kept, gone=first, taken=TakenOver(), by=lead, now=LATER)

    received = Notice.objects.filter(kind="interest-received", email=kept.contact_email)
    assert [row.occurrence for row in received.exclude(state="cancelled")] == ["sent@2026-09-08"]


def test_copy_that_takes_the_place_lives_as_any_first_does() -> None:
    first, second = send(1)
    chosen = decisions.close(interest=first, by=None, now=LATER, reason="A stranger.")
    assert chosen is not None

    confirm_as_head(interest=chosen, asked=chosen.head_asked, by=None, now=LATER)
    decisions.accept(interest=Interest.objects.get(pk=second.pk), by=None, now=LATER)

    assert Enrolment.objects.get().interest == second
    told = Notice.objects.filter(kind="interest-accepted").values_list("email", flat=True)
    assert sorted(told) == sorted([second.contact_email, second.head_email])


def test_copy_that_is_kept_stands_where_the_first_stood_and_nobody_is_told_twice() -> None:
    first = submit(application=make_application(), by=None, now=NOW)
    lead = make.make_user(HUB_LEAD, hub=first.hub)
    decisions.put_on_waiting_list(interest=first, by=lead, now=NOW + timedelta(hours=1), reason="Full.")
    colleague = {"contact_name": "Kim Colleague", "contact_email": "kim@people.example.org"}
    again = make_application(school=first.school, offer=first.offer, **colleague)
    with clock.fixed(LATER):
        copy = submit(application=again, by=None, now=LATER)
        delivery.deliver_due()

    first.refresh_from_db()
    with clock.fixed(LATER):
        kept = merge(kept=copy, gone=first, taken=TakenOver(), by=lead, now=LATER + timedelta(hours=1))
        notices.sweep(LATER + timedelta(hours=1))

    first.refresh_from_db()
    kept.refresh_from_db()
    assert (kept.status, kept.submitted_at, kept.decided_at) == ("waiting", NOW, NOW + timedelta(hours=1))
    assert (kept.decided_by, kept.decision_reason, first.submitted_at) == (lead, "Full.", NOW)
    entry = JournalEntry.objects.about(kept).get(what="Another one was merged into this")
    assert entry.changed == {"sent": ["10 September 2026", "8 September 2026"]}
    told = Notice.objects.exclude(state="cancelled").exclude(kind="interest-head").values_list("kind", "email")
    contacts = [first.contact_email, kept.contact_email]
    assert sorted(told) == [
        *(("interest-received", email) for email in sorted(contacts)),
        *(("interest-waiting", email) for email in sorted([*contacts, first.head_email])),
    ]


def test_sender_of_a_copy_who_was_told_that_the_first_waits_is_not_told_so_again_when_it_is_kept() -> None:
    first, copy = send(1)
    lead = make.make_user(HUB_LEAD, hub=first.hub)
    with clock.fixed(LATER):
        decisions.put_on_waiting_list(interest=first, by=lead, now=LATER, reason="Full.")
        delivery.deliver_due()

        merge(kept=Interest.objects.get(pk=copy.pk), gone=first, taken=TakenOver(), by=lead, now=LATER)
        notices.sweep(LATER)
        delivery.deliver_due()

    told = Notice.objects.filter(kind__in=("interest-waiting", "interest-second"), state="sent")
    assert sorted(told.values_list("email", flat=True)) == sorted(
        {first.contact_email, first.head_email, copy.contact_email}
    )


@pytest.mark.parametrize("way", ["chosen", "kept", "as it is"])
def test_hub_reads_before_and_after_merging_who_is_asked_and_whose_answer_counts_no_more(way: str) -> None:
    first, copy = send(1, head_name="Other Head", head_email="other@people.example.org")
    Interest.objects.filter(pk=first.pk).update(head_confirmed_at=NOW)
    lead = make.make_user(HUB_LEAD, hub=first.hub)
    client, address = Client(), reverse("programmes:copy-compare", args=[first.pk, copy.pk])
    client.force_login(lead)
    chosen = {"answer": "second" if way == "kept" else "first", "contact": "as_it_is"}
    chosen["head"] = "second" if way == "chosen" else "as_it_is"

    with clock.fixed(LATER):
        before = client.get(address).text
        after = client.post(address, chosen, follow=True)

    said = [str(message) for message in after.context["messages"]]
    kept = copy if way == "kept" else first
    more = (
        f" Other Head is asked by e-mail, at other@people.example.org, to confirm it. "
        f"That {first.head_name} confirmed does not count any more."
    )
    assert said == [f"Merged. {kept.reference} stands for both.{'' if way == 'as it is' else more}"]
    assert "they are asked by e-mail to confirm, unless they have answered already" in before
    assert f"Where {copy.reference} stays, its headteacher, Other Head, is asked by e-mail" in before
    assert asked() == ([] if way == "as it is" else [f"programmes.interest:{kept.pk}"])


def test_headteacher_who_sent_the_copy_in_person_is_not_asked() -> None:
    first, second = send(1, contact_is_head=True)

    decisions.close(interest=first, by=None, now=LATER, reason="A stranger.")

    second.refresh_from_db()
    assert (second.status, second.head_asked_at, second.head_confirmed_at) == ("submitted", None, second.submitted_at)
    assert asked() == []


def test_copy_of_a_school_that_withdraws_later_stays_a_copy() -> None:
    """Its sender was told that the school had been accepted: nothing is open any more."""
    first, second = send(1)
    enrolment = decisions.accept(interest=first, by=None, now=LATER)

    enrolments.withdraw(enrolment=enrolment, by=None, now=LATER, reason="Both teachers are leaving.")

    second.refresh_from_db()
    assert (second.status, second.duplicate_of) == ("second", first)
    # What was not sent yet of the acceptance stays unsent.
    assert not Notice.objects.filter(kind__in=("interest-accepted", "interest-second"), state="planned").exists()


def test_decided_first_keeps_its_copies() -> None:
    first, second = send(1)

    decisions.decline(interest=first, by=None, now=LATER, reason="No places.")

    second.refresh_from_db()
    assert (second.status, second.duplicate_of) == ("second", first)


def test_hub_reads_before_and_after_closing_which_copy_is_next() -> None:
    first, second = send(1)
    browser = Client()
    browser.force_login(make.make_user(HUB_LEAD, hub=first.hub))
    path = reverse("programmes:interest-close", args=[first.pk])

    with clock.fixed(LATER):
        before = browser.get(path).text
        after = browser.post(path, {"reason": "A stranger."}, follow=True).text
        listed = browser.get(reverse("programmes:interest-list")).context["rows"]
        work = {item.title: item.count for item in browser.get("/").context["work"]}

    words = f"{second.reference}, is now the one to decide about. Jo Head is asked to confirm it."
    assert (second.reference in before, "Jo Head is asked to confirm it" in before) == (True, True)
    assert words in after
    assert "Nobody is told" not in after
    assert [row[1] for row in listed] == [second.reference]
    assert work["Applications to decide"] == 1


def test_closing_the_only_one_says_that_nobody_is_told() -> None:
    (first,) = send(0)
    browser = Client()
    browser.force_login(make.make_user(HUB_LEAD, hub=first.hub))

    with clock.fixed(LATER):
        page = browser.post(
            reverse("programmes:interest-close", args=[first.pk]), {"reason": "Changed their mind."}, follow=True
        ).text

    assert "Closed. Nobody is told by e-mail." in page


def _take(step: Callable[[], object]) -> str:
    try:
        step()
    except CannotMove:
        return "told"
    return "won"


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_copy_that_comes_while_the_first_is_closed_is_not_left_behind(attempt: int) -> None:
    first, second = send(1)
    mine = Interest.objects.get(pk=first.pk)
    application = make_application(
        school=first.school, offer=first.offer, contact_email="lee@people.example.org", reference="HP-LATE1"
    )

    outcomes = at_once(
        _take,
        [
            lambda: decisions.close(interest=mine, by=None, now=LATER, reason="A stranger."),
            lambda: submit(application=application, by=None, now=LATER),
        ],
    )

    rows = dict(Interest.objects.values_list("pk", "status"))
    late = Interest.objects.exclude(pk__in=(first.pk, second.pk)).get()
    assert outcomes == ["won", "won"]
    assert (rows[first.pk], rows[second.pk], late.status) == ("withdrawn", "submitted", "second")
    assert late.duplicate_of == second


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_first_and_copy_closed_at_once_leave_nothing_half_closed(attempt: int) -> None:
    pks = [one.pk for one in send(1)]
    mine = [Interest.objects.get(pk=pk) for pk in pks]

    outcomes = at_once(
        _take,
        [lambda one=one: decisions.close(interest=one, by=None, now=LATER, reason="A stranger.") for one in mine],
    )

    statuses = [Interest.objects.get(pk=pk).status for pk in pks]
    assert (outcomes[0], statuses[0]) == ("won", "withdrawn")
    assert statuses[1] == ("withdrawn" if outcomes[1] == "won" else "submitted")


@pytest.mark.parametrize("decide", [decisions.accept, decisions.decline])
def test_sender_of_a_copy_neither_changes_nor_withdraws_what_is_decided_with_the_first(
    decide: Callable[..., Any],
) -> None:
    first, copy = send(1)
    mine = contact_path(copy, LATER.date())
    with clock.fixed(LATER):
        offered = Visitor().get(mine).text
        decide(interest=first, by=None, now=LATER, **({"reason": "Full."} if decide is decisions.decline else {}))
        page = Visitor().get(mine).text
        opened = Visitor().get(f"{mine}withdraw/")
        pressed = [Visitor().post(f"{mine}{step}/", reason="A mistake.") for step in ("withdraw", "change")]

    copy = Interest.objects.get(pk=copy.pk)
    buttons = [f"{mine}{step}/" for step in ("withdraw", "change")]
    assert [[one in text for one in buttons] for text in (offered, page)] == [[True, True], [False, False]]
    assert [one.path for one in (opened, *pressed)] == [mine] * 3
    assert "settled together with another one of the same" in pressed[0].text
    assert (copy.status, copy.duplicate_of, copy.may_be_changed) == ("second", first, False)
    assert not Notice.objects.filter(kind="interest-withdrawn").exists()


def test_copy_withdrawn_before_the_decision_says_nothing_of_the_school() -> None:
    first, copy = send(1)
    with clock.fixed(LATER):
        page = Visitor().post(f"{contact_path(copy, LATER.date())}withdraw/", reason="A mistake.").text
        delivery.deliver_due()

    first.refresh_from_db()
    told = Notice.objects.get(kind="interest-withdrawn").body
    assert "This application counts no more." in page
    assert f"the application for {copy.programme} that you sent for {copy.school}" in told
    assert (first.status, "not taking part" in page) == ("submitted", False)
