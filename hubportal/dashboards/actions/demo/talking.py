"""How hub and schools talk: schools that tell of an interest, a question and its answer, a letter, two advocates."""

from datetime import datetime
from functools import partial

from hubportal.core import clock
from hubportal.dashboards.actions.demo import words
from hubportal.dashboards.actions.demo.applying import privacy_on
from hubportal.dashboards.actions.demo.scene import Scene
from programmes.actions import light, questions
from programmes.models import Interest
from programmes.models.wishes import wishes_of
from programmes.rules import make_reference
from schools import roles
from schools.actions import advocates, letters
from schools.actions.advocates import Consent
from schools.models import Advocate, Role, School
from schools.rules.letters import Candidate


def tell(scene: Scene) -> None:
    """The last weeks, beside the interest that is to be decided."""
    story = scene.story
    for days, school in zip((21, 12, 3), _newcomers(scene), strict=False):
        story.at(story.days_ago(days), 11, 20, partial(_interested, scene, school))
    story.at(story.days_ago(10), 14, 0, lambda now: _advocates(scene, now))
    story.at(story.days_ago(6), 9, 30, lambda now: _write(scene, now))
    story.at(story.days_ago(2), 9, 15, lambda now: _ask(scene, now))


def _newcomers(scene: Scene) -> list[School]:
    """Schools that nobody has heard of yet, the last in the line."""
    return [school for school in reversed(scene.schools.rows) if school.pk not in scene.schools.used][:3]


def _interested(scene: Scene, school: School, now: datetime) -> None:
    wishes = wishes_of(school, now.astimezone(clock.LONDON).date())
    if not wishes:
        return
    phase, wish = wishes[0]
    contact = scene.names.of(school)
    telling = light.Telling(
        reference=make_reference(scene.story.chance.choice),
        school=school,
        phase=phase,
        year=wish.year,
        contact_name=contact.name,
        contact_email=contact.email,
        contact_phone=school.telephone,
        contact_job="Maths lead",
        contact_is_head=False,
        privacy_id=privacy_on(now),
    )
    light.tell_interest(telling=telling, by=None, now=now)


def _heads(scene: Scene, now: datetime) -> list[Role]:
    """Headteachers of the hub's schools, but for the demo's own: what they agree to is theirs to try."""
    held = Role.objects.filter(kind=roles.HEADTEACHER, school__hub=scene.hub).exclude(school=scene.schools.first)
    current = held.current(now.astimezone(clock.LONDON).date()).exclude(person__email="")
    return list(current.select_related("person", "school").order_by("pk"))


def _advocates(scene: Scene, now: datetime) -> None:
    for place, role in enumerate(_heads(scene, now)[:2]):
        if role.school is None:
            continue
        consent = Consent(
            speaks=True,
            testimonial=place == 0,
            may_be_named=place == 0,
            given_on=now.date(),
            how=Advocate.How.EMAIL,
        )
        advocates.give_consent(person=role.person, school=role.school, consent=consent, by=scene.lead, now=now)


def _write(scene: Scene, now: datetime) -> None:
    """To a dozen headteachers."""
    candidates = [
        Candidate(
            name=role.person.name,
            email=role.person.email,
            why=f"Headteacher of {role.school}",
            person_id=role.person_id,
            school_id=role.school_id,
        )
        for role in _heads(scene, now)[:12]
    ]
    letter = letters.begin(
        candidates=candidates, hub=scene.hub, picked="Headteachers", picked_from="", by=scene.lead, now=now
    )
    subject, text = words.LETTER
    letters.write(letter=letter, by=scene.lead, now=now, subject=subject, text=text, is_marketing=False)
    letter.refresh_from_db()
    letters.send(letter=letter, by=scene.lead, now=now, seen=letter.version)


def _ask(scene: Scene, now: datetime) -> None:
    """One question that is answered the next day, and one that waits."""
    undecided = Interest.objects.filter(hub=scene.hub, status=Interest.Status.SUBMITTED).order_by("submitted_at", "pk")
    for place, interest in enumerate(undecided[:2]):
        questions.ask(interest=interest, text=words.QUESTION, by=scene.lead, now=now)
        if place == 0:
            scene.story.at(scene.story.days_ago(1), 9, 15, partial(_answer, interest))


def _answer(interest: Interest, now: datetime) -> None:
    questions.answer(interest=interest, text=words.ANSWER, name=interest.contact_name, by=None, now=now)
