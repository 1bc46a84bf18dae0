"""Making the demo: everything up to this moment, in one transaction."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction

from hubportal.core import clock, delivery, notices, wake
from hubportal.core.models import Notice
from hubportal.dashboards.actions.demo import cast, ground, keeping, recent, talking
from hubportal.dashboards.actions.demo.cast import Names
from hubportal.dashboards.actions.demo.groups import Plot
from hubportal.dashboards.actions.demo.scene import Scene, schools_of
from hubportal.dashboards.actions.demo.story import Story
from programmes.models import Offer
from schools import roles, rules
from schools.actions import places
from schools.models import Hub, School, User

# So many of the latest e-mails keep their text; of older ones the page shows what would be sent.
TEXTS_KEPT = 200


@transaction.atomic
def make_demo(*, now: datetime) -> None:
    """Empty the portal and tell the demo's story up to ``now``; the catalogue is there already."""
    with wake.held():
        ground.wipe()
        story = Story(now)
        year = rules.academic_year(story.today)
        began = clock.at_london(date(year - 1, 1, 20), 9)
        with clock.fixed(began):
            scene = _set(story, began)
        _tell_years(scene, year)
        recent.tell(scene)
        talking.tell(scene)
        keeping.tell(scene)
        story.tell()
        _let_in(scene, now)
        _write_texts(now)


def _set(story: Story, now: datetime) -> Scene:
    """The hub as it was before its first school applied."""
    ground.load_schools(now=now)
    hub = Hub.objects.get(code=ground.HUB)
    names = Names(story.chance)
    staff = ground.invite_staff(hub, now=now)
    scene = Scene(story, names, hub, staff, schools_of(hub, names, story.chance))
    places.change_hub_email(hub=hub, email="hub@demo.example", by=scene.lead)
    bases = scene.schools.rows[20:26]
    scene.schools.used.update(school.pk for school in bases)
    scene.leaders = ground.make_leaders(hub, bases, names, by=scene.lead, now=now, starts_on=now.date())
    _invite_school_people(scene, now)
    years = (now.year, now.year + 1, now.year + 2)
    ground.publish_for_people(story.today, by=staff[cast.NATIONAL.mailbox], now=now)
    ground.ask_for(list(Offer.objects.filter(hub=None, year__in=years)), hub, by=staff[cast.NATIONAL.mailbox])
    return scene


def _invite_school_people(scene: Scene, now: datetime) -> None:
    """Who hears of a school's year without having asked for it: its office, and its trust's lead."""
    ground.invite(cast.OFFICE, now=now, by=scene.lead, school=scene.schools.first)
    if scene.schools.trust:
        ground.invite(cast.TRUST, now=now, by=scene.lead, trust=scene.schools.trust)


def _tell_years(scene: Scene, year: int) -> None:
    """Last year's groups first: this year's schools come from them."""
    offers = {one: _offers(one) for one in (year - 1, year)}
    going_on = {phase.pk for offer in offers[year] for phase in offer.follows.all()}
    came: dict[int, list[School]] = {}
    for at, offer in enumerate(offers[year - 1]):
        # What only schools may join that did another phase before is for those of this year.
        if not offer.must_follow and (offer.phase_id in going_on or offer.leader_kind == roles.READINESS_LEAD):
            came[offer.phase_id] = scene.schools.take(offer, _size_for(offer, offers[year]))
            Plot(scene, offer, came[offer.phase_id], at).tell()
    for at, offer in enumerate(offers[year]):
        before = _before(offer, offers[year - 1], came)
        Plot(scene, offer, scene.schools.take(offer, _size(offer, 0), before), at).tell()
    _tell_second_group(scene, offers[year])


def _tell_second_group(scene: Scene, offers: Sequence[Offer]) -> None:
    """The programme with the largest groups has two."""
    offer = max(offers, key=lambda one: (one.group_min, -one.pk))
    Plot(scene, offer, scene.schools.take(offer, offer.group_min), len(offers)).tell()


def _offers(year: int) -> list[Offer]:
    offers = Offer.objects.public().filter(hub=None, year=year).select_related("phase__pathway", "visit_tags")
    return list(offers.prefetch_related("follows").order_by("phase__pathway__position", "phase__position"))


def _size(offer: Offer, more: int) -> int:
    return min(offer.group_min + 1 + more, offer.group_max or offer.group_min + 1 + more)


def _size_for(offer: Offer, later: Sequence[Offer]) -> int:
    """Enough schools for whatever only they may go on to."""
    after = [one for one in later if one.must_follow and offer.phase_id in {phase.pk for phase in one.follows.all()}]
    return max(_size(offer, -1), *(_size(one, 0) for one in after)) if after else _size(offer, -1)


def _before(offer: Offer, earlier: Sequence[Offer], came: dict[int, list[School]]) -> list[School]:
    """Schools of last year that go on to this offer; nobody goes on twice."""
    follows = {phase.pk for phase in offer.follows.all()}
    for one in sorted(earlier, key=lambda one: -one.phase.step):
        lower = one.phase.pathway_id == offer.phase.pathway_id and one.phase.step < offer.phase.step
        if lower and came.get(one.phase_id) and (not follows or one.phase_id in follows):
            return came.pop(one.phase_id)
    return []


def _let_in(scene: Scene, now: datetime) -> None:
    """The eleven sign in with the password that the sign-in page shows."""
    password = make_password(cast.PASSWORD)
    User.objects.filter(email__in=[player.email for player in cast.PLAYERS]).update(password=password)


def _write_texts(now: datetime) -> None:
    """The latest e-mails as they were sent."""
    since = now - timedelta(days=60)
    sent = Notice.objects.filter(state=Notice.State.SENT, sent_at__gt=since).order_by("-sent_at", "-pk")
    rows = list(sent[:TEXTS_KEPT])
    for key in {row.kind for row in rows}:
        kind = notices.kinds()[key]
        of_kind = [row for row in rows if row.kind == key]
        targets = kind.load_by_key(row.target for row in of_kind)
        for row in of_kind:
            if row.target in targets:
                row.subject, row.body = delivery.render(kind, targets[row.target], row)
    Notice.objects.bulk_update(rows, ["subject", "body"], batch_size=100)
