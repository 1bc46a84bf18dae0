"""What every page's frame shows: navigation by role, year and hub switchers, the demo's date."""

from contextlib import suppress
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from hubportal.core import clock
from hubportal.dashboards.actions.demo.cast import PLAYERS
from schools import roles, rules
from schools.middleware import YEARS_AHEAD
from schools.models import User

Entry = tuple[str, str]

HOME: Entry = ("Home", "dashboards:home")
HUB_NAV: list[Entry] = [
    HOME,
    ("Schools", "schools:school-list"),
    ("Interest", "programmes:interest-list"),
    ("Groups", "workgroups:group-list"),
    ("Visits", "workgroups:visit-list"),
    ("People", "schools:person-list"),
    ("Funding", "funding:award-list"),
    ("Reminders", "dashboards:notice-list"),
    ("Offers", "programmes:offer-list"),
]
NATIONAL_NAV: list[Entry] = [
    HOME,
    ("Hubs", "dashboards:hub-table"),
    ("Offers", "programmes:offer-list"),
    ("Schools", "schools:school-list"),
    ("Interest", "programmes:interest-list"),
    ("Groups", "workgroups:group-list"),
    ("People", "schools:person-list"),
    ("Funding", "funding:award-list"),
    ("Reminders", "dashboards:notice-list"),
    ("Imports", "schools:import-list"),
]
LEADER_NAV: list[Entry] = [
    HOME,
    ("My groups", "workgroups:group-list"),
    ("My visits", "workgroups:visit-list"),
    ("My schools", "schools:school-list"),
    ("Calendar", "workgroups:meeting-list"),
]
SCHOOL_NAV: list[Entry] = [
    HOME,
    ("Our journey", "programmes:school-journey"),
    ("Our dates", "workgroups:school-dates"),
    ("Our people", "schools:school-people"),
    ("Interest", "programmes:interest-list"),
    ("Funding", "funding:award-list"),
]
TRUST_NAV: list[Entry] = [HOME, ("Our schools", "schools:school-list"), *SCHOOL_NAV[1:]]
TEACHER_NAV: list[Entry] = [
    HOME,
    ("Meetings", "workgroups:meeting-list"),
    ("Groups", "workgroups:group-list"),
]
# Families of pages that belong to an entry of another family: the first that the navigation has.
BELONGS_TO = {
    "schools:letter": ("schools:person-list", "schools:school-people", "workgroups:group-list"),
    "schools:template": ("schools:person-list", "workgroups:group-list"),
    "schools:address": ("dashboards:notice-list",),
    "workgroups:meeting": ("workgroups:meeting-list", "workgroups:group-list"),
    "workgroups:place": ("workgroups:group-list",),
    "workgroups:school": ("schools:school-list", "workgroups:group-list"),
    "programmes:copy": ("programmes:interest-list",),
    "programmes:interest-bulk": ("programmes:interest-list",),
    "programmes:enrolment": ("programmes:interest-list",),
    "programmes:priority": ("programmes:interest-list",),
    "programmes:waiting": ("programmes:interest-list",),
    "programmes:teacher": ("programmes:interest-list",),
    "programmes:leader": ("schools:person-list",),
    "programmes:target": ("programmes:offer-list",),
    "programmes:phase": ("programmes:offer-list",),
    "programmes:term": ("programmes:offer-list",),
    "programmes:text": ("programmes:offer-list",),
    "programmes:school": ("programmes:school-journey", "schools:school-list"),
    "funding:claim": ("funding:award-list",),
    "funding:school": ("schools:school-list", "funding:award-list"),
    "funding:group": ("workgroups:group-list",),
    "funding:rate": ("programmes:offer-list",),
    "schools:role": ("schools:person-list",),
    "schools:advocate": ("schools:person-list",),
    "schools:hub": ("dashboards:hub-table",),
    "workgroups:changed": ("schools:school-list",),
    "dashboards:gias": ("schools:import-list",),
    "dashboards:record": ("dashboards:hub-table",),
}
# The widest first: a person of several kinds has the entries of all.
NAV_BY_ROLE: list[tuple[tuple[str, ...], list[Entry]]] = [
    ((roles.NATIONAL,), NATIONAL_NAV),
    (roles.HUB_READERS, HUB_NAV),
    (roles.LEADERS, LEADER_NAV),
    ((roles.TRUST_LEAD,), TRUST_NAV),
    (roles.SCHOOL_STAFF, SCHOOL_NAV),
    ((roles.TEACHER,), TEACHER_NAV),
]


