"""Where answers to the portal's e-mails go: whatever is sent for a hub is answered by the hub."""

from typing import Any

import pytest

from hubportal.core.delivery import render
from hubportal.core.models import Notice
from hubportal.core.notices import kinds
from programmes.models import HeadConfirmation, InterestMessage, LinkRequest, TeacherNews
from schools import roles
from schools.models import Hub, Role
from tests import factories as make
from tests.world import NOW, Side, make_side
from workgroups.models import CoLeader, ReplacementNews

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
    things += [side.visit.place, head, letter, make.LetterRecipientFactory(letter=letter), change, asked]
    beside = {"leader": make.LeaderFactory(hub=side.hub), "since": NOW.date(), "made_at": NOW}
    things += [CoLeader.objects.create(group=side.group, **beside)]
    news = {"person": head.person, "news_at": NOW}
    passes = make.ReplacementFactory(person=make.PersonFactory(), school=side.school, hub=side.hub)
    things += [TeacherNews.objects.create(enrolment=side.enrolment, from_on=NOW.date(), news="left", **news)]
    things += [ReplacementNews.objects.create(replacement=passes, news="passes", **news)]
    things += [InterestMessage.objects.create(interest=side.interest, **question)]
    things += [LinkRequest.objects.create(email=side.interest.contact_email, asked_at=NOW, is_answered=True)]
    return {one._meta.label: one for one in things}


def _answered(side: Side) -> dict[str, str]:
    """By kind of what is sent for a hub: where an answer goes. A new kind of e-mail stands here by itself."""
    targets, light = _targets(side), make.LightInterestFactory(school=side.school)
    of_hubs = {key: kind for key, kind in kinds().items() if key not in NOT_FOR_A_HUB}
    about = {key: light if key == "interest-invited" else targets[kind.model] for key, kind in of_hubs.items()}
    return {key: kind.reply_to(kind.load().get(pk=about[key].pk)) for key, kind in of_hubs.items()}


def test_whatever_is_sent_for_a_hub_is_answered_by_the_hub() -> None:
    side = make_side()

    answered = _answered(side)

    assert answered == dict.fromkeys(answered, side.hub.email)


@pytest.mark.parametrize("has_lead", [True, False])
def test_hub_without_an_address_is_answered_for_by_its_lead_and_promises_nothing_without(has_lead: bool) -> None:
    side, lead = make_side(), ""
    Hub.objects.update(email="")
    if has_lead:
        lead = side.users[roles.HUB_LEAD].person.email
    else:
        Role.objects.filter(kind=roles.HUB_LEAD).update(kind=roles.HUB_ADMIN)

    answered = _answered(side)

    written_by = dict.fromkeys(("letter", "letter_test"), side.users[roles.HUB_LEAD].email)
    assert answered == dict.fromkeys(answered, lead) | written_by
    asked = make.InterestFactory(school=side.school, head_asked_at=NOW)
    make.EnrolledTeacherFactory(enrolment=side.enrolment, person=None)
    assert (f"{side.hub} will look into it" in _body("interest-head", asked)) is has_lead
    assert (f"it goes to {side.hub}" in _body("teachers-to-name", side.enrolment)) is has_lead
    assert (f"it goes to {side.hub}" in _body("head-confirmation", HeadConfirmation.objects.get())) is has_lead


def _body(key: str, about: Any) -> str:
    """What somebody reads in an e-mail of this kind."""
    kind = kinds()[key]
    row = Notice(kind=key, recipient="mail:somebody@example.org", occurrence="ask1@2027-01-11", due_at=NOW, name="Sam")
    return render(kind, kind.load().get(pk=about.pk), row)[1]
