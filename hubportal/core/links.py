"""Links that carry somebody's permission, where others read the e-mail that they stand in."""

import re
from collections.abc import Iterator
from functools import cache

from django.conf import settings
from django.urls import URLResolver, get_resolver

# In a route, as Django writes it: the signed part, and whatever else an address takes.
TOKEN, TAKEN = re.compile(r"<(?:\w+:)?token>"), re.compile(r"<[^<>]+>")


def hide_signatures(body: str) -> str:
    """The text with the signed part of its links left out.

    It is a permission: whoever reads an e-mail here must not be able to use its recipient's.
    """
    return _signed(settings.ROOT_URLCONF).sub(r"\1…", body)


@cache
def _signed(urls: str) -> re.Pattern[str]:
    """Where the signed part of a link stands: in each address that takes a token, whichever is added.

    Read from the routes: an address can be made only with all that it takes, and that may be more than the token.
    """
    found = (TOKEN.split(route, maxsplit=1) for route in _routes(get_resolver(urls), "/"))
    starts = {r"[^\s/]+".join(map(re.escape, TAKEN.split(parts[0]))) for parts in found if len(parts) > 1}
    return re.compile(rf"({'|'.join(sorted(starts))})[^\s/]+")


def _routes(resolver: URLResolver, before: str) -> Iterator[str]:
    """Every address as it is written down: /programmes/express/mine/<str:token>/change/."""
    for entry in resolver.url_patterns:
        route = f"{before}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from _routes(entry, route)
        else:
            yield route
