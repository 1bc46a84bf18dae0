"""Requests before they reach a view."""

from collections.abc import Callable

from django.contrib.auth import get_user
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string

# The largest that a page takes from whoever is not signed in (no page of theirs takes files), and from others.
MOST_OF_VISITORS = 3 * 1024 * 1024
MOST = 90 * 1024 * 1024
UNREADABLE = (BadRequest, MultiPartParserError, SuspiciousOperation)


def readable_forms(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Refuse a form that cannot be read (another encoding than UTF-8, no boundary, too large) before anything reads it.

    Django's own pages that say no read the form once more, to check its token, and would fail at the same place.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if _is_too_large(request):
            return HttpResponse(render_to_string("413.html"), status=413)
        try:
            _ = request.POST
        except UNREADABLE:
            return HttpResponse(render_to_string("400.html"), status=400)
        return get_response(request)

    return middleware


def _is_too_large(request: HttpRequest) -> bool:
    """By what is announced, before any of it is kept; what announces nothing is not read at all."""
    told = str(request.headers.get("content-length") or "")
    size = int(told) if told.isdecimal() else 0
    return size > MOST_OF_VISITORS and (size > MOST or not get_user(request).is_authenticated)
