"""What schools claim of their awards: last year's is paid, this year's stands at every step."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from funding import actions
from funding.models import Award, Claim
from hubportal.dashboards.actions.demo import words
from hubportal.dashboards.actions.demo.scene import Scene
from schools import roles
from schools.models import Role, User
from schools.rules import academic_year
from workgroups.models import Group

# How many days ago each of this year's claims was raised, approved, paid; -1: returned; then again from the start.
STEPS: tuple[tuple[int, ...], ...] = ((30, 24, 12), (9,), (), (16, 6), (11, -1), (4,))


def tell(scene: Scene, group: Group, at: int) -> None:
    """Claims on the awards of a group that has just started."""
    awards = Award.objects.filter(enrolment__places__group=group).select_related("enrolment__school").order_by("pk")
    this_year = group.offer.year == academic_year(scene.story.today)
    for place, award in enumerate(awards):
        if not this_year:
            _paid(scene, award, date(group.offer.year, 10, 5) + timedelta(days=at + place))
        elif award.enrolment.school == scene.schools.first:
            continue  # the demo's head and office have something to claim themselves
        else:
            _standing(scene, award, STEPS[(at + place) % len(STEPS)])


def _paid(scene: Scene, award: Award, day: date) -> None:
    story = scene.story

    def raised(claim: Claim) -> None:
        story.at(day + timedelta(days=6), 11, 0, lambda now: _approve(scene, claim, now))
        story.at(day + timedelta(days=20), 11, 0, lambda now: _pay(scene, claim, now))

    story.at(day, 14, award.pk % 60, lambda now: raised(_raise(award, now)))


def _standing(scene: Scene, award: Award, steps: tuple[int, ...]) -> None:
    story = scene.story
    if not steps:
        return
    follow: list[Callable[[Claim, datetime], None]] = [
        lambda claim, now: _approve(scene, claim, now),
        lambda claim, now: _pay(scene, claim, now),
    ]

    def raised(claim: Claim) -> None:
        if -1 in steps:
            story.at(story.days_ago(steps[0] - 3), 11, 0, lambda now: _return(scene, claim, now))
            return
        for days, step in zip(steps[1:], follow, strict=False):
            story.at(story.days_ago(days), 11, 0, lambda now, step=step: step(claim, now))  # type: ignore[misc]

    story.at(story.days_ago(steps[0]), 14, award.pk % 60, lambda now: raised(_raise(award, now)))


def _raise(award: Award, now: datetime) -> Claim:
    award.refresh_from_db()
    invoice = f"INV-{now:%y}{award.pk:04d}"
    return actions.raise_claim(award=award, amount=award.amount, invoice=invoice, by=_claimant(award), now=now)


def _claimant(award: Award) -> User:
    """Somebody who may claim for the school."""
    staff = Role.objects.filter(school=award.enrolment.school_id, kind__in=(roles.MATHS_LEAD, roles.HEADTEACHER))
    return User.objects.filter(person__in=staff.values("person")).order_by("pk")[0]


def _approve(scene: Scene, claim: Claim, now: datetime) -> None:
    actions.approve_claim(claim=claim, by=scene.admin, now=now)


def _pay(scene: Scene, claim: Claim, now: datetime) -> None:
    actions.pay_claim(claim=claim, paid_on=now.date(), by=scene.admin, now=now)


def _return(scene: Scene, claim: Claim, now: datetime) -> None:
    actions.return_claim(claim=claim, reason=words.RETURNED, by=scene.admin, now=now)
