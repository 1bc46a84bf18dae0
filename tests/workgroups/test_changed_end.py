"""What a closed school has open, listed before all of it is withdrawn."""

import pytest
from django.urls import reverse

from hubportal.core import clock
from programmes.models import Enrolment
from schools.models import School
from tests.world import NOW, make_side

pytestmark = pytest.mark.django_db


def test_page_lists_what_is_withdrawn_of_ones_own() -> None:
    with clock.fixed(NOW):
        side, outside = make_side(), make_side()
        School.objects.filter(pk=side.school.pk).update(gias_status=School.GiasStatus.CLOSED, closed_on=NOW.date())
        Enrolment.objects.filter(pk=outside.enrolment.pk).update(school=side.school)

        page = side.browser("hub_lead").get(reverse("workgroups:changed-end", args=[side.school.pk])).text

    assert f"{side.offer}</a>, {side.enrolment.get_status_display().lower()}" in page
    assert f"</a>, {side.interest.get_status_display().lower()}" in page
    assert "1 visit ahead is cancelled with it." in page
    assert str(outside.offer) not in page
