"""What the demo's story stands on: the tables emptied, schools imported, the ten people, leaders, targets."""

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO

from django.contrib.sessions.models import Session
from django.db import models

from funding.models import Award, Claim
from hubportal.core import clock
from hubportal.core.models import ClockShift, JournalEntry, Notice
from hubportal.dashboards.actions.demo import cast
from hubportal.dashboards.actions.demo.cast import Names, Player
from programmes.actions.leaders import make_leader
from programmes.actions.offers import set_targets
from programmes.models import EnrolledTeacher, Enrolment, Interest, InterestTeacher, Leader, Offer, Target
from schools import roles
from schools.actions import people
from schools.actions.imports import import_schools
from schools.adapters.fictional import Area, fictional_file
from schools.models import GiasImport, Hub, LocalAuthority, Person, Role, School, SchoolTie, SchoolUrn, Trust, User
from workgroups.models import (
    AgreedAction,
    Answer,
    Attendance,
    Group,
    Meeting,
    Participant,
    Place,
    Visit,
    VisitLog,
)

HUB = "east-midlands-south"
NEIGHBOURS = ("east-midlands-east", "east-midlands-west", "central", "origin", "angles")
SCHOOLS = 1_200
REGIONS = {"East Midlands": "E", "West Midlands": "F", "East of England": "G"}

# Everything but the catalogue, each before what it points to.
KEPT_TO_THE_END: tuple[type[models.Model], ...] = (
    *(Claim, Award, AgreedAction, VisitLog, Visit, Attendance, Answer, Meeting, Participant, Place, Group),
    *(EnrolledTeacher, Enrolment, InterestTeacher, Interest, Leader, Target, Notice, JournalEntry),
    *(GiasImport, SchoolTie, SchoolUrn),
)


def is_empty() -> bool:
    """Whether nothing has been put into this portal but the catalogue."""
    return not School.objects.exists() and not User.objects.exists()


def wipe() -> None:
    """Remove every school, person and record; the catalogue and accounts made on the command line stay."""
    ClockShift.objects.all().delete()
    clock.refresh()
    Session.objects.all().delete()
    for model in KEPT_TO_THE_END:
        model._base_manager.all().delete()
    own = Role.objects.filter(person__user__is_superuser=True, kind=roles.NATIONAL)
    Role.objects.exclude(pk__in=own.values("pk")).delete()
    User.objects.filter(is_superuser=False).delete()
    Person.objects.update(school=None)
    Person.objects.filter(user=None).delete()
    School.objects.update(succeeded_by=None)
    School.objects.all().delete()
    Trust.objects.all().delete()


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
    """Invite one of the ten to where their role is held."""
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
    """Five specialists and a Readiness Lead, each based in a school of their own; the two of the ten first."""
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


def ask_for(offers: Sequence[Offer], hub: Hub, *, by: User) -> None:
    """Targets: a group or two of each offer for this hub, and as much for its neighbours."""
    hubs = [hub, *Hub.objects.filter(code__in=NEIGHBOURS).order_by("pk")]
    for offer in (one for one in offers if one.is_published):
        wanted = 2 * (offer.group_max or offer.group_min + 2)
        set_targets(offer=offer, by=by, schools={one.pk: wanted + at % 3 for at, one in enumerate(hubs)})
