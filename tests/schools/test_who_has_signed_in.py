"""Who has signed in, as a school and its hub read it: alike, but a school does not learn who has an account."""

import pytest
from django.test import Client
from django.urls import reverse

from schools import roles
from schools.models import School
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def school() -> School:
    """A school of a hub."""
    return make.SchoolFactory(authority__hub=make.HubFactory())


def test_school_and_hub_read_the_same_of_who_has_not_signed_in_and_the_hub_who_has_no_account(
    client: Client, school: School
) -> None:
    readers = [make.make_user(roles.HEADTEACHER, school=school), make.make_user(roles.HUB_LEAD, hub=school.hub)]
    people = [
        make.make_user(roles.OFFICE, school=school).person,
        make.RoleFactory(kind=roles.MATHS_LEAD, school=school).person,
        make.RoleFactory(kind=roles.COVER, school=school).person,
    ]
    found = []

    for reader in readers:
        client.force_login(reader)
        rows = client.get(reverse("schools:school-people", args=[school.pk])).content.decode()
        for one in people:
            row = rows.partition(f'{one.get_absolute_url()}">')[2].partition("</tr>")[0]
            page = client.get(one.get_absolute_url()).content.decode()
            details = page.partition("Signs in</dt>")[2].partition("</dd>")[0]
            found.append([("Not yet" in text, "has no account" in text) for text in (row, details)])

    invited, written_to = [(True, False)] * 2, [(False, False)] * 2
    assert found == [*(invited, invited, written_to), *(invited, [(True, True)] * 2, written_to)]
