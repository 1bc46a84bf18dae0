"""Pages with a heading, and pages under a shared tab bar: by name only, for whom each is."""

from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, resolve, reverse

from hubportal.core.access import may


class Named:
    """A page with a heading, used for its title too."""

    heading = ""
    lede = ""

    def get_heading(self) -> str:
        """What the page is called."""
        return self.heading

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the heading and the line under it."""
        found: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return {"heading": self.get_heading(), "lede": self.lede, **found}


class Tabbed(Named):
    """A page under a shared tab bar.

    :cvar tab_bar: the name of a setting: a tuple of (label, URL name); each URL takes the record's key.
    :cvar tab: the URL name of this page.
    """

    tab_bar = ""
    tab = ""
    request: Any

    @classmethod
    def why_not(cls, _user: Any, _record: Any, /) -> str:
        """Why somebody who sees the record and has one of the roles does not read this page of it (403), or empty."""
        return ""

    def tab_record_pk(self) -> int:
        """The primary key of the record that the tabs are about."""
        pk: int = self.object.pk  # type: ignore[attr-defined]
        return pk

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the tabs that exist."""
        found = super().get_context_data(**kwargs)
        if not self.tab_bar:
            return {"tabs": [], **found}
        record, user = getattr(self, "object", None), self.request.user
        return {
            "tabs": tabs(self.tab_bar, self.tab_record_pk(), self.tab, user, record),
            "back_to": list_of(self.tab_bar, user),
            **found,
        }


def tabs(bar: str, pk: int, current: str, user: Any = None, record: Any = None) -> list[dict[str, Any]]:
    """A shared tab bar, by name only: a page that is not there, or not for this user here, is left out."""
    found = []
    for label, name in getattr(settings, bar):
        try:
            url = reverse(name, args=[pk])
        except NoReverseMatch:
            continue
        if user is None or _is_open_to(url, user, record):
            found.append({"label": label, "url": url, "current": name == current})
    return found


def list_of(bar: str, user: Any) -> tuple[str, str] | None:
    """The list that pages under a tab bar lead back to, by name only, as (label, address); None for whom it is not."""
    label, name = settings.TAB_LISTS.get(bar, ("", ""))
    return (label, reverse(name)) if name and _is_open_to(reverse(name), user, None) else None


def _is_open_to(url: str, user: Any, record: Any) -> bool:
    """Whether the view behind an address is for one of the user's roles, and for them on this record."""
    view: Any = getattr(resolve(url).func, "view_class", object)
    kinds: tuple[str, ...] = getattr(view, "roles", ())
    if kinds and not may(user, *kinds):
        return False
    return record is None or not issubclass(view, Tabbed) or not view.why_not(user, record)
