"""Verbs of money: awards follow group starts; claims are raised, approved, returned, paid."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import models, transaction

from funding import rules
from funding.models import Award, Claim, Rate, approvers
from hubportal.core import clock, journal, locks, notices, wake
from hubportal.core.records import apart
from hubportal.core.workflow import CannotMove
from programmes.models import Enrolment, Offer
from schools.models import Hub, HubChange, User
from schools.roles import NATIONAL
from workgroups.models import Group

MOVED_LATELY = timedelta(weeks=4)
KEPT_NATIONAL = "The national team keeps what this pays the same in every hub."
AS_BEFORE = "As in the year before."
SENT_TWICE = timedelta(minutes=1)
HAS_LEFT = "The school has withdrawn from this programme. {} says what can still be claimed, and claims it."


# Where a group is and a school in it, for its awards to be made.
STARTED = (Group.Status.RUNNING, Group.Status.COMPLETED)
TAKING_PART = (Enrolment.Status.ACTIVE, Enrolment.Status.COMPLETED)


class NotAllowed(Exception):
    """A step that this person may not take, said in words for people."""


class Owing:
    """What enrolments are owed by the rates as they are: read once, asked often."""

    def __init__(self) -> None:
        self._rates = [rules.RateFacts(one.offer_id, one.hub_id, one.label, one.amount) for one in Rate.objects.all()]
        self.paying = {rate.offer_id for rate in self._rates if rate.amount}

    def of(self, enrolment: Enrolment) -> dict[str, Decimal]:
        """What an enrolment is paid, by label: nothing where it came from records of past years, and was paid then."""
        offer = enrolment.offer
        if enrolment.taken_over == Enrolment.TakenOver.PAST or offer.pk is None:
            return {}
        return rules.rates_for(self._rates, offer_id=offer.pk, hub_id=enrolment.hub_id, stands_for=offer.stands_for_id)

    def placed(self, enrolment: Enrolment, status: str, group: Group) -> dict[str, Decimal]:
        """What is awarded to one that has no awards yet, once it has this status and its place in a group."""
        return self.of(enrolment) if status in TAKING_PART and group.status in STARTED else {}


def reconcile_awards(*, now: datetime) -> int:
    """Make the awards that started groups are owed and return how many were new; safe to run again.

    An enrolment that has its awards is left alone: a rate that is renamed or added later pays nobody twice. So is one
    that came from records of past years: it was paid as it was then.
    """
    owing = Owing()
    owed = (
        Enrolment.objects.filter(
            models.Q(offer__in=owing.paying) | models.Q(offer__stands_for__in=owing.paying),
            places__left_on=None,
            places__group__status__in=STARTED,
            status__in=TAKING_PART,
        )
        .exclude(pk__in=Award.objects.values("enrolment"))
        .exclude(taken_over=Enrolment.TakenOver.PAST)
        .select_related("school", "offer")
        .order_by("pk")
        .distinct()
    )
    made = 0
    for enrolment in owed:
        with apart(enrolment):
            made += sum(_make_award(enrolment, label, amount, now) for label, amount in owing.of(enrolment).items())
    if made:
        wake.wake()
    return made


def _make_award(enrolment: Enrolment, label: str, amount: Decimal, now: datetime) -> int:
    award, is_new = Award.objects.get_or_create(
        enrolment=enrolment,
        label=label,
        defaults={"hub_id": enrolment.hub_id, "amount": amount, "made_at": now},
    )
    if is_new:
        journal.record("Award made", on=award, by=None, note=f"£{amount:,.2f}, because the group started.")
        notices.reconcile(award, now=now)
    return int(is_new)


def follow_hubs(*, now: datetime) -> int:
    """Give awards that are not claimed in full to the hub with which their enrolment goes on; how many.

    What is claimed in full stays with the hub that ran it. Safe to run again.
    """
    goes = models.Q(takes_running=True) | models.Q(hub__closed_on__isnull=False)
    changed = HubChange.objects.filter(goes, status=HubChange.Status.DONE).values("hub")
    astray = (
        Award.objects.filter(hub__in=changed)
        .exclude(hub=models.F("enrolment__hub"))
        .filter(
            claimed__lt=models.F("amount"),
            enrolment__status__in=(
                Enrolment.Status.ACCEPTED,
                Enrolment.Status.ACTIVE,
                Enrolment.Status.PAUSED,
            ),
        )
        .select_related("enrolment__hub", "hub")
        .order_by("pk")
    )
    moved = 0
    for award in astray:
        with apart(award):
            before, hub = award.hub, award.enrolment.hub
            Award.objects.filter(pk=award.pk, hub=before).update(hub=hub)
            hubs = {"hub": [str(before), str(hub)]}
            journal.record("Goes on with another hub", on=award, by=None, changed=hubs, owner_id=hub.pk)
            notices.reconcile(award, *award.claims.all(), now=now)
            moved += 1
    return moved


@transaction.atomic
def set_rate(*, offer: Offer, hub: Hub | None, label: str, amount: Decimal, by: User | None, reason: str = "") -> Rate:
    """Set what an offer pays a school (pounds, the whole year), nationally or in one hub; awards made before stay.

    :raises NotAllowed: where a hub gives no reason for an amount of its own, or the national team keeps it the same.
    """
    if hub is not None and offer.is_kept_national(Offer.RATES):
        raise NotAllowed(KEPT_NATIONAL)
    if hub is not None and not reason:
        raise NotAllowed("Say why your hub pays another amount.")
    rate, is_new = Rate.objects.select_for_update().get_or_create(
        offer=offer, hub=hub, label=label, defaults={"amount": amount, "reason": reason}
    )
    before = "" if is_new else str(rate.amount)
    if is_new or (rate.amount, rate.reason) != (amount, reason):
        rate.amount, rate.reason = amount, reason
        rate.save(update_fields=["amount", "reason"])
        changed = {"amount": [before, f"{amount:.2f}"]}
        journal.record("Amount set", on=rate, by=by, note=reason or label, changed=changed)
    return rate


def reconcile_rates(*, now: datetime) -> int:
    """Give an offer that was copied from another year what that one pays, where nothing is set; how many were made.

    Not a hub's version where the national team keeps the amounts the same by now.
    What a hub's own offer pays goes on with it in another hub.
    """
    astray = Rate.objects.filter(offer__hub__isnull=False, offer__stands_for=None, hub__isnull=False)
    for rate in astray.exclude(hub=models.F("offer__hub")).select_related("offer").order_by("pk"):
        with apart(rate):
            if not Rate.objects.filter(offer=rate.offer_id, hub=rate.offer.hub_id, label=rate.label).exists():
                Rate.objects.filter(pk=rate.pk).update(hub=rate.offer.hub_id)
    paid = models.Q(copied_from__rates__hub=None, copied_from__rates__isnull=False)
    bare = Offer.objects.filter(paid | models.Q(copied_from__rates__hub=models.F("hub")), rates=None).distinct()
    # What is there for a target only is brought up to date first, when somebody copies that year or changes the draft.
    bare = bare.exclude(is_for_target=True)
    made = 0
    for offer in bare.select_related("hub", "stands_for").order_by("pk"):
        if offer.stands_for is not None and offer.is_kept_national(Offer.RATES):
            continue
        with apart(offer):
            made += _copy_rates(offer)
    return made


def _copy_rates(offer: Offer) -> int:
    """What a hub set before reasons were asked for has none."""
    rates = Rate.objects.filter(models.Q(hub=None) | models.Q(hub__isnull=False, hub=offer.hub_id))
    found = list(rates.filter(offer=offer.copied_from_id).order_by("pk"))
    for rate in found:
        hub = offer.hub if rate.hub_id else None
        reason = rate.reason or (AS_BEFORE if hub else "")
        set_rate(offer=offer, hub=hub, label=rate.label, amount=rate.amount, by=None, reason=reason)
    return len(found)


@transaction.atomic
def raise_claim(*, award: Award, amount: Decimal, invoice: str, by: User, now: datetime) -> Claim:
    """Claim a part or the whole of what is left of an award.

    :raises NotAllowed: where more is claimed than is left, also by two people at once, a form was sent twice, or
        somebody of a school claims after it withdrew.
    """
    _check_takes_part(award, by)
    enough = models.Q(amount__gte=models.F("claimed") + amount)
    if Award.objects.filter(enough, pk=award.pk).update(claimed=models.F("claimed") + amount) != 1:
        award.refresh_from_db()
        raise NotAllowed(f"That is more than is left of this award: £{award.amount - award.claimed:,.2f}.")
    # The award's row is ours by now, so of two equal forms the second one sees the first.
    twins = Claim.objects.filter(award=award, amount=amount, invoice=invoice, raised_by=by)
    if twins.filter(raised_at__gt=now - SENT_TWICE).exists():
        raise NotAllowed("You have just sent this claim, so it was not sent a second time.")
    claim = Claim.objects.create(award=award, amount=amount, invoice=invoice, raised_by=by, raised_at=now)
    journal.record("Claim raised", on=claim, by=by, note=f"£{amount:,.2f}")
    notices.reconcile(claim, now=now)
    wake.wake()
    return claim


def _check_takes_part(award: Award, by: User) -> None:
    """A withdrawal at the same moment is waited for; after it only the hub's staff claim what is still owed."""
    enrolment = locks.hold(award.enrolment, no_key=True)
    if enrolment.status == Enrolment.Status.WITHDRAWN and not by.scope.staffs(award.hub_id):
        raise NotAllowed(HAS_LEFT.format(award.hub))


