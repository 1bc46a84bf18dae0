"""How long each list page of 50 rows takes, against Django admin's change list of the same rows and columns.

Both are drawn by the same process on PostgreSQL through Django's test client, in turn, 50 rows a page. The change
lists are Django's, as it ships them, with the columns, filters and querysets of the portal's read-only tables (see
each app's admin.py: their columns follow the list pages). The portal's own tables are lighter: no ticks, no actions,
no second count.
"""

from collections.abc import Iterator
from functools import partial

from bench import setting

from django.db import connection, models  # isort: skip - setting comes first
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from funding.models import Award, Claim
from hubportal.core import clock
from hubportal.core.models import Notice, Upload
from hubportal.core.views import PortalList
from programmes.models import Enrolment, Interest, Leader
from schools.models import GiasImport, Hub, Person, School, User
from schools.roles import NATIONAL
from tests import factories as make
from tests.world import NOW, make_side
from workgroups.models import Group, Meeting, Visit

HUBS = 40
ROWS = 120
RUNS = 15
LIMIT = 0.5

# Each list page with the model whose change list shows the same columns (see each app's admin.py).
LISTS: dict[str, type[models.Model]] = {
    "schools:school-list": School,
    "schools:person-list": Person,
    "schools:import-list": GiasImport,
    "programmes:interest-list": Interest,
    "programmes:leader-list": Leader,
    "workgroups:place-waiting": Enrolment,
    "workgroups:group-list": Group,
    "workgroups:meeting-list": Meeting,
    "workgroups:visit-list": Visit,
    "funding:award-list": Award,
    "funding:claim-list": Claim,
    "dashboards:notice-list": Notice,
    "dashboards:record-list": Upload,
}
# Lists that are not measured, and why.
NOT_MEASURED = {
    "dashboards:job-list": "some imports a month; each line is plain texts of one row",
    "programmes:confirmation-list": "the schools whose headteacher has just changed: a handful of a hub",
    "programmes:places-to-name": "as the list of interest, which is measured, for the few whose day has passed",
    "schools:address-list": "addresses that do not work: a handful of a hub",
    "schools:advocate-list": "some dozens of headteachers of a hub",
    "schools:letter-list": "a hub writes a few letters a week; how far each came is counted in one query",
    "schools:template-list": "a dozen texts",
    "workgroups:changed-list": "the schools that have just closed with something open: a handful",
    "workgroups:replacement-list": "some people a month, plain texts of one row",
    "dashboards:record-lines": "the lines of one upload, plain texts, at an address of that upload",
    "programmes:offer-list": "a year has a dozen or so offers, never 50",
    "programmes:priority-list": "a hub's list of some dozens, as the list of interest, which is measured",
    "programmes:text-list": "some half a dozen texts, a version or two of each",
    "dashboards:hub-table": "there are 40 hubs; their figures come from tables that a change list of hubs cannot show",
}


def _fill() -> User:
    """A world of 40 hubs and 120 rows of everything, seen by a national user."""
    side = make_side()
    offer = side.offer
    authorities = make.AuthorityFactory.create_batch(HUBS - Hub.objects.count())
    for number in range(ROWS):
        authority = authorities[number % len(authorities)]
        school = make.SchoolFactory(authority=authority, trust=make.TrustFactory())
        enrolment = make.EnrolmentFactory(offer=offer, school=school)
        group = make.GroupFactory(offer=offer, hub=school.hub, name=f"Group {number}", leader=side.leader)
        place = make.PlaceFactory(group=group, enrolment=enrolment)
        make.MeetingFactory(group=group, number=1, host=enrolment.school)
        make.VisitFactory(place=place, number=1)
        make.InterestFactory(offer=offer, school=enrolment.school)
        make.EnrolmentFactory(offer=offer, school=make.SchoolFactory(authority=authority))  # waits for a group
        make.GiasImportFactory(by=side.users[NATIONAL])
        make.LeaderFactory(hub=school.hub, school=school)
        make.ClaimFactory(award=make.AwardFactory(enrolment=enrolment), raised_by=side.users["office"])
        make.NoticeFactory(owner=side.hub, target=f"workgroups.place:{place.pk}")
        make.UploadFactory(owner=side.hub, by=side.users[NATIONAL])
    user = side.users[NATIONAL]
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # what a database that has stood for a while has done by itself
    return User.objects.get(pk=user.pk)


def _lists(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """The names of all pages that are lists."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _lists(entry, f"{entry.namespace}:" if entry.namespace else prefix)
        elif isinstance(entry, URLPattern) and issubclass(getattr(entry.callback, "view_class", object), PortalList):
            yield f"{prefix}{entry.name}"


def _is_complete() -> bool:
    """Whether each list is measured, or says why not."""
    lists = set(_lists(get_resolver()))
    missing, gone = lists - LISTS.keys() - NOT_MEASURED.keys(), (LISTS.keys() | NOT_MEASURED.keys()) - lists
    for name in sorted(missing):
        print(f"{name}: neither measured nor said why not  <-- add it to bench/pages.py")
    for name in sorted(gone):
        print(f"{name}: there is no such list  <-- take it out of bench/pages.py")
    return not missing and not gone


def _change_list(model: type[models.Model]) -> str:
    return reverse(f"tables:{model._meta.app_label}_{model._meta.model_name}_changelist")


def measure() -> bool:
    """Every list page against its change list."""
    with clock.fixed(NOW), override_settings(ROOT_URLCONF="bench.tables"):
        user = _fill()
        client = Client(SERVER_NAME="localhost")
        client.force_login(user)
        verdicts = [_is_complete()]
        for name, model in LISTS.items():
            page, changes = reverse(name), _change_list(model)
            for url in (page, changes):
                assert client.get(url).status_code == 200, url
            took, floor = setting.paired(partial(client.get, page), partial(client.get, changes), RUNS)
            verdicts.append(setting.judge(name, took * 1000, floor * 1000, LIMIT, "ms"))
    return all(verdicts)


if __name__ == "__main__":
    setting.run(measure)
