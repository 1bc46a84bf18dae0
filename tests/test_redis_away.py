"""While Redis is away people go on working: limits let through, wake-ups are given up at once, one line says so."""

import os
import runpy
import time
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from hubportal import settings as portal
from hubportal.cache import Client, PortalCache
from hubportal.core import clock
from programmes.models import Interest
from schools import roles
from tests import factories as make
from tests.world import NOW, make_side

pytestmark = pytest.mark.django_db
AWAY = "redis://127.0.0.1:1/0"  # a port that nobody listens on


@pytest.fixture(autouse=True)
def _redis_away(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The cache and the broker that the portal has with Redis."""
    monkeypatch.setenv("HERE", os.environ.get("REDIS_URL", ""))
    monkeypatch.setenv("REDIS_URL", AWAY)
    monkeypatch.setenv("CELERY_BROKER_WRITE_URL", AWAY)
    real = runpy.run_path(portal.__file__)
    settings.CACHES = real["CACHES"]
    monkeypatch.setattr(Client, "left_alone_until", 0.0)
    monkeypatch.setattr(Client, "is_away", False)
    with clock.fixed(NOW):
        yield


def test_people_sign_in_while_redis_is_away() -> None:
    user = make.make_user(roles.NATIONAL)
    user.set_password("right-horse-battery")
    user.save()

    wrong = Browser().post(reverse("account_login"), {"login": user.email, "password": "wrong-horse-battery"})
    right = Browser().post(reverse("account_login"), {"login": user.email, "password": "right-horse-battery"})
    code = Browser().post(reverse("account_request_login_code"), {"email": user.email})

    assert (wrong.status_code, right.status_code, code.status_code) == (200, 302, 302)


def test_public_form_finds_schools_while_redis_is_away() -> None:
    school = make.SchoolFactory()
    client = Browser()

    found = client.get(reverse("programmes:express-school"), {"q": school.name})
    suggested = client.get(reverse("programmes:express-suggestions"), {"q": school.name})

    assert (found.status_code, suggested.status_code) == (200, 200)
    assert school.name in found.content.decode()


def test_step_does_not_wait_for_the_broker(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks, caplog: pytest.LogCaptureFixture
) -> None:
    side = make_side()
    client = side.browser(roles.HUB_LEAD)
    started = time.monotonic()

    with django_capture_on_commit_callbacks(execute=True) as sent:
        answer = client.post(
            reverse("programmes:interest-decline", args=[side.interest.pk]), {"reason": "full", "note": "Full."}
        )

    took = time.monotonic() - started
    assert (answer.status_code, Interest.objects.get(pk=side.interest.pk).status) == (302, "declined")
    assert sent
    assert "did not take a wake-up" in caplog.text
    assert took < 3, "kombu's own patience is six seconds"


def test_one_line_says_that_limits_are_not_counted(caplog: pytest.LogCaptureFixture) -> None:
    for _try in range(3):
        Client.left_alone_until = 0.0
        Browser().get(reverse("programmes:express-school"), {"q": "primary"})

    told = [record.getMessage() for record in caplog.records if record.name == "hubportal.cache"]
    assert len(told) == 1
    assert "Redis is away: limits on tries are not counted." in told[0]


def test_cache_answers_as_if_nobody_had_tried() -> None:
    answers = [cache.add("a", 1), cache.get("a", "none"), cache.incr("a"), cache.get_many(["a"]), cache.has_key("a")]
    more = [cache.touch("a"), cache.delete("a"), cache.set_many({"a": 1})]
    cache.set("a", 1)
    cache.delete_many(["a"])

    assert (answers, more) == ([True, "none", 1, {}, False], [False, False, []])


def test_redis_that_was_away_is_not_waited_for_by_each_of_many() -> None:
    cache.get("a")

    assert Client.left_alone_until > time.monotonic()


@pytest.mark.services
def test_cache_counts_again_when_redis_is_back(caplog: pytest.LogCaptureFixture) -> None:
    cache.get("a")
    Client.left_alone_until = 0.0
    back = PortalCache(os.environ["HERE"], {})

    back.delete("tries")
    back.add("tries", 0)
    tries = [back.incr("tries"), back.incr("tries")]

    back.delete("tries")
    assert tries == [1, 2]
    assert "Redis is back" in caplog.text


def test_readyz_says_that_the_broker_is_away() -> None:
    answer = Browser().get(reverse("dashboards:readyz"))

    assert (answer.status_code, answer.json()["broker"]) == (503, "OperationalError")
