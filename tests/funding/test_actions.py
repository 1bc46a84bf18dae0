"""Awards follow group starts; a claim never passes its award and is seen by two people."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models.signals import pre_save

from funding import actions
from funding.models import Award, Claim
from hubportal.core.models import Notice
from hubportal.core.workflow import CannotMove
from programmes.actions import enrolments
from schools import roles
from schools.actions.people import correct_person
from schools.models import User
from tests import factories as make
from tests.races import at_once
from tests.world import NOW, Side, make_side

pytestmark = pytest.mark.django_db


@pytest.fixture
def side() -> Side:
    """A hub with a running group and an award of £1,000, of which £400 is claimed."""
    return make_side()


def raise_claim(award: Award, by: User, amount: str = "100.00") -> Claim:
    return actions.raise_claim(award=award, amount=Decimal(amount), invoice="INV-1", by=by, now=NOW)


def test_award_follows_a_started_group(side: Side) -> None:
    Claim.objects.all().delete()
    Award.objects.all().delete()
    Notice.objects.all().delete()
    make.RateFactory(offer=side.offer, amount=Decimal("2000.00"))

    made = [actions.reconcile_awards(now=NOW), actions.reconcile_awards(now=NOW)]

    award = Award.objects.get()
    assert made == [1, 0]
    assert (award.enrolment, award.hub, award.amount) == (side.enrolment, side.hub, Decimal("2000.00"))
    assert sorted(
        Notice.objects.filter(kind="award_made").exclude(pk=side.notice.pk).values_list("email", flat=True)
    ) == sorted(side.users[kind].email for kind in (roles.HEADTEACHER, roles.MATHS_LEAD, roles.OFFICE))


@pytest.mark.parametrize("status", ["forming", "cancelled"])
def test_award_waits_for_the_start(side: Side, status: str) -> None:
    Claim.objects.all().delete()
    Award.objects.all().delete()
    make.RateFactory(offer=side.offer)
    type(side.group).objects.update(status=status)

    made = actions.reconcile_awards(now=NOW)

    assert made == 0


@pytest.mark.parametrize("status", ["paused", "withdrawn", "accepted"])
def test_award_is_for_a_school_that_takes_part(side: Side, status: str) -> None:
    """Its place may still be held: the worker has not been round since."""
    Claim.objects.all().delete()
    Award.objects.all().delete()
    make.RateFactory(offer=side.offer)
    type(side.enrolment).objects.filter(pk=side.enrolment.pk).update(status=status)

    made = actions.reconcile_awards(now=NOW)

    assert (made, side.place.left_on) == (0, None)


def test_award_that_cannot_be_made_is_logged_and_holds_up_no_other(
    side: Side, caplog: pytest.LogCaptureFixture
) -> None:
    Claim.objects.all().delete()
    Award.objects.all().delete()
    make.RateFactory(offer=side.offer)
    other = make.EnrolmentFactory(offer=side.offer, hub=side.hub, status="active")
    make.PlaceFactory(group=side.group, enrolment=other)

    def refuse(instance: Award, **_rest: object) -> None:
        if instance.enrolment == side.enrolment:
            raise ValueError("this row is bad")

    pre_save.connect(refuse, sender=Award)
    try:
        made = actions.reconcile_awards(now=NOW)
    finally:
        pre_save.disconnect(refuse, sender=Award)

    assert (made, Award.objects.get().enrolment) == (1, other)
    assert [one.getMessage().partition(" cannot")[0] for one in caplog.records] == [
        f"programmes.enrolment:{side.enrolment.pk}"
    ]
    assert actions.reconcile_awards(now=NOW) == 1


def test_claim_sent_twice_in_a_moment_is_one(side: Side) -> None:
    head, before = side.users[roles.HEADTEACHER], Claim.objects.count()
    raise_claim(side.award, head)

    with pytest.raises(actions.NotAllowed, match="You have just sent this claim"):
        raise_claim(side.award, head)

    side.award.refresh_from_db()
    assert (Claim.objects.count() - before, side.award.claimed) == (1, Decimal("500.00"))


def test_claim_takes_from_the_award_and_never_more(side: Side) -> None:
    head = side.users[roles.HEADTEACHER]

    raise_claim(side.award, head, "600.00")
    with pytest.raises(actions.NotAllowed, match=r"left of this award: £0.00"):
        raise_claim(side.award, head, "0.01")

    side.award.refresh_from_db()
    assert side.award.claimed == Decimal("1000.00")


def test_claim_is_approved_by_a_second_person_and_paid(side: Side) -> None:
    lead, admin = side.users[roles.HUB_LEAD], side.users[roles.HUB_ADMIN]
    claim = raise_claim(side.award, lead)

    with pytest.raises(actions.NotAllowed, match="somebody else"):
        actions.approve_claim(claim=claim, by=lead, now=NOW)
    actions.approve_claim(claim=claim, by=admin, now=NOW)
    actions.pay_claim(claim=claim, paid_on=NOW.date(), by=lead, now=NOW)

    claim.refresh_from_db()
    assert (claim.status, claim.approved_by, claim.paid_on) == ("paid", admin, date(2027, 1, 11))


def test_national_approves_only_where_the_hub_has_nobody_else(side: Side) -> None:
    national, lead = side.users[roles.NATIONAL], side.users[roles.HUB_LEAD]
    claim = raise_claim(side.award, lead)

    with pytest.raises(actions.NotAllowed, match="The hub has somebody"):
        actions.approve_claim(claim=claim, by=national, now=NOW)
    side.users[roles.HUB_ADMIN].person.roles.all().delete()
    actions.approve_claim(claim=claim, by=national, now=NOW)

    assert claim.status == "approved"


def test_national_pays_and_sends_back_only_where_the_hub_has_nobody_else(side: Side) -> None:
    national, lead, head = (side.users[kind] for kind in (roles.NATIONAL, roles.HUB_LEAD, roles.HEADTEACHER))
    paid, wrong = raise_claim(side.award, head, "100.00"), raise_claim(side.award, lead, "200.00")
    actions.approve_claim(claim=paid, by=lead, now=NOW)
    paid.refresh_from_db()

    with pytest.raises(actions.NotAllowed, match="The hub has somebody"):
        actions.pay_claim(claim=paid, paid_on=NOW.date(), by=national, now=NOW)
    with pytest.raises(actions.NotAllowed, match="The hub has somebody"):
        actions.return_claim(claim=wrong, reason="Twice.", by=national, now=NOW)
    for kind in roles.HUB_STAFF:
        side.users[kind].person.roles.all().delete()
    actions.pay_claim(claim=paid, paid_on=NOW.date(), by=national, now=NOW)
    actions.return_claim(claim=wrong, reason="Twice.", by=national, now=NOW)

    assert (paid.status, wrong.status) == ("paid", "returned")


def test_whoever_moved_the_raisers_address_is_no_second_person_for_four_weeks(side: Side) -> None:
    office, lead, admin = (side.users[kind] for kind in (roles.OFFICE, roles.HUB_LEAD, roles.HUB_ADMIN))
    correct_person(person=office.person, by=lead, facts={"email": "alias@people.example.org"}, now=NOW)
    office.refresh_from_db()
    claim, later = (raise_claim(side.award, office, amount) for amount in ("100.00", "200.00"))
    national = side.users[roles.NATIONAL]

    with pytest.raises(actions.NotAllowed, match="for four weeks somebody else"):
        actions.approve_claim(claim=claim, by=lead, now=NOW + timedelta(days=28))
    with pytest.raises(actions.NotAllowed, match="The hub has somebody"):
        actions.approve_claim(claim=claim, by=national, now=NOW)
    admin.person.roles.all().delete()
    actions.approve_claim(claim=claim, by=national, now=NOW)
    actions.approve_claim(claim=later, by=lead, now=NOW + timedelta(days=29))

    assert (claim.status, later.status) == ("approved", "approved")


def test_returned_claim_frees_its_amount_and_tells_why(side: Side) -> None:
    head = side.users[roles.HEADTEACHER]
    claim = raise_claim(side.award, head)

    actions.return_claim(
        claim=claim, reason="The invoice is for another school.", by=side.users[roles.HUB_LEAD], now=NOW
    )

    side.award.refresh_from_db()
    assert side.award.claimed == Decimal("400.00")
    assert Notice.objects.get(kind="claim_decided").email == head.email


def test_school_hears_of_the_claim_that_the_hub_raised_for_it(side: Side) -> None:
    lead, admin = side.users[roles.HUB_LEAD], side.users[roles.HUB_ADMIN]
    claim = raise_claim(side.award, lead)

    actions.approve_claim(claim=claim, by=admin, now=NOW)

    told = Notice.objects.filter(kind="claim_decided").values_list("email", flat=True)
    at_school = [
        side.users[kind].email for kind in (roles.HEADTEACHER, roles.MATHS_LEAD, roles.OFFICE) if kind in side.users
    ]
    assert sorted(told) == sorted({lead.email, *at_school})


def test_decision_is_told_for_four_weeks_from_when_it_was_taken(side: Side) -> None:
    """However long the claim had waited; after that a mail server that comes back sends none of it."""
    claim = raise_claim(side.award, side.users[roles.HEADTEACHER])
    later = NOW + timedelta(days=60)

    actions.return_claim(claim=claim, reason="Too much.", by=side.users[roles.HUB_LEAD], now=later)

    notice = Notice.objects.get(kind="claim_decided")
    assert (notice.state, notice.due_at, notice.until) == ("planned", later, later + timedelta(days=28))


def test_payment_entered_long_after_its_day_is_told_when_it_is_entered(side: Side) -> None:
    claim = raise_claim(side.award, side.users[roles.HEADTEACHER])
    actions.approve_claim(claim=claim, by=side.users[roles.HUB_ADMIN], now=NOW)
    later = NOW + timedelta(days=60)

    actions.pay_claim(claim=claim, paid_on=NOW.date(), by=side.users[roles.HUB_LEAD], now=later)

    told = Notice.objects.get(kind="claim_decided", occurrence=f"paid@{claim.pk}")
    assert (told.state, told.due_at) == ("planned", later)


def test_payment_before_approval_is_refused(side: Side) -> None:
    claim = raise_claim(side.award, side.users[roles.HEADTEACHER])

    with pytest.raises(CannotMove, match="not been approved"):
        actions.pay_claim(claim=claim, paid_on=NOW.date(), by=side.users[roles.HUB_LEAD], now=NOW)


def test_decided_claim_cannot_be_decided_again(side: Side) -> None:
    admin = side.users[roles.HUB_ADMIN]
    claim = raise_claim(side.award, side.users[roles.HEADTEACHER])
    actions.approve_claim(claim=claim, by=admin, now=NOW)

    with pytest.raises(CannotMove):
        actions.approve_claim(claim=Claim.objects.get(pk=claim.pk), by=side.users[roles.HUB_LEAD], now=NOW)


def test_school_that_withdrew_since_its_form_was_opened_claims_nothing_and_its_hub_may(side: Side) -> None:
    side.enrolment.refresh_from_db()
    enrolments.withdraw(enrolment=side.enrolment, by=None, now=NOW, reason="A new head")

    with pytest.raises(actions.NotAllowed, match="The school has withdrawn from this programme"):
        raise_claim(side.award, side.users[roles.HEADTEACHER])
    claim = raise_claim(side.award, side.users[roles.HUB_ADMIN])

    side.award.refresh_from_db()
    assert (claim.status, side.award.claimed) == ("raised", Decimal("500.00"))


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_two_claims_at_once_cannot_pass_the_award() -> None:
    side = make_side()

    def claim_the_rest(amount: str) -> str:
        try:
            raise_claim(side.award, side.users[roles.HEADTEACHER], amount)
        except actions.NotAllowed:
            return "refused"
        return "claimed"

    outcomes = at_once(claim_the_rest, ["600.00"] * 2)

    side.award.refresh_from_db()
    assert sorted(outcomes) == ["claimed", "refused"]
    assert side.award.claimed == Decimal("1000.00")
