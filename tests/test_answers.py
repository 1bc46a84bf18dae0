"""Where answers to the portal's e-mails go: whatever is sent for a hub is answered by the hub."""

from typing import Any

import pytest

from hubportal.core.notices import kinds
from programmes.models import HeadConfirmation, InterestMessage
from schools import roles
from tests import factories as make
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.django_db

# What goes to hubs or the national team themselves, or to somebody of whom no hub is known yet.
NOT_FOR_A_HUB = {
    "hub_move",
    "hub_change",
    "succession",
    "import_for_hub",
    "gias_import",
    "interest-answer",
    "form-link",
}


def _targets(side: Side) -> dict[str, Any]:
    """One thing of the hub for each model that is written about."""
    head, lead = side.users[roles.HEADTEACHER], side.users[roles.HUB_LEAD]
    question = {"is_from_hub": True, "by": lead, "name": "Lee Lead", "text": "When?", "at": NOW}
    letter = make.LetterFactory(hub=side.hub, written_by=lead)
    change = make.LeaderChangeFactory(group=side.group)
    asked = HeadConfirmation.objects.create(school=side.school, hub=side.hub, person=head.person, asked_at=NOW)
    things = [side.interest, side.enrolment, side.group, side.meeting, side.visit, side.award, side.claim]
    things += [head, letter, make.LetterRecipientFactory(letter=letter), change, asked]
    things += [InterestMessage.objects.create(interest=side.interest, **question)]
    return {one._meta.label: one for one in things}


def test_whatever_is_sent_for_a_hub_is_answered_by_the_hub() -> None:
    """A new kind of e-mail stands here by itself."""
    side = make_side()
    targets = _targets(side)
    of_hubs = {key: kind for key, kind in kinds().items() if key not in NOT_FOR_A_HUB}

    answered = {key: kind.reply_to(kind.load().get(pk=targets[kind.model].pk)) for key, kind in of_hubs.items()}

    assert answered == dict.fromkeys(of_hubs, side.hub.email)
