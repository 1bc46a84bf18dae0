"""The outbox with a kind of its own."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as portal_settings

from hubportal.core import notices
from tests.core import plan

NOTICE_TEMPLATE = "Subject: News of {{ hub.name }}\n\nDear {{ notice.name }}, see {{ site }}.\n"


@pytest.fixture
def plans(settings: Any) -> Iterator[dict[int, list[notices.Desired]]]:
    """Only the test's kind, with nothing planned."""
    settings.NOTICE_KINDS = ["tests.core.plan.KINDS"]
    templates = portal_settings.TEMPLATES[0]
    loaders = [
        ("django.template.loaders.locmem.Loader", {"tests/notice.txt": NOTICE_TEMPLATE}),
        "django.template.loaders.filesystem.Loader",
        "django.template.loaders.app_directories.Loader",
    ]
    options = {**templates["OPTIONS"], "loaders": loaders}
    settings.TEMPLATES = [{**templates, "APP_DIRS": False, "OPTIONS": options}]
    notices.kinds.cache_clear()
    plan.PLANS.clear()
    yield plan.PLANS
    notices.kinds.cache_clear()