def portal(request: HttpRequest) -> dict[str, Any]:
    """The frame's context; works on error pages, where a request may lack what middleware sets."""
    context: dict[str, Any] = {
        "portal_name": settings.PORTAL_NAME,
        "is_demo": settings.DEMO,
        "contact_email": settings.CONTACT_EMAIL,
    }
    if settings.DEMO:
        context["demo"] = {"date": clock.today()}
        context["demo_people"] = _demo_people  # asked only by the page that shows them
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not hasattr(request, "year"):
        return context
    return context | {
        "nav": _navigation(request),
        "year": request.year,
        "year_label": rules.year_label(request.year),
        "years": _years(request.year),
        "hub": getattr(request, "hub", None),
        "hub_choices": _hub_choices(request),
    }


def _hub_choices(request: HttpRequest) -> tuple[tuple[str, str, bool], ...]:
    """The hubs of the switcher as (key, name, whether it is the one looked at); none where there is no choice."""
    hubs, shown = getattr(request, "hubs", []), getattr(request, "hub", None)
    if len(hubs) < 2:
        return ()
    return tuple((str(hub.pk), f"{hub} (closed)" if hub.closed_on else hub.name, hub == shown) for hub in hubs)


def _demo_people() -> list[dict[str, str]]:
    """Who is there to sign in as in a demo, with their role."""
    emails = [player.email for player in PLAYERS]
    users = {user.email: user for user in User.objects.filter(email__in=emails).select_related("person")}
    return [
        {"email": one.email, "role": roles.LABELS[one.kind], "name": users[one.email].person.name}
        for one in PLAYERS
        if one.email in users
    ]


def _years(shown: int) -> tuple[tuple[str, str, bool], ...]:
    """The years that the switcher offers: three back, this one and the next; (value, label, whether it is shown)."""
    this_year = rules.academic_year(clock.today())
    years = range(this_year - 3, this_year + YEARS_AHEAD + 1)
    return tuple((str(year), rules.year_label(year), year == shown) for year in years)


def _navigation(request: HttpRequest) -> list[dict[str, Any]]:
    scope = request.user.scope  # type: ignore[union-attr]
    entries = _union([entries for kinds, entries in NAV_BY_ROLE if scope.has(*kinds)] or [[HOME]])
    own_school = min(scope.school_staff_ids, default=None)
    match = request.resolver_match  # none for an address that no page has
    # A page of another school than one's own belongs to the list of schools.
    is_own = match is not None and match.kwargs.get("pk") == own_school
    here = match.view_name if match else ""
    current = _current([name for _label, name in entries if is_own or not _is_of_one(name)], here)
    found = []
    for label, name in entries:
        url = _url(name, own_school)
        if url:
            found.append({"label": label, "url": url, "current": name == current})
    return found


def _union(menus: list[list[Entry]]) -> list[Entry]:
    """Each page once, the widest role's first; a page of two names ("My groups", "Groups") by the plain word."""
    found: dict[str, str] = {}
    for label, name in (entry for menu in menus for entry in menu):
        plain = label.rpartition(" ")[2].capitalize()
        before = found.setdefault(name, label)
        if before != label and before.rpartition(" ")[2].capitalize() == plain:
            found[name] = plain
    return [(label, name) for name, label in found.items()]


def _is_of_one(name: str) -> bool:
    """Whether it is a page of one school."""
    return not _url(name, None)


@lru_cache(maxsize=1024)
def _url(name: str, own_school: int | None) -> str:
    """The page's address, kept as it does not change; pages of one school lead to one's own."""
    for args in [[], [own_school]] if own_school else [[]]:
        with suppress(NoReverseMatch):
            return reverse(name, args=args)
    return ""


def _current(names: list[str], here: str) -> str:
    """The entry that the page shown belongs to: itself, one of its family, or one of a family akin."""
    family = here.rpartition("-")[0]
    kin = [name for name in names if family and name.rpartition("-")[0] == family]
    akin = [name for name in BELONGS_TO.get(family, ()) if name in names]
    return here if here in names else next(iter(kin + akin), "")
