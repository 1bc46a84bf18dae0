"""One box for schools, people, groups and references."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import quote

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.views.generic import TemplateView

from hubportal.core.access import RoleRequired, may
from hubportal.core.templatetags.portal import count
from hubportal.core.views import PortalRequest
from programmes.catalogue.words import group_words
from programmes.models import Interest, Offer
from programmes.views.interest import InterestList
from programmes.views.offers import OFFER_READERS
from schools.models import Person, School
from schools.views.people import PersonList
from schools.views.schools import SchoolList
from workgroups.models import Group
from workgroups.views.groups import GroupList

MOST = 10


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing: its heading, how a result is told apart, and the list that shows them all, if there is one."""

    heading: str
    detail: Callable[[Any], str]
    noun: str = ""
    url_name: str = ""
    query: str = ""
    readers: tuple[str, ...] = ()


SCHOOLS = Kind(
    "Schools",
    lambda one: " · ".join(filter(None, (f"{one.town} {one.postcode}", one.formerly))),
    "school",
    "schools:school-list",
    "whose=all&q",
    SchoolList.roles,
)
PEOPLE = Kind(
    "People",
    lambda one: one.school.name if one.school else one.job_title,
    *("person,people", "schools:person-list", "q", PersonList.roles),
)
GROUPS = Kind(
    "Groups",
    lambda one: str(one.offer),
    *("group", "workgroups:group-list", "years=all&name", GroupList.roles),
)
INTERESTS = Kind(
    "Applications and interests",
    lambda one: f"{one.programme} · {one.contact_name}",
    *("application or interest,applications and interests", "programmes:interest-list"),
    *("status=all&whose=all&q", InterestList.roles),
)
PROGRAMMES = Kind("Programmes", lambda one: one.code)


class Search(RoleRequired, TemplateView):
    """What fits the words, of each kind the first few that the person may see."""

    template_name = "dashboards/search.html"
    request: PortalRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Results by kind."""
        text = self.request.GET.get("q", "").replace("\x00", "").strip()[:100]
        found = self._found(text) if text else []
        return {"heading": "Search", "text": text, "found": found, **super().get_context_data(**kwargs)}

    def _found(self, text: str) -> list[dict[str, Any]]:
        user = self.request.user
        people = Person.objects.visible_to(user).matching(text).select_related("school").order_by("name", "pk")
        results: list[tuple[Kind, Any]] = [
            (SCHOOLS, School.objects.visible_to(user).matching(text).for_list()),
            (PEOPLE, people),
            (GROUPS, Group.objects.visible_to(user).matching(text).for_list()),
            (INTERESTS, Interest.objects.visible_to(user).matching(text).for_list()),
            (PROGRAMMES, _offers(user, text)),
        ]
        return [found for kind, rows in results if (found := self._of_kind(kind, rows, text))["hits"]]

    def _of_kind(self, kind: Kind, rows: Any, text: str) -> dict[str, Any]:
        """The first few, and where there are more the way to all of them."""
        first = list(rows[: MOST + 1])
        hits = [{"label": str(one), "detail": kind.detail(one), "url": one.get_absolute_url()} for one in first[:MOST]]
        has_more = len(first) > MOST
        return {
            "heading": kind.heading,
            "hits": hits,
            "has_more": has_more,
            "all": self._all(kind, rows, text) if has_more else None,
        }

    def _all(self, kind: Kind, rows: Any, text: str) -> dict[str, str] | None:
        """The link to the list, which shows the hub of the top bar only; none where nothing of it would be there."""
        if not kind.url_name or not may(self.request.user, *kind.readers):
            return None
        hub = self.request.hub
        number = rows.for_hub(hub).order_by().count()
        if not number:
            return None
        label = f"All {count(number, kind.noun)}" if number > 1 else count(number, kind.noun)
        return {
            "label": f"{label} of {hub}" if hub else label,
            "url": f"{reverse(kind.url_name)}?{kind.query}={quote(text)}",
        }


def _offers(user: Any, text: str) -> QuerySet[Offer]:
    """By title, code or what its groups and teachers are called; for those who open an offer's page."""
    if not may(user, *OFFER_READERS):
        return Offer.objects.none()
    words = ("title", "code", "group_label", "teacher_label", "phase__name", "phase__short_name")
    fits = reduce(or_, (Q(**{f"{word}__icontains": text}) for word in words))
    fits |= Q(group_label__icontains=group_words(text))
    return Offer.objects.visible_to(user).filter(fits).for_list().order_by("-year", "title", "pk")
