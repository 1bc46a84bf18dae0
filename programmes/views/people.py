"""What a person takes part in: for themselves, or as one of a school's teachers."""

from typing import Any

from django.db.models import Q

from hubportal.core.views import PortalDetail
from programmes.models import Enrolment
from schools.models import Person


class PersonProgrammes(PortalDetail):
    """The years of one person in programmes, as far as one sees them."""

    model = Person
    template_name = "programmes/person_programmes.html"

    def get_heading(self) -> str:
        """Whose."""
        return f"{self.object}: programmes"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The newest first."""
        own = Q(person=self.object) | Q(teachers__person=self.object)
        rows = Enrolment.objects.visible_to(self.request.user).filter(own).for_list()
        return super().get_context_data(rows=rows.order_by("-offer__year", "-pk").distinct(), **kwargs)
