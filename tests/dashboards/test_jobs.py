"""The page of long work: how far it is, and who may stop it."""

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from schools import roles
from tests import factories as make
from tests.world import NOW, make_side

pytestmark = pytest.mark.django_db
BY_SCRIPT = {"HX-Request": "true"}


def test_page_is_loaded_anew_once_the_work_has_ended(client: Client) -> None:
    with clock.fixed(NOW):
        side = make_side()
        client.force_login(side.users[roles.HUB_LEAD])
        job = make.JobFactory(owner=side.hub, state="running", lease="one", stage="Reading", done=3, total=10)
        page = reverse("dashboards:job-detail", args=[job.pk])

        during = client.get(page, headers=BY_SCRIPT)
        type(job).objects.update(state="done", ended_at=NOW)
        after = client.get(page, headers=BY_SCRIPT)
        opened = client.get(page)

    assert "Reading: 3 of 10" in during.text
    assert 'value="30"' in during.text
    assert [answer.headers.get("HX-Refresh") for answer in (during, after, opened)] == [None, "true", None]


def test_work_is_stopped_once(client: Client) -> None:
    with clock.fixed(NOW):
        side = make_side()
        client.force_login(side.users[roles.HUB_LEAD])
        job = make.JobFactory(owner=side.hub)
        stop = reverse("dashboards:job-stop", args=[job.pk])

        first, second = (client.post(stop, follow=True).text for _press in range(2))
        job.refresh_from_db()

    assert ("Stopped. Nothing was changed." in first, "This had ended already." in second) == (True, True)
    assert job.state == "cancelled"


def test_work_of_a_hub_that_one_only_reads_is_not_stopped(client: Client) -> None:
    """Staff of one hub on the board of another see what runs there."""
    with clock.fixed(NOW):
        user = make.make_user(roles.HUB_ADMIN, hub=make.HubFactory())
        job = make.JobFactory(owner=make.HubFactory())
        make.RoleFactory(person=user.person, kind=roles.BOARD, hub=job.owner)
        client.force_login(user)

        page = client.get(reverse("dashboards:job-detail", args=[job.pk]))
        answer = client.post(reverse("dashboards:job-stop", args=[job.pk]))
        job.refresh_from_db()

    assert (page.status_code, "Stop it" in page.text) == (200, False)
    assert (answer.status_code, job.state) == (403, "waiting")
