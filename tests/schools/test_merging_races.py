"""A merger of two records beside what others do with one of them at the same moment."""

from datetime import UTC, datetime

import pytest

from schools import roles
from schools.actions import merging, people
from schools.models import Person, User
from tests import factories as make
from tests.races import once_held

NOW = datetime(2027, 1, 11, 10, tzinfo=UTC)

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def national() -> User:
    """Whoever may merge anybody."""
    return make.make_user(roles.NATIONAL)


@pytest.fixture
def twice() -> tuple[Person, Person]:
    """Two records of one person, each with a sign-in."""
    school = make.SchoolFactory()
    first, second = (make.make_user(roles.TEACHER, name=name, school=school).person for name in ("Jo Hill", "J Hill"))
    return first, second


def test_invitation_again_and_merger_do_not_wait_for_each_other_in_a_ring(
    national: User, twice: tuple[Person, Person]
) -> None:
    kept, gone = twice
    both = Person.objects.select_for_update().filter(pk__in=(kept.pk, gone.pk)).order_by("pk")

    was_sent = once_held(
        lambda: list(both),
        lambda: people.invite_again(person=kept, by=national, now=NOW),
        then=lambda: merging.merge(kept=kept, gone=gone, by=national, now=NOW),
    )

    assert was_sent
    assert not Person.objects.filter(pk=gone.pk).exists()
    assert User.objects.get(person=kept).invited_at == NOW
