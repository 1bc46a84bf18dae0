"""What somebody answers for a meeting."""

from django import forms

from hubportal.core.forms import OneLine, PortalForm
from workgroups.models import Answer


class AnswerForm(PortalForm):
    """One press: the kind stands in the button's form, a substitute has a name."""

    kind = forms.ChoiceField(choices=Answer.Kind)
    substitute_name = OneLine(max_length=150, required=False)
