"""Limits on what may be tried without an account, by network address; generous, as a school shares one."""

import hashlib

from allauth.account.adapter import get_adapter
from django.core.cache import cache, caches
from django.core.cache.backends.db import DatabaseCache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hubportal.core import clock
from hubportal.core.locks import wait_for_turn

HOUR = 3600


def is_too_often(request: HttpRequest, action: str, *, most: int, seconds: int = HOUR) -> bool:
    """Count one try of this action; whether it is one too many in this stretch of time."""
    return is_too_often_for(get_adapter().get_client_ip(request), action, most=most, seconds=seconds)


def is_too_often_for(who: str, action: str, *, most: int, seconds: int = HOUR) -> bool:
    """The same for anything that is tried for, such as a school."""
    address = hashlib.sha256(who.encode()).hexdigest()[:20]
    stretch = int(clock.real_now().timestamp()) // seconds
    key = f"throttle:{action}:{stretch}:{address}"
    return _count(key, seconds) > most


def _count(key: str, seconds: int) -> int:
    """One more try; those of the same moment are each counted, in a cache in the database one after the other."""
    with transaction.atomic():
        if isinstance(caches["default"], DatabaseCache):
            wait_for_turn(key)
        cache.add(key, 0, seconds)
        tries = cache.incr(key)
        cache.touch(key, seconds)  # the database's count would else be kept for as long as the cache keeps anything
    return tries


def too_often(
    request: HttpRequest, *, school: object = None, as_own: bool = False, draft: str = "", may_save: bool = True
) -> HttpResponse:
    """The page that says so: of the network, or of one school that was sent for, also with addresses like its own.

    :param draft: the form that was being filled in, by its key: it is gone on with later.
    :param may_save: whether a link to go on may be asked for now.
    """
    page = {"heading": "Please try again later", "school": school, "as_own": as_own}
    page |= {"draft": draft, "may_save": may_save}
    return render(request, "programmes/express/too_often.html", page, status=429)
