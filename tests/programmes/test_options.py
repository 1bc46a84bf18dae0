"""Ways of doing a phase: set by the national team, stored with what was applied for, changed by the hub."""

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from programmes.actions import decisions, options, phases
from programmes.actions.interest import submit
from programmes.models import Interest, Phase, PhaseOption
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.express import NOW, Visitor, make_application, make_privacy

pytestmark = pytest.mark.django_db


@pytest.fixture
def phase() -> Phase:
    made: Phase = make.PhaseFactory()
    for position, name in enumerate(("Lesson design", "Mixed-age classes")):
        PhaseOption.objects.create(phase=made, name=name, position=position)
    return made


def _offered(phase: Phase) -> list[tuple[str, bool]]:
    return list(phase.options.order_by("position", "pk").values_list("name", "is_offered"))


def test_option_that_is_taken_away_is_only_offered_no_more(phase: Phase) -> None:
    phases.change_phase(phase=phase, by=None, family=phase.family, options=["Early intervention", "Lesson design"])

    assert sorted(_offered(phase)) == [
        ("Early intervention", True),
        ("Lesson design", True),
        ("Mixed-age classes", False),
    ]
    entry = JournalEntry.objects.about(phase).get()
    assert entry.changed == {"options": ["Lesson design, Mixed-age classes", "Early intervention, Lesson design"]}


def test_option_goes_with_the_school_and_the_hub_changes_it(client: Client, phase: Phase) -> None:
    option, other = phase.options.all()
    offer = make.OfferFactory(phase=phase)
    with clock.fixed(NOW):
        interest = submit(application=make_application(offer=offer, option_id=option.pk), by=None, now=NOW)
        lead = make.make_user(HUB_LEAD, hub=interest.hub)
        enrolment = decisions.accept(interest=interest, by=lead, now=NOW)
        client.force_login(lead)
        page = client.get(reverse("programmes:enrolment-detail", args=[enrolment.pk])).content.decode()
        client.post(reverse("programmes:enrolment-option", args=[enrolment.pk]), {"option": str(other.pk)})
        rows = reverse("programmes:interest-list") + "?status=all&whose=all&option="
        found, without = (client.get(f"{rows}{one.pk}") for one in (other, option))

    assert enrolment.option == option
    assert "Lesson design" in page
    enrolment.refresh_from_db()
    assert (enrolment.option, Interest.objects.get().option) == (other, other)
    assert [interest.reference in one.content.decode() for one in (found, without)] == [True, False]


def test_option_of_another_phase_is_refused(phase: Phase) -> None:
    enrolment = make.EnrolmentFactory()

    with pytest.raises(options.CannotChoose, match="another programme"):
        options.choose_option(record=enrolment, option=phase.options.first(), by=None)


def test_school_chooses_an_option_in_the_form(phase: Phase) -> None:
    option = phase.options.all()[1]
    offer = make.OfferFactory(phase=phase)
    school = make.SchoolFactory()
    make_privacy()
    with clock.fixed(NOW):
        visitor = Visitor().choose(school, offer)
        asked = visitor.text
        visitor.post(option=str(option.pk))
        visitor.answer_people().post(message="").agree()
        check = visitor.text
        visitor.post()

    assert "Which would your school like?" in asked
    assert "Not sure yet: the hub advises" in asked
    assert "Mixed-age classes" in check
    assert Interest.objects.get().option == option
