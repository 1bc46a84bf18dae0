"""The test of a letter, which goes to whoever writes it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from schools import roles
from schools.actions import letters
from schools.models import Hub, User
from tests import factories as make
from tests.schools.test_letters import NOW, begin, deliver, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub() -> Hub:
    return make.HubFactory(name="Example Hub", email="hub@example.org")


@pytest.fixture
def lead(hub: Hub) -> User:
    return make.make_user(roles.HUB_LEAD, hub=hub, name="Lee Lead")


@pytest.mark.parametrize("of_hub", ["", "leader"])
def test_test_is_answered_where_the_letter_is(hub: Hub, lead: User, of_hub: str) -> None:
    """Also where that is whoever writes it, who gets the test: it is a copy of what others will get."""
    hub.email = lead.email if of_hub else ""
    hub.save(update_fields=["email"])
    letter = begin(hub, lead)
    letters.test(letter=letter, recipient=letter.recipients.all()[0], by=lead, now=NOW)
    (test,) = deliver()

    send(letter, lead)

    others = [one for one in deliver() if one != test]
    assert [lead.email] == test.reply_to
    assert {tuple(one.reply_to) for one in others} == {(lead.email,)}


def test_test_goes_to_its_writer_once_as_somebody_gets_it(hub: Hub, lead: User) -> None:
    letter = begin(hub, lead, is_marketing=True, attachment=SimpleUploadedFile("dates.pdf", b"%PDF-1 dates"))
    recipient = letter.recipients.get(name="Pat Person1")
    for _press in range(2):
        letters.test(letter=letter, recipient=recipient, by=lead, now=NOW)

    (sent,) = deliver()
    assert (sent.to, sent.subject) == ([f"Lee Lead <{lead.email}>"], "Test: Hello Pat")
    assert "Dear Pat Person1" in sent.body
    assert ("/news/" in sent.body, len(sent.attachments)) == (False, 1)
    assert letter.is_draft
