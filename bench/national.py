"""How long the lists take that look at what a school did before, over a whole country, against the same list plain.

A country's worth of schools, and half of them with something done: made at once, as only their number matters.
"""

from datetime import date
from functools import partial

from bench import setting

from django.db import connection, models  # isort: skip - setting comes first
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from programmes.models import Enrolment, Interest
from schools.models import School, User
from schools.roles import HUB_LEAD, NATIONAL
from tests import factories as make
from tests.world import NOW, make_side

SCHOOLS = 16_000
ENROLMENTS = 8_000
INTERESTS = 4_000
HUBS = 40
RUNS = 7
# Of one condition over all that a school did, instead of a look along each index, the first took 500 times its floor.
LIMIT = 8.0
LOOKED_BACK = (
    ("programmes:interest-list", "sort=priority"),
    ("programmes:interest-list", "before=new"),
    ("programmes:interest-list", "before=done"),
    ("schools:school-list", "engaged=new"),
)


def _copies(model: type[models.Model], row: models.Model, changed: list[dict[str, object]]) -> None:
    """So many rows like one, each with something of its own."""
    same = {one.attname: getattr(row, one.attname) for one in model._meta.concrete_fields if not one.primary_key}
    generated = {one.attname for one in model._meta.concrete_fields if one.generated}
    given = {name: value for name, value in same.items() if name not in generated}
    model._base_manager.bulk_create([model(**{**given, **own}) for own in changed], batch_size=2_000)


def _fill() -> tuple[User, User]:
    """The country, with a national user and the lead of one hub."""
    side = make_side()
    authorities = [make.AuthorityFactory() for _hub in range(HUBS)]
    before = make.PhaseFactory(pathway=side.offer.phase.pathway)
    earlier = make.OfferFactory(phase=before, year=side.offer.year - 1)
    side.offer.priority_after.add(before)
    school = make.SchoolFactory(authority=authorities[0])
    places = ({"authority_id": one.pk, "hub_id": one.hub_id} for one in authorities)
    each = [*places]
    _copies(School, school, [{"name": f"School {at}", **each[at % HUBS]} for at in range(SCHOOLS)])
    rows = list(School.objects.order_by("-pk").values_list("pk", "hub")[:SCHOOLS])
    done = {"offer_id": earlier.pk, "status": Enrolment.Status.COMPLETED, "accepted_on": date(2025, 6, 1)}
    enrolment = make.EnrolmentFactory(offer=earlier, school=school, interest=None)
    _copies(Enrolment, enrolment, [{"school_id": pk, "hub_id": hub, **done} for pk, hub in rows[:ENROLMENTS]])
    interest = make.InterestFactory(offer=side.offer, school=school)
    asked = [
        {"school_id": pk, "hub_id": hub, "reference": f"HP-{at:06d}", "contact_email": f"c{at}@people.example.org"}
        for at, (pk, hub) in enumerate(rows[:: SCHOOLS // INTERESTS])
    ]
    _copies(Interest, interest, asked)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # what a database that has stood for a while has done by itself
    return side.users[NATIONAL], make.make_user(HUB_LEAD, hub=authorities[0].hub)


def measure() -> bool:
    """Each list, for the national team and for a hub, against the same without that look back."""
    with clock.fixed(NOW):
        verdicts = []
        for user, whose in zip(_fill(), ("national", "of a hub"), strict=True):
            client = Client(SERVER_NAME="localhost")
            client.force_login(user)
            for name, look in LOOKED_BACK:
                plain = reverse(name)
                page = f"{plain}?{look}"
                for url in (page, plain):
                    assert client.get(url).status_code == 200, url
                took, floor = setting.paired(partial(client.get, page), partial(client.get, plain), RUNS)
                verdicts.append(setting.judge(f"{name} {look}, {whose}", took * 1000, floor * 1000, LIMIT, "ms"))
    return all(verdicts)


if __name__ == "__main__":
    setting.run(measure)
