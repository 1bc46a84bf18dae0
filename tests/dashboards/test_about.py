"""What the portal says of itself to anybody."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

pytestmark = pytest.mark.once


def test_icon_is_found_by_its_old_name(client: Client) -> None:
    answer = client.get("/favicon.ico")

    assert answer.status_code == 302
    found = finders.find(answer["Location"].removeprefix("/static/"))
    assert Path(str(found)).name == "icon.svg"


def test_every_page_leads_to_privacy_and_accessibility(client: Client, db: None) -> None:
    for page in ("/", "/accessibility/", "/no-such-page/"):
        text = client.get(page).content.decode()
        assert ('href="/accessibility/"' in text, 'href="/programmes/privacy/"' in text) == (True, True)


def test_accessibility_page_says_whom_to_tell(client: Client, settings: Any, db: None) -> None:
    settings.CONTACT_EMAIL = "help@example.org"

    assert "mailto:help@example.org" in client.get("/accessibility/").content.decode()
