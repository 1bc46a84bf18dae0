"""Who is headteacher of a school: as named in its interest, and as the portal knows it."""

from datetime import date

from programmes.models import Interest
from schools.models import Role
from schools.roles import HEADTEACHER
from schools.rules import is_person


def other_heads(interest: Interest, today: date) -> list[Role]:
    """Who else holds the headteacher's role on a day; nobody where the one who is named holds it too."""
    held = Role.objects.filter(school=interest.school_id, kind=HEADTEACHER).current(today)
    heads = list(held.select_related("person", "school").order_by("person__name", "pk"))
    named = (interest.head_name, interest.head_email)
    is_known = any(is_person(named, (role.person.name, role.person.email)) for role in heads)
    return [] if is_known else heads
