"""How long each list page of 50 rows takes, against Django admin's change list of the same rows and columns.

Both are drawn by the same process on PostgreSQL through Django's test client, in turn, 50 rows a page.
"""

from functools import partial
from typing import Any

from bench import setting

from django.contrib import admin  # isort: skip - setting comes first
from django.db import models
from django.test import Client
from django.urls import reverse

from funding.models import Award, Claim
from hubportal.core import clock
from hubportal.core.models import Notice
from programmes.models import Interest, Leader
from schools.models import Person, School, User
from schools.roles import NATIONAL
from tests import factories as make
from tests.world import NOW, make_side
from workgroups.models import Group, Meeting, Visit

ROWS = 120
RUNS = 15
LIMIT = 0.5

# Each list page with the columns that its rows show, for the admin's change list of the same model.
LISTS: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    "schools:school-list": (School, ("name", "town", "postcode", "authority", "phase_code", "type_name", "hub")),
    "schools:person-list": (Person, ("name", "email", "school", "job_title")),
    "programmes:interest-list": (Interest, ("reference", "school", "offer", "status", "submitted_at", "hub")),
    "programmes:leader-list": (Leader, ("person", "kind", "school", "hub", "max_groups")),
    "workgroups:group-list": (Group, ("name", "offer", "leader", "places_taken", "status")),
    "workgroups:meeting-list": (Meeting, ("starts_at", "group", "host", "status")),
    "workgroups:visit-list": (Visit, ("school", "group", "leader", "term", "on", "status")),
    "funding:award-list": (Award, ("enrolment", "label", "amount", "claimed")),
    "funding:claim-list": (Claim, ("raised_at", "award", "amount", "raised_by", "status")),
    "dashboards:notice-list": (Notice, ("due_at", "kind", "name", "email", "state")),
}


def _fill() -> User:
    """A world of 120 rows of everything, seen by a national user."""
    side = make_side()
    offer = side.offer
    for number in range(ROWS):
        enrolment = make.EnrolmentFactory(offer=offer, hub=side.hub)
        group = make.GroupFactory(offer=offer, hub=side.hub, name=f"Group {number}", leader=side.leader)
        place = make.PlaceFactory(group=group, enrolment=enrolment)
        make.MeetingFactory(group=group, number=1, host=enrolment.school)
        make.VisitFactory(place=place, number=1)
        make.InterestFactory(offer=offer, school=enrolment.school)
        make.LeaderFactory(hub=side.hub, school=enrolment.school)
        make.ClaimFactory(award=make.AwardFactory(enrolment=enrolment), raised_by=side.users["office"])
        make.NoticeFactory(owner=side.hub, target=f"workgroups.place:{place.pk}")
    user = side.users[NATIONAL]
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    return User.objects.get(pk=user.pk)


def _same_columns(model: type[models.Model], columns: tuple[str, ...]) -> str:
    """Give the admin's change list the same columns, 50 a page and no N+1, and return its address."""
    site_admin: Any = admin.site._registry[model]
    names = {field.name: field for field in model._meta.concrete_fields}
    site_admin.list_display = columns
    site_admin.list_select_related = [name for name in columns if names[name].is_relation]
    site_admin.list_per_page = 50
    site_admin.list_filter = ()
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def measure() -> bool:
    """Every list page against its change list."""
    with clock.fixed(NOW):
        user = _fill()
        client = Client(SERVER_NAME="localhost")
        client.force_login(user)
        verdicts = []
        for name, (model, columns) in LISTS.items():
            page, changes = reverse(name), _same_columns(model, columns)
            for url in (page, changes):
                assert client.get(url).status_code == 200, url
            took, floor = setting.paired(partial(client.get, page), partial(client.get, changes), RUNS)
            verdicts.append(setting.judge(name, took * 1000, floor * 1000, LIMIT, "ms"))
    return all(verdicts)


if __name__ == "__main__":
    setting.run(measure)
