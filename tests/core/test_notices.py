"""The reconciler: rows of the outbox are what is desired, and nothing is said twice."""

from datetime import date, datetime, timedelta

import pytest
from django.db.models import ProtectedError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hubportal.core import clock, notices
from hubportal.core.models import Notice
from hubportal.core.notices import Desired
from schools.models import Hub
from tests.factories import HubFactory

pytestmark = pytest.mark.django_db

TODAY = date(2027, 1, 11)
NOW = clock.at_london(TODAY, 10)
Plans = dict[int, list[Desired]]


def reminder(day: date, offset: int = 14, recipient: str = "person:1", email: str = "a@example.org") -> Desired:
    """A reminder some days before a meeting at 13.30, worth sending until the meeting starts."""
    return Desired(
        recipient=recipient,
        occurrence=f"{offset}d@{day}",
        due_at=clock.at_london(day - timedelta(days=offset)),
        until=clock.at_london(day, 13, 30),
        name="Alex Example",
        email=email,
    )


def rows() -> list[tuple[str, str, str]]:
    return sorted(Notice.objects.values_list("recipient", "occurrence", "state"))


def settle(hub: Hub, plans: Plans, *wanted: Desired, now: datetime = NOW) -> None:
    plans[hub.pk] = list(wanted)
    notices.reconcile(hub, now=now)


def test_reconcile_creates_what_is_desired_once(plans: Plans) -> None:
    hub = HubFactory()

    settle(hub, plans, reminder(date(2027, 2, 2)))
    settle(hub, plans, reminder(date(2027, 2, 2)))

    assert rows() == [("person:1", "14d@2027-02-02", "planned")]


def test_reconcile_says_what_each_is_about(plans: Plans) -> None:
    """As its name is now, so long as it is not sent."""
    hub = HubFactory(name="Old name")
    settle(hub, plans, reminder(date(2027, 2, 2)), reminder(date(2027, 3, 2)))
    Notice.objects.filter(occurrence="14d@2027-02-02").update(state="sent")
    hub.name = "New name"
    hub.save()

    settle(hub, plans, reminder(date(2027, 2, 2)), reminder(date(2027, 3, 2)))

    assert list(Notice.objects.order_by("due_at").values_list("about", flat=True)) == ["Old name", "New name"]


def test_reconcile_due_time_is_eight_in_london_across_the_clock_change(plans: Plans) -> None:
    hub = HubFactory()

    settle(hub, plans, reminder(date(2027, 4, 13)), reminder(date(2027, 4, 10)))

    due = dict(Notice.objects.values_list("occurrence", "due_at"))
    assert due["14d@2027-04-13"].isoformat() == "2027-03-30T07:00:00+00:00"
    assert due["14d@2027-04-10"].isoformat() == "2027-03-27T08:00:00+00:00"


def test_reconcile_moves_an_unsent_row(plans: Plans) -> None:
    hub = HubFactory()
    settle(hub, plans, reminder(date(2027, 2, 2)))
    first = Notice.objects.get()

    settle(hub, plans, reminder(date(2027, 2, 9)))

    moved = Notice.objects.get()
    assert (moved.pk, moved.occurrence, moved.due_at) == (
        first.pk,
        "14d@2027-02-09",
        clock.at_london(date(2027, 1, 26)),
    )


def test_reconcile_adds_beside_a_sent_row(plans: Plans) -> None:
    hub = HubFactory()
    settle(hub, plans, reminder(date(2027, 2, 2)))
    Notice.objects.update(state="sent")

    settle(hub, plans, reminder(date(2027, 2, 9)))

    assert rows() == [("person:1", "14d@2027-02-02", "sent"), ("person:1", "14d@2027-02-09", "planned")]


def test_reconcile_cancels_and_brings_back(plans: Plans) -> None:
    hub = HubFactory()
    settle(hub, plans, reminder(date(2027, 2, 2)))

    settle(hub, plans)
    cancelled = rows()
    settle(hub, plans, reminder(date(2027, 2, 2)))

    assert cancelled == [("person:1", "14d@2027-02-02", "cancelled")]
    assert rows() == [("person:1", "14d@2027-02-02", "planned")]


def test_reconcile_never_sends_again_what_was_sent(plans: Plans) -> None:
    hub = HubFactory()
    settle(hub, plans, reminder(date(2027, 2, 2)))
    Notice.objects.update(state="sent")

    settle(hub, plans)
    settle(hub, plans, reminder(date(2027, 2, 2)))

    assert rows() == [("person:1", "14d@2027-02-02", "sent")]


def test_reconcile_makes_no_row_when_it_is_too_late(plans: Plans) -> None:
    hub = HubFactory()

    settle(hub, plans, reminder(date(2027, 1, 11)), now=clock.at_london(TODAY, 13, 30))

    assert rows() == []


def test_reconcile_follows_a_changed_address(plans: Plans) -> None:
    hub = HubFactory()
    settle(hub, plans, reminder(date(2027, 2, 2)))

    settle(hub, plans, reminder(date(2027, 2, 2), email="new@example.org"))

    assert list(Notice.objects.values_list("email", flat=True)) == ["new@example.org"]


@pytest.mark.parametrize(
    ("email", "minutes_left", "expected"),
    [
        ("new@example.org", 1, ("planned", "new@example.org", 0, "", None)),
        ("a@example.org", 1, ("failed", "a@example.org", 3, "No such mailbox", NOW)),
        ("new@example.org", 0, ("failed", "a@example.org", 3, "No such mailbox", NOW)),
    ],
    ids=["mended", "the same address", "too late"],
)
def test_reconcile_revives_what_failed_while_it_is_worth_sending_to_another_address(
    plans: Plans, email: str, minutes_left: int, expected: tuple[object, ...]
) -> None:
    hub, until = HubFactory(), clock.at_london(date(2027, 2, 2), 13, 30)
    settle(hub, plans, reminder(date(2027, 2, 2)))
    Notice.objects.update(state="failed", attempts=3, problem="No such mailbox", next_try_at=NOW)

    settle(hub, plans, reminder(date(2027, 2, 2), email=email), now=until - timedelta(minutes=minutes_left))

    row = Notice.objects.get()
    assert (row.state, row.email, row.attempts, row.problem, row.next_try_at) == expected


