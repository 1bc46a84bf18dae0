"""What a person takes part in: for themselves, or as one of a school's teachers."""

from typing import Any

from django.db.models import Q

from hubportal.core import clock
from hubportal.core.views import PortalDetail
from programmes.models import Enrolment
from programmes.models.turns import turns_by_enrolment
from programmes.rules.turns import time_words
from schools.models import Person


class PersonProgrammes(PortalDetail):
    """The years of one person in programmes, as far as one sees them; also where a place is somebody else's by now."""

    model = Person
    template_name = "programmes/person_programmes.html"

    def get_heading(self) -> str:
        """Whose."""
        return f"{self.object}: programmes"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The newest first."""
        person = self.object
        own = Q(person=person) | Q(teachers__person=person) | Q(teachers__turns__person=person)
        found = Enrolment.objects.visible_to(self.request.user).filter(own).for_list()
        rows = list(found.order_by("-offer__year", "-pk").distinct())
        turns = turns_by_enrolment(person, rows)
        times = [(one, time_words(turns.get(one.pk, ()), clock.today())) for one in rows]
        return super().get_context_data(rows=times, **kwargs)
