"""What the demo's story stands on: the tables emptied, schools imported, the eleven people, leaders, targets."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from io import BytesIO

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import DEFAULT_DB_ALIAS, models, transaction

from funding.models import Rate
from hubportal.core import clock
from hubportal.core.models import Heartbeat, StoredFile
from hubportal.dashboards.actions.demo import cast
from hubportal.dashboards.actions.demo.cast import Names, Player
from programmes.actions.leaders import make_leader
from programmes.actions.offer_years import publish_offer
from programmes.actions.offers import set_targets
from programmes.models import (
    AgreementText,
    HalfTerm,
    Leader,
    Offer,
    Pathway,
    Phase,
    PhaseFamily,
    PhaseOption,
    StartQuestion,
    Tag,
    TagSet,
)
from schools import roles
from schools.actions import people
from schools.actions.imports import import_schools
from schools.adapters.fictional import Area, fictional_file
from schools.models import Hub, LetterTemplate, LocalAuthority, Person, Role, School, Trust, User

HUB = "east-midlands-south"
NEIGHBOURS = ("east-midlands-east", "east-midlands-west", "central", "origin", "angles")
SCHOOLS = 1_200
REGIONS = {"East Midlands": "E", "West Midlands": "F", "East of England": "G"}

OURS = ("core", "schools", "programmes", "workgroups", "funding")
# What a portal begins with, before anybody has come; of people, those made on the command line stay.
CATALOGUE = frozenset(
    {
        *(Hub, LocalAuthority, LetterTemplate, Pathway, PhaseFamily, Phase, PhaseOption, StartQuestion),
        *(AgreementText, TagSet, Tag, HalfTerm, Offer, Rate, Heartbeat),
    }
)
PEOPLE = frozenset({User, Person, Role})


def is_empty() -> bool:
    """Whether nothing has been put into this portal but the catalogue."""
    return not School.objects.exists() and not User.objects.exists()


def wipe() -> None:
    """Remove every school, person and record; the catalogue and accounts made on the command line stay."""
    for stored in StoredFile.objects.all():
        transaction.on_commit(partial(stored.content.storage.delete, str(stored.content.name)))
    Session.objects.all().delete()
    _unhook()
    for model in _written():
        # In any order: what points to what is looked at when the transaction ends.
        model._base_manager.all()._raw_delete(DEFAULT_DB_ALIAS)
    clock.refresh()
    own = Role.objects.filter(person__user__is_superuser=True, kind=roles.NATIONAL)
    Role.objects.exclude(pk__in=own.values("pk")).delete()
    User.objects.filter(is_superuser=False).delete()
    Person.objects.filter(user=None).delete()


def _written() -> list[type[models.Model]]:
    """All tables that people's work fills."""
    tables = [model for app in OURS for model in apps.get_app_config(app).get_models(include_auto_created=True)]
    kept: frozenset[object] = CATALOGUE | PEOPLE
    return [model for model in tables if model not in kept and model._meta.auto_created not in kept]


def _unhook() -> None:
    """What stays names nothing of what goes."""
    going = {*_written(), *PEOPLE}
    for model in (*CATALOGUE, Person):
        for field in model._meta.concrete_fields:
            if field.null and field.related_model in going:
                model._base_manager.update(**{field.name: None})


def load_schools(*, now: datetime) -> None:
    """Fictional schools in six hubs, through the importer that reads the real file."""
    authorities = LocalAuthority.objects.filter(hub__code__in=(HUB, *NEIGHBOURS)).select_related("hub").order_by("code")
    areas = [
        Area(one.code, one.name, REGIONS.get(one.hub.region, ""), one.hub.region) for one in authorities if one.hub
    ]
    import_schools(file=BytesIO(fictional_file(SCHOOLS, areas)), file_name="edubasealldata-demo.csv", by=None, now=now)


def invite_staff(hub: Hub, *, now: datetime) -> dict[str, User]:
    """The national team's, the hub's and the board's people, by mailbox."""
    found = {}
    for player in (cast.NATIONAL, cast.LEAD, cast.ADMIN, cast.BOARD):
        found[player.mailbox] = invite(player, now=now, hub=None if player.kind == roles.NATIONAL else hub)
    return found


def invite(
    player: Player,
    *,
    now: datetime,
    by: User | None = None,
    hub: Hub | None = None,
    school: School | None = None,
    trust: Trust | None = None,
) -> User:
    """Invite one of the eleven to where their role is held."""
    person = people.invite(
        name=player.name,
        email=player.email,
        kind=player.kind,
        job_title=player.job_title,
        by=by,
        now=now,
        hub=hub,
        school=school,
        trust=trust,
    )
    return User.objects.get(person=person)


def make_leaders(
    hub: Hub, bases: Sequence[School], names: Names, *, by: User, now: datetime, starts_on: date
) -> list[Leader]:
    """Five specialists and a Readiness Lead, each based in a school of their own; the two of the eleven first."""
    known = {player.kind: player for player in (cast.SPECIALIST, cast.READINESS)}
    kinds = [roles.SPECIALIST, roles.READINESS_LEAD, *[roles.SPECIALIST] * 4]
    leaders = []
    for kind, school in zip(kinds, bases, strict=False):
        player = known.pop(kind, None)
        named = cast.Named(player.name, player.email) if player else names.of(school)
        leaders.append(
            make_leader(
                hub=hub,
                kind=kind,
                name=named.name,
                email=named.email,
                school=school,
                max_groups=3,
                by=by,
                now=now,
                starts_on=starts_on,
            )
        )
    return leaders


def publish_for_people(today: date, *, by: User, now: datetime) -> None:
    """What single people would apply for on this day, shipped as drafts: so that their form can be tried."""
    drafts = Offer.objects.filter(hub=None, enrols=Offer.Enrols.PERSONS, opens_on__lte=today, closes_on__gte=today)
    for offer in drafts.order_by("pk"):
        publish_offer(offer=offer, by=by, now=now)


def ask_for(offers: Sequence[Offer], hub: Hub, *, by: User) -> None:
    """Targets: a group or two of each offer for this hub, and as much for its neighbours."""
    hubs = [hub, *Hub.objects.filter(code__in=NEIGHBOURS).order_by("pk")]
    for offer in (one for one in offers if one.is_published):
        wanted = 2 * (offer.group_max or offer.group_min + 2)
        set_targets(offer=offer, by=by, schools={one.pk: wanted + at % 3 for at, one in enumerate(hubs)})
