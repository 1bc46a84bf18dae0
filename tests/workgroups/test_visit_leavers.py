"""Who leaves before a visit's new day hears that it has moved."""

from datetime import date, timedelta

import pytest

from schools import roles
from schools.models import Role
from tests.workgroups import test_visit_notices as base
from workgroups.models import Visit

pytestmark = pytest.mark.django_db
visit = base.visit


def test_head_who_leaves_between_the_old_day_and_the_new_hears_that_it_moved(visit: Visit) -> None:
    Role.objects.filter(kind=roles.HEADTEACHER).update(ends_on=date(2027, 2, 10))
    base._book(visit)
    base._send_all("visit_booked")

    base._book(visit, base.BOOKED_FOR + timedelta(days=21))

    assert "Harriet Head" in {row[0] for row in base._rows(visit, "visit_moved")}
    assert "Harriet Head" not in {row[0] for row in base._rows(visit, "visit_reminder")}
