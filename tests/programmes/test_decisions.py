"""Accepting, waiting list, declining: who is enrolled, invited and told; and who was first."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery
from hubportal.core.models import JournalEntry, Notice
from hubportal.core.workflow import CannotMove
from programmes.actions import decisions
from programmes.models import EnrolledTeacher, Interest, InterestTeacher, Offer
from programmes.notices.decisions import SECOND
from schools.models import Person, Role, SchoolTie, User
from schools.roles import HEADTEACHER, HUB_LEAD, MATHS_LEAD, TEACHER, TRUST_LEAD
from schools.rules import year_label
from tests import factories as make
from tests.world import NOW

pytestmark = pytest.mark.django_db


def _lead(interest: Interest, name: str = "Priya Lead") -> User:
    return make.make_user(HUB_LEAD, name=name, hub=interest.hub)


def _interest(*, teachers: tuple[tuple[str, str], ...] = (), **fields: Any) -> Interest:
    interest: Interest = make.InterestFactory(**fields)
    for name, email in teachers:
        InterestTeacher.objects.create(interest=interest, name=name, email=email, job_title="Year 3 teacher")
    return interest


def _roles(interest: Interest) -> set[tuple[str, str]]:
    held = Role.objects.filter(school=interest.school).values_list("person__name", "kind")
    return set(held)


def test_accept_enrols_the_school_and_invites_its_people() -> None:
    interest = _interest(teachers=(("Sam Shah", "sam@people.example.org"), ("", "")))
    lead = _lead(interest)

    with clock.fixed(NOW):
        enrolment = decisions.accept(interest=interest, by=lead, now=NOW)

    assert (enrolment.school, enrolment.offer, enrolment.hub) == (interest.school, interest.offer, interest.hub)
    assert (enrolment.status, enrolment.accepted_on) == ("accepted", NOW.date())
    assert _roles(interest) == {("Jo Head", HEADTEACHER), ("Robin Contact", MATHS_LEAD), ("Sam Shah", TEACHER)}
    assert [str(row) for row in enrolment.teachers.all()] == ["Sam Shah", "To be named"]
    assert SchoolTie.objects.filter(school=interest.school, hub=interest.hub).count() == 1
    assert Notice.objects.filter(kind="invitation").count() == 3
    interest.refresh_from_db()
    assert (interest.status, interest.decided_by, interest.decided_at) == ("accepted", lead, NOW)


@pytest.mark.parametrize("is_theirs", [True, False])
def test_contact_who_leads_the_trust_stays_that_and_gets_no_role_at_the_school(client: Client, is_theirs: bool) -> None:
    """Only of the trust of this school, and not one whose time has ended."""
    trust = make.TrustFactory()
    interest = _interest(school__trust=trust, contact_name="Tessa Trust", contact_email="tessa@trust.example.org")
    tessa = make.PersonFactory(name="Tessa Trust", email="Tessa@trust.example.org")
    make.RoleFactory(person=tessa, kind=TRUST_LEAD, trust=trust if is_theirs else make.TrustFactory())
    make.RoleFactory(person=tessa, kind=TRUST_LEAD, trust=trust, ends_on=NOW.date() - timedelta(days=1))
    client.force_login(_lead(interest))

    with clock.fixed(NOW):
        page = client.get(reverse("programmes:interest-accept", args=[interest.pk])).content.decode()
        decisions.accept(interest=interest, by=None, now=NOW)

    assert (f"Tessa Trust leads {trust}, stays that" in page, "</strong>, Maths lead" in page) == (
        is_theirs,
        not is_theirs,
    )
    assert _roles(interest) == {("Jo Head", HEADTEACHER), *([] if is_theirs else [("Tessa Trust", MATHS_LEAD)])}
    assert Notice.objects.filter(kind="interest-accepted", email="tessa@trust.example.org").count() == 1


@pytest.mark.parametrize("decide", [decisions.accept, decisions.put_on_waiting_list, decisions.decline])
def test_no_place_is_given_in_a_year_that_is_over(decide: Any) -> None:
    interest = _interest(offer__year=2026)
    in_september = clock.at_london(date(2027, 9, 1), 0)
    reason = {} if decide is decisions.accept else {"reason": "Full."}

    def take(now: datetime) -> str:
        decide(interest=interest, by=_lead(interest), now=now, **reason)
        return interest.status

    if decide is decisions.decline:
        assert take(in_september) == "declined"
        return
    with pytest.raises(decisions.CannotDecide, match="2026/27 is over"):
        take(in_september)
    assert take(in_september - timedelta(minutes=1)) in {"accepted", "waiting"}


def test_accept_of_a_small_school_makes_one_person_of_head_contact_and_teacher() -> None:
    interest = _interest(
        contact_name="Jo Head",
        contact_email="jo@people.example.org",
        head_name="Jo Head",
        head_email="jo@people.example.org",
        contact_is_head=True,
        teachers=(("Jo Head", "jo@people.example.org"),),
    )

    decisions.accept(interest=interest, by=_lead(interest), now=NOW)

    assert Person.objects.filter(name="Jo Head").count() == 1
    assert _roles(interest) == {("Jo Head", HEADTEACHER), ("Jo Head", TEACHER)}
    assert Notice.objects.filter(kind="interest-accepted").count() == 1


def test_accept_leaves_the_headteacher_whom_the_portal_knows() -> None:
    interest = _interest()
    known = make.make_user(HEADTEACHER, name="Ann Old", school=interest.school)

    enrolment = decisions.accept(interest=interest, by=_lead(interest), now=NOW)

    assert _roles(interest) == {("Ann Old", HEADTEACHER), ("Robin Contact", MATHS_LEAD)}
    assert Role.objects.get(person=known.person).ends_on is None
    assert not Person.objects.filter(name="Jo Head").exists()
    told = Notice.objects.filter(kind="interest-accepted").values_list("email", flat=True)
    assert set(told) == {interest.contact_email, interest.head_email}
    entry = JournalEntry.objects.about(enrolment).get(what="Headteacher as before")
    assert entry.note == "Ann Old, not Jo Head"


def test_accept_changes_the_headteacher_where_the_hub_says_so() -> None:
    interest = _interest()
    known, other = (make.make_user(HEADTEACHER, name=name, school=interest.school) for name in ("Ann Old", "Co Head"))
    role = Role.objects.get(person=known.person)

    decisions.accept(interest=interest, by=_lead(interest), now=NOW, replaced_heads=[role.pk])

    role.refresh_from_db()
    assert role.ends_on == NOW.date() - timedelta(days=1)
    held = Role.objects.filter(kind=HEADTEACHER).current(NOW.date()).values_list("person__name", flat=True)
    assert set(held) == {"Jo Head", "Co Head"}
    assert Role.objects.get(person=other.person).ends_on is None


def test_accept_ends_nobodys_role_where_the_one_who_is_named_is_headteacher_already() -> None:
    interest = _interest()
    make.make_user(HEADTEACHER, name="Jo Head", email=interest.head_email, school=interest.school)
    other = make.make_user(HEADTEACHER, name="Co Head", school=interest.school)
    role, elsewhere = Role.objects.get(person=other.person), make.RoleFactory(kind=TEACHER, school=interest.school)

    decisions.accept(interest=interest, by=None, now=NOW, replaced_heads=[role.pk, elsewhere.pk])

    assert not Role.objects.exclude(ends_on=None).exists()


def test_accept_holds_a_place_for_a_teacher_named_twice_or_not_at_all() -> None:
    interest = _interest(teachers=(("Sam Shah", "sam@people.example.org"), ("Sam Shah", "sam@people.example.org")))
    silent = _interest()

    decisions.accept(interest=interest, by=None, now=NOW)
    decisions.accept(interest=silent, by=None, now=NOW)

    assert [str(row) for row in interest.enrolment.teachers.all()] == ["Sam Shah", "To be named"]
    assert [str(row) for row in silent.enrolment.teachers.all()] == ["To be named", "To be named"]


def test_accept_does_not_mix_up_teachers_of_one_name_without_an_address() -> None:
    elsewhere = make.PersonFactory(name="Sam Shah", email="")
    interest = _interest(teachers=(("Sam Shah", ""),))

    decisions.accept(interest=interest, by=None, now=NOW)

    enrolled = EnrolledTeacher.objects.exclude(person=None).get()
    assert enrolled.person != elsewhere


def test_decision_is_told_once_to_contact_and_headteacher() -> None:
    accepted, waiting, declined = _interest(), _interest(), _interest()

    with clock.fixed(NOW):
        decisions.accept(interest=accepted, by=_lead(accepted), now=NOW)
        decisions.put_on_waiting_list(interest=waiting, by=_lead(waiting), now=NOW, reason="The group is full.")
        decisions.decline(interest=declined, by=_lead(declined), now=NOW, reason="You have done this year before.")
        delivery.deliver_due()
        delivery.deliver_due()

    for interest, kind, words in (
        (accepted, "interest-accepted", "has accepted"),
        (waiting, "interest-waiting", "The group is full."),
        (declined, "interest-declined", "You have done this year before."),
    ):
        rows = Notice.objects.filter(kind=kind)
        assert {row.email for row in rows} == {interest.contact_email, interest.head_email}
        assert [row.state for row in rows] == ["sent", "sent"]
        assert all(words in row.body for row in rows)
        assert all("{" not in row.body + row.subject for row in rows)


def test_acceptance_leads_to_where_the_teachers_are_named() -> None:
    named, unnamed = _interest(teachers=(("Sam Shah", ""), ("Kim Lee", ""))), _interest(teachers=(("", ""), ("", "")))

    with clock.fixed(NOW):
        for interest in (named, unnamed):
            decisions.accept(interest=interest, by=None, now=NOW)
        delivery.deliver_due()

    bodies = [message.body for message in mail.outbox]
    urls = [reverse("programmes:enrolment-teachers", args=[one.enrolment.pk]) for one in (named, unnamed)]
    assert [sum(url in body for body in bodies) for url in urls] == [0, 2]


def test_decision_and_invitation_are_news_for_four_weeks() -> None:
    """A mail server that comes back later sends none of it."""
    first = _interest()
    make.InterestFactory(school=first.school, offer=first.offer, status="second", duplicate_of=first)
    accepted = _interest(teachers=(("Sam Teacher", "sam@people.example.org"),))
    with clock.fixed(NOW):
        decisions.decline(interest=first, by=None, now=NOW, reason="The group is full.")
        decisions.accept(interest=accepted, by=_lead(accepted), now=NOW)

    with clock.fixed(NOW + timedelta(days=28)):
        delivery.deliver_due()

    news = Notice.objects.filter(kind__in=("interest-accepted", "interest-declined", "interest-second", "invitation"))
    assert news.values("kind").distinct().count() == 4
    assert set(news.values_list("state", "until")) == {("missed", NOW + timedelta(days=28))}
    assert mail.outbox == []


@pytest.mark.parametrize("decide", [decisions.put_on_waiting_list, decisions.decline])
@pytest.mark.parametrize("email", ["hub@hubs.example.org", ""])
@pytest.mark.parametrize("has_lead", [True, False])
def test_answer_to_a_decision_goes_to_the_hub_or_its_lead_or_else_to_the_portals_own_contact(
    decide: Any, email: str, has_lead: bool, settings: Any
) -> None:
    settings.CONTACT_EMAIL = "help@portal.example"
    interest = _interest(school__authority__hub__email=email)
    lead = _lead(interest)
    decide(interest=interest, by=lead, now=NOW, reason="The group is full.")
    if not has_lead:
        lead.person.roles.all().delete()
    answered = email or (lead.person.email if has_lead else "")

    with clock.fixed(NOW):
        delivery.deliver_due()

    told = [message for message in mail.outbox if interest.reference in message.body]
    assert len(told) == 2
    assert all(message.reply_to == [answered or "help@portal.example"] for message in told)
    assert all("answer this e-mail" in message.body for message in told)
    assert all((f"answer this e-mail: it goes to {interest.hub}" in message.body) is bool(answered) for message in told)


def test_accept_from_the_waiting_list_tells_again() -> None:
    interest = _interest()
    decisions.put_on_waiting_list(interest=interest, by=None, now=NOW, reason="Full.")

    decisions.accept(interest=interest, by=None, now=NOW)

    states = dict(Notice.objects.filter(target=f"programmes.interest:{interest.pk}").values_list("kind", "state"))
    assert states["interest-waiting"] == "cancelled"
    assert states["interest-accepted"] == "planned"


def test_second_decision_says_who_was_first_and_what() -> None:
    interest = _interest()
    decisions.accept(interest=interest, by=_lead(interest), now=NOW)
    late = Interest.objects.get(pk=interest.pk)

    with pytest.raises(CannotMove) as problem:
        decisions.decline(interest=late, by=_lead(interest, "Lee Late"), now=NOW, reason="No.")

    assert str(problem.value) == (
        "Priya Lead has decided about this on 11 January 2027: accepted. Nothing was done twice."
    )


def test_second_copy_is_decided_with_its_first() -> None:
    interest = _interest(status=Interest.Status.SECOND)

    with pytest.raises(CannotMove) as problem:
        decisions.accept(interest=interest, by=None, now=NOW)

    assert str(problem.value) == "This is a second copy. Decide about the first one; this one follows it."


def test_accept_gives_roles_to_those_who_are_named_at_that_moment() -> None:
    """The school changed its headteacher, contact and teacher after the hub's page was read."""
    interest = _interest(teachers=(("Sam Shah", "sam@people.example.org"),))
    read = Interest.objects.for_list().prefetch_related("teachers").get(pk=interest.pk)
    named = {"head_name": "Kim Newhead", "head_email": "kim@people.example.org"}
    Interest.objects.filter(pk=interest.pk).update(contact_name="Alex New", contact_email="alex@x.example.org", **named)
    interest.teachers.update(name="Ali Teacher", email="ali@people.example.org")

    decisions.accept(interest=read, by=_lead(interest), now=NOW)

    assert _roles(interest) == {("Kim Newhead", HEADTEACHER), ("Alex New", MATHS_LEAD), ("Ali Teacher", TEACHER)}


