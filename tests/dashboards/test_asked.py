"""What is asked of a school: each thing leads to where it is done, and is gone when it is; a trust sees its schools."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from schools import roles
from schools.models import User
from tests import factories as make
from tests.world import NOW, Side

pytestmark = [pytest.mark.django_db, pytest.mark.once]

MINE = ["confirm", "agree", "dates", "claim", "cover"]
MINE_BUT_HEAD = ["dates", "claim", "cover"]


def asked(side: Side, kind: str, query: str = "") -> list[tuple[str, bool]]:
    page = side.browser(kind).get(reverse("dashboards:asked-list") + query)
    return [(ask.kind, ask.is_own) for ask in page.context["page_obj"]]


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        (roles.HEADTEACHER, MINE),
        (roles.MATHS_LEAD, MINE_BUT_HEAD),
        (roles.TRUST_LEAD, MINE_BUT_HEAD),
        (roles.OFFICE, ["dates", "claim"]),
    ],
)
def test_each_is_asked_what_they_may_do_and_sees_what_waits_for_others(side: Side, kind: str, own: list[str]) -> None:
    found = asked(side, kind)

    assert [what for what, is_own in found if is_own] == own
    assert sorted({what for what, _is_own in found}) == sorted(MINE)


def test_every_page_that_something_leads_to_is_there_for_whom_it_is_asked(side: Side) -> None:
    make.InterestFactory(school=side.school, head_asked_at=NOW)
    make.EnrolledTeacherFactory(enrolment=side.enrolment, person=None)
    make.ParticipantFactory(place=side.place, person=side.users[roles.HEADTEACHER].person)
    type(side.interest).objects.filter(pk=side.interest.pk).update(question="asked")

    for kind in roles.SCHOOL_STAFF:
        browser = side.browser(kind)
        asks = browser.get(reverse("dashboards:asked-list")).context["page_obj"]
        assert {browser.get(ask.url).status_code for ask in asks} == {200}, kind
    assert [what for what, is_own in asked(side, roles.HEADTEACHER) if is_own] == [
        *("confirm", "confirm", "question", "agree", "dates", "answer", "name", "claim", "cover")
    ]


def test_list_is_narrowed_to_a_kind_and_a_school(side: Side) -> None:
    other = make.SchoolFactory(authority__hub=side.hub, trust=side.trust)
    make.AwardFactory(enrolment=make.EnrolmentFactory(school=other, offer=side.offer, hub=side.hub))

    everything, claims, of_other = (
        asked(side, roles.TRUST_LEAD, query) for query in ("", "?kind=claim", f"?kind=claim&school={other.pk}")
    )

    assert (len(claims), len(of_other)) == (2, 1)
    assert len(everything) > 2
    assert asked(side, roles.TRUST_LEAD, "?kind=%00&school=x") == []


def test_trust_lead_reads_each_school_with_its_programmes_and_what_is_asked(side: Side) -> None:
    quiet = make.SchoolFactory(authority__hub=side.hub, trust=side.trust, name="Zest Primary")
    make.SchoolFactory(authority__hub=side.hub, name="Somebody else's")
    browser = side.browser(roles.TRUST_LEAD)

    rows = browser.get(reverse("dashboards:own-schools")).context["page_obj"].object_list
    busy = browser.get(reverse("dashboards:own-schools") + "?asked=yes").context["page_obj"].object_list
    named = browser.get(reverse("dashboards:own-schools") + "?q=zest").context["page_obj"].object_list
    of_offer = (
        browser.get(reverse("dashboards:own-schools") + f"?offer={side.offer.pk}").context["page_obj"].object_list
    )

    assert [row["school"].pk for row in rows] == [side.school.pk, quiet.pk]
    assert [line["ask"].kind for line in rows[0]["asks"]] == MINE
    assert [[row["school"].pk for row in found] for found in (busy, named, of_offer)] == [
        [side.school.pk],
        [quiet.pk],
        [side.school.pk],
    ]
    home = browser.get("/").content.decode()
    assert reverse("programmes:school-journey", args=[quiet.pk]) in home


def test_lines_of_a_trust_are_summed_and_lead_to_their_list(side: Side) -> None:
    other = make.SchoolFactory(authority__hub=side.hub, trust=side.trust, name="Aspen Primary")
    early = make.AwardFactory(
        enrolment=make.EnrolmentFactory(school=other, offer=side.offer, hub=side.hub), made_at=NOW - timedelta(days=300)
    )

    section = side.browser(roles.TRUST_LEAD).get("/").context["sections"][0]
    claim = next(item for item in section["work"] if item.title == "Money to claim")

    assert (claim.count, claim.since) == (2, early.made_at.date())
    assert claim.oldest.endswith("Aspen Primary")
    assert claim.url == reverse("dashboards:asked-list") + "?kind=claim"


def test_of_a_closed_school_only_money_is_asked_and_its_lead_reads_so(side: Side) -> None:
    make.EnrolledTeacherFactory(enrolment=side.enrolment, person=None)
    type(side.school).objects.filter(pk=side.school.pk).update(gias_status=2)

    home = side.browser(roles.MATHS_LEAD).get("/").content.decode()

    assert asked(side, roles.MATHS_LEAD) == [("claim", True)]
    assert f"{side.school.name} is closed." in home


def test_school_that_moved_hub_is_asked_for_what_both_hubs_run(side: Side) -> None:
    new_hub = make.HubFactory()
    type(side.school).objects.filter(pk=side.school.pk).update(hub=new_hub)
    make.EnrolledTeacherFactory(
        enrolment=make.EnrolmentFactory(school=side.school, offer=make.OfferFactory(), hub=new_hub), person=None
    )

    kinds = [kind for kind, is_own in asked(side, roles.MATHS_LEAD) if is_own]

    assert kinds == ["dates", "name", "claim", "cover"]


def test_nothing_of_past_years_but_money_is_asked(side: Side) -> None:
    make.EnrolledTeacherFactory(enrolment=side.enrolment, person=None)

    with clock.fixed(NOW + timedelta(days=300)):
        found = asked(side, roles.MATHS_LEAD)

    assert found == [("claim", True)]


def test_school_reads_from_its_acceptance_on_what_it_does_next_year(side: Side) -> None:
    quiet = make.SchoolFactory(authority__hub=side.hub, trust=side.trust, name="Zest Primary")
    later = make.EnrolmentFactory(school=quiet, hub=side.hub, offer__year=side.offer.year + 1, offer__title="Next")
    make.EnrolmentFactory(school=quiet, hub=side.hub, offer__year=side.offer.year + 1, status="withdrawn")
    head = make.make_user(roles.HEADTEACHER, school=quiet)

    [row] = own_list(head)["enrolments"]
    trusts = side.browser(roles.TRUST_LEAD).get(reverse("dashboards:own-schools"))
    past = side.browser(roles.TRUST_LEAD)
    past.post(reverse("schools:year-choose"), {"year": side.offer.year - 1})

    assert row["enrolment"] == later
    assert [row["enrolments"] for row in trusts.context["page_obj"] if row["school"] == quiet] == [[later]]
    assert str(later.offer) in trusts.content.decode()
    rows = past.get(reverse("dashboards:own-schools")).context["page_obj"]
    assert [row["enrolments"] for row in rows if row["school"] == quiet] == [[]]


def own_list(user: User) -> Any:
    client = Client()
    client.force_login(user)
    return client.get("/").context["sections"][0]


def test_school_without_anything_reads_that_nothing_is_asked() -> None:
    school = make.SchoolFactory()
    user = make.make_user(roles.HEADTEACHER, school=school)

    section = own_list(user)

    assert (section["work"], section["others"], section["dates"]) == ([], 0, [])
