"""A school's own space: what is asked of it now, its dates, its year; of a trust all schools together."""

from typing import Any

from django.core.paginator import Paginator
from django.views.generic import TemplateView

from hubportal.core import clock
from hubportal.core.access import RoleRequired
from hubportal.core.tabs import Named
from hubportal.core.views import PER_PAGE, PortalRequest
from hubportal.dashboards.figures.asked import KINDS, Ask, asked_of, lines
from hubportal.dashboards.figures.contacts import of_schools
from hubportal.dashboards.figures.space import Space, read_space, unnamed
from programmes.actions.enrolments import may_name
from schools import roles

LAST_VISITS = 3
NEXT_DATES = 6
SCHOOLS_AT_HOME = 10


def school_section(request: PortalRequest) -> dict[str, Any]:
    """The part of a home that is about one's own schools: what is asked first, then dates, then the year."""
    scope, space = request.user.scope, _space(request)
    schools, asks = list(space.schools.values()), asked_of(space)
    is_many = len(schools) > 1
    return {
        "template": "dashboards/_home_school.html",
        "title": "Your schools" if is_many or scope.trust_ids else "Your school",
        "work": lines(asks),
        "others": sum(not ask.is_own for ask in asks),
        "school": None if is_many or not schools else schools[0],
        "closed": [school for school in schools if not school.is_open],
        "dates": space.next_dates[:NEXT_DATES],
        "enrolments": [
            {"enrolment": one, "unnamed": unnamed(one), "may_name": may_name(scope, one)} for one in space.of_year
        ],
        "schools": _table(space, asks)[:SCHOOLS_AT_HOME] if is_many else [],
        "number": len(schools),
        "contacts": of_schools(space),
        "last_visits": space.last_visits[:LAST_VISITS],
    }


def _space(request: PortalRequest) -> Space:
    return read_space(request.user, year=request.year, now=clock.now())


def _table(space: Space, asks: list[Ask]) -> list[dict[str, Any]]:
    """Each school with its programmes of the year and what is asked of it, those of whom most is asked first."""
    rows = [
        {
            "school": school,
            "enrolments": [one for one in space.of_year if one.school_id == school.pk],
            "asks": _counted([ask for ask in asks if ask.school.pk == school.pk]),
        }
        for school in space.schools.values()
    ]
    return sorted(
        rows, key=lambda row: (-sum(ask["count"] for ask in row["asks"]), row["school"].name, row["school"].pk)
    )


def _counted(asks: list[Ask]) -> list[dict[str, Any]]:
    """What is asked of one school by kind, each with its number and the page of the first."""
    found: dict[tuple[str, bool], dict[str, Any]] = {}
    for ask in asks:
        line = found.setdefault((ask.kind, ask.is_own), {"ask": ask, "count": 0})
        line["count"] += 1
    return list(found.values())


class OwnSpace(RoleRequired, Named, TemplateView):
    """A page about one's own schools."""

    roles = roles.SCHOOL_STAFF
    request: PortalRequest


class AskedList(OwnSpace):
    """Everything that is asked of one's schools, one by one."""

    template_name = "dashboards/asked_list.html"
    heading = "What is asked of you now"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All, or of one kind, or of one school."""
        kind, school = self.request.GET.get("kind", ""), self.request.GET.get("school", "")
        asks = asked_of(_space(self.request))
        kinds = [(key, KINDS[key][0]) for key in KINDS if any(ask.kind == key for ask in asks)]
        shown = [ask for ask in asks if kind in ("", ask.kind) and school in ("", str(ask.school.pk))]
        schools = {ask.school.pk: ask.school for ask in asks}
        return super().get_context_data(
            page_obj=Paginator(shown, PER_PAGE).get_page(self.request.GET.get("page")),
            total=len(shown),
            kinds=kinds,
            kind=kind,
            schools=sorted(schools.values(), key=lambda one: (one.name, one.pk)),
            school=school,
            **kwargs,
        )


class OwnSchools(OwnSpace):
    """One's schools × their programmes of the year × what is asked of each."""

    template_name = "dashboards/own_schools.html"
    heading = "Your schools"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All, by name, by programme, or only those of whom something is asked."""
        asked = self.request.GET
        space = _space(self.request)
        rows = _table(space, asked_of(space))
        words, offer = asked.get("q", "").casefold().split(), asked.get("offer", "")
        shown = [
            row
            for row in rows
            if all(word in row["school"].name.casefold() for word in words)
            and (not offer or any(str(one.offer_id) == offer for one in row["enrolments"]))
            and (not asked.get("asked") or row["asks"])
        ]
        return super().get_context_data(
            page_obj=Paginator(shown, PER_PAGE).get_page(asked.get("page")),
            total=len(shown),
            q=asked.get("q", ""),
            offers=sorted({(one.offer_id, str(one.offer)) for one in space.of_year}, key=lambda one: one[1]),
            offer=offer,
            only_asked=bool(asked.get("asked")),
            **kwargs,
        )
