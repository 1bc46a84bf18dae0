"""A hub without a national team: a programme of its own, from its words to its first school, by screens alone."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from programmes.models import AgreementText, Offer, Phase, Target
from schools.models import Hub
from schools.roles import HUB_LEAD, NATIONAL
from tests import factories as make
from tests.programmes.express import NOW, make_privacy
from tests.programmes.test_staff_pages import _offer_data as typed
from workgroups.models import Group

pytestmark = pytest.mark.django_db

TODAY = {"published_on_0": "8", "published_on_1": "9", "published_on_2": "2026"}


@pytest.fixture
def hub() -> Hub:
    make_privacy()
    made: Hub = make.HubFactory(name="Trent Maths Hub")
    return made


@pytest.fixture
def lead(client: Client, hub: Hub) -> Client:
    client.force_login(make.make_user(HUB_LEAD, hub=hub))
    return client


def _post(client: Client, name: str, /, *args: Any, **data: Any) -> Any:
    with clock.fixed(NOW):
        return client.post(reverse(name, args=args), data, follow=True)


def test_hub_makes_a_programme_in_its_own_words_and_runs_it(lead: Client, hub: Hub) -> None:
    like = make.OfferFactory(year=2026)
    _post(lead, "programmes:text-version", like.commitments_id, body="We meet on Mondays.", version="1", **TODAY)
    own = AgreementText.objects.get(hub=hub)

    facts = typed(like, code="TRENT-1", title="Our Maths", commitments=str(own.pk), meetings="0", group_min="1")
    _post(lead, "programmes:offer-create", 2026, like.phase_id, **facts)
    offer = Offer.objects.get(code="TRENT-1")
    _post(lead, "programmes:offer-publish", offer.pk)
    box = f"o{offer.pk}h{hub.pk}"
    _post(lead, "programmes:target-grid", **{"seen": f"{box}:", box: "5"})
    school = make.SchoolFactory(hub=hub)
    came = {"how": "phone", "came_on_0": "8", "came_on_1": "9", "came_on_2": "2026", "note": "", "agreed": "on"}
    contact = {"name": "Jo Head", "email": "jo@people.example.org", "is_head": "on", "kind": "application"}
    programme = f"offer-{offer.pk}"
    interest = _post(lead, "programmes:interest-enter", school.pk, programme=programme, **contact, **came)
    _post(lead, "programmes:interest-accept", interest.context["record"].pk)
    leader = make.LeaderFactory(hub=hub)
    group = reverse("workgroups:group-create") + f"?offer={offer.pk}"
    with clock.fixed(NOW):
        lead.post(group, {"name": "Our group", "leader": leader.pk})
    _post(lead, "workgroups:place-add", Group.objects.get().pk, enrolments=[offer.enrolments.get().pk])
    _post(lead, "workgroups:group-start", Group.objects.get().pk)

    assert own.title.endswith("(Trent Maths Hub)")
    assert (offer.hub, offer.commitments) == (hub, own)
    assert Target.objects.get().schools == 5
    assert (Group.objects.get().status, offer.enrolments.get().status) == ("running", "active")


def test_words_of_one_hub_are_nothing_for_another(lead: Client, hub: Hub) -> None:
    theirs = make.AgreementTextFactory(hub=make.HubFactory())
    privacy = AgreementText.objects.get(kind="privacy")

    asked = [reverse("programmes:text-version", args=[one.pk]) for one in (theirs, privacy)]

    assert [lead.get(url).status_code for url in asked] == [403, 403]
    assert theirs not in AgreementText.objects.for_offers_of(hub.pk)
    assert theirs not in AgreementText.objects.for_offers_of(None)


def test_newer_shape_of_two_years_needs_no_code(client: Client) -> None:
    """An introductory phase in groups of six to twelve, then a lasting one that must follow it: by screens alone."""
    client.force_login(make.make_user(NATIONAL))
    pathway = make.PathwayFactory()
    like = make.OfferFactory(phase=make.PhaseFactory(pathway=pathway))
    for name, step in (("Fresh Start", "2"), ("For Good", "4")):
        facts = {"pathway": str(pathway.pk), "name": name, "short_name": name, "step": step, "options": "Ours\nYours"}
        _post(client, "programmes:phase-create", **facts, family="")
    first, lasting = Phase.objects.filter(name__in=("Fresh Start", "For Good")).order_by("step")

    for phase, code, follows in (
        (first, "NEW-1", {}),
        (lasting, "NEW-2", {"follows": [first.pk], "must_follow": "on"}),
    ):
        facts = typed(like, code=code, title=phase.name, group_min="6", group_max="12", **follows)
        _post(client, "programmes:offer-create", 2026, phase.pk, **facts)
        _post(client, "programmes:offer-publish", Offer.objects.get(code=code).pk)

    school = make.SchoolFactory()
    page = _post(Client(), "programmes:express-school", school=school.pk).content.decode()
    assert "Fresh Start" in page
    assert "For schools that have done Fresh Start in an earlier year, and we have no record that yours has." in page
    assert [option.name for option in lasting.options.all()] == ["Ours", "Yours"]
