"""Every link that a page shows leads to a page that the same person may read."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from tests.counts.table import Count
from tests.test_query_counts import COUNTS
from tests.world import NOW, Side

pytestmark = pytest.mark.once

LINK = re.compile(r'<a[^>]* href="([/?][^"]*)"')


# What a script reads, and a file.
NO_PAGES = {"programmes:express-suggestions", "dashboards:contact-workbook"}
PAGES = [(name, count) for name, count in COUNTS if name not in NO_PAGES]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "count"), PAGES, ids=[name for name, _count in PAGES])
def test_links_of_a_page_lead_to_pages(side: Side, name: str, count: Count) -> None:
    with clock.fixed(NOW):
        count.more(side)
        client = Client()
        if count.kind is not None:
            client.force_login(side.users[count.kind])
        url = reverse(name, args=count.args(side) if count.args else [])
        if count.before:
            count.before(client, side)
        answer = client.get(url + count.query)
        main = answer.text.partition("<main")[2].partition("</main>")[0]

        links = {unescape(link) for link in LINK.findall(main)}
        found = {link: _status(client, url + link if link.startswith("?") else link) for link in sorted(links)}

    assert answer.status_code == 200
    assert main
    assert {link: status for link, status in found.items() if status not in {200, 302}} == {}


def _status(client: Client, url: str) -> int:
    answer: Any = client.get(url)
    if answer.streaming:
        b"".join(answer.streaming_content)  # a file, which is closed at its end
    return int(answer.status_code)
