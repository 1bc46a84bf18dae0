"""How a line of the table of query counts is written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.test import Client

from tests.world import Side


@dataclass(frozen=True)
class Count:
    """A page's number of queries, the same however much it shows.

    :param kind: the role that opens it, inside the world; None: nobody signed in.
    :param queries: the literal number, session and user included; at most 12.
    :param more: makes one more row for the page.
    :param args: the URL's arguments.
    :param query: what stands after the address.
    :param before: what the browser did before.
    """

    kind: str | None
    queries: int
    more: Callable[[Side], object]
    args: Callable[[Side], list[Any]] | None = None
    query: str = ""
    before: Callable[[Client, Side], None] | None = None
