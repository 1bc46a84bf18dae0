"""What a merger of hubs leaves to be told and settled: plans that cannot be any more, what was set by hand."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from funding.models import Rate
from hubportal.core import clock, delivery
from hubportal.core.models import JournalEntry
from programmes.actions.offer_years import copy_of
from programmes.models import Enrolment, HalfTerm, Offer
from schools import roles
from schools.actions import hubs
from schools.models import Hub, HubChange, Role
from schools.rules import academic_year
from tests import factories as make
from tests.dashboards.records.bringing import look_at
from tests.world import NOW, Side
from workgroups.actions.hub_changes import follow_hub_changes
from workgroups.models.changed import OPEN_ENROLMENT

pytestmark = pytest.mark.django_db
TODAY, LATER = NOW.date(), date(2027, 2, 1)


def merge(hub: Hub, other: Hub, from_on: date = TODAY, **rest: Any) -> HubChange:
    wish = hubs.Wish(kind=HubChange.Kind.MERGER, hub=hub, other=other, from_on=from_on, reason="Reorganised", **rest)
    return hubs.plan_change(wish=wish, by=None, now=NOW)


@pytest.mark.parametrize("kind", ["merger", "both", "leaving"])
def test_access_for_a_time_goes_along_for_that_time_and_what_is_to_begin_begins_there(kind: str) -> None:
    day = [TODAY + timedelta(days=count) for count in range(-1, 10)]
    old, other = make.HubFactory(), make.HubFactory()
    spans = {"A": (day[0], day[8]), "B": (day[4], None), "C": (day[4], day[8]), "D": (day[0], day[8])}
    held = [
        make.RoleFactory(person__name=name, kind=roles.HUB_ADMIN, hub=old, starts_on=start, ends_on=end)
        for name, (start, end) in spans.items()
    ]
    make.RoleFactory(person=held[3].person, kind=roles.HUB_ADMIN, hub=other, starts_on=day[0], ends_on=day[9])

    if kind == "merger":
        merge(old, other)
    else:
        make.SchoolFactory(hub=old)
        rest: dict[str, Any] = {"schools": list(old.schools.all()), kind: held}
        wish = hubs.Wish(kind=HubChange.Kind.SPLIT, hub=old, other=other, from_on=TODAY, reason="Apart", **rest)
        hubs.plan_change(wish=wish, by=None, now=NOW)

    def days_at(hub: Hub) -> list[tuple[str, date, date | None]]:
        return list(
            Role.objects.filter(hub=hub).order_by("person__name").values_list("person__name", "starts_on", "ends_on")
        )

    there = [("A", TODAY, day[8]), ("B", *spans["B"]), ("C", *spans["C"]), ("D", day[0], day[9])]
    year_end = date(2027, 8, 31)
    here = {
        "merger": [(name, start, end or year_end) for name, (start, end) in spans.items()],
        "both": [(name, *span) for name, span in spans.items()],
        "leaving": [(name, day[0], day[0]) for name in spans],
    }
    assert (days_at(other), days_at(old)) == (there, here[kind])


@pytest.mark.parametrize("on_the_day", [True, False])
def test_plan_that_cannot_be_any_more_is_taken_back_by_the_portal_which_says_why(
    side: Side, mailoutbox: list[EmailMessage], on_the_day: bool
) -> None:
    other, third = make.HubFactory(name="Other Hub"), make.HubFactory(name="Third Hub")
    planned = merge(side.hub, other, from_on=LATER)
    with clock.fixed(NOW):
        # Only who has heard of it hears that it is not to be.
        delivery.deliver_due()
    if on_the_day:
        # Closed without the plan being looked at.
        Hub.objects.filter(pk=other.pk).update(closed_on=TODAY, goes_on_in=third)
    else:
        merge(other, third)

    with clock.fixed(clock.at_london(LATER, 1) if on_the_day else NOW):
        done = hubs.do_due_changes(now=clock.now())
        delivery.deliver_due()

    why = "Other Hub is closed from 11 January 2027: it goes on in Third Hub."
    planned.refresh_from_db()
    side.school.refresh_from_db()
    assert (done, planned.status, side.school.hub) == (0, "taken_back", side.hub)
    for hub in (side.hub, other):
        entry = JournalEntry.objects.about(hub).get(what="Merger taken back")
        assert (entry.by, entry.note) == (None, why)
    told = [str(mail.body) for mail in mailoutbox if mail.subject.startswith("Taken back")]
    assert [f"The portal took it back, because: {why}" in body for body in told] == [
        True
    ] * 5  # two hubs, three of the staff
    page = side.browser(roles.HUB_LEAD).get(planned.get_absolute_url()).content.decode()
    assert f"by the portal, because: {why}" in page


def test_hub_that_takes_over_reads_what_the_other_set_by_hand_and_takes_each_over_or_leaves_it(side: Side) -> None:
    other, old, year = make.HubFactory(name="Other Hub"), side.hub, side.offer.year
    national = make.OfferFactory(year=year, code="NCP26-77")
    own = {"hub_id": old.pk, "stands_for_id": national.pk, "hub_reason": "Few schools", "is_published": True}
    version = copy_of(national, **own, group_min=3)
    version.save()
    paid = [
        Rate.objects.create(offer=offer, hub=old, amount=amount) for offer, amount in ((version, 70), (side.offer, 900))
    ]
    Rate.objects.create(offer=side.offer, hub=old, label="Travel", amount=50, reason="Far away")
    Rate.objects.create(offer=side.offer, hub=other, label="Travel", amount=20, reason="Near")
    for row in HalfTerm.objects.filter(hub=None, year=year):
        HalfTerm.objects.create(year=year, hub=old, number=row.number, starts_on=row.starts_on, ends_on=row.ends_on)
    change = merge(old, other)
    by, lead = make.make_user(roles.HUB_LEAD, hub=other), Client()
    lead.force_login(by)
    step = reverse("dashboards:hub-change-take-over", args=[change.pk])

    page = lead.get(change.get_absolute_url()).content.decode()
    led_to = lead.post(step, {"what": f"version:{version.pk}"}, follow=True)
    for key in (f"dates:{year}", f"rate:{paid[1].pk}", f"rate:{paid[1].pk}", "rate:x"):
        lead.post(step, {"what": key})
    after = lead.get(change.get_absolute_url()).content.decode()

    assert page.count(">Take over<") == 3
    assert "Few schools" in page
    assert "Other Hub has an amount of its own." in page
    assert ">Take over<" not in after
    made = Offer.objects.get(hub=other, stands_for=national)
    assert (made.group_min, made.hub_reason, made.is_published) == (3, "Few schools", False)
    assert led_to.request["PATH_INFO"] == made.get_absolute_url()
    assert "Taken over as a draft of Other Hub. Publish it when it is right." in led_to.content.decode()
    assert "Other Hub has a version of its own, a draft." in after
    assert f'<a href="{made.get_absolute_url()}">Look at it</a>' in after
    rates = Rate.objects.filter(hub=other).order_by("amount")
    found = [(rate.offer_id, rate.label, int(rate.amount)) for rate in rates]
    release, offer = "Teacher release", side.offer.pk
    assert found == [(offer, "Travel", 20), (made.pk, release, 70), (offer, release, 900)]
    assert HalfTerm.objects.filter(hub=other, year=year).count() == 6
    # In the old hub it stays, for what it runs.
    assert (Offer.objects.filter(hub=old, stands_for=national).count(), Rate.objects.filter(hub=old).count()) == (1, 3)
    entries = JournalEntry.objects.about(other).filter(what="Term dates set")
    assert [entry.by for entry in entries] == [by]


def test_what_is_for_a_later_year_goes_though_what_runs_stays(side: Side) -> None:
    other, next_year = make.HubFactory(), academic_year(TODAY) + 1
    running, later = (
        make.EnrolmentFactory(hub=side.hub, school__authority__hub=side.hub, offer__year=year, status=status)
        for year, status in ((next_year - 1, "active"), (next_year, "accepted"))
    )
    group = make.GroupFactory(hub=side.hub, offer=later.offer, status="forming")
    make.PlaceFactory(group=group, enrolment=later)
    address = reverse("dashboards:hub-merge", args=[side.hub.pk])
    day = {"from_on_0": TODAY.day, "from_on_1": TODAY.month, "from_on_2": TODAY.year}
    kept = Enrolment.objects.filter(hub=side.hub, status__in=OPEN_ENROLMENT).count() - 1

    page = side.browser(roles.NATIONAL).post(
        address, {"other": other.pk, "running": "stays", "reason": "One hub", **day}
    )
    merge(side.hub, other)
    follow_hub_changes(now=NOW)

    for words, many in (
        ("Enrolments that stay until their year ends", kept),
        ("Enrolments for a later year, which go", 1),
        ("Groups for a later year, which go", 1),
    ):
        assert f"<dt>{words}</dt><dd>{many}</dd>" in page.text
    for record in (running, later, group, side.group):
        record.refresh_from_db()
    assert [record.hub for record in (running, side.group, later, group)] == [side.hub, side.hub, other, other]


def test_hub_that_was_merged_brings_records_of_what_stayed_until_its_year_ends(side: Side) -> None:
    merge(side.hub, make.HubFactory())
    follow_hub_changes(now=NOW)
    table = [["School", "Programme", "Year", "Amount", "Paid on"]]
    table.append([side.school.name, side.offer.phase.name, "2026/27", "10", "01/12/2026"])

    with clock.fixed(NOW):
        offered = side.browser("hub_lead").get("/records/new/?kind=payments").context["form"].fields["hub"].queryset
        upload = look_at("payments", table, hub=side.hub, by=side.users["hub_lead"])
    with clock.fixed(clock.at_london(date(2027, 9, 1), 9)):
        later = side.browser(roles.NATIONAL).get("/records/new/").context["form"].fields["hub"].queryset

    assert (side.hub in offered, side.hub in later) == (True, False)
    assert [line.outcome for line in upload.lines.all()] == ["create"]
