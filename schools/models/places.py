"""Local authorities, trusts and schools (GIAS facts under a stable key of our own)."""

from collections.abc import Iterable
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower, Replace
from django.urls import reverse
from django.utils.module_loading import import_string

from schools import rules
from schools.models.hubs import Hub
from schools.models.lines import ITS_OWN_OR_LATER, has_any
from schools.models.run import run_by
from schools.scope import Scope, among, reach

# Names compared letter by letter for one search: a quarter of a second at most.
MOST_COMPARED = 2000


class LocalAuthority(models.Model):
    """A local authority by its three-digit GIAS code; gives its schools their default hub."""

    code = models.CharField(max_length=3, unique=True)
    name = models.CharField(max_length=100)
    hub = models.ForeignKey(Hub, null=True, blank=True, on_delete=models.PROTECT, related_name="authorities")

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "local authorities"

    def __str__(self) -> str:
        return self.name


class TrustQuerySet(models.QuerySet["Trust"]):
    """Reading trusts."""

    def visible_to(self, user: Any) -> Self:
        """Trusts with a school that this person may see; trust leads their own."""
        scope = reach(user)
        if scope is None:
            return self.none()
        if scope.is_national:
            return self
        schools = School.objects.visible_to(user)
        return self.filter(models.Q(pk__in=schools.values("trust")) | models.Q(pk__in=scope.trust_ids))

    def matching(self, text: str) -> Self:
        """Trusts whose name holds every word typed."""
        found = self
        for word in text.split():
            found = found.filter(name__icontains=word)
        return found.order_by("name", "pk") if text.split() else self.none()


class Trust(models.Model):
    """A multi- or single-academy trust by its GIAS group code."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=200)

    objects = TrustQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class SchoolQuerySet(models.QuerySet["School"]):
    """Reading schools."""

    def visible_to(self, user: Any) -> Self:
        """National all; hubs their schools and those they ever ran something for; leaders and schools theirs."""
        scope = reach(user)
        if scope is None:
            return self.none()
        if scope.is_national:
            return self
        tied = SchoolTie._base_manager.filter(hub__in=scope.hub_ids).values("school")
        return self.filter(pk__in=School._base_manager.filter(_seen_by(scope, tied)))

    def with_staff_read_by(self, user: Any) -> Self:
        """Those whose people of today one reads: as ``visible_to``, of hubs theirs and where they run something now."""
        scope = reach(user)
        if scope is None:
            return self.none()
        if scope.is_national:
            return self
        running = run_by(scope.hub_ids).filter(ended_on=None).values("school")
        return self.filter(pk__in=School._base_manager.filter(_seen_by(scope, running)))

    def for_hub(self, hub: Hub | None) -> Self:
        """The schools of one hub, or all where none is chosen."""
        if hub is None:
            return self
        tied = SchoolTie._base_manager.filter(hub=hub).values("school")
        return self.filter(models.Q(hub=hub) | models.Q(pk__in=tied))

    def belonging_to(self, hub: Hub | None, user: Any) -> Self:
        """Those that are the hub's own today, or of the hubs that this person works for where none is chosen.

        What a hub once ran something for it reads, but who is there is for another hub to say.
        """
        if hub is not None:
            return self.filter(hub=hub)
        scope = reach(user)
        if scope is None:
            return self.none()
        return self if scope.is_national else self.filter(hub__in=scope.hub_ids)

    def open(self) -> Self:
        """Open today, even if proposed to close."""
        return self.filter(gias_status__in=School.OPEN)

    def never_engaged(self) -> Self:
        """Open schools that no hub ever ran anything for, and that are named in nothing that counts as engagement.

        What a predecessor did counts too.
        """
        named = (import_string(path) for path in settings.SCHOOL_ENGAGEMENT)
        engaged = (has_any(model._base_manager.all(), ITS_OWN_OR_LATER, "pk") for model in (SchoolTie, *named))
        return self.open().exclude(reduce(or_, engaged))

    def line_of(self, school: Any, became: Iterable[int] = (), *, lookup: str = "exact") -> models.QuerySet[Any, Any]:
        """The keys of a school (or with ``in`` of several), of those that it follows, and of those that they follow.

        :param became: the schools that these became: what they did counts for these too.
        """
        ways = ("pk", "succeeded_by", "succeeded_by__succeeded_by")
        of_line = [self.filter(**{f"{way}__{lookup}": school}) for way in ways]
        first, *rest = (rows.values("pk") for rows in (*of_line, self.filter(pk__in=list(became))))
        return first.union(*rest)

    def without_hub(self) -> Self:
        """Open schools that belong to no hub: they cannot take part."""
        return self.open().filter(hub=None)

    def with_urn(self) -> Self:
        """Annotate ``urn``, the current one."""
        current = SchoolUrn.objects.filter(school=models.OuterRef("pk"), is_current=True)
        return self.annotate(urn=models.Subquery(current.values("urn")[:1]))

    def for_list(self) -> Self:
        """What a list of schools shows."""
        return (
            self.select_related("authority", "trust", "hub")
            .defer("search", "row_hash")
            .with_urn()
            .order_by("name", "pk")
        )

    def public(self) -> Self:
        """Every school: GIAS facts are public, somebody without an account may look for theirs."""
        return self.select_related("authority", "succeeded_by", "hub").with_urn().order_by("name", "pk")

    def nearest_first(self, text: str) -> Self:
        """Open schools before closed ones, and those whose name starts with what was typed before the others."""
        is_closed = models.Q(gias_status=School.GiasStatus.CLOSED)
        starts = models.Q(search__startswith=f" {' '.join(rules.search_words(text))}")
        ranks = [models.ExpressionWrapper(rank, output_field=models.BooleanField()) for rank in (is_closed, ~starts)]
        return self.order_by(*ranks, "name", "pk")

    def matching(self, text: str) -> Self:
        """Schools whose name, town, postcode or a present or past URN fits every word typed."""
        words = rules.search_words(text)
        found = self
        for word in words:
            fits = _begins(word)
            if word.isdecimal():
                fits |= models.Q(pk__in=SchoolUrn.objects.filter(urn=int(word[:9])).values("school"))
            found = found.filter(fits)
        return found if words else self.none()

    def spelt_like(self, text: str) -> Self:
        """Schools that nearly fit what was typed: at most one word is spelt another way, but begins alike."""
        typed = rules.search_words(text)
        other = models.Q()
        for word in typed:
            rest = [_begins(one) for one in typed if one != word]
            begins = _begins(word[:1] if rest else word[:2])
            other |= reduce(and_, rest, begins)
        if not typed:
            return self.none()
        near = self.filter(other).order_by("name", "pk").values_list("pk", "search")[:MOST_COMPARED]
        return self.filter(pk__in=[pk for pk, words in near if rules.is_spelt_like(typed, words)])


def _begins(word: str) -> models.Q:
    """A word of the name, town or postcode begins so."""
    return reduce(or_, (models.Q(search__contains=start) for start in rules.starts_of(word)))


def _seen_by(scope: Scope, others: models.QuerySet[Any, Any]) -> models.Q:
    """Schools of one's own; of hubs, with those that they see beside these."""
    own = among("pk", scope.school_ids | scope.led_school_ids) | among("trust", scope.trust_ids)
    return own | models.Q(hub__in=scope.hub_ids) | models.Q(pk__in=others) if scope.hub_ids else own


