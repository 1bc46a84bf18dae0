"""Replacing somebody, as the page of a school's people speaks of it."""

import pytest
from django.test import Client
from django.urls import reverse

from schools import roles
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("kind", "is_offered"), [(roles.HEADTEACHER, True), (roles.OFFICE, False)])
def test_page_speaks_of_replacing_only_to_who_may(client: Client, kind: str, is_offered: bool) -> None:
    school = make.SchoolFactory()
    client.force_login(make.make_user(kind, school=school))

    page = client.get(reverse("schools:school-people", args=[school.pk])).content.decode()

    assert ("Press Replace" in page, "A wrong e-mail address is corrected here" in page) == (is_offered, True)
