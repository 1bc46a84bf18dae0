"""What is asked once for many interests."""

from collections.abc import Iterable
from typing import Any

from hubportal.core.forms import Lines, PortalForm, text_area
from programmes.rules.bulk import Step
from schools.forms.owners import OwnerField
from schools.models import Hub

# Said of one application and of many, of schools and of people.
WAIT_LABEL = "What should they know? (optional)"
DECLINE_LABEL = "Why is there no place?"
READ_BY_ALL = "Whoever applied reads it in the e-mail."


class BulkForm(PortalForm):
    """A reason that all of them read, where the step has one; or who looks after them."""

    def __init__(self, *args: Any, step: Step, hubs: Iterable[Hub | int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if step is Step.OWNER:
            self.fields["owner"] = OwnerField(hubs=hubs, label="Who looks after what is ticked?")
        elif step in (Step.WAIT, Step.DECLINE):
            is_asked = step is Step.DECLINE
            self.fields["reason"] = Lines(
                label=DECLINE_LABEL if is_asked else WAIT_LABEL,
                help_text=f"{READ_BY_ALL} Say what else they could do." if is_asked else READ_BY_ALL,
                max_length=2000,
                required=is_asked,
                widget=text_area(4),
            )
