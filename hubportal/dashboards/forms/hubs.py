"""Making and editing hubs; another lead school, a split, a merger."""

import re
from datetime import date
from typing import Any

from django import forms

from hubportal.core.forms import DayField, Lines, OneLine, PortalForm, text_area
from hubportal.core.templatetags.portal import long_day
from schools.actions.hubs import Wish
from schools.actions.taking_along import staff_of
from schools.forms.spelt import Spelt, SpeltForm
from schools.models import Hub, HubChange, LocalAuthority, Role, School
from schools.rules import listed
from schools.rules.namesakes import told_apart

STAYS, GOES = "stays", "goes"


def _holder(role: Role, called: str, today: date) -> str:
    """Who holds a role, called so beside the others, and from when where it is still to begin."""
    begins = f", from {long_day(role.starts_on)}" if role.starts_on > today else ""
    return f"{called}, {role.get_kind_display()}{begins}"


def _school_of(urn: str, schools: Any) -> School | None:
    """The school that has or had a URN."""
    if not (urn.isascii() and urn.isdecimal() and len(urn) < 9):
        return None
    found: School | None = schools.filter(urns__urn=int(urn)).first()
    return found


def _open_school_of(urn: str, schools: Any) -> School:
    """The same, where it is open.

    :raises ValidationError: where no open school has it.
    """
    school = _school_of(urn, schools)
    if school is None:
        raise forms.ValidationError("No school has this URN.")
    if not school.is_open:
        raise forms.ValidationError(f"{school} is not open.")
    return school


class HubForm(SpeltForm):
    """What is known of a hub."""

    name = OneLine(label="Name", max_length=100)
    code = forms.SlugField(
        label="Code",
        max_length=50,
        help_text="Small letters, digits and hyphens; it stands in files and never changes.",
        error_messages={"invalid": "Write the code with letters, digits and hyphens only, as north-west."},
    )
    region = OneLine(label="Region", max_length=40)
    email = forms.EmailField(
        label="E-mail address", required=False, help_text="Answers to the portal's e-mails about its schools come here."
    )
    lead_urn = OneLine(label="URN of its lead school", required=False, max_length=8)
    authorities = forms.ModelMultipleChoiceField(
        label="Give it local authorities that have no hub",
        queryset=LocalAuthority.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Their schools go with them. Local authorities of another hub move by splitting that hub.",
    )

    def __init__(self, *args: Any, hub: Hub | None, schools: Any, **kwargs: Any) -> None:
        typed = (kwargs.get("data") or {}).get("email", "").strip()
        # What stands was taken as it is before.
        self.addresses = ("email",) if typed != (hub.email if hub else "") else ()
        super().__init__(*args, **kwargs)
        self.schools = schools
        free = LocalAuthority.objects.filter(hub=None).order_by("name")
        self.fields["authorities"].queryset = free  # type: ignore[attr-defined]
        if not free.exists():
            del self.fields["authorities"]
        if hub is not None:
            del self.fields["code"]
            # Another one comes from a day on, with who leads the hub.
            del self.fields["lead_urn"]

    def clean_lead_urn(self) -> School | None:
        """An open school that the portal knows, or none."""
        urn = self.cleaned_data["lead_urn"].strip()
        return _open_school_of(urn, self.schools) if urn else None

    def facts(self) -> dict[str, Any]:
        """The hub's own fields."""
        given = self.cleaned_data
        found = {name: given[name] for name in ("name", "code", "region", "email") if name in given}
        return found | ({"lead_school": given["lead_urn"]} if "lead_urn" in given else {})


