"""How a line of the access table is written and read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schools.roles import NATIONAL
from tests.world import ROLES, Side


@dataclass(frozen=True)
class Line:
    """Who may use one URL.

    :param allowed: kinds of role that get the page (200), or whose step is taken (302).
    :param forbidden: kinds that the role check turns away (403), inside and outside alike.
        All other kinds pass the role check but do not see the thing: 404.
    :param refused: kinds that see the thing but may not take this step on it: inside 403, outside 404.
    :param args: the URL's arguments from the inside world; with arguments, allowed outsiders get 404.
    :param public: nobody signed in gets the page too.
    :param data: what a POST sends.
    :param shared: the thing is everybody's: it belongs to no hub.
    :param ok: what "allowed" answers (a page 200, a step 302).
    """

    allowed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    args: Callable[[Side], list[Any]] | None = None
    method: str = "get"
    public: bool = False
    data: Callable[[Side], dict[str, Any]] | None = None
    ok: int = 200
    shared: bool = False

    def expected(self, kind: str | None, *, outside: bool) -> int:
        """The status for a role (None: nobody signed in, sent to sign in with 302)."""
        if self.public:
            return self.ok
        if kind is None:
            return 302
        if kind in self.forbidden:
            return 403
        if kind in self.refused and not outside:
            return 403
        is_theirs = self.shared or not self.args or kind == NATIONAL
        if kind not in self.allowed or (outside and not is_theirs):
            return 404
        return self.ok


def page(*allowed: str, **rest: Any) -> Line:
    """A page that these kinds read; the role check turns all others away."""
    return Line(allowed=allowed, forbidden=but(*allowed), **rest)


def seen(*allowed: str, args: Callable[[Side], list[Any]], **rest: Any) -> Line:
    """A page of one thing open to anybody signed in who sees the thing: these kinds; others get 404."""
    return Line(allowed=allowed, args=args, **rest)


def step(*allowed: str, args: Callable[[Side], list[Any]], **rest: Any) -> Line:
    """A POST-only step of these kinds; it answers with a redirect."""
    return Line(allowed=allowed, forbidden=but(*allowed), args=args, method="post", **{"ok": 302, **rest})


ALL = ROLES


def but(*kinds: str) -> tuple[str, ...]:
    """All roles but these."""
    return tuple(kind for kind in ROLES if kind not in kinds)
