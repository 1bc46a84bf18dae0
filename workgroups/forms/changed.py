"""Forms about schools that have closed."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import escape

from hubportal.core.forms import Lines, PortalForm, text_area
from hubportal.core.templatetags.portal import count
from programmes.models import EnrolledTeacher
from workgroups.actions.successors import BECAME_ONE, SCHOOL_CLOSED


class EndForm(PortalForm):
    """Why what was open ends."""

    reason = Lines(
        label="Reason",
        max_length=500,
        initial=SCHOOL_CLOSED,
        widget=text_area(3),
        help_text="Kept with every enrolment and application that ends. Nobody is written to.",
    )


class ChooseForm(PortalForm):
    """Why one of two enrolments ends, and which of its teachers go on in free places of the other."""

    teachers = forms.TypedMultipleChoiceField(
        label="Who goes on with the other?", required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    reason = Lines(
        label="Reason",
        max_length=500,
        initial=BECAME_ONE,
        widget=text_area(2),
        help_text="Kept with the enrolment that ends, and told to whoever leads its group and to its teachers.",
    )

    def __init__(self, *args: Any, teachers: Sequence[EnrolledTeacher], free: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not teachers or not free:
            del self.fields["teachers"]
            return
        # The form pack writes labels out as they are.
        self.fields["teachers"].choices = [(one.pk, escape(str(one.person))) for one in teachers]  # type: ignore[attr-defined]
        self.fields["teachers"].help_text = f"{count(free, 'place')} there to be named. Whoever is ticked is invited."
        self._teachers = {one.pk: one for one in teachers}

    def going_on(self) -> list[EnrolledTeacher]:
        """Who was ticked."""
        return [self._teachers[pk] for pk in self.cleaned_data.get("teachers", [])]
