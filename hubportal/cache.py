"""The cache on Redis, which holds nothing but counts of tries: while Redis is away everything is let through.

Django's own raises instead, and then nobody could sign in. A cache that answers None does not do either: allauth
takes that for a lock that somebody else holds, waits for it and refuses.
"""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar, TypeVar

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Away
from redis.exceptions import TimeoutError as TooSlow
from redis.retry import Retry

logger = logging.getLogger(__name__)

# Somebody waits for the page.
AT_ONCE = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, "retry": Retry(NoBackoff(), 0)}
LEFT_ALONE_SECONDS = 5.0
Answer = TypeVar("Answer")


def _or(ask: Callable[..., Answer], away: Callable[..., Answer]) -> Callable[..., Answer]:
    """Ask Redis, or answer for it; one that was away a moment ago is left alone, as each try may be waited for."""

    @wraps(ask)
    def answer(*given: Any) -> Answer:
        if time.monotonic() < Client.left_alone_until:
            return away(*given)
        try:
            found = ask(*given)
        except (Away, TooSlow) as problem:
            if not Client.is_away:
                logger.warning("Redis is away: limits on tries are not counted. %s", problem)
            Client.is_away, Client.left_alone_until = True, time.monotonic() + LEFT_ALONE_SECONDS
            return away(*given)
        if Client.is_away:
            logger.warning("Redis is back: limits on tries are counted again.")
        Client.is_away = False
        return found

    return answer


def _no(*given: Any) -> bool:
    return False


class Client(RedisCacheClient):
    """Answers as if nobody had tried anything yet, where Redis does not answer."""

    # Of the process: each of its threads has a client of its own.
    left_alone_until: ClassVar[float] = 0.0
    is_away: ClassVar[bool] = False

    add = _or(RedisCacheClient.add, lambda _self, _key, _value, _timeout: True)
    get = _or(RedisCacheClient.get, lambda _self, _key, default: default)
    set = _or(RedisCacheClient.set, lambda *_given: None)
    touch = _or(RedisCacheClient.touch, _no)
    delete = _or(RedisCacheClient.delete, _no)
    get_many = _or(RedisCacheClient.get_many, lambda *_given: {})
    has_key = _or(RedisCacheClient.has_key, _no)
    incr = _or(RedisCacheClient.incr, lambda _self, _key, delta: delta)
    set_many = _or(RedisCacheClient.set_many, lambda *_given: None)
    delete_many = _or(RedisCacheClient.delete_many, lambda *_given: None)
    clear = _or(RedisCacheClient.clear, _no)


class PortalCache(RedisCache):
    """Django's cache on Redis with a client that lets through."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, {**params, "OPTIONS": {**AT_ONCE, **params.get("OPTIONS", {})}})
        self._class = Client
