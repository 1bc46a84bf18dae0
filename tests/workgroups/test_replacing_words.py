"""What the form of a replacement, and what it says will happen, promise is true."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from schools import roles
from schools.models import Person, School
from tests import factories as make
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_replacing import first_place, plan_of, replace, teacher_of
from workgroups.actions import replacing
from workgroups.actions.outlook import Line, lines_of
from workgroups.models import Group

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def words_of_dates(lines: Sequence[Line]) -> str:
    return " ".join(line.more for line in lines if "from that day on" in line.more)


def test_dates_that_are_sent_are_those_that_lie_ahead(group: Group) -> None:
    held = first_place(group)
    first = group.meetings.earliest("starts_at")
    held.participants.update(since=clock.day_of(first.starts_at) - timedelta(days=9))
    after = first.ends_at + timedelta(days=1)
    lead = make.make_user(roles.HUB_LEAD, hub=group.hub)

    found = []
    for day in (clock.day_of(first.starts_at), clock.day_of(after)):
        with clock.fixed(after):
            plan = plan_of(teacher_of(held), lead, from_on=day, now=after)
            found.append(words_of_dates(replacing.preview(plan=plan, by=lead, now=after).lines))

    assert found == [
        "3 meetings from that day on; the dates that lie ahead (2) are sent at once.",
        "2 meetings from that day on; all dates are sent at once.",
    ]


def test_dates_of_a_group_that_forms_are_sent_when_it_starts(group: Group) -> None:
    Group.objects.filter(pk=group.pk).update(status=Group.Status.FORMING, started_at=None)
    lead = make.make_user(roles.HUB_LEAD, hub=group.hub)

    change = replace(teacher_of(first_place(group)), lead, from_on=NOW.date())

    assert words_of_dates(lines_of(change)) == "3 meetings from that day on; the dates are sent when the group starts."


@pytest.mark.parametrize(
    ("hour", "days", "when"), [(3, 0, "at 8.00 today"), (9, 0, "now"), (3, -1, "now"), (9, 9, "on that day at 8.00")]
)
def test_whoever_follows_in_a_role_gets_the_dates_when_it_says(group: Group, hour: int, days: int, when: str) -> None:
    school = first_place(group).enrolment.school
    head = make.RoleFactory(kind=roles.HEADTEACHER, school=school, starts_on=NOW.date() - timedelta(days=9)).person
    lead, now = make.make_user(roles.HUB_LEAD, hub=group.hub), clock.at_london(NOW.date(), hour)

    (line,) = lines_of(replace(head, lead, from_on=NOW.date() + timedelta(days=days), now=now))

    assert f"Ben Bo gets the dates of its groups from that day on, {when}." in line.more


@pytest.mark.parametrize("has_place", [False, True])
def test_maths_lead_ends_no_headteachers_time_at_the_school(group: Group, client: Client, has_place: bool) -> None:
    """Nothing of theirs is to be handed on, but a place that they take part in."""
    held = first_place(group)
    school = held.enrolment.school
    assert school is not None
    head = teacher_of(held) if has_place else make.PersonFactory()
    make.RoleFactory(kind=roles.HEADTEACHER, school=school, person=head)
    Person.objects.filter(pk=head.pk).update(school=school)
    client.force_login(make.make_user(roles.MATHS_LEAD, school=school))

    with clock.fixed(NOW):
        answer = client.get(f"{reverse('workgroups:person-replace', args=[head.pk])}?school={school.pk}")
    page = answer.content.decode()

    assert answer.status_code == (200 if has_place else 403)
    assert ("does nothing that is yours to hand to somebody else" in page) != has_place
    assert "altogether" not in page


def test_form_says_where_the_portal_knows_nobody_who_could_follow(group: Group, client: Client) -> None:
    client.force_login(make.make_user(roles.HUB_LEAD, hub=group.hub))
    leader = group.leader.person
    make.RoleFactory(person=leader, kind=roles.HUB_ADMIN, hub=group.hub)

    with clock.fixed(NOW):
        alone = client.get(reverse("workgroups:person-replace", args=[leader.pk])).content.decode()
        make.LeaderFactory(hub=group.hub, kind=group.offer.leader_kind, person__name="Lee Der")
        other = client.get(reverse("workgroups:person-replace", args=[leader.pk])).content.decode()

    assert ("The hub has no other leader for this." in alone, "Somebody the portal knows" in alone) == (True, False)
    assert ("The hub has no other leader for this." in other, "Lee Der" in other) == (False, True)


def test_people_page_lists_whoever_comes_beside_whoever_leaves(group: Group, client: Client) -> None:
    school: School | None = first_place(group).enrolment.school
    assert school is not None
    mo = make.RoleFactory(kind=roles.MATHS_LEAD, school=school, person__name="Mo Old").person
    replace(mo, make.make_user(roles.HUB_LEAD, hub=group.hub), from_on=date(2027, 1, 1))
    pages = []
    for user in (make.make_user(roles.HUB_LEAD, hub=group.hub), make.make_user(roles.HEADTEACHER, school=school)):
        client.force_login(user)
        with clock.fixed(NOW):
            pages.append(client.get(f"/schools/{school.pk}/people/").content.decode())

    for page in pages:
        rows = {name: page.partition(f">{name}</a>")[2].partition("</tr>")[0] for name in ("Mo Old", "Ben Bo")}
        assert "until 31 December 2026" in rows["Mo Old"]
        assert 'Maths lead <span class="muted small">from 1 January 2027</span>' in rows["Ben Bo"]


def test_whoever_passes_on_a_place_without_the_tick_stays_at_the_school_and_reads_what_ends(
    group: Group, client: Client
) -> None:
    held = first_place(group)
    ada, school = teacher_of(held), held.enrolment.school
    make.RoleFactory(person=ada, kind=roles.TEACHER, school=school, starts_on=NOW.date() - timedelta(days=9))
    lead = make.make_user(roles.HUB_LEAD, hub=group.hub)
    client.force_login(lead)

    with clock.fixed(NOW):
        form = client.get(f"{reverse('workgroups:person-replace', args=[ada.pk])}?school={school.pk}").text
    change = replace(ada, lead, from_on=NOW.date(), to=None)

    (line,) = [one for one in lines_of(change) if one.title.startswith("Teacher,")]
    assert "Without it they stay at the school: only what is ticked passes on." in form
    assert str(change) == f"Nobody yet for {ada}"
    assert line.more == f"{ada} stays at the school, and has no teacher’s place there any more: what teachers see ends."


def test_whoever_leaves_the_school_with_nobody_after_them_is_called_so(group: Group) -> None:
    held = first_place(group)
    lead = make.make_user(roles.HUB_LEAD, hub=group.hub)

    change = replace(teacher_of(held), lead, from_on=NOW.date(), to=None, leaves=True)

    assert str(change) == f"{change.person} leaves"


def test_form_about_a_leader_who_leads_no_group_speaks_of_the_hub(group: Group, client: Client) -> None:
    client.force_login(make.make_user(roles.HUB_LEAD, hub=group.hub))
    alone = make.LeaderFactory(hub=group.hub, kind=group.offer.leader_kind).person
    make.RoleFactory(person=alone, kind=roles.HUB_ADMIN, hub=group.hub)

    with clock.fixed(NOW):
        page = client.get(reverse("workgroups:person-replace", args=[alone.pk])).text

    assert "They lead no group of the hub, so nobody has to follow them in it" in page
    assert "The portal knows nobody else at the school." not in page


@pytest.mark.parametrize("leaves", [False, True])
def test_preview_says_that_a_role_which_comes_with_the_place_begins_with_it(group: Group, leaves: bool) -> None:
    held = first_place(group)
    teacher, school = teacher_of(held), held.enrolment.school
    make.RoleFactory(kind=roles.TEACHER, school=school, person=teacher, starts_on=NOW.date() - timedelta(days=9))
    lead = make.make_user(roles.HUB_LEAD, hub=group.hub)

    change = replace(teacher, lead, from_on=date(2027, 1, 1), leaves=leaves)

    (line,) = [one for one in lines_of(change) if one.title == f"Teacher, {school}"]
    assert line.words == f"{teacher} until 31 December 2026; Ben Bo from 1 January 2027"


def test_preview_says_that_the_successor_holds_the_role_already(group: Group) -> None:
    school = first_place(group).enrolment.school
    began = NOW.date() - timedelta(days=9)
    mo, jo = (
        make.RoleFactory(kind=roles.MATHS_LEAD, school=school, person__name=name, starts_on=began).person
        for name in ("Mo Old", "Jo New")
    )
    lead = make.make_user(roles.HUB_LEAD, hub=group.hub)

    change = replace(mo, lead, from_on=date(2027, 1, 1), to=replacing.Newcomer(person=jo))

    (line,) = lines_of(change)
    assert line.words == "Mo Old until 31 December 2026; Jo New is maths lead there already, and stays so"
