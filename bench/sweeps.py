"""How long the sweep of every 30 seconds looks at a national database in which nothing is to be done.

Each school has a headteacher, half of them after another one, some of them lately; every third takes part in a group,
with teachers and an award. The floor reads each row of the tables that are looked at, once. The search for new
headteachers, which is about every one in the country, is measured for itself, too.
"""

from collections.abc import Sequence
from datetime import date
from functools import partial

from bench import setting

from django.conf import settings  # isort: skip - setting comes first
from django.db import connection, models
from django.utils.module_loading import import_string

from funding.models import Award
from hubportal.core import clock
from hubportal.core.models import JournalEntry
from programmes.actions.new_heads import follow_heads
from programmes.models import EnrolledTeacher, Enrolment, HeadConfirmation, Interest
from schools import roles
from schools.models import Person, Role, School
from tests import factories as make
from tests.world import NOW
from workgroups.models import Group, Participant, Place

HUBS, OFFERS, SCHOOLS = 40, 6, 20_880
SCHOOLS_OF_GROUP, TEACHERS_OF_SCHOOL, ENTRIES_OF_SCHOOL = 12, 2, 3
RUNS = 5
HEADS_LIMIT, LIMIT = 4.0, 12.0
TODAY, ACCEPTED_ON = NOW.date(), date(2026, 6, 10)
# What is looked at: for new headteachers, and in all.
OF_HEADS = (School, Role, Person, Enrolment, Interest, HeadConfirmation)
OF_ALL = (*OF_HEADS, EnrolledTeacher, Group, Place, Participant, Award)


def _copy(one: models.Model, rows: str, **columns: str) -> None:
    """Make a record like this one for each row (``of``) of a query; in these columns it has what the row says."""
    fields = [field for field in one._meta.local_concrete_fields if not (field.primary_key or field.generated)]
    names = [str(field.column) for field in fields]
    values = [columns.get(name, f"one.{name}") for name in names]
    table = one._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)}"
            f" FROM ({rows}) AS of, {table} AS one WHERE one.id = {one.pk}"
        )


def _one_of(records: Sequence[models.Model], number: str) -> str:
    return f"(ARRAY{[one.pk for one in records]})[{number} % {len(records)} + 1]"


def _fill() -> None:
    """A country in the middle of its year."""
    hubs = make.HubFactory.create_batch(HUBS)
    status = "CASE WHEN n % 33 = 0 THEN 2 ELSE 1 END"
    named = {"name": "'School ' || n", "hub_id": _one_of(hubs, "n"), "gias_status": status}
    _copy(make.SchoolFactory(), f"SELECT n FROM generate_series(1, {SCHOOLS}) AS n", **named)
    School.objects.filter(gias_status=School.GiasStatus.CLOSED).update(succeeded_by=models.F("pk") - 1)
    _lead()
    _enrol()
    _group()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # what a database that has stood for a while has done by itself


def _people(job: str, rows: str) -> str:
    """Somebody for each of these rows, of its school; the query that finds them."""
    address = f"'{job}' || of.n || '@example.org'"
    said = {"name": f"'{job} ' || of.n", "email": address, "job_title": f"'{job}'"}
    _copy(make.PersonFactory(), rows, school_id="of.school_id", **said)
    return f"SELECT id, school_id, name, email FROM schools_person WHERE job_title = '{job}'"


def _lead() -> None:
    """Who leads each school, since some day of the last ten years, and who led every second one before."""
    role = make.RoleFactory(kind=roles.HEADTEACHER, school=make.SchoolFactory())
    schools = f"SELECT id AS n, id AS school_id FROM schools_school WHERE gias_status = {School.GiasStatus.OPEN}"
    heads, former = _people("head", schools), _people("former", f"{schools} AND id % 2 = 0")
    at, since = {"person_id": "of.id", "school_id": "of.school_id"}, f"DATE '{TODAY}' - 37 * of.school_id::int % 3650"
    _copy(role, heads, starts_on=since, **at)
    _copy(role, former, starts_on=f"{since} - 2000", ends_on=f"{since} - 1", **at)


