"""Offers: what is offered this year with every number, and the national team's targets."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from hubportal.core.templatetags.portal import long_day, money
from hubportal.core.views import PortalDetail, PortalList, PortalRequest, StepForm
from programmes.actions import offers
from programmes.actions.offer_years import ALONE, ASKED_FOR
from programmes.figures.places import with_follows
from programmes.forms.offers import LABELS, OfferForm, TargetsForm
from programmes.models import AgreementText, Enrolment, Interest, Offer, Target
from programmes.models.same_programme import of_offer
from programmes.rules.offers import together
from schools.models import Hub, School
from schools.models.hubs import HubQuerySet
from schools.roles import HUB_READERS, HUB_STAFF, NATIONAL
from schools.rules import year_label
from schools.scope import Scope

OFFER_READERS = (*HUB_READERS, NATIONAL)
CHOOSE_HUB = "Choose one of your own hubs in the top bar: its staff make its offers."
KEPT_BY_NATIONAL = "The national team keeps this the same in every hub."
NATIONAL_ONLY = "This is an offer of the national team. Your hub can make a version of its own."
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
        # Schools of a version count with the national offer, where their target stands: a sum has each once.
        ("Accepted schools", lambda one: None if one.stands_for_id else one.enrolled),
        ("Of these in the hub’s own version", lambda one: one.enrolled if one.stands_for_id else None),
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
        """Which other years recruit today, and what this person may do here."""
        scope = self.request.user.scope
        hub = self.request.hub
        open_now = Offer.objects.visible_to(self.request.user).taking_applications(clock.today())
        years = open_now.exclude(year=self.request.year).order_by("year").values_list("year", flat=True).distinct()
        found: dict[str, Any] = super().get_context_data(
            today=clock.today(),
            recruiting=[] if self._is_of_all_years() else [(year, year_label(year)) for year in years],
            may_set_terms=self._may_set_terms(),
            is_national=scope.has(NATIONAL),
            may_make=scope.has(NATIONAL) or (hub is not None and scope.staffs(hub.pk)),
            **kwargs,
        )
        found["has_drafts"] = found["may_make"] and own_offers(self.request).filter(is_published=False).exists()
        return found


class OfferDetail(PortalDetail):
    """Every number of an offer, and how far recruitment is."""

    model = Offer
    roles = OFFER_READERS
    template_name = "programmes/offer_detail.html"

    def prepare(self, rows: Any) -> models.QuerySet[Offer]:
        """With the texts, tags and phases that the page shows."""
        prepared: models.QuerySet[Offer] = (
            with_follows(rows.for_list())
            .select_related("commitments", "visit_tags", "stands_for__commitments", "stands_for__visit_tags")
            .prefetch_related("follows", "priority_after", "visit_tags__tags", "rates")
            .prefetch_related("stands_for__rates", "stands_for__follows", "stands_for__priority_after")
            .with_is_asked_for()
        )
        return prepared

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Recruitment by hub, and for the national team the steps and the journal."""
        offer, scope = self.object, self.request.user.scope
        choices = dict(School.Phase.choices)
        hubs = Hub.objects.visible_to(self.request.user)
        if offer.hub_id:
            hubs = hubs.filter(pk=offer.hub_id)
        recruitment = recruitment_of(offer, hubs if scope.is_national else hubs.filter(pk__in=scope.hub_ids))
        versions = self._versions()
        version = next((one for one in versions if one.hub == self.request.hub), None)
        return super().get_context_data(
            school_phases=[choices[code] for code in offer.school_phases if code in choices],
            recruitment=recruitment,
            rates=_paid_by(offer, self._hub_id()),
            totals={name: together(getattr(hub, name) for hub in recruitment) for name in COUNTED},
            is_national=scope.is_national,
            may_change=may_change(scope, offer),
            why_published=(why_published := _why_published(offer)),
            may_withdraw=offer.is_published and not why_published,
            version=version,
            versions=versions if scope.is_national else [],
            may_have_version=offer.hub_id is None and offer.is_published and self._works_for_hub() and not version,
            differences=[*differences(offer), *_other_amounts(offer)],
            may_set_rates=scope.has(NATIONAL) or (scope.has(*HUB_STAFF) and not offer.is_kept_national(Offer.RATES)),
            may_set_places=offer.is_published and self._works_for_hub() and offer.hub_id in (None, self.request.hub.pk),
            entries=JournalEntry.objects.visible_to(self.request.user).about(offer) if scope.is_national else [],
            **kwargs,
        )

    def _hub_id(self) -> int | None:
        """The hub whose amounts are shown: the offer's own, else the one in the top bar where one may read its work."""
        hub, scope = self.request.hub, self.request.user.scope
        is_read = hub is not None and (scope.is_national or scope.oversees(hub.pk))
        return self.object.hub_id or (hub.pk if is_read else None)

    def _works_for_hub(self) -> bool:
        """Whether one works for the hub in the top bar."""
        hub = self.request.hub
        return hub is not None and self.request.user.scope.staffs(hub.pk)

    def _versions(self) -> list[Offer]:
        """Those that hubs have of it: for the national team all, for others their own."""
        if self.object.hub_id is not None:
            return []
        rows = Offer.objects.visible_to(self.request.user).filter(stands_for=self.object)
        return list(rows.select_related("hub").order_by("hub__name", "pk"))


