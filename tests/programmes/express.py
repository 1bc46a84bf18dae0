"""What the tests of the public form share."""

from datetime import UTC, datetime
from typing import Any

from programmes.actions.interest import Application, Named, new_reference
from programmes.models import AgreementText
from tests import factories as make

NOW = datetime(2026, 9, 8, 9, tzinfo=UTC)


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
