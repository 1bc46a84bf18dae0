"""Offers: what is offered this year with every number, and the national team's targets."""

from typing import Any

from django.db import models
from django.db.models.functions import Coalesce

from hubportal.core.models import JournalEntry
from hubportal.core.views import PortalDetail, PortalList, StepForm
from programmes.actions import offers
from programmes.forms.offers import OfferForm, OfferTextsForm, TargetsForm
from programmes.models import Enrolment, Interest, Offer, Target
from schools.models import Hub, School
from schools.models.places import HubQuerySet
from schools.roles import HUB_READERS, HUB_STAFF, NATIONAL

OFFER_READERS = (*HUB_READERS, NATIONAL)
COUNTED = ("target", "waiting", "enrolled")


class OfferList(PortalList):
    """The offers of the year in the top bar."""

    model = Offer
    roles = OFFER_READERS
    template_name = "programmes/offer_list.html"
    heading, noun = "Offers", "offer"
    by_year = True
    sorts = {"code": ("code", "pk"), "closes": ("closes_on", "code", "pk")}
    export_name = "offers"
    export_columns = [
        ("Code", lambda one: one.code),
        ("Offer", lambda one: one.title),
        ("Year", lambda one: one.year_label),
        ("Schools in a group, from", lambda one: one.group_min),
        ("to", lambda one: one.group_max),
        ("Teachers a school", lambda one: one.teachers_per_school),
        ("Meetings", lambda one: one.meetings),
        ("Visits a school", lambda one: one.visits),
        ("Opens", lambda one: one.opens_on),
        ("Closes", lambda one: one.closes_on),
        ("Accepted schools", lambda one: one.enrolled),
        ("Target", lambda one: one.target),
    ]

    def prepare(self, rows: Any) -> models.QuerySet[Offer]:
        """With accepted schools and targets of the hubs that are looked at."""
        prepared: models.QuerySet[Offer] = rows.for_list().with_recruitment(self._hub())
        return prepared

    def _hub(self) -> Hub | None:
        """The hub in the top bar; where one only leads groups for that one, the first that one reads the work of."""
        hub, scope = self.request.hub, self.request.user.scope
        if hub is None or scope.oversees(hub.pk):
            return hub  # type: ignore[no-any-return]
        return next(one for one in self.request.hubs if scope.oversees(one.pk))  # type: ignore[no-any-return]

    def _may_set_terms(self) -> bool:
        """Of the hub in the top bar, by its staff; the national ones by the national team."""
        hub, scope = self.request.hub, self.request.user.scope
        return scope.is_national or (hub is not None and scope.staffs(hub.pk))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether the dates of terms can be set."""
        scope = self.request.user.scope
        return super().get_context_data(may_set_terms=self._may_set_terms(), is_national=scope.has(NATIONAL), **kwargs)


class OfferDetail(PortalDetail):
    """Every number of an offer, and how far recruitment is."""

    model = Offer
    roles = OFFER_READERS
    template_name = "programmes/offer_detail.html"

    def prepare(self, rows: Any) -> models.QuerySet[Offer]:
        """With the texts, tags and phases that the page shows."""
        prepared: models.QuerySet[Offer] = (
            rows.for_list()
            .select_related("commitments", "visit_tags")
            .prefetch_related("follows", "visit_tags__tags", "rates")
            .with_is_asked_for()
        )
        return prepared

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Recruitment by hub, and for the national team the steps and the journal."""
        offer, scope = self.object, self.request.user.scope
        choices = dict(School.Phase.choices)
        hubs = Hub.objects.visible_to(self.request.user)
        recruitment = recruitment_of(offer, hubs if scope.is_national else hubs.filter(pk__in=scope.hub_ids))
        return super().get_context_data(
            school_phases=[choices[code] for code in offer.school_phases if code in choices],
            recruitment=recruitment,
            rates=[rate for rate in offer.rates.all() if rate.hub_id is None],
            totals={name: sum(getattr(hub, name) or 0 for hub in recruitment) for name in COUNTED},
            is_national=scope.is_national,
            may_set_rates=scope.has(NATIONAL, *HUB_STAFF),
            entries=JournalEntry.objects.visible_to(self.request.user).about(offer) if scope.is_national else [],
            **kwargs,
        )


def recruitment_of(offer: Offer, hubs: HubQuerySet) -> list[Any]:
    """The hubs, each with its ``target``, the schools to be decided about (``waiting``) and those ``enrolled``."""
    of_hub = {"offer": offer, "hub": models.OuterRef("pk")}
    waiting = Interest.objects.filter(**of_hub).undecided()
    enrolled = Enrolment.objects.filter(**of_hub).exclude(status=Enrolment.Status.WITHDRAWN)
    counted = hubs.for_list().annotate(
        target=models.Subquery(Target.objects.filter(**of_hub).values("schools")[:1]),
        waiting=_how_many(waiting),
        enrolled=_how_many(enrolled),
    )
    return list(counted)


def _how_many(rows: models.QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("hub").annotate(n=models.Count("pk")).values("n")
    return Coalesce(models.Subquery(counted), 0)


class OfferEdit(StepForm):
    """Change an offer: all of it, or texts and dates once schools are enrolled."""

    model = Offer
    roles = (NATIONAL,)
    failures = (offers.OfferInUse,)
    submit_label, done = "Save the offer", "Saved."
    record: Offer

    def get_heading(self) -> str:
        """The offer."""
        return f"Change {self.record}"

    def get_form_class(self) -> type[OfferTextsForm]:
        """Numbers stay while schools are enrolled by them."""
        is_in_use = self.record.is_in_use
        self.lede = "Schools are enrolled in this offer: only its texts and dates can change." if is_in_use else ""
        return OfferTextsForm if is_in_use else OfferForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form changes the record in hand; what it was is kept for the journal."""
        self.before = {field.name: getattr(self.record, field.attname) for field in Offer._meta.concrete_fields}
        return {**super().get_form_kwargs(), "instance": self.record}

    def act(self, form: OfferTextsForm) -> None:
        """Keep the changes."""
        fields = {name: self.before[name] for name in form.changed_data if name in self.before}
        follows = form.cleaned_data.get("follows")
        offers.change_offer(offer=self.record, by=self.request.user, before=fields, follows=follows)


class TargetEdit(StepForm):
    """How many schools each hub is asked to recruit."""

    model = Offer
    form_class = TargetsForm
    roles = (NATIONAL,)
    lede = "In schools. Leave a box empty where a hub has no target."
    submit_label, done = "Save targets", "Targets saved."
    record: Offer

    def get_heading(self) -> str:
        """The offer."""
        return f"Targets for {self.record}"

    def get_form_kwargs(self) -> dict[str, Any]:
        """One box a hub, an offer of one hub's own has one."""
        hubs = Hub.objects.visible_to(self.request.user).for_list()
        own = self.record.hub_id
        return {**super().get_form_kwargs(), "hubs": hubs.filter(pk=own) if own else hubs}

    def get_initial(self) -> dict[str, Any]:
        """The targets that stand."""
        standing = Target.objects.visible_to(self.request.user).filter(offer=self.record).values_list("hub", "schools")
        return {f"hub_{hub}": schools for hub, schools in standing}

    def act(self, form: TargetsForm) -> None:
        """Set them."""
        offers.set_targets(offer=self.record, by=self.request.user, schools=form.schools)
