"""Leaders of a hub: the list, making one, ending their time."""

from typing import Any

from django.db import models
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.views import PortalList, StepForm
from programmes.actions import leaders
from programmes.filters import LeaderFilter
from programmes.forms.leaders import LastDayForm, LeaderForm
from programmes.models import Leader
from programmes.views.interest import is_staff_of
from schools.models import Hub, Person
from schools.roles import HUB_READERS, HUB_STAFF, NATIONAL

CHOOSE_HUB = "Choose one of your hubs in the top bar first: a leader belongs to one hub."
OTHER_HUB = "Only the staff of a leader's own hub can do this."


class LeaderList(PortalList):
    """Who leads groups for the hub."""

    model = Leader
    roles = (*HUB_READERS, NATIONAL)
    template_name = "programmes/leader_list.html"
    heading, noun = "Leaders", "leader"
    filterset_class = LeaderFilter
    sorts = {
        "name": ("person__name", "pk"),
        "kind": ("kind", "person__name", "pk"),
        "starts": ("starts_on", "pk"),
    }
    export_name = "leaders"
    export_columns = [
        ("Name", lambda one: one.person.name),
        ("E-mail", lambda one: one.person.email),
        ("Role", lambda one: one.get_kind_display()),
        ("Base school", lambda one: one.school.name if one.school else ""),
        ("Hub", lambda one: one.hub.name),
        ("Groups a year", lambda one: one.max_groups),
        ("From", lambda one: one.starts_on),
        ("To", lambda one: one.ends_on),
    ]

    def prepare(self, rows: Any) -> models.QuerySet[Leader]:
        """Of the hub in the top bar."""
        found: models.QuerySet[Leader] = rows.for_list()
        return found.filter(hub=self.request.hub) if self.request.hub else found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether steps are shown."""
        scope = self.request.user.scope
        return super().get_context_data(staff_hub_ids=scope.staff_hub_ids, may_make=bool(scope.staff_hub_ids), **kwargs)


class LeaderCreate(StepForm):
    """Make somebody a leader of the hub."""

    form_class = LeaderForm
    roles = HUB_STAFF
    heading = "Make a leader"
    lede = "They get the role from today, and an e-mail that says how to sign in."
    submit_label, done = "Make a leader", "They are a leader of your hub now, and are told by e-mail."
    failures = (leaders.CannotLead,)

    def get_initial(self) -> dict[str, Any]:
        """Somebody named in the address is filled in, where one may see them."""
        found = {"starts_on": clock.today(), "max_groups": 1}
        key = self.request.GET.get("person", "")
        person = Person.objects.visible_to(self.request.user).filter(pk=key).first() if key.isdecimal() else None
        return {**found, "name": person.name, "email": person.email} if person else found

    def get_form_kwargs(self) -> dict[str, Any]:
        """Schools are looked for among those one may see."""
        return {**super().get_form_kwargs(), "user": self.request.user}

    def hub(self) -> Hub | None:
        """The hub of the top bar, where this person is its staff; else their only hub."""
        ids = self.request.user.scope.staff_hub_ids
        chosen = self.request.hub
        if chosen is not None and chosen.pk in ids:
            return Hub.objects.get(pk=chosen.pk)
        return Hub.objects.get(pk__in=ids) if len(ids) == 1 else None

    def act(self, form: LeaderForm) -> None:
        """Make the leader."""
        hub = self.hub()
        if hub is None:
            raise leaders.CannotLead(CHOOSE_HUB)
        given = form.cleaned_data
        leaders.make_leader(
            hub=hub,
            kind=given["kind"],
            by=self.request.user,
            now=clock.now(),
            starts_on=given["starts_on"],
            name=given["name"],
            email=given["email"],
            school=given["school"],
            max_groups=given["max_groups"],
        )

    def get_success_url(self) -> str:
        """The list."""
        return reverse("programmes:leader-list")

    def get_cancel_url(self) -> str:
        """The list."""
        return reverse("programmes:leader-list")


class LeaderEnd(StepForm):
    """End a leader's time with the hub."""

    model = Leader
    form_class = LastDayForm
    roles = HUB_STAFF
    lede = "Their role ends with that day. Give groups that they still lead to somebody else first."
    submit_label, done = "End their time", "The last day is set."
    failures = (leaders.CannotLead,)
    record: Leader

    def why_not(self) -> str:
        """Staff of the leader's own hub."""
        return "" if is_staff_of(self.request.user.scope, self.record.hub_id) else OTHER_HUB

    def get_heading(self) -> str:
        """Who and what."""
        return f"End {self.record.person.name}'s time as a {self.record.get_kind_display()}?"

    def act(self, form: LastDayForm) -> None:
        """Set the last day."""
        leaders.end_leader(
            leader=self.record, by=self.request.user, today=clock.today(), last_day=form.cleaned_data["last_day"]
        )

    def get_success_url(self) -> str:
        """The list."""
        return reverse("programmes:leader-list")

    def get_cancel_url(self) -> str:
        """The list."""
        return reverse("programmes:leader-list")