def test_accept_needs_a_hub_and_a_free_place_in_the_offer() -> None:
    homeless = _interest(hub=None)
    enrolled = _interest()
    make.EnrolmentFactory(school=enrolled.school, offer=enrolled.offer)

    with pytest.raises(decisions.CannotDecide):
        decisions.accept(interest=homeless, by=None, now=NOW)
    with pytest.raises(decisions.CannotDecide):
        decisions.accept(interest=enrolled, by=None, now=NOW)

    assert list(Interest.objects.values_list("status", flat=True)) == ["submitted", "submitted"]


def test_decision_is_journalled_for_the_hub() -> None:
    interest = _interest()

    decisions.decline(interest=interest, by=_lead(interest), now=NOW, reason="No places.")

    entry = JournalEntry.objects.get(record=f"programmes.interest:{interest.pk}")
    assert (entry.what, entry.note, entry.moved_from, entry.moved_to) == (
        "Declined",
        "No places.",
        "submitted",
        "declined",
    )
    assert entry.owner_id == interest.hub_id


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        (decisions.decline, "cannot offer Oak School a place"),
        (decisions.put_on_waiting_list, "has put it on the waiting list"),
    ],
)
def test_sender_of_a_second_copy_hears_the_decision_and_nothing_of_the_first(verb: Any, words: str) -> None:
    first = make.InterestFactory(school__name="Oak School", message="Ask for Ms Quill.")
    facts = {"school": first.school, "offer": first.offer, "status": "second", "duplicate_of": first}
    copy = make.InterestFactory(**facts, contact_name="Kim Second")
    make.InterestFactory(**facts, contact_email=first.head_email.upper())

    verb(interest=first, by=None, now=NOW, reason="Ms Quill has left.")

    (notice,) = Notice.objects.filter(kind="interest-second")
    text = "\n".join(delivery.render(SECOND, SECOND.load().get(pk=copy.pk), notice))
    assert (notice.target, notice.email) == (f"programmes.interest:{copy.pk}", copy.contact_email)
    assert words in text
    assert copy.reference in text
    assert [hidden in text for hidden in ("Quill", first.contact_name, first.reference, first.contact_email)] == [
        False
    ] * 4