def test_sweep_mends_what_no_action_told(plans: Plans) -> None:
    one, two = HubFactory(), HubFactory()
    plans[one.pk] = [reminder(date(2027, 2, 2))]
    plans[two.pk] = [reminder(date(2027, 2, 2))]

    notices.sweep(NOW, chunk=1)
    notices.sweep(NOW, chunk=1)

    assert sorted(Notice.objects.values_list("owner", "state")) == [(one.pk, "planned"), (two.pk, "planned")]


PLANNED = st.tuples(st.integers(1, 3), st.sampled_from([2, 14]), st.integers(0, 40))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("plan"), st.lists(PLANNED)),
        st.tuples(st.just("wait"), st.integers(1, 20)),
        st.tuples(st.just("send"), st.just(0)),
        st.tuples(st.just("sweep"), st.just(0)),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_rows_are_the_desired_set_whatever_happens(plans: Plans, steps: list[tuple[str, object]]) -> None:
    """Plans change, time passes, mails go out, sweeps run: nothing twice, nothing late, nothing lost."""
    Notice.objects.all().delete()
    plans.clear()
    hub, now, sent = HubFactory(), NOW, []
    for what, value in steps:
        if what == "plan":
            wanted = {
                (who, offset): reminder(TODAY + timedelta(days=day), offset, f"person:{who}")
                for who, offset, day in value  # type: ignore[attr-defined]
            }
            settle(hub, plans, *wanted.values(), now=now)
        elif what == "wait":
            now += timedelta(days=value)  # type: ignore[arg-type]
        elif what == "send":
            Notice.objects.too_late(now).update(state="missed")
            due = list(Notice.objects.due(now, now))
            assert all(row.due_at <= now < row.until for row in due if row.until)
            sent += [(row.recipient, row.occurrence) for row in due]
            Notice.objects.filter(pk__in=[row.pk for row in due]).update(state="sent")
        else:
            notices.sweep(now)

    notices.sweep(now)
    wanted_now = {(one.recipient, one.occurrence): one for one in plans.get(hub.pk, [])}
    planned = set(Notice.objects.filter(state="planned").values_list("recipient", "occurrence"))
    done = set(Notice.objects.filter(state__in=("sent", "missed")).values_list("recipient", "occurrence"))
    still_to_come = {at for at, one in wanted_now.items() if one.until and one.until > now}
    assert len(sent) == len(set(sent))
    assert planned <= set(wanted_now)
    assert still_to_come <= planned | done


@pytest.mark.parametrize(
    ("problem", "minutes_left", "expected"),
    [("", 1, "planned"), ("", 0, "missed"), ("Priya Lead settled it otherwise.", 1, "missed")],
    ids=["worth sending again", "still too late", "settled by somebody"],
)
def test_reconcile_plans_again_what_was_missed_only_while_it_is_worth_sending(
    plans: Plans, problem: str, minutes_left: int, expected: str
) -> None:
    """The demo's date goes ahead and comes back; nothing is ever sent late."""
    hub = HubFactory()
    one = reminder(date(2027, 2, 2))
    settle(hub, plans, one)
    Notice.objects.update(state="missed", problem=problem)
    assert one.until is not None

    settle(hub, plans, one, now=one.until - timedelta(minutes=minutes_left))

    assert rows() == [("person:1", "14d@2027-02-02", expected)]


def test_hub_with_notices_is_not_deleted_with_them(plans: Plans) -> None:
    hub = HubFactory()
    settle(hub, plans, reminder(date(2027, 2, 2)))

    with pytest.raises(ProtectedError):
        hub.delete()


@pytest.mark.django_db
def test_what_failed_at_a_wrong_address_waits_for_the_right_one_and_the_rest_is_cancelled(plans: Plans) -> None:
    """What is due at the new key goes there; what is no longer due, or stands there already, is no work any more."""
    hub = HubFactory()
    plans[hub.pk] = [_to("mail:old", one) for one in ("a", "b", "c")]
    notices.reconcile(hub, now=NOW)
    Notice.objects.update(state="failed", problem="Refused.", attempts=3)
    plans[hub.pk] = [_to("mail:new", one) for one in ("a", "c")]
    late = Notice.objects.get(occurrence="c@2026-10-01")
    late.pk = None
    late.recipient, late.state = "mail:new", "sent"
    late.save()

    notices.readdress("mail:old", "mail:new", hub, now=NOW)
    notices.reconcile(hub, now=NOW)

    rows = Notice.objects.order_by("occurrence", "recipient").values_list("occurrence", "recipient", "state", "email")
    assert list(rows) == [
        ("a@2026-10-01", "mail:new", "planned", "new@x.example.org"),
        ("b@2026-10-01", "mail:new", "cancelled", "old@x.example.org"),
        ("c@2026-10-01", "mail:new", "sent", "old@x.example.org"),
        ("c@2026-10-01", "mail:old", "cancelled", "old@x.example.org"),
    ]


def _to(recipient: str, offset: str) -> Desired:
    email = f"{recipient.partition(':')[2]}@x.example.org"
    return Desired(recipient=recipient, occurrence=f"{offset}@2026-10-01", due_at=NOW, name="Ann", email=email)
