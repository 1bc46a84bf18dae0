"""A page that was open for too long: what was typed on it is given back, to be copied."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

MOST_TEXTS, LONGEST_TEXT = 50, 5000
# What is typed once and kept by nobody, and what nobody typed.
SECRET = ("password", "token", "code")


@never_cache
def open_too_long(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Nothing was done; what was typed stands on the page."""
    typed = list(_typed(request)) if _is_from_here(request, reason) else []
    return render(request, "403_csrf.html", {"typed": typed}, status=403)


def _is_from_here(request: HttpRequest, reason: str) -> bool:
    """Whether a page of the portal sent it: what another site lets a browser send is repeated to nobody.

    Where it was sent from is looked at before the token (the reasons that begin with its name), but over HTTP only
    where the browser says so.
    """
    return reason.startswith("CSRF") and ("Origin" in request.headers or request.is_secure())


def _typed(request: HttpRequest) -> Iterator[str]:
    """Texts of more than a word, and addresses: not what was ticked or chosen, nor what the page itself put in."""
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    for name, value in fields[:MOST_TEXTS]:
        text = value.strip()[:LONGEST_TEXT]
        if (len(text.split()) > 1 or "@" in text) and not any(word in name for word in SECRET):
            yield text
