"""What is kept beside the year: who books a school's cover, two records of one person, a priority list."""

from datetime import datetime

from hubportal.dashboards.actions.demo import words
from hubportal.dashboards.actions.demo.scene import Scene
from programmes.actions import priority
from programmes.models import Interest
from programmes.rules.priority_list import Entry
from schools import roles
from schools.actions import people
from schools.models import Role, School, SchoolUrn

# No school has this number: the list says which line it left out.
NO_SCHOOL = 999_999


def tell(scene: Scene) -> None:
    """The last weeks."""
    story = scene.story
    story.at(story.days_ago(40), 12, 5, lambda now: _name_cover(scene, now))
    story.at(story.days_ago(5), 16, 45, lambda _now: _know_twice(scene))
    story.at(story.days_ago(2), 8, 50, lambda now: _put_first(scene, now))


def _name_cover(scene: Scene, now: datetime) -> None:
    """The demo's own school says who books its supply teachers."""
    school = scene.schools.first
    named = scene.names.of(school)
    people.invite(
        name=named.name, email=named.email, kind=roles.COVER, by=scene.lead, now=now, school=school, job_title="Cover"
    )


def _know_twice(scene: Scene) -> None:
    """A teacher whose first name somebody shortened, and one with two addresses."""
    held = Role.objects.filter(kind=roles.TEACHER, school__hub=scene.hub, ends_on=None)
    held = held.exclude(school=scene.schools.first).exclude(person__email="").order_by("pk")
    for place, role in enumerate(held.select_related("person", "school")[:2]):
        first, _, last = role.person.name.partition(" ")
        box, _, domain = role.person.email.partition("@")
        name = f"{first[0]} {last}" if place == 0 else role.person.name
        email = f"{first[0].lower()}{box.rpartition('.')[2]}@{domain}"
        people.know(name=name, email=email, by=scene.lead, school=role.school)


def _put_first(scene: Scene, now: datetime) -> None:
    """Three schools that wait for an answer, three that nobody has heard of, and a line that names no school."""
    waiting = Interest.objects.filter(hub=scene.hub, status=Interest.Status.SUBMITTED).order_by("submitted_at", "pk")
    applied = list(dict.fromkeys(waiting.values_list("school", flat=True)))[:3]
    unknown = School.objects.for_hub(scene.hub).exclude(interests__hub=scene.hub).order_by("pk")
    listed = [*applied, *unknown.values_list("pk", flat=True)[:3]]
    current = dict(SchoolUrn.objects.filter(school__in=listed, is_current=True).values_list("school", "urn"))
    urns = [*(current[pk] for pk in listed), NO_SCHOOL]
    entries = [Entry(line, urn, words.PRIORITY, str(urn)) for line, urn in enumerate(urns, start=2)]
    upload = priority.look_at(
        hub=scene.hub, entries=entries, is_whole=True, file_name="priority-schools.csv", by=scene.admin, now=now
    )
    seen = priority.mark_of(priority.plan_for(upload))
    priority.apply(upload=upload, seen=seen, by=scene.admin, now=now)
