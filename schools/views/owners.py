"""Who of a hub's staff looks after which schools."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst

from hubportal.core.templatetags.portal import count, count_or_no
from hubportal.core.views import StepForm, chosen_rows, shown_rows
from schools.actions import places
from schools.forms.owners import OwnerForm
from schools.models import School
from schools.roles import HUB_STAFF
from schools.views.schools import SchoolList

# Each is a field of the form, of which a thousand are taken.
MOST = 900
NONE_TICKED = "Tick at least one of your own hub's schools first."
TOO_MANY = f"At most {MOST:,} schools at once. Narrow the filter first."


class SchoolOwner(StepForm):
    """Set who looks after the schools that were ticked, or that fit the filter."""

    form_class = OwnerForm
    roles = HUB_STAFF
    template_name = "schools/school_owner.html"
    submit_label, done = "Set the owner", ""

    @cached_property
    def schools(self) -> list[School]:
        """Those chosen, of one's own hubs; of a form that was sent those that it showed."""
        is_sent = self.request.method == "POST"
        rows = shown_rows(self.request, School) if is_sent else chosen_rows(self.request, SchoolList)
        chosen = rows.filter(hub__in=self.request.user.scope.staff_hub_ids)
        return list(chosen.select_related("kept_by__person").order_by("name", "pk")[: MOST + 1])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Back to the list where nothing, or too much, was chosen."""
        problem = TOO_MANY if len(self.schools) > MOST else "" if self.schools else NONE_TICKED
        if problem:
            messages.error(request, problem)
            return redirect(self.get_success_url())
        return super().get(request, *args, **kwargs)

    def get_heading(self) -> str:
        """How many."""
        return f"Who looks after {count(len(self.schools), 'school')}?"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Owners are staff of the schools' hubs."""
        return {**super().get_form_kwargs(), "hubs": {one.hub_id for one in self.schools if one.hub_id}}

    def act(self, form: OwnerForm) -> None:
        """Set it."""
        owner = form.cleaned_data["owner"]
        number = places.set_owner(rows=self.schools, owner=owner, by=self.request.user)
        messages.success(self.request, f"{capfirst(count_or_no(number, 'school'))} changed.")

    def get_success_url(self) -> str:
        """The list as it was filtered."""
        query = self.request.GET.copy()
        for name in ("pk", "all"):
            query.pop(name, None)
        asked = query.urlencode()
        return reverse("schools:school-list") + (f"?{asked}" if asked else "")

    get_cancel_url = get_success_url

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The schools."""
        return super().get_context_data(schools=self.schools, **kwargs)
