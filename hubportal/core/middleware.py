"""Requests before they reach a view."""

from collections.abc import Callable

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string

UNREADABLE = (BadRequest, MultiPartParserError, SuspiciousOperation)


def readable_forms(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Refuse a form that cannot be read (another encoding than UTF-8, no boundary, too large) before anything reads it.

    Django's own pages that say no read the form once more, to check its token, and would fail at the same place.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        try:
            _ = request.POST
        except UNREADABLE:
            return HttpResponse(render_to_string("400.html"), status=400)
        return get_response(request)

    return middleware
