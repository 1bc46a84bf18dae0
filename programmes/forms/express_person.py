"""The public form of people who apply for themselves, whatever their job is: what only they are asked."""

from collections.abc import Collection
from typing import Any

from programmes.forms.express import ContactForm
from programmes.models import Offer
from schools.forms.people import TrnField

WHY_TRN = "Seven digits. It is on your payslip or pension statement if you work for a school."
NEEDS_TRN = "Enter your teacher reference number: this programme needs it."


def trn_asked(offers: Collection[Offer]) -> str:
    """Whether any of the programmes asks for the teacher reference number: the strictest counts."""
    asked = {one.trn for one in offers}
    return next((one for one in (Offer.Trn.REQUIRED, Offer.Trn.OPTIONAL) if one in asked), Offer.Trn.NO)


class PersonForm(ContactForm):
    """Who would like to take part; their teacher reference number where the programmes ask for it (``trn``)."""

    def __init__(self, *args: Any, trn: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if trn != Offer.Trn.NO:
            is_needed = trn == Offer.Trn.REQUIRED
            field = TrnField(help_text=WHY_TRN, required=is_needed)
            if is_needed:
                field.label = "Teacher reference number"
                field.error_messages["required"] = NEEDS_TRN
            self.fields["trn"] = field
        self.fields["job_title"].help_text = "For example: class teacher, teaching assistant, early career teacher"
