"""What a hub that goes on in another was writing goes on there."""

import pytest

from hubportal.core import clock
from schools.actions import hubs
from schools.models import LetterTemplate
from tests import factories as make
from tests.world import NOW


@pytest.mark.django_db
def test_templates_and_drafts_of_letters_go_on_in_the_hub_that_goes_on() -> None:
    hub, other = make.HubFactory(name="Old Hub"), make.HubFactory()
    taken = make.LetterTemplateFactory(hub=other, name="Welcome")
    make.LetterTemplateFactory(hub=other, name="Welcome (Old Hub)")
    make.LetterTemplateFactory(hub=hub, name="Welcome")
    make.LetterTemplateFactory(hub=hub, name="Dates")
    draft = make.LetterFactory(hub=hub)
    sent = make.LetterFactory(hub=hub, status="sent")

    with clock.fixed(NOW):
        wish = hubs.Wish(kind="merger", hub=hub, other=other, from_on=NOW.date(), reason="Reorganised")
        hubs.plan_change(wish=wish, by=None, now=NOW)

    names = LetterTemplate.objects.values_list("name", "hub")
    assert sorted(names) == [
        (name, other.pk) for name in ("Dates", "Welcome", "Welcome (Old Hub 2)", "Welcome (Old Hub)")
    ]
    assert LetterTemplate.objects.get(name="Welcome") == taken
    for letter in (draft, sent):
        letter.refresh_from_db()
    assert (draft.hub, sent.hub) == (other, hub)
