"""Taking back what was planned or done: a page that says what that means, and one button."""

from hubportal.core.forms import PortalForm
from hubportal.core.views import StepForm


class TakeBack(StepForm):
    """Ask once before something is taken back: other people have heard of it, and hear of this too."""

    form_class = PortalForm
    submit_label, cancel_label = "Take it back", "Leave it as it is"