class ChangeForm(PortalForm):
    """What all changes of a hub ask: from when, and why."""

    kind = ""

    from_on = DayField(label="From which day?", help_text="Today, or a later day: it then happens by itself.")
    reason = Lines(label="Why?", max_length=500, widget=text_area(3), help_text="Everybody concerned reads this.")

    def __init__(self, *args: Any, hub: Hub, schools: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hub, self.schools, self.today = hub, schools, today
        self.fields["from_on"].initial = today
        if "other" in self.fields:
            hubs = Hub.objects.open().exclude(pk=hub.pk).order_by("name")
            self.fields["other"].queryset = hubs  # type: ignore[attr-defined]
        if "authorities" in self.fields:
            self.fields["authorities"].queryset = hub.authorities.order_by("name")  # type: ignore[attr-defined]
        asked = [name for name in ("leaving", "both") if name in self.fields]
        staff = staff_of(hub, today).select_related("person__school")
        self.staff = {str(role.pk): role for role in staff} if asked else {}
        people = [one.person for one in self.staff.values()]
        called = told_apart((one.pk, one.name, one.school.name if one.school else "", one.email) for one in people)
        for name in asked:
            field: Any = self.fields[name]
            field.choices = [(key, _holder(one, called[one.person_id], today)) for key, one in self.staff.items()]
            if not self.staff:
                del self.fields[name]

    def clean_from_on(self) -> date:
        """What has been is not changed."""
        day: date = self.cleaned_data["from_on"]
        if day < self.today:
            raise forms.ValidationError("Choose today or a later day.")
        return day

    def wish(self) -> Wish:
        """What is asked for."""
        given = self.cleaned_data
        plain = ("other", "authorities", "schools", "lead_school", "lead_name", "lead_email")
        found = {name: given[name] for name in plain if given.get(name)}
        for name in ("leaving", "both"):
            found[name] = [self.staff[key] for key in given.get(name, ())]
        return Wish(
            kind=self.kind,
            hub=self.hub,
            from_on=given["from_on"],
            reason=given["reason"],
            takes_running=given.get("running") == GOES,
            **found,
        )


class LeadSchoolForm(Spelt, ChangeForm):
    """Another lead school, and who leads the hub from then on."""

    kind = HubChange.Kind.LEAD_SCHOOL
    addresses = ("lead_email",)

    field_order = ("lead_school", "lead_name", "lead_email", "leaving", "from_on", "reason")

    lead_school = OneLine(label="URN of the new lead school", max_length=8)
    lead_name = OneLine(
        label="Who leads the hub from then on?",
        required=False,
        max_length=150,
        help_text="Invited on the day. Leave it empty where somebody who works for the hub already goes on.",
    )
    lead_email = forms.EmailField(label="Their e-mail address", required=False)
    leaving = forms.MultipleChoiceField(
        label="Whose role ends with the day before?", required=False, widget=forms.CheckboxSelectMultiple
    )

    def clean_lead_school(self) -> School:
        """An open school that the portal knows."""
        return _open_school_of(self.cleaned_data["lead_school"].strip(), self.schools)

    def clean(self) -> dict[str, Any]:
        """A name needs an address."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(given.get("lead_name")) != bool(given.get("lead_email")) and "lead_email" not in self.errors:
            self.add_error("lead_email", "Give the name and the e-mail address of who leads it, or neither.")
        return given


OF_WHAT_STAYS = (
    "Of what stays, the other hub reads its schools’ groups, dates, visits and money. "
    "What has ended stays with the hub that ran it. Undecided interest goes with its school."
)


def _running(help_text: str = OF_WHAT_STAYS) -> forms.ChoiceField:
    return forms.ChoiceField(
        label="What happens to groups and enrolments that are running?",
        choices=[
            (
                STAYS,
                "They stay with this hub until the end of their year; the other hub reads them and changes nothing",
            ),
            (GOES, "They go to the other hub with their schools"),
        ],
        widget=forms.RadioSelect,
        initial=STAYS,
        help_text=help_text,
    )


class SplitForm(ChangeForm):
    """A part of the hub's schools goes to another hub."""

    kind = HubChange.Kind.SPLIT

    field_order = ("other", "authorities", "schools", "leaving", "both", "running", "from_on", "reason")

    other = forms.ModelChoiceField(
        label="To which hub?",
        queryset=Hub.objects.none(),
        empty_label="Choose a hub",
        help_text="A new hub is made first, on the page of all hubs.",
    )
    authorities = forms.ModelMultipleChoiceField(
        label="Which local authorities go?",
        queryset=LocalAuthority.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    schools = Lines(
        label="Which other schools go?",
        required=False,
        max_length=5000,
        widget=text_area(3),
        help_text="Their URNs, one a line. They keep that hub whatever their local authority does.",
    )
    leaving = forms.MultipleChoiceField(
        label="Who goes to the other hub?", required=False, widget=forms.CheckboxSelectMultiple
    )
    both = forms.MultipleChoiceField(label="Who works for both?", required=False, widget=forms.CheckboxSelectMultiple)
    running = _running()

    def clean_schools(self) -> list[School]:
        """Schools of this hub."""
        urns = [urn for urn in re.split(r"[\s,;]+", self.cleaned_data["schools"]) if urn]
        found = {urn: _school_of(urn, self.schools) for urn in urns}
        unknown = [urn for urn, school in found.items() if school is None or school.hub_id != self.hub.pk]
        if unknown:
            raise forms.ValidationError(f"Not a school of this hub: {', '.join(unknown[:10])}.")
        return [school for school in found.values() if school is not None]

    def clean(self) -> dict[str, Any]:
        """Of each person one thing: they go, or they work for both."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        twice = [key for key in given.get("leaving", ()) if key in given.get("both", ())]
        if twice:
            names = listed(self.staff[key].person for key in twice)
            self.add_error("both", f"Ticked twice: {names}. Say who goes to the other hub, or works for both.")
        return given


class MergerForm(ChangeForm):
    """The whole hub goes on in another."""

    kind = HubChange.Kind.MERGER

    field_order = ("other", "running", "from_on", "reason")

    other = forms.ModelChoiceField(
        label="In which hub does it go on?", queryset=Hub.objects.none(), empty_label="Choose a hub"
    )
    running = _running(f"{OF_WHAT_STAYS} What is for a later year goes in either case.")