def _why_published(offer: Any) -> str:
    """Why it is not made a draft again, as ``withdraw_offer`` says; of a hub's version, what waits goes back."""
    if offer.is_used if offer.stands_for_id else offer.is_asked_for:
        return ASKED_FOR
    return ALONE if offer.stands_for_id and offer.follows_it and not offer.stands_for.is_published else ""


def _paid_by(offer: Offer, hub_id: int | None) -> list[Any]:
    """The amounts of an offer in a hub (None: nationally), its own before the national ones.

    A hub's version pays what the national offer does while it has none.
    """
    own: list[Any] = list(offer.rates.all())
    source = offer if own or offer.stands_for is None else offer.stands_for
    rates = sorted(source.rates.all(), key=lambda rate: rate.hub_id is not None)
    return list({rate.label: rate for rate in rates if rate.hub_id in (None, hub_id)}.values())


def differences(offer: Offer) -> list[tuple[str, str, str]]:
    """What a hub's own version has other than the national offer: which field, national, own."""
    if offer.stands_for is None:
        return []
    both = (offer.stands_for, offer)
    words = [(name, *(_in_words(one, name) for one in both)) for name in OfferForm.Meta.fields]
    return [(LABELS[name], before, after) for name, before, after in words if before != after]


def _other_amounts(offer: Offer) -> list[tuple[str, str, str]]:
    """What a hub's own version pays where it has amounts of its own, beside what the national offer pays."""
    if offer.stands_for is None or not offer.rates.all():
        return []
    both = [_paid_by(one, one.hub_id) for one in (offer.stands_for, offer)]
    national, own = (", ".join(f"{rate.label}: {money(rate.amount)}" for rate in rates) for rates in both)
    return [("Release funding", national, own)] if national != own else []


def _in_words(offer: Offer, name: str) -> str:
    if name in Offer.PHASE_SETS:
        return ", ".join(phase.name for phase in getattr(offer, name).all()) or "None"
    value = getattr(offer, name)
    if isinstance(value, AgreementText):
        return str(value.label)
    if isinstance(value, date):
        return long_day(value)
    if name == "school_phases":
        labels = dict(School.Phase.choices)
        return ", ".join(str(labels.get(code, code)) for code in value) or "All"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    shown = getattr(offer, f"get_{name}_display", None)
    return str(shown() if shown else "" if value is None else value)


def recruitment_of(offer: Offer, hubs: HubQuerySet) -> list[Any]:
    """The hubs, each with its ``target``, the schools to be decided about (``waiting``) and those ``enrolled``."""
    at_hub = {"hub": models.OuterRef("pk")}
    waiting = Interest.objects.filter(of_offer(offer), **at_hub).undecided()
    enrolled = Enrolment.objects.filter(of_offer(offer), **at_hub).exclude(status=Enrolment.Status.WITHDRAWN)
    asked = Target.objects.filter(offer=offer.base_id, **at_hub)
    counted = hubs.for_list().annotate(
        target=models.Subquery(asked.values("schools")[:1]),
        waiting=_how_many(waiting),
        enrolled=_how_many(enrolled),
    )
    return list(counted)


