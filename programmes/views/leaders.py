"""Leaders of a hub: the list, making one. Ending their time looks at their groups, so it is a page of workgroups."""

from typing import Any

from django.forms import BaseForm
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.keys import row_of
from hubportal.core.templatetags.portal import count, long_day
from hubportal.core.views import StepForm
from programmes.actions import leaders
from programmes.actions.recipients import of_leaders
from programmes.filters import LeaderFilter
from programmes.forms.leaders import BaseSchoolForm, GroupsAYearForm, LeaderForm
from programmes.models import Leader
from schools.models import Hub, Person, School
from schools.roles import HUB_READERS, HUB_STAFF, LABELS, NATIONAL
from schools.views.writing import WritableList

CHOOSE_HUB = "Choose one of your hubs in the top bar first: a leader belongs to one hub."
OTHER_HUB = "Only the staff of a leader's own hub can do this."


class LeaderList(WritableList):
    """Who leads groups for the hub."""

    model = Leader
    roles = (*HUB_READERS, NATIONAL)
    template_name = "programmes/leader_list.html"
    heading, noun = "Leaders", "leader"
    hub_path = "hub"
    pick = staticmethod(of_leaders)
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
        ("Groups a year", lambda one: one.max_groups),
        ("From", lambda one: one.starts_on),
        ("To", lambda one: one.ends_on),
    ]

    shown = (
        *("pk", "person", "person__name", "person__email", "kind", "hub", "school", "school__name", "school__hub"),
        *("max_groups", "starts_on", "ends_on"),
    )

    def line(self, *values: Any) -> tuple[Any, ...]:
        """Text for each column, and whether one may end their time or correct its end."""
        pk, person, name, email, kind, hub, school_pk, school, *rest = values
        school_hub, groups, starts_on, ends_on = rest
        may_end = hub in self.request.user.scope.staff_hub_ids
        who = (str(pk), str(person), name, email, LABELS[kind])
        seen = str(school_pk) if school_pk and self.request.user.scope.oversees(school_hub) else ""
        return (*who, seen, school or "", str(groups), long_day(starts_on), long_day(ends_on), may_end)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether the hub may make a leader."""
        return super().get_context_data(may_make=bool(self.request.user.scope.staff_hub_ids), **kwargs)


class LeaderStep(StepForm):
    """Change a fact of a leader; back to the list."""

    model, roles = Leader, HUB_STAFF
    changes_what_stands = True
    failures = (leaders.CannotLead,)
    record: Leader

    def why_not(self) -> str:
        """Staff of the leader's own hub."""
        return "" if self.request.user.scope.staffs(self.record.hub_id) else OTHER_HUB

    def get_success_url(self) -> str:
        """The list."""
        return reverse("programmes:leader-list")

    get_cancel_url = get_success_url


class LeaderGroups(LeaderStep):
    """Say how many groups are agreed with a leader from now on."""

    form_class = GroupsAYearForm
    submit_label = "Change the number"
    lede = "The groups that they lead stay theirs."

    def get_heading(self) -> str:
        """Whose."""
        return f"Groups a year of {self.record}"

    @property
    def done(self) -> str:  # type: ignore[override]
        """How many."""
        return f"Kept: {count(self.record.max_groups, 'group')} a year for {self.record}."

    def get_initial(self) -> dict[str, Any]:
        """As agreed."""
        return {"max_groups": self.record.max_groups}

    def changed_since(self, form: BaseForm) -> str:
        """Who has agreed on another number."""
        return leaders.who_agreed(self.record)

    def act(self, form: GroupsAYearForm) -> None:
        """Change it."""
        leaders.agree_groups(leader=self.record, max_groups=form.cleaned_data["max_groups"], by=self.request.user)
        self.record.refresh_from_db(fields=["max_groups"])


class LeaderBase(LeaderStep):
    """Say at which school a leader is based now."""

    form_class = BaseSchoolForm
    submit_label = "Change the base school"
    lede = "Their groups, visits and logs stay as they are."

    def get_heading(self) -> str:
        """Whose."""
        return f"Change the base school of {self.record}"

    @property
    def done(self) -> str:  # type: ignore[override]
        """Where they are now."""
        return f"{self.record} is based at {self.result}." if self.result else f"{self.record} has no base school."

    def get_initial(self) -> dict[str, Any]:
        """Where they are."""
        return {"school": self.record.school.name if self.record.school else ""}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Schools are looked for among those one may see."""
        return {**super().get_form_kwargs(), "user": self.request.user}

    def changed_since(self, form: BaseForm) -> str:
        """Who has based them where."""
        return leaders.who_based(self.record)

    def act(self, form: BaseSchoolForm) -> School | None:
        """Change it."""
        school: School | None = form.cleaned_data["school"]
        leaders.change_base(leader=self.record, school=school, by=self.request.user)
        return school


class LeaderCreate(StepForm):
    """Make somebody a leader of the hub."""

    of_top_bar = True
    form_class = LeaderForm
    roles = HUB_STAFF
    heading = "Make a leader"
    lede = "They can sign in from today: an e-mail says how."
    submit_label = "Make a leader"
    failures = (leaders.CannotLead,)

    @property
    def done(self) -> str:  # type: ignore[override]
        """Who, and from when."""
        made: Leader = self.result
        since = "now" if made.starts_on <= clock.today() else f"from {long_day(made.starts_on)}"
        return f"{made.person} is a {made.get_kind_display()} of your hub {since}, and is told by e-mail."

    def get_initial(self) -> dict[str, Any]:
        """Somebody named in the address is filled in, where one may see them."""
        found = {"starts_on": clock.today(), "max_groups": 1}
        person = row_of(Person.objects.visible_to(self.request.user), self.request.GET.get("person", ""))
        return {**found, "name": person.name, "email": person.email} if person else found

    def get_form_kwargs(self) -> dict[str, Any]:
        """Schools are looked for among those one may see."""
        return {**super().get_form_kwargs(), "user": self.request.user}

    def hub(self) -> Hub | None:
        """The hub of the top bar, where this person is its staff; else their only hub."""
        ids = self.request.user.scope.staff_hub_ids
        chosen = self.request.hub
        if chosen is not None and chosen.pk in ids:
            return Hub.objects.visible_to(self.request.user).get(pk=chosen.pk)
        return Hub.objects.visible_to(self.request.user).get(pk__in=ids) if len(ids) == 1 else None

    def act(self, form: LeaderForm) -> Leader:
        """Make the leader."""
        hub = self.hub()
        if hub is None:
            raise leaders.CannotLead(CHOOSE_HUB)
        given = form.cleaned_data
        return leaders.make_leader(
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