def why_not_approve(*, claim: Claim, by: User, today: date) -> str:
    """Why this person may not approve this claim, or an empty string.

    Who moves an address can sign in with it: for some weeks they are no second person beside its owner.
    """
    movers = claim.raised_by.moved_by_since(clock.at_london(today - MOVED_LATELY, 0))
    approver = replace(_approver(claim, by), moved_raiser=by.pk in movers)
    staff = _others_in_hub(approver, claim, today) - movers
    return rules.why_not_approve(approver, raised_by=claim.raised_by_id, hub_staff=staff)


def why_not_decide(*, claim: Claim, by: User, today: date) -> str:
    """Why this person may not send this claim back or mark it as paid, or an empty string."""
    approver = _approver(claim, by)
    staff = _others_in_hub(approver, claim, today)
    return rules.why_not_decide(approver, raised_by=claim.raised_by_id, hub_staff=staff)


@transaction.atomic
def approve_claim(*, claim: Claim, by: User, now: datetime) -> None:
    """Approve somebody else's claim.

    :raises NotAllowed: for whoever raised it, and for national while the hub has somebody else.
    :raises CannotMove: where it was decided already.
    """
    reason = why_not_approve(claim=claim, by=by, today=now.astimezone(clock.LONDON).date())
    if reason:
        raise NotAllowed(reason)
    claim.move_to(Claim.Status.APPROVED, by=by, what="Claim approved", approved_by=by, approved_at=now, decided_at=now)
    notices.reconcile(claim, now=now)
    wake.wake()


