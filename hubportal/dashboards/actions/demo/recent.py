"""The last weeks before today: interest in every state, and a group that is still too small."""

from datetime import date, datetime, timedelta

from hubportal.core import clock
from hubportal.dashboards.actions.demo import applying, words
from hubportal.dashboards.actions.demo.cast import Named
from hubportal.dashboards.actions.demo.scene import Scene
from programmes.actions import decisions
from programmes.models import Enrolment, Interest, Offer
from schools.models import School
from workgroups.actions.groups import make_group, place_school
from workgroups.models import Group

# A public address, not the school's: the hub should look twice.
OUTSIDE = Named("Dilys Umney", "dilys.umney@gmail.example")


def tell(scene: Scene) -> None:
    """Schools that wait for a decision, that wait for a place, that were told no, and that need a group."""
    for at, days in enumerate((2, 6, 9)):
        _applies(scene, at, days, confirmed=True, message=words.MESSAGE if at == 1 else "")
    for at, days in enumerate((1, 4), start=3):
        _applies(scene, at, days, confirmed=False)
    _applies(scene, 5, 3, confirmed=True, contact=OUTSIDE)
    _applies(scene, 6, 12, confirmed=True, then="wait")
    _applies(scene, 7, 16, confirmed=False, then="wait")
    _applies(scene, 8, 14, confirmed=True, then="decline")
    _applies(scene, 9, 5, confirmed=True, twice=True)
    _form(scene)


def offers_open_on(day: date) -> list[Offer]:
    """What a school may apply for on a day: of each phase the latest year that is open."""
    latest: dict[int, Offer] = {}
    opened = Offer.objects.public().filter(hub=None, opens_on__lte=day, closes_on__gte=day)
    for offer in opened.select_related("phase__pathway").order_by(
        "year", "phase__pathway__position", "phase__position"
    ):
        latest[offer.phase_id] = offer
    return sorted(latest.values(), key=lambda one: (one.phase.pathway.position, one.phase.position))


def _applies(
    scene: Scene,
    at: int,
    days: int,
    *,
    confirmed: bool,
    contact: Named | None = None,
    message: str = "",
    then: str = "",
    twice: bool = False,
) -> None:
    story = scene.story
    day = story.days_ago(days)
    offers = [offer for offer in offers_open_on(day) if not offer.follows.exists()]
    offer = offers[at % len(offers)]
    found = scene.schools.take(offer, 1)
    if not found:
        return

    def apply(now: datetime) -> None:
        interest = applying.send(scene, found[0], offer, at=now, contact=contact, message=message)
        if confirmed:
            story.at_moment(now + timedelta(hours=5), lambda moment: applying.confirm(interest, moment))
        if then:
            story.at_moment(now + timedelta(days=2), lambda moment: _decide(scene, interest, then, moment))
        if twice:
            story.at_moment(now + timedelta(days=1), lambda moment: _again(scene, found[0], offer, moment))

    story.at(day, 9 + at % 7, 7 * at % 60, apply)


def _again(scene: Scene, school: School, offer: Offer, now: datetime) -> None:
    """A colleague who did not know sends the same once more."""
    applying.send(scene, school, offer, at=now, contact=scene.names.of(school))


def _decide(scene: Scene, interest: Interest, then: str, now: datetime) -> None:
    interest.refresh_from_db()
    if then == "wait":
        decisions.put_on_waiting_list(interest=interest, by=scene.lead, now=now, reason=words.WAITING)
    else:
        decisions.decline(interest=interest, by=scene.lead, now=now, reason=words.DECLINED)


def _form(scene: Scene) -> None:
    """Three schools in a group that needs more, and two accepted without a group."""
    story = scene.story
    day = story.days_ago(26)
    offer = max(offers_open_on(day), key=lambda one: (one.group_min, -one.pk))
    enrolled: list[Enrolment] = []
    for place, school in enumerate(scene.schools.take(offer, 5)):
        applying.apply_and_enrol(
            scene,
            school,
            offer,
            on=day + timedelta(days=place),
            accepted_on=story.days_ago(14 - place),
            enrolled=enrolled,
        )
    story.at(story.days_ago(8), 15, 0, lambda now: _group(scene, offer, enrolled[:3], now))


def _group(scene: Scene, offer: Offer, enrolled: list[Enrolment], now: datetime) -> Group:
    host = enrolled[0].school
    name = f"{host.town} {offer.phase.short_name} {clock.today():%B}"
    leader = scene.leader_for(offer, 3)
    group = make_group(offer=offer, hub=scene.hub, name=name, leader=leader, host=host, by=scene.lead)
    for enrolment in enrolled:
        place_school(group=group, enrolment=enrolment, by=scene.lead, now=now)
    return group
