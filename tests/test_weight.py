"""What a page weighs over the wire: a phone in a school corridor has to fetch it."""

import gzip
import re
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from hubportal.core import clock
from schools import roles
from tests import factories as make
from tests.world import NOW, make_side

pytestmark = [pytest.mark.once, pytest.mark.django_db]

FIRST_VISIT = 160_000
NEXT_VISIT = 20_000
REFERENCE = re.compile(r'(?:href|src)="/static/([^"]+)"')
IN_STYLES = re.compile(r'url\("?\.\./([^")]+)"?\)')


@pytest.fixture
def lead(client: Client) -> Client:
    """A hub lead whose lists are full pages."""
    with clock.fixed(NOW):
        side = make_side()
    for _again in range(50):
        make.SchoolFactory(authority=side.school.authority)
    client.force_login(side.users[roles.HUB_LEAD])
    return client


def page_bytes(client: Client, url: str) -> bytes:
    """The page as it travels, compressed by the portal itself."""
    with clock.fixed(NOW):
        answer = client.get(url, headers={"accept-encoding": "gzip"})
    assert (answer.status_code, answer["Content-Encoding"]) == (200, "gzip")
    return answer.content


def files_of(page: str) -> set[Path]:
    """Every file that a browser fetches for the page, those that styles name included."""
    found = {_served(name) for name in REFERENCE.findall(page)}
    named = {name for file in found if file.suffix == ".css" for name in IN_STYLES.findall(file.read_text())}
    return found | {_served(name) for name in named}


def _served(name: str) -> Path:
    path = finders.find(name)
    assert path is not None, name
    return Path(path)


def weight(file: Path) -> int:
    """As the portal serves it: compressed beforehand, but for what is compressed already."""
    content = file.read_bytes()
    return len(content) if file.suffix == ".woff2" else len(brotli.compress(content))


@pytest.mark.parametrize("url", ["/", "/schools/"])
def test_first_visit_is_light_and_the_next_lighter(lead: Client, url: str) -> None:
    page = page_bytes(lead, url)

    files = files_of(gzip.decompress(page).decode())
    weights = {file.name: weight(file) for file in files} | {"the page": len(page)}
    assert {"portal.css", "portal.js", "inter-latin-wght-normal.woff2"} < set(weights)
    assert sum(weights.values()) <= FIRST_VISIT, weights
    assert weights["the page"] <= NEXT_VISIT
