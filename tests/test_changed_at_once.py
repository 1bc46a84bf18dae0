"""Two who send a form at the same moment: one is taken, the other is told, and nothing of the first is lost."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from hubportal.core import clock
from schools.models import Hub, Person
from schools.roles import HUB_ADMIN, HUB_LEAD, NATIONAL
from tests.races import at_once
from tests.test_changed_since import WORDS, opened
from tests.world import NOW, Side, make_side
from workgroups.models import Meeting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services, pytest.mark.cases]

Sent = tuple[str, dict[str, str]]


@pytest.mark.parametrize(
    ("forms", "stands"),
    [
        (
            lambda side: [
                (reverse("schools:person-edit", args=[side.users[HUB_ADMIN].person.pk]), {"job_title": "Clerk"}),
                (reverse("schools:person-edit", args=[side.users[HUB_ADMIN].person.pk]), {"phone": "020 7946 0123"}),
            ],
            lambda side: Person.objects.values_list("job_title", "phone").get(pk=side.users[HUB_ADMIN].person.pk),
        ),
        (
            lambda side: [
                (reverse("schools:hub-email", args=[side.hub.pk]), {"email": "new@hub.example.org"}),
                (reverse("dashboards:hub-edit", args=[side.hub.pk]), {"region": "Another Region"}),
            ],
            lambda side: Hub.objects.values_list("email", "region").get(pk=side.hub.pk),
        ),
        (
            lambda side: [
                (reverse("workgroups:meeting-place", args=[side.meeting.pk]), {"venue": "The hall"}),
                (reverse("workgroups:meeting-place", args=[side.meeting.pk]), {"topic": "Fractions"}),
            ],
            lambda side: Meeting.objects.values_list("venue", "topic").get(pk=side.meeting.pk),
        ),
    ],
    ids=["a person", "a hub by two pages", "a meeting"],
)
@pytest.mark.parametrize("attempt", range(2))
def test_nothing_is_lost_of_what_is_taken_and_who_is_refused_is_told(
    attempt: int, forms: Callable[[Side], list[Sent]], stands: Callable[[Side], tuple[str, str]]
) -> None:
    with clock.fixed(NOW):
        side = make_side()
        before = stands(side)
        pages = [
            (side.browser(NATIONAL if "hubs/" in url and "edit" in url else HUB_LEAD), url, given)
            for url, given in forms(side)
        ]
        ready = [(browser, url, opened(browser, url) | given) for browser, url, given in pages]

        answers = at_once(lambda one: one[0].post(one[1], one[2]), ready)

    taken = [answer.status_code == 302 for answer in answers]
    given = [next(iter(sent.values())) for _url, sent in forms(side)]
    assert any(taken)
    assert [WORDS in answer.text for answer in answers] == [not one for one in taken]
    assert stands(side) == tuple(given[at] if taken[at] else before[at] for at in (0, 1))
