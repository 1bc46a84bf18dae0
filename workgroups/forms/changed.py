"""Forms about schools that have closed."""

from hubportal.core.forms import Lines, PortalForm, text_area
from workgroups.actions.successors import SCHOOL_CLOSED


class EndForm(PortalForm):
    """Why what was open ends."""

    reason = Lines(
        label="Reason",
        max_length=500,
        initial=SCHOOL_CLOSED,
        widget=text_area(3),
        help_text="Kept with every enrolment and application that ends. Nobody is written to.",
    )
