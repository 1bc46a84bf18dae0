"""Payments: what schools were paid before, so that awards pay nothing again."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from funding.actions import Owing
from funding.models import Award, Claim, Rate
from hubportal.core import clock, journal
from hubportal.dashboards.actions.records.as_read import AsRead
from hubportal.dashboards.actions.records.enrolled import Enrolments, Said
from hubportal.dashboards.actions.records.ledger import Ledger, key_of
from hubportal.dashboards.actions.records.lines import Row, Undecided
from hubportal.dashboards.actions.records.world import World
from hubportal.dashboards.rules.choices import ANOTHER, OVER_RATE, PAID, SAME_PAYMENT
from hubportal.dashboards.rules.reading import Misread, folded, in_full, read_money, shortened
from hubportal.dashboards.rules.school_match import Known
from programmes.models import Enrolment
from schools.rules import year_label

# As much of who was paid as a question keeps: its whole text is remembered.
LONGEST_WHO = 100
USUAL_LABEL = Rate._meta.get_field("label").default

Key = tuple[Decimal, date, str]
MORE = "{who}, {name}: £{amount:,.2f} paid on {day}{total} is more than the £{most:,.2f} {that}"
ASKED = "{}. Say whether that is right."
TWIN = "{who}: £{amount:,.2f} paid on {day} {this}, and the same {other}"
WITH, WITHOUT = "with the reference {}", "without a reference"
ASKED_TWIN = "{}. Say whether that is one payment or two."
ONE_TWIN = "You said that it is one payment."
SLIP = "{}. You said that it is a slip: mend the amount."
RAISED = "The award is £{:,.2f} instead of £{:,.2f}: that much was paid, as a file says."


@dataclass
class Paid:
    """A payment that is known; ``said``: what a line of this file says it was for."""

    award: Award
    reference: str
    said: str = ""
    claim: Claim | None = None


class Payments:
    """Plans lines of payments."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.world, self.ledger = world, ledger
        self.enrolments = Enrolments(world, ledger)
        self._owing = Owing()
        self._awards: dict[int, list[Award]] = defaultdict(list)
        self._paid: dict[tuple[int, Key], list[Paid]] = defaultdict(list)
        # With which references one sum was paid on one day: a list from elsewhere may lack them.
        self._references: dict[tuple[int, Decimal, date], set[str]] = defaultdict(set)
        rows = Award.objects.filter(hub=world.hub).order_by("pk")
        claims = Claim.objects.filter(award__hub=world.hub).order_by("pk")
        # Nobody may have claimed, or paid, meanwhile.
        AsRead(rows, "enrolment", "label", "amount", "claimed").watched(ledger, Enrolment)
        AsRead(claims, "award__enrolment", "status", "amount", "paid_on", "invoice").watched(ledger, Enrolment)
        awards = {award.pk: award for award in rows}
        for award in awards.values():
            self._awards[award.enrolment_id].append(award)
        paid = claims.filter(status=Claim.Status.PAID)
        for pk, amount, paid_on, invoice in paid.values_list("award", "amount", "paid_on", "invoice"):
            if paid_on is not None and (one := awards.get(pk)) is not None:
                self._keep(one.enrolment_id, (amount, paid_on, folded(invoice)), Paid(one, invoice))

    def prepare(self, rows: Sequence[Row]) -> None:
        """Read what their schools took part in."""
        self.enrolments.load(rows)

    def read(self, row: Row) -> None:
        """One line: one payment.

        :raises Misread: where something of it cannot be.
        :raises Undecided: where somebody must say what is meant.
        """
        school = self.world.seen_school(row)
        phase = self.world.programme(row, row.needed("programme"), school)
        if phase is None:
            return
        year = row.year("year")
        school = self.world.school_then(row, school, year)
        amount, reference = read_money(row.needed("amount")), shortened(row.text("reference"), 60)
        paid_on = self._paid_on(row, year)
        enrolment = self.enrolments.check(school, phase, year)
        if enrolment is None and year >= self.world.year:
            raise Misread(f"{school.name} is not in {phase} {year_label(year)}. Bring its engagement first.")
        label = shortened(row.text("label"), 80)
        if enrolment is not None:
            key = (amount, paid_on, folded(reference))
            who = f"{school.name}, {enrolment.offer}"
            if self._is_twin(row.number, who, enrolment, label, (amount, paid_on, reference)):
                return
            self._check_room(enrolment, label, key)
            self._check_rate(row.number, school, enrolment, label, key)
        if enrolment is None:
            offer = self.enrolments.offer(row.number, phase, year)
            enrolment = self.enrolments.make(row.number, school, offer, Said(Enrolment.Status.COMPLETED))
        said = f"{school.name}: {enrolment.offer}"
        self._pay(row.number, enrolment, label, (amount, paid_on, reference), said)

    def finish(self) -> None:
        """Nothing to be done at the end."""

    def _paid_on(self, row: Row, year: int) -> date:
        found = row.day("paid_on", year)
        if found is None:
            raise Misread("The day of the payment is empty.")
        if found > self.world.today:
            raise Misread(f"The day of the payment, {in_full(found)}, is still to come.")
        if found < date(year, 4, 1):
            raise Misread(
                f"{in_full(found)} is long before the school year {year_label(year)}. Check the day and the year."
            )
        return found

    def _of(self, enrolment: Enrolment) -> list[Award]:
        return self._awards[key_of(enrolment)]

    def _award(self, enrolment: Enrolment, label: str) -> Award | None:
        awards = self._of(enrolment)
        named = next((one for one in awards if label and folded(one.label) == folded(label)), None)
        # What is owed is one sum, however the file calls it; of the past, each thing that was paid for is its own.
        is_any = not label or (len(awards) == 1 and enrolment.taken_over != Enrolment.TakenOver.PAST)
        return named or (awards[0] if awards and is_any else None)

    def _alike(self, enrolment: Enrolment, label: str, key: Key) -> Paid | None:
        known, said = self._paid[key_of(enrolment), key], folded(label)
        called = [one for one in known if not said or one.said == said]
        meant = self._award(enrolment, label)
        free = [one for one in known if not one.said and (one.award is meant or folded(one.award.label) == said)]
        return next(iter(called or free), None)

    def _known(self, enrolment: Enrolment, label: str, key: Key) -> Paid | None:
        """A payment that is known: two for different things on one day are two, where the file says so."""
        found = self._alike(enrolment, label, key)
        if found is not None and not found.said:
            found.said = folded(label)
        return found

    def _keep(self, place: int, key: Key, paid: Paid) -> None:
        amount, paid_on, reference = key
        self._paid[place, key].append(paid)
        self._references[place, amount, paid_on].add(reference)

    def _is_twin(self, number: int, who: str, enrolment: Enrolment, label: str, paid: Key) -> bool:
        """Whether somebody has said that a line is a payment that is known, though one of the two has no reference.

        :raises Undecided: where nobody has said whether it is one or two: else a school counts as paid twice.
        """
        amount, paid_on, reference = paid
        if self._alike(enrolment, label, (amount, paid_on, folded(reference))):
            return False
        others = self._references[key_of(enrolment), amount, paid_on]
        for other in sorted(one for one in others if not (one and reference)):
            twin = self._alike(enrolment, label, (amount, paid_on, other))
            if twin is None:
                continue
            this, that = (WITH.format(one) if one else WITHOUT for one in (reference, twin.reference))
            text = TWIN.format(who=who[:LONGEST_WHO], amount=amount, day=in_full(paid_on), this=this, other=that)
            if (said := self.world.said(SAME_PAYMENT, text)) is None:
                self.world.asking.word(number, SAME_PAYMENT, text)
                raise Undecided(ASKED_TWIN.format(text))
            self.world.asking.answered(number, SAME_PAYMENT, text, said)
            if said != ANOTHER:
                self.ledger.meet(number, twin.claim)
                self.ledger.say(number, ONE_TWIN)
                return True
        return False

    def _check_room(self, enrolment: Enrolment, label: str, key: Key) -> None:
        """Whether what an award of the portal's own leaves is enough; one that came from files grows with them."""
        award, amount = self._award(enrolment, label), key[0]
        if award is None or enrolment.taken_over or self.ledger.is_new(award) or self._known(enrolment, label, key):
            return
        if award.left < amount:
            raise Misread(f"Of this award £{award.left:,.2f} are left, fewer than the £{amount:,.2f} of the file.")

    def _check_rate(self, number: int, school: Known, enrolment: Enrolment, label: str, key: Key) -> None:
        """Whether what was paid is as much as the programme pays, at most: more may be a slip of the finger.

        :raises Undecided: where it is more, and nobody has said that this is right.
        :raises Misread: where somebody has said that it is a slip.
        """
        if self._known(enrolment, label, key):
            return
        (amount, paid_on, _reference), award, owed = key, self._award(enrolment, label), self._owing.of(enrolment)
        name = award.label if award else _chosen(owed, label)
        most, total = (award.amount, award.claimed + amount) if award else (owed.get(name, amount), amount)
        if name not in owed or total <= most:
            return
        more = MORE.format(
            who=f"{school.name}, {enrolment.offer}"[:LONGEST_WHO],
            name=name,
            amount=amount,
            day=in_full(paid_on),
            total=f", £{total:,.2f} in all," if total != amount else "",
            most=most,
            that="awarded" if award else "that the programme pays",
        )
        if (said := self.world.said(OVER_RATE, more)) is None:
            self.world.asking.word(number, OVER_RATE, more)
            raise Undecided(ASKED.format(more))
        self.world.asking.answered(number, OVER_RATE, more, said)
        if said != PAID:
            raise Misread(SLIP.format(more))

    def _pay(self, number: int, enrolment: Enrolment, label: str, paid: tuple[Decimal, date, str], said: str) -> None:
        amount, paid_on, reference = paid
        key = (amount, paid_on, folded(reference))
        if known := self._known(enrolment, label, key):
            self.ledger.meet(number, known.claim)
            return
        award = self._award(enrolment, label) or self._make_awards(number, enrolment, label, amount)
        self.ledger.rest_on(enrolment)
        total, before = award.claimed + amount, award.amount
        self.ledger.change(number, award, claimed=total, amount=max(before, total))
        if total > before and award.label in self._owing.of(enrolment):
            self._tell_raised(number, award, RAISED.format(total, before))
        claim = Claim(
            award=award,
            status=Claim.Status.PAID,
            amount=amount,
            invoice=reference,
            raised_by=self.world.by,
            raised_at=clock.at_london(paid_on, 12),
            paid_on=paid_on,
            is_taken_over=True,
        )
        self._keep(key_of(enrolment), key, Paid(award, reference, folded(label), claim))
        self.ledger.add(number, claim, f"{said}, {award.label}: £{amount:,.2f} paid on {in_full(paid_on)}.")

    def _tell_raised(self, number: int, award: Award, words: str) -> None:
        """Why an award is more than its programme pays: on the line, and for good in the award's own history."""
        self.ledger.say(number, words)
        by = self.world.by
        self.ledger.after.append(lambda: journal.record("Amount raised", on=award, by=by, note=words))

    def _make_awards(self, number: int, enrolment: Enrolment, label: str, amount: Decimal) -> Award:
        """The awards that a year is owed, made now so that what was paid counts on them; of the past, what was paid.

        Those that stand already are left out; what was paid for something else has an award of its own.
        """
        standing = {folded(one.label) for one in self._of(enrolment)}
        if not enrolment.taken_over and not standing:
            # Nobody is told of an award that was paid before.
            self.ledger.change(number, enrolment, taken_over=Enrolment.TakenOver.RUNNING)
        owed = self._owing.of(enrolment)
        chosen = _chosen(owed, label)
        made = {}
        for name, worth in {**owed, chosen: owed.get(chosen, amount)}.items():
            if folded(name) in standing:
                continue
            award = Award(enrolment=enrolment, hub=self.world.hub, label=name, amount=worth, made_at=self.world.now)
            made[name] = self.ledger.add(number, award)
            self._of(enrolment).append(award)
        return made[chosen]


def _chosen(owed: Mapping[str, Decimal], label: str) -> str:
    """Which of the things that are owed a payment is for, as it is called there; else as the file calls it."""
    return next((one for one in owed if folded(one) == folded(label)), label or next(iter(owed), USUAL_LABEL))
