"""Reading interest as a hub does that decides: whose it is, who is taken first, who was engaged before."""

from datetime import date
from typing import Self

from django.apps import apps
from django.db import models
from django.db.models.functions import Coalesce, Lower

from hubportal.core.models import BadAddress
from programmes.models.asking import has_place
from programmes.models.coming import leads_on_to
from programmes.models.hub_offers import HubOffer
from programmes.models.offers import Offer
from programmes.models.priority import PriorityListing
from programmes.models.repeated import RepeatedQuerySet
from programmes.rules import TAKES_PART
from schools.models import Hub, Role, School, User, is_keeper
from schools.models.lines import counts_for
from schools.roles import TRUST_LEAD
from schools.rules import academic_year

# How a school can have been with the programme before.
BEFORE = {
    "new": "New to the programme",
    "asked": "Has shown interest only",
    "now": "Takes part now",
    "done": "Has completed a phase",
    "left": "Withdrew or paused",
}


class TriageQuerySet(RepeatedQuerySet):
    """What the list of interest, the preview of many and the waiting list read."""

    def for_bulk(self) -> Self:
        """What a preview of many shows, who is taken first before the others."""
        people, is_copy = ("decided_by__person", "enrolment"), models.Q(seconds__status="second")
        shown = self.select_related("school__authority", "school__hub", "offer__phase", "hub", "advised", *people)
        return (
            shown.annotate(
                copies_sent=models.Count("seconds", filter=is_copy & models.Q(seconds__offer__isnull=False)),
                told_of=models.Count("seconds", filter=is_copy & models.Q(seconds__offer=None)),
            )
            .with_same_year()
            .with_place()
            .with_bad_addresses()
            .first_in_line()
        )

    def with_bad_addresses(self) -> Self:
        """Annotate ``contact_is_bad`` and ``head_is_bad``: whether e-mails to these addresses come back."""
        bad = BadAddress.objects.standing()
        fits = {
            f"{who}_is_bad": bad.filter(email=Lower(models.OuterRef(f"{who}_email"))) for who in ("contact", "head")
        }
        return self.annotate(**{name: models.Exists(rows) for name, rows in fits.items()})

    def naming(self, text: str) -> Self:
        """Those with this reference, or with every word in the name or address of somebody who is named in them."""
        # By name: the module of teachers imports this one.
        teachers = apps.get_model("programmes.InterestTeacher")._base_manager
        found = self
        for word in text.split():
            fits = models.Q(reference__icontains=word)
            for field in ("contact_name", "contact_email", "head_name", "head_email"):
                fits |= models.Q(**{f"{field}__icontains": word})
            named = models.Q(name__icontains=word) | models.Q(email__icontains=word)
            fits |= models.Q(models.Exists(teachers.filter(named, interest=models.OuterRef("pk"))))
            found = found.filter(fits)
        return found if text.split() else self.none()

    def matching(self, text: str) -> Self:
        """Those that name somebody so, have this reference, or are of a school of this name, town, postcode or URN."""
        schools = School.objects.matching(text).values("pk")
        is_there = models.Q(school__name__icontains=text.strip()) | models.Q(school__in=schools)
        found = self.filter(is_there | models.Q(pk__in=self.naming(text).order_by().values("pk")))
        return found if text.strip() else self.none()

    def with_same_year(self) -> Self:
        """Annotate the phase that they are in (``beside_enrolled``) or have applied for (``beside_applied``) too.

        In the same year, where one of the two phases comes before the other, as phases prepare and offers follow.
        """
        # By name: the module of enrolments imports this one.
        held = apps.get_model("programmes.Enrolment")._base_manager.exclude(status="withdrawn")
        is_school = models.ExpressionWrapper(models.Q(person=None), output_field=models.BooleanField())
        is_same = models.Q(person=None) | models.Q(person__email__iexact=models.OuterRef("contact_email"))
        held = held.alias(is_school=is_school).exclude(is_school=models.OuterRef("for_person")).filter(is_same)
        held = held.filter(school=models.OuterRef("school"), offer__year=models.OuterRef("year"))
        sent = self.model._base_manager.filter(status__in=("submitted", "waiting")).exclude(offer=None)
        sent = sent.filter(school=models.OuterRef("school"), year=models.OuterRef("year"))
        is_same = models.Q(for_person=False) | models.Q(contact_email__iexact=models.OuterRef("contact_email"))
        sent = sent.filter(is_same, for_person=models.OuterRef("for_person"))
        return self.annotate(
            beside_enrolled=models.Subquery(
                held.filter(_in_turn("offer__phase")).order_by("pk").values("offer__phase__name")[:1]
            ),
            beside_applied=models.Subquery(sent.filter(_in_turn("phase")).order_by("pk").values("phase__name")[:1]),
        )

    def with_trust_lead(self, today: date) -> Self:
        """Annotate ``leads_trust``: whether whoever applied leads the school's trust, and is nothing at the school."""
        held = Role.objects.current(today).filter(kind=TRUST_LEAD, trust=models.OuterRef("school__trust"))
        theirs = held.exclude(person__email="").filter(person__email__iexact=models.OuterRef("contact_email"))
        return self.annotate(leads_trust=models.Exists(theirs))

    def on_waiting_list(self, hub: Hub, since: int) -> Self:
        """Who waits for a place in a hub in the years from one on, in the order in which they are proposed.

        Not a school that has its place already, as one that was brought from a file beside its interest; a hub's own
        version of an offer is the same programme.
        """
        waiting = self.filter(~has_place(), hub=hub, status="waiting", year__gte=since)
        return waiting.select_related("school", "offer").with_keeper_named().first_in_line()

    def in_line(self) -> Self:
        """Who is proposed when a place frees; as ``is_in_line``."""
        return self.filter(status="waiting", passed_over_at=None, head_refused_at=None)

    def to_invite(self, today: date) -> Self:
        """What can be applied for by now, as far as days and hubs say, could not as it was told of, and was not since.

        Of a past year there is nothing left to apply for.
        """
        return self._can_apply(today).filter(could_apply=False)

    def to_be_rung(self, today: date) -> Self:
        """Who has no address to be invited at, now that they can apply: the hub tells them, also whoever could at once.

        To others the e-mail that confirms what they told says so.
        """
        told = self._can_apply(today).filter(status="interested", contact_email="")
        return told.exclude(school__gias_status=School.GiasStatus.CLOSED)

    def _can_apply(self, today: date) -> Self:
        of_hub = models.Q(hub=None) | models.Q(hub=models.OuterRef("school__hub"))
        offers = Offer.objects.public().taking_applications(today)
        is_open = offers.filter(of_hub, phase=models.OuterRef("phase"), year=models.OuterRef("year"))
        untold = self.filter(invited_at=None, year__gte=academic_year(today))
        return untold.filter(models.Exists(is_open))

    def with_keeper(self) -> Self:
        """Annotate ``keeper``: who looks after each, or else after its school, or else after its offer in its hub.

        Only whoever is of the hub's staff today, see ``is_keeper``.
        """
        of_offer = HubOffer.objects.filter(
            offer=Coalesce(models.OuterRef("offer__stands_for"), models.OuterRef("offer")), hub=models.OuterRef("hub")
        )
        owned = (
            models.When(models.Q(**{f"{owner}__isnull": False}) & models.Q(is_keeper(owner)), then=owner)
            for owner in ("kept_by", "school__kept_by")
        )
        keeper = models.Subquery(of_offer.filter(is_keeper("kept_by")).values("kept_by")[:1])
        return self.annotate(keeper=models.Case(*owned, default=keeper, output_field=models.BigIntegerField()))

    def with_looked_up(self) -> Self:
        """Annotate ``first_reference`` and ``kept_by_name`` for a list.

        Looked up for the rows of a page: with two tables more to join, their order takes longer to find than the rows.
        """
        first = self.model._base_manager.filter(pk=models.OuterRef("duplicate_of")).values("reference")
        named = User.objects.filter(pk=models.OuterRef("kept_by")).values("person__name")
        return self.annotate(first_reference=models.Subquery(first), kept_by_name=models.Subquery(named))

    def with_keeper_named(self) -> Self:
        """Annotate ``keeper`` and ``keeper_name``: nothing where nobody looks after it."""
        named = User.objects.filter(pk=models.OuterRef("keeper")).values("person__name")
        return self.with_keeper().annotate(keeper_name=models.Subquery(named))

    def mine(self, user: User) -> Self:
        """What one looks after."""
        return self.with_keeper().filter(keeper=user.pk)

    def nobodys(self) -> Self:
        """What nobody looks after."""
        return self.with_keeper().filter(keeper=None)

    def mine_or_nobodys(self, user: User) -> Self:
        """What one looks after, and what nobody does: nothing is overlooked."""
        # Else the owner would be looked for twice.
        owner = Coalesce("keeper", models.Value(user.pk), output_field=models.BigIntegerField())
        return self.with_keeper().alias(owner_or_reader=owner).filter(owner_or_reader=user.pk)

    def with_priority(self) -> Self:
        """Annotate why each would be taken first, the weightiest first: ``has_need`` and ``comes_from_phase_before``.

        That is one for which its offer gives priority.
        """
        listed = PriorityListing.objects.filter(hub=models.OuterRef("hub"), school=models.OuterRef("school"))
        poor = models.Q(school__fsm_percent__gte=models.F("offer__priority_fsm"))
        # By name: the module of enrolments imports this one.
        came = apps.get_model("programmes.Enrolment")._base_manager.filter(
            leads_on_to(models.OuterRef("year")), offer__phase__priority_in=models.OuterRef("offer")
        )
        need, comes = (
            models.ExpressionWrapper(reason, output_field=models.BooleanField())
            for reason in (models.Exists(listed) | poor, counts_for(came, "school"))
        )
        return self.annotate(has_need=Coalesce(need, False), comes_from_phase_before=comes)

    def with_listed_reason(self) -> Self:
        """Annotate ``listed_reason``: what the priority list of the hub says of the school."""
        listed = PriorityListing.objects.filter(hub=models.OuterRef("hub"), school=models.OuterRef("school"))
        return self.annotate(listed_reason=models.Subquery(listed.values("reason")[:1]))

    def in_need(self, is_high: bool) -> Self:
        """Those of high disadvantage, as the hub or the register knows it, or all others."""
        return self.with_priority().filter(has_need=is_high)

    def first_in_line(self) -> Self:
        """Those with a need first, then those who come from the phase before, then who came first."""
        return self.with_priority().order_by("-has_need", "-comes_from_phase_before", "submitted_at", "pk")

    def engaged_before(self, how: str) -> Self:
        """Those whose school (or the one that it follows) was with the programme before, as ``BEFORE`` names it."""
        enrolments = apps.get_model("programmes.Enrolment")._base_manager
        enrolled = enrolments.exclude(interest=models.OuterRef("pk"))
        # Copies of one another are one interest.
        family = Coalesce(models.OuterRef("duplicate_of_id"), models.OuterRef("pk"))
        sent = self.model._base_manager.annotate(family=Coalesce("duplicate_of_id", "pk")).exclude(family=family)
        by_status = {"done": ("completed",), "now": TAKES_PART, "left": ("withdrawn", "paused")}
        if how in by_status:
            return self.filter(counts_for(enrolled.filter(status__in=by_status[how]), "school"))
        found = self.filter(~counts_for(enrolled, "school"))
        return found.filter(counts_for(sent, "school") if how == "asked" else ~counts_for(sent, "school"))


def _outer(name: str) -> models.OuterRef:
    """Of the row around the one around."""
    return models.OuterRef(models.OuterRef(name))


def _in_turn(phase: str) -> models.Q:
    """``Offer.is_in_turn_with`` of the row of a subquery, whose phase is at this path, and the outer row."""
    follows = Offer.follows.through._base_manager
    row, outer = models.OuterRef, _outer
    # What prepares for a phase comes before whatever follows that, too.
    later = models.Q(phase=outer("phase")) | models.Q(phase=outer("phase__prepares_for"))
    earlier = models.Q(phase=row(phase)) | models.Q(phase=row(f"{phase}__prepares_for"))
    after = models.Exists(follows.filter(later, offer=row("offer")))
    before = models.Exists(follows.filter(earlier, offer=outer("offer")))
    prepares = models.Q(**{f"{phase}__prepares_for": row("phase")})
    prepared = models.Q(**{phase: row("phase__prepares_for")})
    return ~models.Q(**{phase: row("phase")}) & (prepares | prepared | before | after)
