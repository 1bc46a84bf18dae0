"""One box for schools, people, groups and references."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.views.generic import TemplateView

from hubportal.core.access import RoleRequired, may
from hubportal.core.views import PortalRequest
from programmes.models import Interest, Offer
from programmes.views.offers import OFFER_READERS
from schools.models import Person, School
from workgroups.models import Group

MOST = 10


class Search(RoleRequired, TemplateView):
    """What fits the words, of each kind the first few that the person may see."""

    template_name = "dashboards/search.html"
    request: PortalRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Results by kind."""
        text = self.request.GET.get("q", "").replace("\x00", "").strip()[:100]
        found = _results(self.request.user, text) if text else {}
        return {"heading": "Search", "text": text, "found": found, **super().get_context_data(**kwargs)}


def _results(user: Any, text: str) -> dict[str, list[dict[str, str]]]:
    schools = School.objects.visible_to(user).matching(text).for_list()[:MOST]
    named = Q(name__icontains=text) | Q(email__icontains=text)
    people = Person.objects.visible_to(user).filter(named).select_related("school").order_by("name", "pk")[:MOST]
    groups = Group.objects.visible_to(user).filter(name__icontains=text).for_list()[:MOST]
    interests = Interest.objects.visible_to(user).filter(reference__icontains=text).for_list()[:MOST]
    results = {
        "Schools": [_hit(one, f"{one.town} {one.postcode}") for one in schools],
        "People": [_hit(one, one.school.name if one.school else one.job_title) for one in people],
        "Groups": [_hit(one, str(one.offer)) for one in groups],
        "Expressions of interest": [_hit(one, str(one.offer)) for one in interests],
        "Programmes": [_hit(one, one.code) for one in _offers(user, text)],
    }
    return {kind: hits for kind, hits in results.items() if hits}


def _offers(user: Any, text: str) -> QuerySet[Offer]:
    """By title, code or what its groups and teachers are called; for those who open an offer's page."""
    if not may(user, *OFFER_READERS):
        return Offer.objects.none()
    words = ("title", "code", "group_label", "teacher_label", "phase__name", "phase__short_name")
    fits = reduce(or_, (Q(**{f"{word}__icontains": text}) for word in words))
    return Offer.objects.visible_to(user).filter(fits).for_list().order_by("-year", "title", "pk")[:MOST]


def _hit(record: Any, detail: str) -> dict[str, str]:
    return {"label": str(record), "detail": detail, "url": record.get_absolute_url()}
