"""Persons, the users among them who sign in, and their dated roles."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.crypto import salted_hmac

from hubportal.core import clock
from hubportal.core.models import BadAddress
from schools import roles
from schools.models.hubs import Hub, HubQuerySet
from schools.models.places import School, SchoolQuerySet, Trust
from schools.models.run import staff_when_run, took_part_with
from schools.rules import email_domain_of
from schools.rules.greetings import greeting
from schools.scope import Held, Scope, build_scope, reach


class PersonQuerySet(models.QuerySet["Person"]):
    """Reading persons."""

    def visible_to(self, user: Any) -> Self:
        """National all; hubs the people of their hub and schools; schools and leaders theirs; else oneself.

        Of a school that a hub does not have it reads whoever was there, or took part, while it ran something for it.
        """
        scope = reach(user)
        if scope is None:
            return self.none()
        if scope.is_national:
            return self
        seen = models.Q(pk=scope.person_id)
        held = models.Q(pk__in=())
        if scope.hub_ids:
            trusts = School.objects.filter(hub__in=scope.hub_ids, trust__isnull=False).values("trust")
            held |= models.Q(hub__in=scope.hub_ids) | models.Q(trust__in=trusts)
            seen |= models.Q(pk__in=took_part_with(scope.hub_ids))
        if scope.hub_ids or scope.school_staff_ids or scope.trust_ids or scope.led_school_ids:
            schools = School.objects.with_staff_read_by(user).values("pk")
            seen |= models.Q(school__in=schools)
            there = models.Q(school__in=schools)
            if scope.hub_ids:
                there |= staff_when_run(scope.hub_ids)
            else:  # a school does not follow the people who have left it
                there &= models.Q(ends_on=None) | models.Q(ends_on__gte=clock.today())
            held |= there & models.Q(kind__in=set(roles.AT_SCHOOL) - {roles.LEADS_SCHOOL})
        # By subquery, not by join: a person of many roles is still one row.
        return self.filter(seen | models.Q(pk__in=Role._base_manager.filter(held).values("person")))

    def for_hub(self, hub: Hub | None) -> Self:
        """The people of one hub and of its schools and trusts, or all where none is chosen."""
        if hub is None:
            return self
        schools = School.objects.for_hub(hub)
        held = Role._base_manager.filter(
            models.Q(hub=hub) | models.Q(school__in=schools.values("pk")) | models.Q(trust__in=schools.values("trust"))
        ).exclude(kind=roles.LEADS_SCHOOL)
        return self.filter(models.Q(school__in=schools.values("pk")) | models.Q(pk__in=held.values("person")))

    def matching(self, text: str) -> Self:
        """Every word typed, in the name or the address."""
        found = self
        for word in text.split():
            found = found.filter(models.Q(name__icontains=word) | models.Q(email__icontains=word))
        return found

    def at_school(self, school: School, today: date) -> Self:
        """Those who hold a role at a school on ``today``, or come to, leaders of its groups left out."""
        held = Role.objects.filter(school=school).by_hand().not_over(today)
        return self.filter(pk__in=held.values("person"))

    def known_from(self, school: School) -> Self:
        """Those whose school it is, and those who hold, held or will hold a role there."""
        held = Role.objects.filter(school=school).by_hand()
        return self.filter(models.Q(school=school) | models.Q(pk__in=held.values("person")))

    def holding(self, kind: str, today: date) -> Self:
        """Those who hold a kind of role on ``today``."""
        return self.filter(pk__in=Role.objects.filter(kind=kind).current(today).values("person"))

    def at_place_named(self, text: str, today: date) -> Self:
        """Those who hold a role on ``today`` at a school, hub or trust with this in its name."""
        named = (
            models.Q(school__name__icontains=text)
            | models.Q(hub__name__icontains=text)
            | models.Q(trust__name__icontains=text)
        )
        held = Role.objects.filter(named).exclude(kind=roles.LEADS_SCHOOL).current(today)
        return self.filter(pk__in=held.values("person"))

    def with_bad_address(self) -> Self:
        """Annotate ``bad_address``: what a mail server said of an address that does not work; else None."""
        bad = BadAddress.objects.standing().filter(email=Lower(models.OuterRef("email"))).order_by("-last_at", "pk")
        return self.annotate(bad_address=models.Subquery(bad.values("problem")[:1]))

    def for_list(self) -> Self:
        """What a list of people shows."""
        current = Role.objects.current(clock.today()).exclude(kind=roles.LEADS_SCHOOL)
        # A school has some fifty facts: of each role's place only the name is shown.
        shown = ("person", "kind", "starts_on", "ends_on", "hub__name", "school__name", "school__hub", "trust__name")
        with_place = current.select_related("hub", "school", "trust").only(*shown).order_by("kind", "pk")
        return (
            self.select_related("school", "user")
            .prefetch_related(models.Prefetch("roles", queryset=with_place, to_attr="current_roles"))
            .order_by("name", "pk")
        )


class Person(models.Model):
    """Somebody the programme knows, whether or not they sign in; offices may share an address."""

    name = models.CharField(max_length=150)
    previous_name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    job_title = models.CharField(max_length=100, blank=True)
    trn = models.CharField("teacher reference number", max_length=7, blank=True)
    school = models.ForeignKey(School, null=True, blank=True, on_delete=models.SET_NULL, related_name="people")

    objects = PersonQuerySet.as_manager()

    class Meta:
        # Read by the list of people and by matching a name to an address.
        indexes = [models.Index(fields=("name", "id"), name="person_name"), models.Index("email", name="person_email")]
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The person's page."""
        return reverse("schools:person-detail", args=[self.pk])

    @property
    def first_name(self) -> str:
        """For a greeting; with a title that and the last name."""
        return greeting(self.name)

    def hears_of(self, moment: datetime, brought_at: datetime | None) -> bool:
        """Whether no file brought them since, or they were invited, or signed in, after that; reads the user."""
        if brought_at is None or brought_at <= moment:
            return True
        user: User | None = getattr(self, "user", None)
        return any(at is not None and at >= brought_at for at in (user.invited_at, user.last_login)) if user else False


