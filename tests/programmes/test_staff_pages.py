"""Pages of enrolments, journeys, leaders and offers."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from programmes.forms.offers import LABELS
from programmes.models import Leader, Offer, Target
from schools.models import Hub, User
from schools.roles import HEADTEACHER, HUB_LEAD, NATIONAL, OFFICE, SPECIALIST
from tests import factories as make
from tests.world import NOW, make_side

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _get(user: User, name: str, /, *args: Any, **query: str) -> Any:
    with clock.fixed(NOW):
        return _client(user).get(reverse(f"programmes:{name}", args=args), query)


def _post(user: User, name: str, /, *args: Any, **data: str) -> Any:
    with clock.fixed(NOW):
        return _client(user).post(reverse(f"programmes:{name}", args=args), data, follow=True)


def test_school_names_its_teacher_and_lets_one_go() -> None:
    enrolled = make.EnrolledTeacherFactory(person=None)
    enrolment = enrolled.enrolment
    head = make.make_user(HEADTEACHER, school=enrolment.school)

    named = _post(head, "enrolment-teachers", enrolment.pk, name="Sam Shah", email="sam@people.example.org")
    enrolled.refresh_from_db()
    person = enrolled.person
    left = _post(head, "teacher-leave", enrolled.pk)
    enrolled.refresh_from_db()

    assert str(person) == "Sam Shah"
    assert "Sam Shah is named. They are told by e-mail, unless" in named.content.decode()
    assert "Where somebody leaves on another day, choose “Replace”" in named.content.decode()
    assert "The place is free" in left.content.decode()
    assert enrolled.person is None


def test_naming_refuses_the_address_of_another_teacher_unless_it_is_shared() -> None:
    enrolled = make.EnrolledTeacherFactory(person=make.PersonFactory(name="Ann Other", email="office@hill.example"))
    make.EnrolledTeacherFactory(enrolment=enrolled.enrolment, person=None)
    head = make.make_user(HEADTEACHER, school=enrolled.enrolment.school)
    given = {"name": "Sam Shah", "email": "Office@hill.example"}

    refused = _post(head, "enrolment-teachers", enrolled.enrolment_id, **given)
    named = _post(head, "enrolment-teachers", enrolled.enrolment_id, **given, is_shared="on")

    assert refused.status_code == 200
    assert "Ann Other takes part with this address already." in refused.content.decode()
    assert "Sam Shah is named." in named.content.decode()


def test_naming_refuses_an_address_of_somebody_who_signs_in_where_that_may_be_told() -> None:
    enrolled = make.EnrolledTeacherFactory(person=None)
    make.EnrolledTeacherFactory(enrolment=enrolled.enrolment, person=None)
    make.make_user(HEADTEACHER, name="Far Away", email="far@people.example.org", school=make.SchoolFactory())
    lead = make.make_user(HUB_LEAD, hub=enrolled.enrolment.hub)
    head = make.make_user(HEADTEACHER, school=enrolled.enrolment.school)
    given = {"name": "Sam Shah", "email": "far@people.example.org"}

    to_hub = _post(lead, "enrolment-teachers", enrolled.enrolment_id, **given)
    to_school = _post(head, "enrolment-teachers", enrolled.enrolment_id, **{**given, "name": "Kim Shah"})
    shared = _post(lead, "enrolment-teachers", enrolled.enrolment_id, **given, is_shared="on")

    assert to_hub.status_code == 200
    assert "Somebody of another name already signs in with this address." in to_hub.content.decode()
    assert "Sam Shah is named, but has no sign-in of their own" in shared.content.decode()
    assert "Kim Shah is named. They are told by e-mail, unless" in to_school.content.decode()


def test_naming_when_all_are_named_says_so() -> None:
    enrolled = make.EnrolledTeacherFactory()
    lead = make.make_user(HUB_LEAD, hub=enrolled.enrolment.hub)

    response = _post(lead, "enrolment-teachers", enrolled.enrolment_id, name="Sam Shah", email="sam@people.example.org")

    assert response.status_code == 200
    assert "Every place of this school has its teacher already." in response.content.decode()


def test_enrolment_warns_when_nobody_has_the_lead_role() -> None:
    offer = make.OfferFactory(needs_lead_role=True, lead_role_label="Head of department")
    enrolled = make.EnrolledTeacherFactory(person=None, enrolment__offer=offer)
    lead = make.make_user(HUB_LEAD, hub=enrolled.enrolment.hub)
    warning = "None of the teachers is marked as: Head of department."

    before = _get(lead, "enrolment-detail", enrolled.enrolment_id).content.decode()
    details = {"name": "Sam Shah", "email": "sam@people.example.org", "has_lead_role": "on"}
    after = _post(lead, "enrolment-teachers", enrolled.enrolment_id, **details).content.decode()

    assert warning in before
    assert warning not in after


@pytest.mark.parametrize("before", ["accepted", "active"])
def test_hub_pauses_resumes_and_withdraws(before: str) -> None:
    enrolment = make.EnrolmentFactory(status=before)
    lead = make.make_user(HUB_LEAD, hub=enrolment.hub)
    make.make_user(HEADTEACHER, school=enrolment.school, email="head@people.example.org")
    found = []
    forms = [_get(lead, f"enrolment-{step}", enrolment.pk).content.decode() for step in ("pause", "withdraw")]

    for name, data in (
        ("enrolment-pause", {"reason": "A new headteacher."}),
        ("enrolment-resume", {}),
        ("enrolment-withdraw", {"reason": "Both teachers left."}),
    ):
        _post(lead, name, enrolment.pk, **data)
        enrolment.refresh_from_db()
        found.append(enrolment.status)

    assert found == ["paused", before, "withdrawn"]
    assert all("head@people.example.org" in form and "The school reads it" in form for form in forms)
    assert enrolment.end_reason == "Both teachers left."


def test_resume_of_what_has_ended_says_why_not() -> None:
    enrolment = make.EnrolmentFactory(status="withdrawn")
    lead = make.make_user(HUB_LEAD, hub=enrolment.hub)

    response = _post(lead, "enrolment-resume", enrolment.pk)

    assert "This is withdrawn: there is no pause to end." in response.content.decode()


def test_journey_is_a_picture_and_the_same_as_a_table() -> None:
    phase = make.PhaseFactory(short_name="Growing", step=3)
    school = make.SchoolFactory()
    for year in (2024, 2025):
        offer = make.OfferFactory(phase=phase, year=year, title=f"Growing {year}")
        make.EnrolledTeacherFactory(enrolment=make.EnrolmentFactory(school=school, offer=offer, status="completed"))
    make.InterestFactory(school=school, offer__phase=phase, offer__year=2027, submitted_at=NOW)
    head = make.make_user(HEADTEACHER, school=school)

    response = _get(head, "school-journey", school.pk)

    page = response.content.decode()
    assert [bar.words for bar in response.context["journey"].bars] == [
        "2024/25 to 2025/26: Growing, ✓ completed",
        "2027/28: Growing, applied 11 Jan",
    ]
    for words in ('class="step-3"', 'class="step-3 outline"', "Growing 2024", "Growing 2025", "2 teachers named"):
        assert words in page
    assert "<strong>2024/25 to 2025/26</strong><br>Growing, ✓ completed" in page  # as a phone shows it
    assert f"as {school.name}</span>" not in page


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"status": "active", "accepted_on": date(2025, 6, 3)}, "1 September 2025"),
        ({"status": "active", "accepted_on": date(2025, 11, 4)}, "4 November 2025"),
        ({"status": "accepted", "accepted_on": date(2025, 6, 3)}, "accepted 3 June 2025"),
        ({"status": "paused", "paused_from": "accepted", "accepted_on": date(2025, 6, 3)}, "accepted 3 June 2025"),
        (
            {"status": "withdrawn", "accepted_on": date(2025, 6, 3), "ended_on": date(2025, 11, 1)},
            "accepted 3 June 2025",
        ),
    ],
)
def test_journey_says_from_when_a_year_was_taken_and_when_it_was_only_accepted(
    fields: dict[str, Any], shown: str
) -> None:
    enrolment = make.EnrolmentFactory(offer__year=2025, **fields)

    page = _get(make.make_user(HEADTEACHER, school=enrolment.school), "school-journey", enrolment.school_id)

    assert f'<td class="nowrap">{shown}</td>' in page.content.decode()


def test_journey_of_a_new_school_says_so() -> None:
    school = make.SchoolFactory()
    office = make.make_user(OFFICE, school=school)

    assert "This school has not taken part yet." in _get(office, "school-journey", school.pk).content.decode()


def test_journey_keeps_what_another_hub_ran_from_a_new_hub_that_sees_the_school() -> None:
    enrolment = make.EnrolmentFactory()
    school = enrolment.school
    old_lead = make.make_user(HUB_LEAD, hub=enrolment.hub)
    type(school).objects.filter(pk=school.pk).update(hub=make.HubFactory())
    school.refresh_from_db()
    school.ties.create(hub=enrolment.hub)

    assert enrolment.offer.title in _get(old_lead, "school-journey", school.pk).content.decode()


LEADER = {
    "kind": SPECIALIST,
    "name": "Helen Marsh",
    "email": "helen@people.example.org",
    "max_groups": "2",
    "starts_on_0": "11",
    "starts_on_1": "1",
    "starts_on_2": "2027",
}


def test_lead_makes_a_leader_based_at_a_school_found_by_name() -> None:
    school = make.SchoolFactory(name="Oakfield Primary School", town="Leicester")
    lead = make.make_user(HUB_LEAD, hub=school.hub)

    response = _post(lead, "leader-create", **LEADER, school="oakfield leicester")

    leader = Leader.objects.select_related("person").get()
    assert (leader.person.name, leader.hub, leader.school, leader.max_groups) == ("Helen Marsh", school.hub, school, 2)
    assert "Helen Marsh is a Mastery Specialist of your hub now, and is told by e-mail." in response.content.decode()
    assert "Helen Marsh" in response.content.decode()


def test_base_school_that_is_not_one_school_is_explained() -> None:
    school = make.SchoolFactory(name="Oakfield Primary School", town="Leicester")
    make.SchoolFactory(name="Oakfield Infant School", town="Leicester", authority=school.authority)
    lead = make.make_user(HUB_LEAD, hub=school.hub)

    several = _post(lead, "leader-create", **LEADER, school="oakfield")
    none = _post(lead, "leader-create", **LEADER, school="nowhere")

    assert "Several schools fit" in several.content.decode()
    assert "No school of your hub fits this." in none.content.decode()
    assert Leader.objects.count() == 0


def test_lead_of_two_hubs_makes_a_leader_of_the_one_in_the_top_bar() -> None:
    lead = make.make_user(HUB_LEAD, hub=make.HubFactory())
    make.RoleFactory(person=lead.person, kind=HUB_LEAD, hub=make.HubFactory())

    _post(lead, "leader-create", **LEADER)

    first = Hub.objects.filter(roles__person=lead.person).order_by("name")[0]
    assert Leader.objects.get().hub == first


def test_offer_list_counts_schools_against_targets() -> None:
    enrolment = make.EnrolmentFactory()
    make.EnrolmentFactory(offer=enrolment.offer)
    Target.objects.create(offer=enrolment.offer, hub=enrolment.hub, schools=7)
    lead = make.make_user(HUB_LEAD, hub=enrolment.hub)

    def counted(user: User) -> list[tuple[int, int]]:
        return [(one.enrolled, one.target) for one in _get(user, "offer-list").context["rows"]]

    assert counted(lead) == [(1, 7)]
    assert counted(make.make_user(NATIONAL)) == [(2, 7)]


def test_all_hubs_together_have_no_target_where_none_has_one() -> None:
    offer, hub = make.OfferFactory(), make.HubFactory()
    make.HubFactory()
    national = make.make_user(NATIONAL)
    said = []

    for number in (None, 0, 9):
        if number is not None:
            Target.objects.update_or_create(offer=offer, hub=hub, defaults={"schools": number})
        said.append(_get(national, "offer-detail", offer.pk).context["totals"]["target"])

    assert said == [None, 0, 9]


def test_national_sets_and_takes_away_targets() -> None:
    offer, hub, other = make.OfferFactory(), make.HubFactory(), make.HubFactory()
    national = make.make_user(NATIONAL)

    _post(national, "target-edit", offer.pk, **{f"hub_{hub.pk}": "24", f"hub_{other.pk}": "12"})
    _post(national, "target-edit", offer.pk, **{f"hub_{hub.pk}": "30", f"hub_{other.pk}": ""})
    wrong = _post(national, "target-edit", offer.pk, **{f"hub_{hub.pk}": "many"})

    assert list(Target.objects.values_list("hub", "schools")) == [(hub.pk, 30)]
    assert wrong.status_code == 200
    changed = [entry.changed for entry in JournalEntry.objects.about(offer)]
    assert changed == [{hub.name: ["24", "30"], other.name: ["12", ""]}, {hub.name: ["", "24"], other.name: ["", "12"]}]


def _offer_data(offer: Offer, **changed: Any) -> dict[str, Any]:
    names = ("code", "title", "summary", "group_min", "group_max", "teachers_per_school", "leader_kind", "meetings")
    more = ("meetings_per", "meeting_half_days", "visits", "visits_per", "visit_half_days", "release_days")
    found = {name: str(getattr(offer, name)) for name in (*names, *more, "group_label", "teacher_label")}
    for name in ("opens_on", "closes_on"):
        day = getattr(offer, name)
        found |= {f"{name}_0": str(day.day), f"{name}_1": str(day.month), f"{name}_2": str(day.year)}
    found |= {"commitments": str(offer.commitments_id), "served_by": offer.served_by, "eligibility": offer.eligibility}
    lately = ("enrols", "trn", "head_part", "support_days", "support_per", "start_term")
    found |= {name: str(getattr(offer, name)) for name in lately}
    chosen = {"visit_tags": str(offer.visit_tags_id), "school_phases": offer.school_phases}
    return {**found, **chosen, "state_funded_only": "on", **changed}


def test_national_changes_an_offer_that_nobody_is_enrolled_in() -> None:
    offer = make.OfferFactory()
    national = make.make_user(NATIONAL)

    _post(national, "offer-edit", offer.pk, **_offer_data(offer, meetings="5", group_max="9"))
    wrong = _post(national, "offer-edit", offer.pk, **_offer_data(offer, group_max="1"))

    offer.refresh_from_db()
    assert (offer.meetings, offer.group_max) == (5, 9)
    assert wrong.context["form"].errors == {"group_max": ["The largest group cannot be smaller than the smallest."]}
    assert '<a href="#id_group_max">' in wrong.content.decode()
    assert JournalEntry.objects.about(offer)[0].changed == {"group_max": ["3", "9"], "meetings": ["3", "5"]}


def test_what_hubs_may_not_change_is_named_without_a_word_of_what_is_asked() -> None:
    page = _get(make.make_user(NATIONAL), "offer-lock", make.OfferFactory().pk).content.decode()

    assert "Teachers are named by" in page
    assert "(optional)" not in page


@pytest.mark.parametrize("locked", [[], ["opens_on"], ["closes_on"]])
def test_closing_before_opening_is_said_at_the_field(locked: list[str]) -> None:
    national = make.OfferFactory(locked=locked)
    offer = make.OfferFactory(hub=make.HubFactory(), stands_for=national, code=national.code)
    lead = make.make_user(HUB_LEAD, hub=offer.hub)
    late, early = {"opens_on_2": str(offer.closes_on.year + 1)}, {"closes_on_2": str(offer.opens_on.year - 1)}

    answer: Any = _post(
        lead, "offer-edit", offer.pk, **_offer_data(offer, **(late if "closes_on" in locked else early))
    )

    field = "opens_on" if "closes_on" in locked else "closes_on"
    assert dict(answer.context["form"].errors) == {field: ["Applications cannot close before they open."]}


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("group_min", 1, 100),
        ("group_max", 1, 500),
        ("teachers_per_school", 1, 20),
        ("meetings", 0, 40),
        ("meeting_half_days", 1, 10),
        ("visits", 0, 40),
        ("visit_half_days", 1, 10),
        ("support_days", 0, 60),
        ("release_days", 0, 60),
    ],
)
def test_numbers_of_an_offer_have_bounds(name: str, least: int, most: int) -> None:
    offer = make.OfferFactory(group_min=1, group_max=None)
    national = make.make_user(NATIONAL)

    def said(number: int) -> list[str]:
        largest = {"group_max": ""} if name != "group_max" else {}
        answer = _post(national, "offer-edit", offer.pk, **_offer_data(offer, **largest, **{name: str(number)}))
        form = (answer.context or {}).get("form")
        return [str(error) for errors in form.errors.values() for error in errors] if form else []

    assert [said(least), said(most)] == [[], []]
    assert said(least - 1) == [f"{LABELS[name]}: enter a number of at least {least}."]
    assert said(most + 1) == [f"{LABELS[name]}: enter a number of at most {most}."]
    for number in (least - 1, most + 1):
        with pytest.raises(IntegrityError), transaction.atomic():
            Offer.objects.filter(pk=offer.pk).update(**{name: number})


def test_offer_in_use_keeps_what_schools_rely_on_and_says_why() -> None:
    offer = make.EnrolmentFactory().offer
    national = make.make_user(NATIONAL)

    page = _client(national).get(reverse("programmes:offer-edit", args=[offer.pk])).content.decode()
    _post(national, "offer-edit", offer.pk, **_offer_data(offer, meetings="5", title="A better title", group_max="9"))

    offer.refresh_from_db()
    assert (offer.meetings, offer.title, offer.group_max) == (3, "A better title", 9)
    assert page.count("<td>Schools book cover by these numbers.</td>") == 3


@pytest.mark.parametrize(("kind", "is_led"), [(HEADTEACHER, True), (HUB_LEAD, True), (OFFICE, False)])
def test_journey_leads_to_where_a_teacher_is_named(kind: str, is_led: bool) -> None:
    with clock.fixed(NOW):
        side = make_side()
        make.EnrolledTeacherFactory(enrolment=side.enrolment, person=None)

        page = side.browser(kind).get(reverse("programmes:school-journey", args=[side.school.pk])).content.decode()

    assert (reverse("programmes:enrolment-teachers", args=[side.enrolment.pk]) in page) == is_led
