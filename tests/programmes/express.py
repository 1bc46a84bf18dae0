"""What the tests of the public form share."""

from datetime import UTC, datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from programmes.actions.interest import Application, new_reference
from programmes.actions.light import Telling
from programmes.models import AgreementText, Interest, Offer
from programmes.rules import Named
from schools.models import School
from tests import factories as make

NOW = datetime(2026, 9, 8, 9, tzinfo=UTC)
CONTACT = {
    "name": "Robin Contact",
    "email": "robin@hill.example.org",
    "phone": "01632 960001",
    "job_title": "Maths lead",
}
HEAD = {"name": "Jo Head", "email": "head@hill.example.org"}
SAM = {"name": "Sam Teacher", "email": "sam@hill.example.org", "job_title": "Year 3 teacher"}


class Visitor:
    """Somebody at a browser: follows redirects and remembers the address of the page."""

    def __init__(self) -> None:
        self.client = Client()
        self.path = ""
        self.text = ""
        self.status = 0

    def get(self, path: str) -> "Visitor":
        return self._arrive(self.client.get(path, follow=True))

    def post(self, path: str = "", **data: Any) -> "Visitor":
        return self._arrive(self.client.post(path or self.path, data, follow=True))

    def _arrive(self, response: Any) -> "Visitor":
        self.path, self.text, self.status = (
            response.request["PATH_INFO"],
            response.content.decode(),
            response.status_code,
        )
        return self

    @property
    def page(self) -> str:
        """The last words of the address, without the draft's id."""
        return "/".join(part for part in self.path.split("/")[4:] if part)

    @property
    def draft(self) -> str:
        return self.path.split("/")[3]

    def choose(self, school: School, offer: Offer) -> "Visitor":
        self.post(reverse("programmes:express-school"), school=school.pk)
        return self.post(offer=offer.pk)

    def answer_people(self, **contact: Any) -> "Visitor":
        """Contact, headteacher, one teacher named, one later."""
        self.post(**CONTACT, **contact)
        if not contact.get("is_head"):
            self.post(**HEAD)
        self.post(who="other")
        self.post(**SAM)
        return self.post(who="later")

    def agree(self) -> "Visitor":
        texts = self.text.partition('name="texts" value="')[2].partition('"')[0]
        return self.post(texts=texts, commitments="on", privacy="on")


def make_application(**changed: Any) -> Application:
    """A complete application of an invented school for an open offer, with the texts in force."""
    given = {name: changed.pop(name) for name in ("school", "offer") if name in changed}
    school = given.get("school") or make.SchoolFactory()
    offer = given.get("offer") or make.OfferFactory()
    privacy = AgreementText.objects.privacy_on(NOW.date()).first() or make_privacy()
    values: dict[str, Any] = {
        "reference": new_reference(),
        "school": school,
        "offer": offer,
        "contact_name": "Robin Contact",
        "contact_email": f"robin@{school.website.removeprefix('www.')}",
        "contact_phone": "01632 960001",
        "contact_job": "Maths lead",
        "contact_is_head": False,
        "head_name": "Jo Head",
        "head_email": f"head@{school.website.removeprefix('www.')}",
        "teachers": (Named("Sam Teacher", "sam@people.example.org", "Year 3 teacher"), Named()),
        "message": "",
        "commitments_id": offer.commitments_id,
        "privacy_id": privacy.pk,
        "agreed_at": NOW,
    }
    return Application(**{**values, **changed})


def make_privacy(version: str = "1", **fields: Any) -> AgreementText:
    """A privacy notice."""
    return make.AgreementTextFactory(
        kind=AgreementText.Kind.PRIVACY, code="privacy", version=version, body="We keep what you send.", **fields
    )


def make_telling(like: Interest, **changed: Any) -> Telling:
    """A colleague tells of an interest in the same phase and year."""
    privacy = AgreementText.objects.privacy_on(NOW.date()).first() or make_privacy()
    values: dict[str, Any] = {
        "reference": new_reference(),
        "school": like.school,
        "phase": like.phase,
        "year": like.year,
        "contact_name": "Kim Colleague",
        "contact_email": "kim@people.example.org",
        "contact_phone": "",
        "contact_job": "Teacher",
        "contact_is_head": False,
        "privacy_id": privacy.pk,
    }
    return Telling(**{**values, **changed})


def said_on(path: str) -> dict[str, list[str]]:
    """What a headteacher's page that is opened now shows of the answers so far, as its buttons send it."""
    return {"said": Client().get(path).context["said"]}
