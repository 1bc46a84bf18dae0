"""Every page: the number of queries is one literal, with a row made and with three made."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hubportal.core import clock
from tests.counts import dashboards, funding, programmes, schools, workgroups
from tests.counts.table import Count
from tests.test_access import LINES
from tests.world import NOW, Side

TABLES: dict[str, dict[str, Count]] = {
    "schools": schools.TABLE,
    "programmes": programmes.TABLE,
    "workgroups": workgroups.TABLE,
    "funding": funding.TABLE,
    "dashboards": dashboards.TABLE,
}
COUNTS = [(f"{app}:{name}", count) for app, table in TABLES.items() for name, count in table.items()]

COUNTED_ELSEWHERE = {
    "schools:letter-attachment": "a file",
    "programmes:receipt-file": "a file",
    "dashboards:home": "a home for each role: tests/dashboards/test_home.py",
    "dashboards:accessibility": "nothing but text",
    "dashboards:favicon": "a redirect to a file",
    "dashboards:record-template": "a file: nothing is read for it",
    "dashboards:record-mend": "a file: tests/dashboards/records/test_steps.py",
    "dashboards:healthz": "a sign of life for machines",
    "dashboards:readyz": "a sign of life for machines",
}


def test_every_page_has_its_number_of_queries() -> None:
    """A new page fails here until its queries are counted; so does a line without its page."""
    pages = {name for name, line in LINES if line.method == "get"}

    assert {name for name, _count in COUNTS} | COUNTED_ELSEWHERE.keys() == pages
    assert not {name for name, _count in COUNTS} & COUNTED_ELSEWHERE.keys()


@pytest.mark.cases
@pytest.mark.django_db
@pytest.mark.parametrize(("name", "count"), COUNTS, ids=[name for name, _count in COUNTS])
def test_page_takes_as_many_queries_for_three_rows_as_for_one(side: Side, name: str, count: Count) -> None:
    with clock.fixed(NOW):
        url = reverse(name, args=count.args(side) if count.args else []) + count.query
        client = Client()
        if count.kind is not None:
            client.force_login(side.users[count.kind])
        if count.before:
            count.before(client, side)

        count.more(side)
        with_few = _queries(client, url)
        for _again in range(2):
            count.more(side)
        with_more = _queries(client, url)

    assert (len(with_few), len(with_more)) == (count.queries, count.queries), "\n".join(with_more)
    assert count.queries <= 12


def _queries(client: Client, url: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return [query["sql"] for query in captured.captured_queries]
