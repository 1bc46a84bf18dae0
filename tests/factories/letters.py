"""Letters and their recipients."""

from datetime import UTC, datetime

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory

from hubportal.core import clock
from hubportal.core.models import StoredFile
from hubportal.core.records import record_key
from programmes.models import AgreementText, EnrolledTeacher, Interest
from schools import roles
from schools.models import Letter, LetterRecipient, LetterTemplate, Person
from schools.rules import academic_year
from tests.factories.core import NoticeFactory
from tests.factories.programmes import AgreementTextFactory, EnrolmentFactory, InterestFactory
from tests.factories.schools import HubFactory, make_user

MADE_AT = datetime(2027, 1, 8, 9, tzinfo=UTC)


class LetterFactory(DjangoModelFactory[Letter]):
    """A draft of a hub's lead."""

    class Meta:
        model = Letter

    hub = factory.SubFactory(HubFactory)
    written_by = factory.LazyAttribute(lambda letter: make_user(roles.HUB_LEAD, hub=letter.hub))
    made_at = MADE_AT
    subject = "Spring meetings"
    text = "Dear {first name},\n\nsee you in spring."
    picked = "People"
    sent_at = MADE_AT
    due_at = MADE_AT


class LetterRecipientFactory(DjangoModelFactory[LetterRecipient]):
    """Somebody on a letter's list."""

    class Meta:
        model = LetterRecipient

    letter = factory.SubFactory(LetterFactory)
    name = factory.Sequence(lambda n: f"Robin Reader{n}")
    email = factory.Sequence(lambda n: f"robin{n}@people.example.org")
    why = "Headteacher, Example Primary School"


def give_part(letter: Letter) -> None:
    """Each on a letter's list has a part in a programme: a teacher's place, or something sent from their address."""
    enrolment = EnrolmentFactory()
    people = set(letter.recipients.exclude(person=None).values_list("person", flat=True))
    EnrolledTeacher.objects.bulk_create([EnrolledTeacher(enrolment=enrolment, person_id=one) for one in people])
    privacy = AgreementTextFactory(kind=AgreementText.Kind.PRIVACY)
    given = {"school": enrolment.school, "offer": enrolment.offer, "privacy": privacy, "for_person": True}
    given["year"] = academic_year(clock.today())
    bare = letter.recipients.filter(person=None).exclude(email="").values_list("email", flat=True)
    emails = sorted({one.lower() for one in bare})
    Interest.objects.bulk_create([InterestFactory.build(**given, contact_email=one) for one in emails])


def got(letter: Letter, person: Person) -> LetterRecipient:
    """Somebody whom a letter has reached: ticked, and their e-mail sent."""
    found: LetterRecipient = LetterRecipientFactory(letter=letter, person=person, email=person.email)
    NoticeFactory(owner=letter.hub, kind="letter", target=record_key(found), state="sent")
    return found


class LetterTemplateFactory(DjangoModelFactory[LetterTemplate]):
    """A hub's template."""

    class Meta:
        model = LetterTemplate

    hub = factory.SubFactory(HubFactory)
    name = factory.Sequence(lambda n: f"Template {n}")
    subject = "News of {hub}"
    text = "Dear {first name},\n\nthere is news."


def stored_file(name: str = "dates.pdf", content: bytes = b"%PDF-1.7 example") -> StoredFile:
    """A file that somebody handed in."""
    stored = StoredFile(name=name, kind="pdf", size=len(content), digest="0" * 64, at=MADE_AT)
    stored.content.save("", ContentFile(content), save=False)
    stored.save()
    return stored
