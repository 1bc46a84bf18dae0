"""The form that replaces somebody: from when, who comes, what passes on."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import escape

from hubportal.core import clock
from hubportal.core.forms import DayField, Lines, OneLine, text_area
from programmes.forms.leaders import groups_a_year_field
from schools.forms.people import ADDRESS_TAKEN, is_known_as_anothers, shared_address_field
from schools.forms.spelt import SpeltForm
from schools.models import Person, School, User
from workgroups.actions.candidates import Choices
from workgroups.actions.duties import Duty, Kind
from workgroups.actions.next_leaders import agreed_with_new
from workgroups.actions.replacing import Newcomer
from workgroups.rules.replacing import date_problem

KNOWN, NEW, NOBODY = "known", "new", "nobody"
NO_OTHER_LEADER = "The hub has no other leader for this. Somebody new becomes one with it."
NOBODY_ELSE = "The portal knows nobody else at the school."
LEADS_NO_GROUP = "They lead no group of the hub, so nobody has to follow them in it: choose “Nobody yet”."
LEAVES = (
    "With the tick everything that they do there ends with that day, also what is not ticked above. Without it they "
    "stay at the school: only what is ticked passes on. Whoever has no teacher’s place left sees no more of what "
    "teachers of the school see in the portal."
)


class ReplaceForm(SpeltForm):
    """Who follows somebody from which day, and in what."""

    from_on = DayField(
        label="From which day?",
        help_text="The first day of whoever comes, past or to come, for example 1 1 2027. "
        "A meeting on that day is theirs.",
    )
    duties = forms.MultipleChoiceField(label="What passes on?", required=False, widget=forms.CheckboxSelectMultiple)
    leaves = forms.BooleanField(required=False)
    who = forms.ChoiceField(
        label="Who comes?",
        choices=[(KNOWN, "Somebody the portal knows"), (NEW, "Somebody new"), (NOBODY, "Nobody yet")],
        widget=forms.RadioSelect,
    )
    person = forms.TypedChoiceField(label="Somebody the portal knows: who?", required=False, coerce=int)
    name = OneLine(label="Somebody new: full name", max_length=150, required=False)
    email = forms.EmailField(label="Somebody new: work e-mail address", max_length=254, required=False)
    job_title = OneLine(label="Somebody new: job (optional)", max_length=100, required=False)
    is_shared = shared_address_field()
    max_groups = groups_a_year_field(
        label="Where they become a leader by this: how many groups can they lead in a year?", required=False
    )
    reason = Lines(
        label="Why? (optional)", max_length=1000, required=False, widget=text_area(2), help_text="Kept in the history."
    )

    def __init__(
        self,
        *args: Any,
        leaver: Person,
        duties: Sequence[Duty],
        people: Choices,
        school: School | None,
        may_leave: bool,
        by: User,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, school=school, **kwargs)
        self._by, self._leaver = by, leaver
        self._by_key = {duty.key: duty for duty in duties}
        # The form pack writes labels out as they are.
        self.fields["duties"].choices = [(duty.key, escape(_words(duty))) for duty in duties]  # type: ignore[attr-defined]
        self.fields["person"].choices = [("", "Choose"), *people]  # type: ignore[attr-defined]
        self._school = school
        groups = [duty.record for duty in duties if duty.kind == Kind.GROUP and not duty.held_up]
        if groups:
            self.fields["max_groups"].initial = agreed_with_new(groups)
        else:
            del self.fields["max_groups"]
        if not people:
            self._offer_nobody_known()
        if school is None or not may_leave:
            del self.fields["leaves"]
        else:
            self.fields["leaves"].label = escape(f"{leaver} leaves {school} altogether")
            self.fields["leaves"].help_text = LEAVES

    def _offer_nobody_known(self) -> None:
        """An empty list of people says nothing."""
        del self.fields["person"]
        who = self.fields["who"]
        who.choices = [one for one in who.choices if one[0] != KNOWN]  # type: ignore[attr-defined]
        kinds = {duty.kind for duty in self._by_key.values()}
        only_leads = LEADS_NO_GROUP if kinds == {Kind.LEADER} else NOBODY_ELSE
        who.help_text = NO_OTHER_LEADER if Kind.GROUP in kinds else only_leads

    def clean(self) -> dict[str, Any]:
        """What is needed for who comes, and for the day."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        from_on = found.get("from_on")
        problem = date_problem(from_on, clock.today()) if from_on else ""
        if problem:
            self.add_error("from_on", problem)
        if not found.get("duties") and not found.get("leaves") and "duties" not in self.errors:
            self.add_error("duties", "Tick what passes on.")
        self._check_who(found)
        return found

    def _check_who(self, found: dict[str, Any]) -> None:
        if found.get("who") == KNOWN and not found.get("person") and "person" not in self.errors:
            self.add_error("person", "Choose who comes.")
        if found.get("who") != NEW:
            return
        for field, words in (("name", "Enter their full name."), ("email", "Enter their e-mail address.")):
            if not found.get(field) and field not in self.errors:
                self.add_error(field, words)
        email, name = found.get("email", ""), found.get("name", "")
        # The leaver's own may be that of the post, and pass on.
        is_leavers = User.objects.filter(email=email.lower(), person=self._leaver).exists()
        is_free = is_leavers or found.get("is_shared")
        if email and not is_free and is_known_as_anothers(name=name, email=email, by=self._by):
            self.add_error("email", ADDRESS_TAKEN)

    def chosen(self) -> list[Duty]:
        """What was ticked; all at the school of whoever leaves it."""
        ticked = self.cleaned_data["duties"]
        all_there = self._school if self.cleaned_data.get("leaves") else None
        return [
            duty
            for key, duty in self._by_key.items()
            if key in ticked or (all_there is not None and duty.school == all_there)
        ]

    def newcomer(self) -> Newcomer | None:
        """Who comes; None: nobody yet."""
        found = self.cleaned_data
        if found["who"] == NOBODY:
            return None
        if found["who"] == KNOWN:
            return Newcomer(person=Person.objects.get(pk=found["person"]), max_groups=found.get("max_groups"))
        named = {name: found[name] for name in ("name", "email", "job_title")}
        return Newcomer(**named, max_groups=found.get("max_groups"))


def _words(duty: Duty) -> str:
    return f"{duty.label} (not now: {duty.held_up})" if duty.held_up else duty.label