def _enrol() -> None:
    """Every third school, as whoever led it then had confirmed; whoever has come since was asked."""
    offers = make.OfferFactory.create_batch(OFFERS, group_max=None)
    for offer in offers:
        make.RateFactory(offer=offer)
    heads = (
        "SELECT school.id AS school_id, school.hub_id, starts_on, person_id, person.name, email"
        " FROM schools_role JOIN schools_school AS school ON school.id = schools_role.school_id"
        " JOIN schools_person AS person ON person.id = person_id"
        f" WHERE school.id % 3 = 0 AND COALESCE(ends_on, '{TODAY}') >= '{ACCEPTED_ON}'"
    )
    at = {"school_id": "of.school_id", "hub_id": "of.hub_id"}
    interest = make.InterestFactory(offer=offers[0], status="accepted", head_confirmed_at=NOW)
    said = {"reference": "'HP-' || of.school_id", "head_name": "of.name", "head_email": "of.email"}
    led = f"{heads} AND starts_on <= '{ACCEPTED_ON}'"
    _copy(interest, led, offer_id=_one_of(offers, "of.school_id"), **at, **said)
    enrolment = make.EnrolmentFactory(offer=offers[0], status="active", accepted_on=ACCEPTED_ON)
    applied = f"SELECT id, school_id, hub_id, offer_id FROM programmes_interest WHERE id > {interest.pk}"
    _copy(enrolment, applied, interest_id="of.id", offer_id="of.offer_id", **at)
    of = {"school": enrolment.school, "person": make.PersonFactory(), "hub": enrolment.hub}
    asked = HeadConfirmation.objects.create(asked_at=NOW, confirmed_at=NOW, **of)
    _copy(asked, f"{heads} AND starts_on > '{ACCEPTED_ON}'", person_id="of.person_id", **at)
    enrolled = "SELECT id, hub_id FROM programmes_enrolment"
    award = make.AwardFactory(enrolment=enrolment)
    _copy(award, f"{enrolled} WHERE id > {enrolment.pk}", enrolment_id="of.id", hub_id="of.hub_id")
    entry = JournalEntry.objects.create(at=NOW, what="Said", record="schools.school:0", label="Said")
    said = {"record": "'programmes.enrolment:' || of.id"}
    _copy(entry, f"{enrolled}, generate_series(1, {ENTRIES_OF_SCHOOL})", **said)


def _group() -> None:
    """A dozen together, each with its teachers; whoever leads them sees their schools."""
    place = make.PlaceFactory(group__status="running", group__places_max=None)
    number = f"id / {SCHOOLS_OF_GROUP}"
    enrolled = f"SELECT *, {number} AS n FROM programmes_enrolment WHERE id <> {place.enrolment_id}"
    groups = f"SELECT n, count(*) AS many FROM ({enrolled}) AS enrolled GROUP BY n"
    _copy(place.group, groups, name="'Group ' || of.n", places_taken="of.many")
    of_group = f"SELECT grouped.id AS group_id, enrolled.id FROM ({enrolled}) AS enrolled"
    by_name = "JOIN workgroups_group AS grouped ON grouped.name = 'Group ' || n"
    _copy(place, f"{of_group} {by_name}", group_id="of.group_id", enrolment_id="of.id")
    placed = (
        "SELECT placed.id AS place_id, enrolment_id, school_id FROM workgroups_place AS placed"
        f" JOIN programmes_enrolment AS enrolled ON enrolled.id = enrolment_id WHERE placed.id > {place.pk}"
    )
    sees = make.RoleFactory(kind=roles.LEADS_SCHOOL, school=place.enrolment.school, person=place.group.leader.person)
    _copy(sees, placed, school_id="of.school_id", source="'workgroups.place:' || of.place_id")
    each = f"generate_series(1, {TEACHERS_OF_SCHOOL}) AS k"
    teachers = _people("teacher", f"SELECT place_id * 10 + k AS n, school_id FROM ({placed}) AS placed, {each}")
    taught = f"SELECT id, place_id, enrolment_id FROM ({placed}) AS placed JOIN ({teachers}) AS p USING (school_id)"
    enrolled_teacher = make.EnrolledTeacherFactory(enrolment=place.enrolment)
    _copy(enrolled_teacher, taught, person_id="of.id", enrolment_id="of.enrolment_id")
    participant = make.ParticipantFactory(place=place, person=enrolled_teacher.person)
    _copy(participant, taught, person_id="of.id", place_id="of.place_id")


def _read(tables: Sequence[type[models.Model]]) -> None:
    """Each row of these, whole, once."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT count({table._meta.db_table}) FROM {table._meta.db_table}")


def _sweep() -> int:
    """What a sweep lets follow before it sends what is due; how much did."""
    return sum(import_string(path)(now=clock.now()) for path in settings.RECONCILERS)


def measure() -> bool:
    """The search for new headteachers, then all of it."""
    with clock.fixed(NOW):
        _fill()
        assert _sweep() == 0
        heads = Role.objects.filter(kind=roles.HEADTEACHER).count()
        print(f"sweep: {heads:,} headteachers, {Place.objects.count():,} schools in groups")
        took, floor = setting.paired(partial(follow_heads, now=NOW), partial(_read, OF_HEADS), RUNS)
        verdicts = [setting.judge("sweep, search for new headteachers", took * 1000, floor * 1000, HEADS_LIMIT, "ms")]
        took, floor = setting.paired(_sweep, partial(_read, OF_ALL), RUNS)
        verdicts.append(setting.judge("sweep, nothing to be done", took * 1000, floor * 1000, LIMIT, "ms"))
    return all(verdicts)


if __name__ == "__main__":
    setting.run(measure)
