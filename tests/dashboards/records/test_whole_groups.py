"""A groups file taken back: a group that somebody has built on, or whose dates were sent, stays with all it has."""

from datetime import timedelta

import pytest

from hubportal.core import notices
from hubportal.core.models import Notice, Upload
from hubportal.core.records import record_key
from programmes.models import Enrolment
from schools.models import Person
from tests import factories as make
from tests.dashboards.records.bringing import bring, take_back
from tests.dashboards.records.test_taken_back import TABLES
from tests.workgroups.test_replacing import plan_of
from tests.world import NOW, Side
from workgroups.actions import replacing
from workgroups.models import Group, Meeting, Participant, Place, Visit

pytestmark = pytest.mark.django_db
HEADS = ["Group", "Programme", "Year", "Leader", "School", "Teachers", "Meeting 1", "Meeting 2", "Meeting 3"]
DATES = ["6 Oct 2026", "26 January 2027", "13 Apr 2027"]


def _bring(side: Side, group: str = "Rushey TRG", leader: str = "Lee Leader") -> Upload:
    schools = [make.SchoolFactory(name=name, authority=side.school.authority) for name in ("Hill Top", "Low Bank")]
    names = [(schools[0].name, "Ann Able"), (schools[1].name, "Ben Bold")]
    lines = [[group, side.offer.phase.name, "2026/27", leader, *one, *DATES] for one in names]
    return bring("groups", [HEADS, *lines], hub=side.hub, by=side.users["hub_lead"])


def _send(kind: str, target: Group | Meeting, person: Person) -> None:
    Notice.objects.create(
        kind=kind,
        target=record_key(target),
        recipient=f"person:{person.pk}",
        occurrence="told@2027-01-11",
        name=person.name,
        due_at=NOW,
        sent_at=NOW,
        state=Notice.State.SENT,
    )


def _parts(group: Group) -> dict[str, int]:
    return {
        "meetings": group.meetings.count(),
        "visits": group.visits.count(),
        "places": group.places.count(),
        "people": Participant.objects.filter(place__group=group).count(),
        "enrolments": Enrolment.objects.filter(places__group=group).distinct().count(),
    }


def _said(upload: Upload) -> list[str]:
    kept = upload.lines.exclude(kept="").order_by("number").values_list("kept", flat=True)
    return [line for lines in kept for line in lines.splitlines()]


def test_group_whose_teacher_was_replaced_since_stays_with_all_that_it_has(side: Side) -> None:
    upload = _bring(side)
    group, ann = Group.objects.get(name="Rushey TRG"), Person.objects.get(name="Ann Able")
    zed = replacing.Newcomer(name="Zed New", email="zed@people.example.org", job_title="")
    plan = plan_of(ann, side.users["hub_lead"], from_on=NOW.date() + timedelta(days=1), to=zed, now=NOW)
    replacing.replace(plan=plan, by=side.users["hub_lead"], now=NOW)
    before = _parts(group)

    take_back(upload)

    assert _parts(group) == before
    assert (before["meetings"], before["visits"] > 0, before["people"]) == (3, True, 3)
    page = side.browser("hub_lead").get(f"/records/{upload.pk}/").content.decode()
    assert page.count("Group “Rushey TRG” stays, with the schools, teachers, meetings and visits") == 1
    assert "Group “Rushey TRG” stays" in _said(upload)[0]


def test_group_whose_dates_were_sent_stays_until_nobody_waits_for_a_meeting(side: Side) -> None:
    upload = _bring(side)
    group = Group.objects.get(name="Rushey TRG")
    meeting = group.meetings.get(number=2)
    _send("meeting_reminder", meeting, Person.objects.get(name="Ann Able"))
    before = _parts(group)

    take_back(upload)

    assert _parts(group) == before
    why = "its dates have been sent by e-mail. Cancel a meeting on its page, and everybody hears of it."
    assert [why in one for one in _said(upload) if "Group “Rushey TRG” stays" in one] == [True, True]


def test_school_that_had_the_dates_of_a_group_that_was_there_stays_in_it(side: Side) -> None:
    """The school beside it, whom nobody told, goes."""
    Group.objects.filter(pk=side.group.pk).update(places_max=None)
    upload = _bring(side, side.group.name, str(side.group.leader))
    _send("year_dates", side.group, Person.objects.get(name="Ann Able"))
    visits = Visit.objects.filter(school__name="Hill Top").count()

    take_back(upload)

    new = Place.objects.filter(group=side.group, enrolment__school__name__in=("Hill Top", "Low Bank"))
    assert [place.enrolment.school.name for place in new] == ["Hill Top"]
    assert Participant.objects.filter(person__name="Ann Able").exists()
    assert (Visit.objects.filter(school__name="Hill Top").count(), visits > 0) == (visits, True)
    assert any("the school has had the dates by e-mail" in one for one in _said(upload))


def test_group_of_which_nobody_was_told_goes_though_e_mails_are_planned(side: Side) -> None:
    before = [model.objects.count() for model in TABLES]
    upload = _bring(side)
    notices.sweep(NOW)

    take_back(upload)

    assert [model.objects.count() for model in TABLES] == before
    assert upload.lines.exclude(kept="").count() == 0