def _search_text() -> models.Func:
    """The SQL of ``rules.search_words``: small letters, a space at either end, one spelling."""
    space = models.Value(" ")
    tight_postcode = Replace("postcode", space, models.Value(""))
    places = ("town", space, "postcode", space, tight_postcode, space)
    # Not Concat, which nests its parts deeper than SQLite can read.
    parts = models.Func(
        *(space, "name", space, *places, "former_names", space),
        arg_joiner=" || ",
        template="(%(expressions)s)",
        output_field=models.TextField(),
    )
    text: models.Func = Lower(parts, output_field=models.TextField())
    for written, meant in rules.SPELLINGS:
        text = Replace(text, models.Value(written), models.Value(meant), output_field=models.TextField())
    return text


class School(models.Model):
    """A school under a key that outlives its URNs; the facts are GIAS's, the hub may be set by hand."""

    class GiasStatus(models.IntegerChoices):
        """GIAS: EstablishmentStatus (code)."""

        OPEN = 1, "Open"
        CLOSED = 2, "Closed"
        CLOSING = 3, "Open, but proposed to close"
        PROPOSED = 4, "Proposed to open"

    OPEN = (GiasStatus.OPEN, GiasStatus.CLOSING)

    class Phase(models.IntegerChoices):
        """GIAS: PhaseOfEducation (code). Special schools, PRUs and others carry 0."""

        NOT_APPLICABLE = 0, "Not applicable"
        NURSERY = 1, "Nursery"
        PRIMARY = 2, "Primary"
        MIDDLE_PRIMARY = 3, "Middle deemed primary"
        SECONDARY = 4, "Secondary"
        MIDDLE_SECONDARY = 5, "Middle deemed secondary"
        SIXTEEN_PLUS = 6, "16 plus"
        ALL_THROUGH = 7, "All-through"

    name = models.CharField(max_length=200)
    # What it was called before, separated by semicolons, the newest first: searched for like the name.
    former_names = models.TextField(blank=True, default="")
    authority = models.ForeignKey(LocalAuthority, on_delete=models.PROTECT, related_name="schools")
    establishment_number = models.PositiveIntegerField(null=True, blank=True)
    type_code = models.CharField(max_length=3, blank=True)
    type_name = models.CharField(max_length=100, blank=True)
    type_group_code = models.CharField(max_length=3, blank=True)
    gias_status = models.PositiveSmallIntegerField(choices=GiasStatus, default=GiasStatus.OPEN)
    phase_code = models.PositiveSmallIntegerField(choices=Phase, default=Phase.NOT_APPLICABLE)
    low_age = models.PositiveSmallIntegerField(null=True, blank=True)
    high_age = models.PositiveSmallIntegerField(null=True, blank=True)
    gender = models.CharField(max_length=30, blank=True)
    pupils = models.PositiveIntegerField(null=True, blank=True)
    fsm_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    trust = models.ForeignKey(Trust, null=True, blank=True, on_delete=models.PROTECT, related_name="schools")
    trust_flag = models.CharField(max_length=60, blank=True)
    head_name = models.CharField(max_length=150, blank=True)
    street = models.CharField(max_length=150, blank=True)
    locality = models.CharField(max_length=100, blank=True)
    town = models.CharField(max_length=100, blank=True)
    county = models.CharField(max_length=100, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    website = models.CharField(max_length=250, blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    region_code = models.CharField(max_length=2, blank=True)
    region_name = models.CharField(max_length=60, blank=True)
    urban_rural = models.CharField(max_length=100, blank=True)
    easting = models.PositiveIntegerField(null=True, blank=True, help_text="Metres, OSGB36.")
    northing = models.PositiveIntegerField(null=True, blank=True, help_text="Metres, OSGB36.")
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    hub = models.ForeignKey(Hub, null=True, blank=True, on_delete=models.PROTECT, related_name="schools")
    hub_set_by_hand = models.BooleanField(default=False)
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    succeeded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )
    # Name, town, postcode with and without its space, spelt as ``rules.search_words`` spells what is typed.
    search = models.GeneratedField(expression=_search_text(), output_field=models.TextField(), db_persist=True)
    row_hash = models.BinaryField(max_length=16, default=b"")

    objects = SchoolQuerySet.as_manager()

    class Meta:
        indexes = [
            # Read by the hub's list of schools, in its order.
            models.Index(fields=("hub", "name", "id"), name="school_hub_name"),
            # Read by the national list of schools, in its order.
            models.Index(fields=("name", "id"), name="school_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The school's facts."""
        return reverse("schools:school-detail", args=[self.pk])

    @property
    def where(self) -> str:
        """Town, postcode and local authority; reads ``authority``."""
        return ", ".join(rules.said_once(self.town, self.postcode, self.authority.name))

    @property
    def with_town(self) -> str:
        """Its name and the town, where the name does not end in it."""
        return ", ".join(rules.said_once(self.name, self.town))

    @property
    def formerly(self) -> str:
        """ "formerly Hill Infants; Hill Juniors", or an empty string."""
        return f"formerly {self.former_names}" if self.former_names else ""

    @property
    def full_address(self) -> str:
        """Its name and address in one line, for somebody who has to find it."""
        return ", ".join(rules.said_once(self.name, self.street, self.town, self.postcode))

    @property
    def address(self) -> list[str]:
        """The lines of its address."""
        return rules.said_once(self.street, self.locality, self.town, self.county, self.postcode)

    @property
    def is_open(self) -> bool:
        """Open today, even if proposed to close."""
        return self.gias_status in self.OPEN

    @property
    def has_closed(self) -> bool:
        """Whether nobody is there to be written to any more."""
        return self.gias_status == self.GiasStatus.CLOSED

    def has_closed_by(self, day: date) -> bool:
        """Whether nobody is there on a day: it has closed, then or before, or one does not know when."""
        return self.has_closed and (self.closed_on is None or self.closed_on <= day)

    @property
    def is_state_funded(self) -> bool:
        """GIAS type groups; see ``rules.is_state_funded``."""
        return rules.is_state_funded(self.type_code, self.type_group_code)


class SchoolUrn(models.Model):
    """A unique reference number that a school has or had; an academy conversion adds one."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="urns")
    urn = models.PositiveIntegerField(unique=True)
    is_current = models.BooleanField(default=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("-is_current", "-urn")
        constraints = [
            models.UniqueConstraint(
                fields=("school",), condition=models.Q(is_current=True), name="school_one_current_urn"
            ),
        ]

    def __str__(self) -> str:
        return str(self.urn)


class SchoolTie(models.Model):
    """A hub once ran something for a school: both keep seeing it when the school moves hub."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="ties")
    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="ties")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("school", "hub"), name="school_tie_once")]

    def __str__(self) -> str:
        return f"{self.school} with {self.hub}"
