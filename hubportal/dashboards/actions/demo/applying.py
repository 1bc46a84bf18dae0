"""How schools come to take part: they express an interest, heads confirm, the hub decides."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from hubportal.dashboards.actions.demo import words
from hubportal.dashboards.actions.demo.cast import Named
from hubportal.dashboards.actions.demo.scene import Scene
from programmes.actions import decisions
from programmes.actions import interest as interests
from programmes.actions.interest import Application
from programmes.models import AgreementText, Enrolment, Interest, Offer
from programmes.rules import Named as Place
from programmes.rules import make_reference
from schools.models import School

UNNAMED_EVERY = 6


def application(
    scene: Scene, school: School, offer: Offer, *, at: datetime, contact: Named | None = None, message: str = ""
) -> Application:
    """What a school sends; of some schools the second teacher is not known yet."""
    people = scene.schools.faculty(school)
    sender = contact or people.contact
    wanted = offer.teachers_per_school
    named = list(people.teachers[:wanted])
    is_unnamed = scene.schools.number(school) % UNNAMED_EVERY == UNNAMED_EVERY - 1
    # Who has no address stays: the hub sees what becomes of their e-mails.
    if is_unnamed and wanted > 1 and named[-1].email:
        named = named[:-1]
    teachers = [
        Place(one.name, one.email, "Teacher", has_lead_role=offer.needs_lead_role and place == 0)
        for place, one in enumerate(named)
    ]
    teachers += [Place()] * (wanted - len(teachers))
    return Application(
        reference=make_reference(scene.story.chance.choice),
        school=school,
        offer=offer,
        contact_name=sender.name,
        contact_email=sender.email,
        contact_phone=school.telephone,
        contact_job="Headteacher" if people.head_applies and contact is None else "Maths lead",
        contact_is_head=people.head_applies and contact is None,
        head_name=people.head.name,
        head_email=people.head.email,
        teachers=tuple(teachers),
        message=message,
        commitments_id=offer.commitments_id,
        privacy_id=privacy_on(at),
        agreed_at=at,
    )


def send(
    scene: Scene, school: School, offer: Offer, *, at: datetime, contact: Named | None = None, message: str = ""
) -> Interest:
    """Express an interest."""
    sent = application(scene, school, offer, at=at, contact=contact, message=message)
    return interests.submit(application=sent, by=None, now=at)


def confirm(interest: Interest, now: datetime) -> None:
    """The headteacher presses the button of the mail, unless it was they who applied."""
    interest.refresh_from_db()
    if interest.head_confirmed_at is None and interest.is_standing:
        interests.confirm_as_head(interest=interest, asked=interest.head_asked, by=None, now=now)


def apply_and_enrol(
    scene: Scene, school: School, offer: Offer, *, on: date, accepted_on: date, enrolled: list[Enrolment]
) -> None:
    """From the first letter to the enrolment, which is added to ``enrolled``."""
    story = scene.story

    def apply(now: datetime) -> None:
        interest = send(scene, school, offer, at=now)
        story.at(on + timedelta(days=2), 8, 40, lambda moment: confirm(interest, moment))
        story.at(accepted_on, 10, 15, accepting(scene, interest, enrolled))

    number = scene.schools.number(school)
    story.at(on, 9 + number % 8, number % 60, apply)


def accepting(scene: Scene, interest: Interest, enrolled: list[Enrolment]) -> Callable[[datetime], None]:
    """The hub lead accepts."""

    def accept(now: datetime) -> None:
        interest.refresh_from_db()
        note = words.FITS if interest.needs_note else ""
        enrolled.append(decisions.accept(interest=interest, by=scene.lead, now=now, note=note, is_told_full=True))

    return accept


def privacy_on(at: datetime) -> int:
    """The privacy notice in force at a moment.

    :raises LookupError: where the catalogue has none.
    """
    found = AgreementText.objects.privacy_on(at.date()).first()
    if found is None:
        raise LookupError("The catalogue has no privacy notice for this day.")
    return found.pk
