"""Whether two interests are the same, and what the one that stays takes over of the other."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import escape

from hubportal.core.forms import PortalForm
from programmes.actions.copies import TakenOver
from programmes.models import Interest, InterestTeacher
from programmes.rules.copies import distinct

FIRST, SECOND, NOT_SAME = "first", "second", "not_same"
SIDES = (FIRST, SECOND)
AS_IT_IS = "as_it_is"
HEAD_ASKED = (
    "Where this names another headteacher in the one that stays, they are asked by e-mail to confirm, unless they have "
    "answered already. What the headteacher before them has answered does not count any more."
)
HEAD_TOLD = "Where this names another headteacher in the one that stays, they are told by e-mail."


class CopiesForm(PortalForm):
    """The answer, then what is chosen of each; only where the two differ and nothing is decided yet."""

    def __init__(
        self, *args: Any, first: Interest, second: Interest, teachers: Sequence[InterestTeacher], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.both = dict(zip(SIDES, (first, second), strict=True))
        kept = [side for side in SIDES if self._may_stay(side)]
        self.fields["answer"] = forms.ChoiceField(
            label="Are they the same?",
            choices=[(side, f"Yes: keep {self.both[side].reference}, and let it stand for both") for side in kept]
            + [(NOT_SAME, "No: decide about each by itself. Do not ask again")],
            widget=forms.RadioSelect,
        )
        self.is_open = not any(one.status == Interest.Status.ACCEPTED for one in self.both.values())
        if self.is_open and first.is_light == second.is_light:
            both = (first, second)
            self._choose("contact", "Who is the contact?", [f"{one.contact_name}, {one.contact_email}" for one in both])
            if first.head_email and second.head_email:
                self._choose(
                    "head",
                    "Who is the headteacher?",
                    [f"{one.head_name}, {one.head_email}" for one in both],
                    help_text=HEAD_TOLD if first.only_tells_head else HEAD_ASKED,
                )
            self._choose("option", "Which option?", [str(one.option or "") for one in both])
            self._add_teachers(teachers, first, second)
        self._add_extras(first, second)

    def _may_stay(self, side: str) -> bool:
        one, other = self.both[side], self.both[SECOND if side == FIRST else FIRST]
        return other.status != Interest.Status.ACCEPTED and (not one.is_light or other.is_light)

    def _choose(self, name: str, label: str, values: list[str], help_text: str = "") -> None:
        """One of two, where they are not the same; nothing changes in the one that stays where nobody chooses."""
        if values[0] != values[1]:
            sides = [(side, escape(value)) for side, value in zip(SIDES, values, strict=True) if value]
            self.fields[name] = forms.ChoiceField(
                label=label,
                help_text=help_text,
                choices=[(AS_IT_IS, "As it is in the one that stays"), *sides],
                initial=AS_IT_IS,
                widget=forms.RadioSelect,
            )

    def _add_teachers(self, teachers: Sequence[InterestTeacher], first: Interest, second: Interest) -> None:
        keys = distinct((one.pk, one.name, one.email) for one in teachers)
        if first.is_light or first.for_person or not keys:
            return
        places = sorted({one.applied_offer.teachers_per_school for one in (first, second)})
        number = " or ".join(str(one) for one in places)
        named = {one.pk: one for one in teachers}
        self.fields["teachers"] = forms.TypedMultipleChoiceField(
            label="Who takes part?",
            help_text=f"There are places for {number}; those that nobody is ticked for are to be named.",
            choices=[
                (str(key), escape(f"{named[key]}, {named[key].email}" if named[key].email else str(named[key])))
                for key in keys
            ],
            initial=[str(key) for key in keys[: places[0]]],
            coerce=int,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

    def _add_extras(self, first: Interest, second: Interest) -> None:
        found = []
        if self.is_open and first.message != second.message:
            found.append(("message", "The messages of both"))
        if first.question or second.question:
            found.append(("questions", "Questions and answers of both: its contact can read all of them"))
        if found:
            self.fields["extras"] = forms.MultipleChoiceField(
                label="What else goes to the one that stays?",
                choices=found,
                initial=[key for key, _label in found],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    def taken(self) -> TakenOver:
        """What the one that stays takes over."""
        given = self.cleaned_data
        other, extras = SECOND if given["answer"] == FIRST else FIRST, given.get("extras", [])
        return TakenOver(
            teachers=frozenset(given["teachers"]) if "teachers" in self.fields else None,
            contact=given.get("contact") == other,
            head=given.get("head") == other,
            option=given.get("option") == other,
            message="message" in extras,
            questions="questions" in extras,
        )
