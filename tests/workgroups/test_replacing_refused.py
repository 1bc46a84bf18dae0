"""A replacement that cannot be: the form says why, and keeps what was typed."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.templatetags.portal import long_day
from programmes.models import Leader
from schools import roles
from schools.actions import merging
from schools.models import Person, Role, User
from tests import factories as make
from tests.races import once_held
from tests.workgroups.test_groups import NOW
from tests.workgroups.test_replacing import TODAY, plan_of, replace
from workgroups.actions import leading, passing, replacing
from workgroups.models import Group, Replacement

SOON = TODAY + timedelta(days=20)
CARA = replacing.Newcomer(name="Cara Co", email="cara@people.example.org")


def _asked(group: Group, to: Leader | None, day: date = TODAY) -> dict[str, Any]:
    boxes = {"from_on_0": day.day, "from_on_1": day.month, "from_on_2": day.year}
    who = {"who": "known", "person": to.person_id} if to else {"who": "new", "name": "Ann New"}
    email = {} if to else {"email": "ann@people.example.org"}
    return {"duties": [f"group:{group.pk}"], "reason": "A new post", **boxes, **who, **email}


@pytest.mark.django_db
@pytest.mark.parametrize("is_new", [False, True])
def test_group_whose_leader_changes_already_is_refused_by_name_and_not_ticked(
    group: Group, staff: User, client: Client, is_new: bool
) -> None:
    """For cover with its end, too; what was typed stays."""
    make.RoleFactory(kind=group.leader.kind, hub=group.hub, person=group.leader.person)
    sam, spencer = group.leader, make.LeaderFactory(hub=group.hub, person__name="Spencer", max_groups=5)
    other = make.GroupFactory(hub=group.hub, offer=group.offer, leader=sam, status="running", name="Other")
    url = reverse("workgroups:person-replace", args=[sam.person_id])
    client.force_login(staff)
    with clock.fixed(NOW):
        back = SOON + timedelta(days=20)
        leading.change_leader(
            group=group, leader=spencer, from_on=SOON, reason="Cover", by=staff, now=NOW, back_on=back
        )

        form = client.get(url).text
        answer = client.post(url, _asked(group, None if is_new else spencer))
        done = client.post(url, {**_asked(other, None if is_new else spencer), "confirm": "yes"})

    planned = f"Spencer leads it from {long_day(SOON)}"
    ticked = [one.partition(">")[0] for one in form.split("<input")[1:] if 'name="duties"' in one]
    assert {
        str(pk): any(f'value="group:{pk}"' in one and "checked" in one for one in ticked) for pk in (group.pk, other.pk)
    } == {str(group.pk): False, str(other.pk): True}
    assert f"(not now: {planned})" in form
    assert answer.status_code == 200
    assert f"{group}: {planned}. Take that back on the group’s page first" in answer.text
    assert "A new post" in answer.text
    assert done.status_code == 302
    assert Replacement.objects.count() == 1


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_successor_whose_record_is_merged_while_the_preview_is_asked_for_is_said_on_the_form() -> None:
    """What no check of the form sees is no error page."""
    owen, staff = _head()
    ann, kept = (make.RoleFactory(kind=roles.MATHS_LEAD, school=owen.roles.get().school).person for _ in range(2))
    by, client = make.make_user(roles.NATIONAL), Client()
    client.force_login(staff)
    url = reverse("workgroups:person-replace", args=[owen.pk])
    day = {"from_on_0": TODAY.day, "from_on_1": TODAY.month, "from_on_2": TODAY.year}
    typed = {"duties": [f"role:{owen.roles.get().pk}"], "who": "known", "person": ann.pk, "reason": "A post", **day}

    def look() -> Any:
        with clock.fixed(NOW):
            return client.post(url, typed)

    answer = once_held(lambda: merging.merge(kept=kept, gone=ann, by=by, now=NOW), look)

    assert (answer.status_code, "has just been merged into another one" in answer.text) == (200, True)
    assert "A post" in answer.text


@pytest.mark.django_db
def test_leader_who_has_come_back_since_is_said_where_their_leaving_is_taken_back(
    group: Group, staff: User, client: Client
) -> None:
    other, was = make.LeaderFactory(hub=group.hub, max_groups=5), group.leader
    change = replace(was.person, staff, from_on=SOON, to=replacing.Newcomer(person=other.person))
    back = SOON + timedelta(days=60)
    make.LeaderFactory(person=was.person, hub=group.hub, kind=was.kind, starts_on=back)
    client.force_login(staff)

    with clock.fixed(NOW):
        answer = client.post(reverse("workgroups:replacement-take-back", args=[change.pk]))

    change.refresh_from_db()
    assert (answer.status_code, "came back on" in answer.text) == (200, True)
    assert change.status == Replacement.Status.PLANNED


def _head() -> tuple[Person, User]:
    held = make.RoleFactory(kind=roles.HEADTEACHER, school=make.SchoolFactory(), starts_on=TODAY - timedelta(days=99))
    return held.person, make.make_user(roles.HUB_LEAD, hub=held.school.hub)


@pytest.mark.django_db
@pytest.mark.parametrize("days", [-3, 0, 3])
@pytest.mark.parametrize("to", [CARA, None])
def test_whoever_is_replaced_from_a_day_is_not_replaced_again_from_another(
    days: int, to: replacing.Newcomer | None
) -> None:
    owen, staff = _head()
    replace(owen, staff, from_on=SOON)

    said = f"{owen} is replaced as headteacher from {long_day(SOON)} already. Take that back first."
    with pytest.raises(passing.CannotReplace) as problem:
        replace(owen, staff, from_on=SOON + timedelta(days=days), to=to)

    assert str(problem.value) == said
    heads = Role.objects.filter(kind=roles.HEADTEACHER).order_by("starts_on").values_list("person__name", flat=True)
    assert list(heads) == [owen.name, "Ben Bo"]


@pytest.mark.django_db
def test_role_with_a_last_day_that_no_replacement_gave_it_passes_on_before_it() -> None:
    owen, staff = _head()
    Role.objects.filter(person=owen).update(ends_on=SOON)

    replace(owen, staff, from_on=TODAY + timedelta(days=2))

    assert Role.objects.get(person=owen).ends_on == TODAY + timedelta(days=1)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_of_two_who_replace_one_headteacher_at_once_from_two_days_the_second_is_refused() -> None:
    owen, staff = _head()
    with clock.fixed(NOW):
        first = plan_of(owen, staff, from_on=SOON, now=NOW)
        second = plan_of(owen, staff, from_on=SOON - timedelta(days=3), now=NOW, to=CARA)

        def again() -> str:
            with clock.fixed(NOW), pytest.raises(passing.CannotReplace) as problem:
                replacing.replace(plan=second, by=staff, now=NOW)
            return str(problem.value)

        said = once_held(lambda: replacing.replace(plan=first, by=staff, now=NOW), again)

    assert f"from {long_day(SOON)} already" in said
    assert Replacement.objects.count() == 1