class RoleQuerySet(models.QuerySet["Role"]):
    """Reading roles."""

    def current(self, today: date) -> Self:
        """Roles held on ``today``: started, and not ended before it."""
        return self.not_over(today).filter(starts_on__lte=today)

    def not_over(self, today: date) -> Self:
        """Roles held on ``today`` or still to begin."""
        return self.filter(models.Q(ends_on=None) | models.Q(ends_on__gte=today))

    def without_follower(self, since: date) -> Self:
        """Roles of heads and maths leads that end, or ended since a day, after which nobody at the school has them."""
        same = Role._base_manager.filter(school=models.OuterRef("school"), kind=models.OuterRef("kind"))
        later = same.filter(models.Q(ends_on=None) | models.Q(ends_on__gt=models.OuterRef("ends_on")))
        ending = self.filter(kind__in=(roles.HEADTEACHER, roles.MATHS_LEAD), ends_on__gte=since)
        return ending.filter(~models.Exists(later), school__isnull=False)

    def by_hand(self) -> Self:
        """Without those that placing a school in a group gives."""
        return self.exclude(kind=roles.LEADS_SCHOOL)

    def mail_domains_at(self, school: School) -> list[str]:
        """What follows the @ at a school: as its web address says, and as its people have it."""
        there = self.by_hand().filter(school=school).exclude(person__email="").order_by("pk")
        addresses = there.values_list("person__email", flat=True)
        found = [email_domain_of(school.website), *(one.rpartition("@")[2].lower() for one in addresses)]
        return list(dict.fromkeys(filter(None, found)))

    def with_places(self) -> Self:
        """With the place of each, newest first."""
        return self.select_related("hub", "school__hub", "trust").order_by("-starts_on", "-pk")

    def visible_to(self, user: Any) -> Self:
        """The roles of the people whom this person may see."""
        return self.filter(person__in=Person.objects.visible_to(user).values("pk"))


