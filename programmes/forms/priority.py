"""A file with a hub's priority list."""

from django import forms

from hubportal.core.file_fields import SheetField
from hubportal.core.forms import PortalForm


class PriorityForm(PortalForm):
    """The file, and whether it is the whole list."""

    file = SheetField(label="A list with a column URN and, if you like, a column Reason")
    how = forms.ChoiceField(
        label="What about the schools that are on the list already?",
        choices=[("add", "They stay; these come to them"), ("whole", "Only the schools in this file are on the list")],
        initial="add",
        widget=forms.RadioSelect,
    )