@pytest.mark.parametrize("verb", ["accept", "wait"])
def test_whoever_sent_several_copies_hears_each_decision_once(verb: str, client: Client) -> None:
    first = make.InterestFactory()
    facts = {"school": first.school, "status": "second", "duplicate_of": first}
    light = make.LightInterestFactory(phase=first.phase, contact_email="kim@people.example.org", **facts)
    again = make.InterestFactory(offer=first.offer, contact_email="KIM@people.example.org", **facts)
    client.force_login(make.make_user(HUB_LEAD, hub=first.hub))
    step = client.get(reverse(f"programmes:interest-{verb}", args=[first.pk]))

    if verb == "accept":
        decisions.accept(interest=first, by=None, now=NOW)
    else:
        decisions.put_on_waiting_list(interest=first, by=None, now=NOW, reason="")

    told = [email.lower() for _name, email in step.context["told"]]
    assert (told.count(light.contact_email), len(told)) == (1, 3)
    assert [one.email for one in Notice.objects.filter(kind="interest-second")] == [light.contact_email]
    # The other one hears what comes then, where this one is closed.
    light.move_to("withdrawn", by=None)
    assert SECOND.desired(SECOND.load().get(pk=again.pk))


@pytest.mark.parametrize("is_once", [False, True])
def test_declined_school_is_led_to_what_it_can_still_do(client: Client, is_once: bool) -> None:
    """To tell of its interest in a later year, where what it applied for suits it then."""
    interest = _interest(school__name="Oak & Ash Primary")
    make.AgreementTextFactory(kind="privacy", published_on=NOW.date())
    if is_once:
        done = make.OfferFactory(phase=interest.phase, year=interest.year - 1)
        make.EnrolmentFactory(school=interest.school, offer=done, hub=interest.hub, status="completed")
        Offer.objects.update(is_once=True)

    with clock.fixed(NOW):
        decisions.decline(interest=interest, by=_lead(interest), now=NOW, reason="The group is full.")
        delivery.deliver_due()
        body = next(str(one.body) for one in mail.outbox)
        found = re.findall(r"/programmes/express/school/\S+", body)
        pages = [client.get(one).content.decode() for one in found]

    later = year_label(interest.year + 1)
    assert (f"interested in {interest.phase.name} in {later}." in body) is not is_once
    assert ["Oak &amp; Ash Primary" in page for page in pages] == ([] if is_once else [True])