GAP_SEEN_FOR = timedelta(days=365)


def without_follower(schools: SchoolQuerySet, today: date) -> SchoolQuerySet:
    """Open schools whose headteacher or maths lead leaves, or left within a year, with nobody to follow."""
    left = Role.objects.without_follower(today - GAP_SEEN_FOR)
    return schools.open().filter(pk__in=left.values("school"))


def with_two_heads(schools: SchoolQuerySet, today: date) -> SchoolQuerySet:
    """Open schools that another became within a year, and since then have two headteachers, neither with a last day."""
    heads = Role._base_manager.filter(kind=roles.HEADTEACHER, ends_on=None, school__isnull=False)
    beside = heads.filter(school=models.OuterRef("school")).exclude(person=models.OuterRef("person"))
    came = heads.filter(models.Exists(beside), starts_on__gte=today - GAP_SEEN_FOR)
    joined = School._base_manager.filter(succeeded_by=models.OuterRef("pk"))
    return schools.open().filter(models.Exists(joined), pk__in=came.values("school"))


def without_contact(schools: SchoolQuerySet, today: date) -> SchoolQuerySet:
    """Schools where no contact has an e-mail address: a letter reaches nobody there."""
    reached = Role.objects.current(today).filter(kind__in=roles.CONTACTS).exclude(person__email="")
    return schools.exclude(pk__in=reached.filter(school__isnull=False).values("school"))


def is_keeper(owner: str, hub: str = "hub") -> models.Exists:
    """Whether the owner whom a row names is of the staff of its hub today: of what others left nobody is the owner.

    So what goes to another hub, and what somebody looked after who left, is seen again by everybody there.
    """
    held = Role.objects.current(clock.today()).filter(kind__in=roles.HUB_STAFF, hub=models.OuterRef(hub))
    return models.Exists(held.filter(person__user=models.OuterRef(owner), person__user__is_active=True))


def owned_by(schools: SchoolQuerySet, user: Any) -> SchoolQuerySet:
    """Schools that one looks after."""
    return schools.filter(is_keeper("kept_by"), kept_by=user)


def owned_by_nobody(schools: SchoolQuerySet) -> SchoolQuerySet:
    """Schools that nobody of their hub looks after."""
    return schools.filter(models.Q(kept_by=None) | ~is_keeper("kept_by"))


def owned_by_nobody_else(schools: SchoolQuerySet, user: Any) -> SchoolQuerySet:
    """Schools that one looks after, and that nobody does."""
    return schools.filter(models.Q(kept_by=None) | models.Q(kept_by=user) | ~is_keeper("kept_by"))


def without_lead(hubs: HubQuerySet, today: date) -> HubQuerySet:
    """Hubs that nobody leads on a day."""
    leads = Role.objects.current(today).filter(kind=roles.HUB_LEAD, hub=models.OuterRef("pk"))
    return hubs.open().filter(~models.Exists(leads))