@transaction.atomic
def return_claim(*, claim: Claim, reason: str, by: User, now: datetime) -> None:
    """Send a claim back with a reason; its amount can be claimed again.

    :raises NotAllowed: for whom ``why_not_decide`` says so.
    """
    _check_decides(claim, by, now)
    claim.move_to(
        Claim.Status.RETURNED, by=by, what="Claim returned", note=reason, return_reason=reason, decided_at=now
    )
    Award.objects.filter(pk=claim.award_id).update(claimed=models.F("claimed") - claim.amount)
    notices.reconcile(claim, now=now)
    wake.wake()


@transaction.atomic
def pay_claim(*, claim: Claim, paid_on: date, by: User, now: datetime) -> None:
    """Mark an approved claim as paid on a day.

    :raises NotAllowed: for a day before the approval or in the future, and for whom ``why_not_decide`` says so.
    """
    _check_decides(claim, by, now)
    if claim.approved_at is None:
        raise CannotMove("This claim has not been approved yet.")
    approved_on = claim.approved_at.astimezone(clock.LONDON).date()
    reason = rules.why_not_paid_on(paid_on, approved_on=approved_on, today=now.astimezone(clock.LONDON).date())
    if reason:
        raise NotAllowed(reason)
    claim.move_to(Claim.Status.PAID, by=by, what="Claim paid", paid_on=paid_on, decided_at=now)
    notices.reconcile(claim, now=now)
    wake.wake()


def _check_decides(claim: Claim, by: User, now: datetime) -> None:
    reason = why_not_decide(claim=claim, by=by, today=now.astimezone(clock.LONDON).date())
    if reason:
        raise NotAllowed(reason)


def _approver(claim: Claim, by: User) -> rules.Approver:
    """Somebody as the rules see them beside a claim."""
    is_staff = claim.award.hub_id in by.scope.staff_hub_ids
    return rules.Approver(user_id=by.pk, is_hub_staff=is_staff, is_national=by.scope.has(NATIONAL))


def _others_in_hub(approver: rules.Approver, claim: Claim, today: date) -> frozenset[int]:
    """Users who can approve in the hub of a claim on a day; only national's part hangs on them."""
    if approver.is_hub_staff or not approver.is_national:
        return frozenset()
    return frozenset(approvers(today).filter(hub=claim.award.hub_id).values_list("person__user", flat=True))
