"""What runs in a hub that is split or goes on in another: how much of it goes, and how much stays, with the words."""

from dataclasses import dataclass

from django.db import models

from hubportal.core import journal
from hubportal.core.models import JournalEntry
from hubportal.core.templatetags.portal import count
from programmes.models import Enrolment
from schools.models import Hub, HubChange, School
from workgroups.models.changed import OPEN_ENROLMENT
from workgroups.models.groups import Group, Place

# How the journal calls that what runs has followed, with how much of it did.
FOLLOWED = "What runs has followed"
GOES = "{} and {} that are running go to {}."
STAYS = "{} and {} stay with {}, because schools that stay sit in the same groups."


@dataclass(frozen=True, slots=True)
class Running:
    """What runs in a hub at schools that go to another: groups and enrolments that can go, and that cannot."""

    groups: models.QuerySet[Group]
    mixed: models.QuerySet[Group]
    enrolments: models.QuerySet[Enrolment]
    in_mixed: models.QuerySet[Enrolment]

    def counts(self) -> dict[str, int]:
        """How much there is of each."""
        return {
            "groups": self.groups.count(),
            "mixed": self.mixed.count(),
            "enrolments": self.enrolments.count(),
            "in_mixed": self.in_mixed.count(),
        }


def running_at(hub: Hub, schools: models.QuerySet[School], *, is_all: bool) -> Running:
    """Of the schools that go. A group in which one of them sits beside a school that stays does not go."""
    taken = Place.objects.taken().filter(group=models.OuterRef("pk"))
    going, staying = (
        models.Exists(taken.filter(enrolment__school__in=schools.values("pk"))),
        models.Exists(taken.exclude(enrolment__school__in=schools.values("pk"))),
    )
    groups = Group.objects.filter(hub=hub, status__in=Group.OPEN).order_by("pk")
    enrolments = Enrolment.objects.filter(hub=hub, status__in=OPEN_ENROLMENT).order_by("pk")
    if is_all:
        return Running(groups, groups.none(), enrolments, enrolments.none())
    mixed = groups.filter(going, staying)
    beside = models.Exists(Place.objects.taken().filter(enrolment=models.OuterRef("pk"), group__in=mixed.values("pk")))
    theirs = enrolments.filter(school__in=schools.values("pk"))
    return Running(groups.filter(going, ~staying), mixed, theirs.filter(~beside), theirs.filter(beside))


def what_goes(change: HubChange) -> str:
    """How much of what runs goes with a change, and how much stays: as it went, or else as it would go now.

    Nothing where none of it goes, or it went when nobody counted.
    """
    if not change.takes_running:
        return ""
    kept = JournalEntry.objects.about(change).filter(what=FOLLOWED).first()
    if kept is not None:
        return kept.note
    is_all = change.kind == HubChange.Kind.MERGER
    return "" if change.followed_at else _words(change, running_at(change.hub, change.schools_going(), is_all=is_all))


def keep_what_goes(change: HubChange, running: Running) -> None:
    """Let both hubs read how much goes, before it does."""
    note = _words(change, running)
    for owner in (change.hub_id, change.other_id):
        journal.record(FOLLOWED, on=change, by=None, note=note, owner_id=owner)


def _words(change: HubChange, running: Running) -> str:
    many = running.counts()
    words = [GOES.format(count(many["groups"], "group"), count(many["enrolments"], "enrolment"), change.other)]
    if many["mixed"]:
        words.append(STAYS.format(count(many["mixed"], "group"), count(many["in_mixed"], "enrolment"), change.hub))
    return " ".join(words)
