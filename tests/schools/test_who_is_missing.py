"""Who is not named at a school yet, and who names them."""

import pytest
from django.test import Client
from django.urls import reverse

from schools import roles
from schools.models import School
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.mark.parametrize("kind", [roles.TRUST_LEAD, roles.HUB_LEAD])
def test_whoever_may_not_name_the_headteacher_reads_who_does(client: Client, kind: str) -> None:
    school: School = make.SchoolFactory(trust=make.TrustFactory())
    assert school.hub is not None
    type(school.hub).objects.update(email="hub@hubs.example.org")
    place = {"trust": school.trust} if kind == roles.TRUST_LEAD else {"hub": school.hub}
    client.force_login(make.make_user(kind, **place))

    page = " ".join(client.get(reverse("schools:school-people", args=[school.pk])).text.split())

    is_told = f'named by {school.hub}, <a href="mailto:hub@hubs.example.org">' in page
    assert (is_told, "Name the headteacher" in page) == (kind == roles.TRUST_LEAD, kind == roles.HUB_LEAD)
    assert "Name the maths lead" in page
