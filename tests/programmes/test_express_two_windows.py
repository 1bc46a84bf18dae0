"""The public form in two windows: whoever presses second, at the same moment, loses nothing of what was typed."""

from collections.abc import Callable, Iterator

import pytest
from django.urls import reverse

from hubportal.core import clock
from programmes.models import FormDraft
from programmes.rules import Question
from programmes.views.draft import Draft
from schools.models import School
from tests import factories as make
from tests.programmes.express import CONTACT, HEAD, NOW, Visitor, make_privacy

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def school() -> Iterator[School]:
    with clock.fixed(NOW):
        make_privacy()
        make.OfferFactory(teachers_per_school=1)
        yield make.SchoolFactory()


@pytest.fixture
def visitor(school: School) -> Visitor:
    """Somebody who is asked who they are."""
    found = Visitor()
    found.post(reverse("programmes:express-school"), school=school.pk)
    return found.post(offer=found.text.partition('id="offer-')[2].partition('"')[0])


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let another window, or several, answer between each reading and keeping of the next press."""

    def prepare(*answers: Callable[[Draft], object]) -> None:
        find, steps = Draft.find, list(reversed(answers))

        def found(session: object, key: str) -> Draft | None:
            mine = find(session, key)  # type: ignore[arg-type]
            if steps:
                other = Draft(FormDraft.objects.get(key=key))
                steps.pop()(other)
                other.save()
            return mine

        monkeypatch.setattr(Draft, "find", found)

    return prepare


def test_what_was_typed_comes_back_with_what_the_other_window_said(
    visitor: Visitor, meanwhile: Callable[..., None]
) -> None:
    theirs = {**CONTACT, "is_head": False, "name": "Kim Other", "phone": "01632 960999"}
    meanwhile(lambda other: other.answer_contact(theirs))

    visitor.post(**CONTACT)

    assert visitor.page == "contact"
    assert "These answers were changed in another window or on another device." in visitor.text
    assert "What you typed is kept on its page. In the other window it was" in visitor.text
    assert "Kim Other" in visitor.text
    assert "01632 960999" in visitor.text
    assert "E-mail address: robin" not in visitor.text
    assert 'value="Robin Contact"' in visitor.text
    visitor.post(**CONTACT)
    assert visitor.page == "head"
    assert FormDraft.objects.get().data["answers"]["contact"]["name"] == "Robin Contact"


def test_what_was_typed_comes_back_where_a_third_window_answers_while_it_is_put_by(
    visitor: Visitor, meanwhile: Callable[..., None]
) -> None:
    second, third = ({**CONTACT, "is_head": False, "name": name} for name in ("Kim Other", "Lee Third"))
    meanwhile(lambda other: other.answer_contact(second), lambda other: other.answer_contact(third))

    visitor.post(**CONTACT)

    assert visitor.page == "contact"
    assert "Lee Third" in visitor.text
    assert 'value="Robin Contact"' in visitor.text


def test_what_was_typed_waits_where_the_other_window_has_changed_something_before(
    visitor: Visitor, meanwhile: Callable[..., None]
) -> None:
    visitor.post(**CONTACT)
    meanwhile(lambda other: other.forget("contact"))

    visitor.post(**HEAD)

    assert visitor.page == "contact"
    assert "What you typed is kept on its page." in visitor.text
    visitor.post(**CONTACT)
    assert 'value="head@hill.example.org"' in visitor.text


def test_chosen_programmes_come_back(school: School, meanwhile: Callable[..., None]) -> None:
    visitor = Visitor()
    visitor.post(reverse("programmes:express-school"), school=school.pk)
    offer = visitor.text.partition('id="offer-')[2].partition('"')[0]
    meanwhile(lambda other: other.answer(Question("message"), {"message": "Hello"}))

    visitor.post(offer=offer)

    assert visitor.page == "programme"
    assert "changed in another window" in visitor.text
    assert "checked" in visitor.text.partition(f'id="offer-{offer}"')[2].partition(">")[0]