def _how_many(rows: models.QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("hub").annotate(n=models.Count("pk")).values("n")
    return Coalesce(models.Subquery(counted), 0)


def own_hub(request: PortalRequest) -> Hub:
    """The hub in the top bar, whose own offers one makes.

    :raises PermissionDenied: where it is not one that this person works for.
    """
    hub: Hub | None = request.hub
    if hub is None or not request.user.scope.staffs(hub.pk):
        raise PermissionDenied(CHOOSE_HUB)
    return hub


def own_offers(request: PortalRequest) -> models.QuerySet[Offer]:
    """The offers of the year in the top bar that are this person's to change, as the list of offers has them.

    :raises PermissionDenied: where the hub in the top bar is not one that this person works for.
    """
    hub = None if request.user.scope.has(NATIONAL) else own_hub(request)
    found: models.QuerySet[Offer] = Offer.objects.visible_to(request.user).for_year(request.year).filter(hub=hub)
    return found


def may_change(scope: Scope, offer: Offer) -> bool:
    """The national team all of them, the staff of a hub its own."""
    return scope.has(NATIONAL) or scope.staffs(offer.hub_id)


class OfferEdit(StepForm):
    """Change an offer: all of it but what is locked, or what those who applied or are enrolled rely on."""

    changes_what_stands = True
    model = Offer
    roles = (NATIONAL, *HUB_STAFF)
    form_class = OfferForm
    template_name = "programmes/offer_form.html"
    failures = (offers.OfferInUse, offers.CannotOffer)
    submit_label, done = "Save the offer", "Saved."
    record: Offer

    def why_not(self) -> str:
        """A hub changes its own."""
        return "" if may_change(self.request.user.scope, self.record) else NATIONAL_ONLY

    def get_heading(self) -> str:
        """The offer."""
        return f"Change {self.record}"

    def get_form(self, form_class: Any = None) -> Any:
        """Without what stays as it is."""
        form = super().get_form(form_class)
        for name in self.kept:
            form.fields.pop(name, None)
        return form

    @cached_property
    def kept(self) -> dict[str, str]:
        """What stays as it is, each with why."""
        locked = self.record.stands_for.locked if self.record.stands_for else []
        return {**dict.fromkeys(locked, KEPT_BY_NATIONAL), **self.record.kept()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What stays as it is: the field, its value and why; whether it may be given a new text."""
        kept = [(name, why) for name, why in self.kept.items() if name in LABELS]
        stays = [(LABELS[name], _in_words(self.record, name), why) for name, why in kept]
        may_add_text = self.request.user.scope.has(NATIONAL)
        return super().get_context_data(stays=stays, may_add_text=may_add_text, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form changes the record in hand; what it was is kept for the journal."""
        self.before = {field.name: getattr(self.record, field.attname) for field in Offer._meta.concrete_fields}
        return {**super().get_form_kwargs(), "instance": self.record}

    def act(self, form: OfferForm) -> None:
        """Keep the changes."""
        fields = {name: self.before[name] for name in form.changed_data if name in self.before}
        phases = {name: form.cleaned_data.get(name, named) for name, named in self.record.phase_sets().items()}
        offers.change_offer(offer=self.record, by=self.request.user, before=fields, phases=phases)


class TargetEdit(StepForm):
    """How many schools each hub is asked to recruit."""

    changes_what_stands = True
    model = Offer
    form_class = TargetsForm
    roles = (NATIONAL,)
    lede = "In schools. Leave a box empty where a hub has no target."
    submit_label, done = "Save targets", "Targets saved."
    record: Offer

    def why_not(self) -> str:
        """Not for a hub's version: its schools count towards the national offer's."""
        return "" if self.record.stands_for_id is None else "Targets stand with the national offer."

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
