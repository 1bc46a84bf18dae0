"""Asking for the link to what one has sent."""

from typing import Any

from programmes.forms.express import StatusForm


class LinkForm(StatusForm):
    """By the reference, or where that is lost by the address alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reference = self.fields["reference"]
        reference.required, reference.label = False, "Your reference (optional)"
        reference.help_text = "For example: HP-7KX4M2. Leave it empty for a link to each thing that you sent."
