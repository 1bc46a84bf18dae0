"""Reading offers."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models

from hubportal.core.access import scope_of
from programmes.models.phases import AgreementText
from programmes.models.same_programme import of_offer
from schools.models import Hub, School

if TYPE_CHECKING:
    from programmes.models.offers import Offer


class OfferQuerySet(models.QuerySet["Offer"]):
    """Reading offers."""

    def visible_to(self, user: Any) -> Self:
        """National all; everybody signed in the published national ones and those of their hubs."""
        scope = scope_of(user)
        if scope is None:
            return self.none()
        if scope.is_national:
            return self
        return self.filter(models.Q(hub=None, is_published=True) | models.Q(hub__in=scope.hub_ids))

    def public(self, enrols: str = "schools") -> Self:
        """What somebody without an account may apply for: published, and enrolling schools (or single persons)."""
        return self.filter(is_published=True, enrols=enrols)

    def public_for(self, school: School, years: Iterable[int], enrols: str = "schools") -> Self:
        """The public offers of these years, national or of the school's own hub, each phase's years together.

        Where the hub has a version of its own, that one stands there instead of the national offer.
        """
        of_hub = models.Q(hub=None) | models.Q(hub=school.hub_id)
        versions = self.public(enrols).filter(hub=school.hub_id, stands_for__isnull=False)
        return (
            self.public(enrols)
            .filter(of_hub, year__in=list(years))
            .exclude(pk__in=versions.values("stands_for"))
            .select_related("phase__pathway", "commitments")
            .prefetch_related("follows")
            .order_by("phase__pathway__position", "phase__position", "phase_id", "year", "code", "pk")
        )

    def offered_in(self, hub: Hub, year: int, today: date) -> Self:
        """What a hub has places for: the published offers of a year, and of any year what takes applications today.

        Its own version stands there instead of the national offer.
        """
        published = self.filter(models.Q(hub=None) | models.Q(hub=hub), is_published=True)
        wanted = models.Q(year=year) | models.Q(pk__in=self.taking_applications(today).values("pk"))
        versions = published.filter(stands_for__isnull=False)
        return published.filter(wanted).exclude(pk__in=versions.values("stands_for")).for_list()

    def to_begin_from(self, hub: Hub | None) -> Self:
        """What a new offer of a hub (None: national) may be like, the newest first: its own before the national one.

        With ``newest_text``: the key of what schools agree to as it was published last.
        """
        of_hub = models.Q(hub=None) | models.Q(hub__isnull=False, hub=hub)
        texts = AgreementText.objects.filter(code=models.OuterRef("commitments__code")).order_by("-published_on", "-pk")
        newest = models.Subquery(texts.values("pk")[:1])
        order = ("-year", models.F("hub").asc(nulls_last=True), "-pk")
        return self.filter(of_hub).annotate(newest_text=newest).order_by(*order)

    def of_code(self, offer: "Offer") -> Self:
        """Other offers of its year with its code that a hub's people read beside it; a version shares that of its own.

        Of a national offer only national ones: what a hub calls its own does not hold up a project's code.
        """
        beside = self.filter(models.Q(hub=None) | models.Q(hub=offer.hub_id), year=offer.year)
        return beside.filter(code__iexact=offer.code).exclude(pk__in=[offer.pk or 0, offer.stands_for_id or 0])

    def codes_beside(self, hub: Hub | None, year: int) -> set[str]:
        """The codes that a hub's people (None: all) read in a year: the national ones and its own."""
        return set(self.filter(models.Q(hub=None) | models.Q(hub=hub), year=year).values_list("code", flat=True))

    def taking_applications(self, today: date) -> Self:
        """Published, and open today."""
        return self.filter(is_published=True, opens_on__lte=today, closes_on__gte=today)

    def for_year(self, year: int) -> Self:
        """Offers of one academic year."""
        return self.filter(year=year)

    def with_is_asked_for(self) -> Self:
        """With ``is_asked_for``: whether a school has ever sent an interest for it, or was enrolled."""
        interest, enrolled = _asked()
        return self.annotate(is_asked_for=interest | enrolled)

    def uses(self) -> dict[int, tuple[bool, bool]]:
        """By key: whether somebody has ever sent an interest for it, and whether somebody is enrolled in it."""
        interest, enrolled = _asked()
        rows = self.annotate(has_interest=interest, has_enrolled=enrolled)
        return {pk: (asked, used) for pk, asked, used in rows.values_list("pk", "has_interest", "has_enrolled")}

    def for_list(self) -> Self:
        """Offers by year, pathway and phase."""
        return self.select_related("phase__pathway", "hub").order_by(
            "-year", "phase__pathway__position", "phase__position", "code", "pk"
        )

    def with_recruitment(self, hub: Hub | None) -> Self:
        """Annotate ``enrolled`` schools and the ``target`` of one hub, or of all where none is chosen.

        A national offer's are those of its versions too; ``is_replaced``: the hub's schools are offered one instead.
        """
        of_hub = models.Q() if hub is None else models.Q(hub=hub)
        # By name: the modules of enrolments and targets import this one.
        taken = (
            apps.get_model("programmes.Enrolment")
            ._base_manager.filter(of_hub, of_offer(models.OuterRef("pk")))
            .exclude(status="withdrawn")
        )
        asked = apps.get_model("programmes.Target")._base_manager.filter(of_hub, offer=models.OuterRef("pk"))
        versions = self.model._base_manager.filter(stands_for=models.OuterRef("pk"), is_published=True)
        is_replaced = models.Exists(versions.filter(hub=hub)) if hub else models.Value(False)
        counted = self.annotate(enrolled=_total(taken, models.Count("pk")), target=_total(asked, models.Sum("schools")))
        return counted.annotate(is_replaced=is_replaced)


def _asked() -> tuple[models.Exists, models.Exists]:
    # By name: the modules of interest and enrolments import this one.
    rows = [apps.get_model(f"programmes.{name}")._base_manager for name in ("Interest", "Enrolment")]
    interest, enrolled = (models.Exists(one.filter(offer=models.OuterRef("pk"))) for one in rows)
    return interest, enrolled


def _total(rows: models.QuerySet[Any], number: models.Aggregate) -> models.Subquery:
    """One number over all rows of each offer: they are one group."""
    return models.Subquery(rows.order_by().annotate(all=models.Value(1)).values("all").annotate(n=number).values("n"))