class Role(models.Model):
    """What a person is, where, from when to when (both days included)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=20, choices=list(roles.LABELS.items()))
    hub = models.ForeignKey(Hub, null=True, blank=True, on_delete=models.PROTECT, related_name="roles")
    school = models.ForeignKey(School, null=True, blank=True, on_delete=models.PROTECT, related_name="roles")
    trust = models.ForeignKey(Trust, null=True, blank=True, on_delete=models.PROTECT, related_name="roles")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    # What the role comes from, where it is not given by hand: a place in a group, as ``app.model:pk``.
    source = models.CharField(max_length=60, blank=True)
    # When a step in the portal gave it; empty where records that were kept before brought it.
    given_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When a file did, which tells nobody.
    brought_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = RoleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="role_at_its_place",
                violation_error_message="A role belongs to one place: a hub, a school, a trust or the national team.",
                condition=(
                    models.Q(kind__in=roles.AT_HUB, hub__isnull=False, school=None, trust=None)
                    | models.Q(kind__in=roles.AT_SCHOOL, school__isnull=False, hub=None, trust=None)
                    | models.Q(kind__in=roles.AT_TRUST, trust__isnull=False, hub=None, school=None)
                    | models.Q(kind=roles.NATIONAL, hub=None, school=None, trust=None)
                ),
            ),
            models.CheckConstraint(
                name="role_ends_after_start",
                violation_error_message="A role cannot end before it starts.",
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
            ),
        ]
        # Read by the scope of a signed-in person.
        indexes = [models.Index(fields=("person", "kind"), name="role_person_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.place}" if self.place else self.get_kind_display()

    @property
    def place(self) -> Hub | School | Trust | None:
        """Where the role is held; None for national."""
        return self.hub or self.school or self.trust

    def is_held_on(self, day: date) -> bool:
        """Whether it has started by a day and not ended before it."""
        return self.starts_on <= day and (self.ends_on is None or self.ends_on >= day)

    def hears_of(self, moment: datetime) -> bool:
        """Whether its holder is told of what stands since a moment: no file brought it since, or they were reached."""
        return self.person.hears_of(moment, self.brought_at)

    def is_told_of(self) -> bool:
        """Whether its holder was told how to sign in since it began."""
        return User.objects.filter(person=self.person_id, invited_at__gte=clock.at_london(self.starts_on, 0)).exists()

    @property
    def owner_id(self) -> int | None:
        """For the journal: the hub of the role or of its school."""
        return self.hub_id or (self.school.hub_id if self.school else None)


class UserManager(BaseUserManager["User"]):
    """Making users: on the command line (national) or by invitation."""

    def get_queryset(self) -> models.QuerySet["User"]:
        """With the person, whom every page names in its top bar."""
        return super().get_queryset().select_related("person")

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a user; a person is made with it where none is given."""
        email = self.normalize_email(email).lower()
        person = fields.pop("person", None) or Person.objects.create(
            name=fields.pop("name", "") or email.partition("@")[0], email=email
        )
        user = self.model(email=email, person=person, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make the first national user."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


# How the address of an account ends that has none: a post's address has passed on to somebody else.
NOWHERE = "@passed-on.invalid"


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in, by e-mail."""

    email = models.EmailField(unique=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="user")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    invited_at = models.DateTimeField(null=True, blank=True)
    invited_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # Each is told that it no longer opens the account: address, moment (ISO), and who moved it by name and key.
    past_addresses = models.JSONField(default=list, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.person.name

    def get_full_name(self) -> str:
        """The person's name."""
        return self.person.name

    @property
    def has_no_address(self) -> bool:
        """Whether their address has passed on to somebody else, and they have no other yet."""
        return self.email.endswith(NOWHERE)

    def moved_by_since(self, since: datetime) -> frozenset[int]:
        """Who (users, by their keys) has moved this person's sign-in address since a moment."""
        moves = [(datetime.fromisoformat(at), by) for _email, at, _name, *keys in self.past_addresses for by in keys]
        return frozenset(by for at, by in moves if at >= since and by != self.pk)

    def get_session_auth_hash(self) -> str:
        """Sessions end with the password, as Django has it, and with the address."""
        return salted_hmac("schools.User.email", super().get_session_auth_hash() + self.email).hexdigest()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under secret keys that are being replaced."""
        for found in super().get_session_auth_fallback_hash():
            yield salted_hmac("schools.User.email", found + self.email).hexdigest()

    @cached_property
    def scope(self) -> Scope:
        """Built once a request (a user is loaded anew for each) from the roles of today."""
        held = [
            Held(kind=kind, hub_id=hub, school_id=school, trust_id=trust, former_hub_id=former)
            for kind, hub, school, trust, former in Role.objects.filter(person=self.person_id)
            .current(clock.today())
            .values_list("kind", "hub", "school", "trust", "hub__went_before")
        ]
        return build_scope(held, person_id=self.person_id, is_superuser=self.is_superuser)
