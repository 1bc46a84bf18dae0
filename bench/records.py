"""How long 10,000 lines of people's records take until their preview stands, against openpyxl reading the same file.

Schools are those of the fictional register, or of the file that `GIAS_EXTRACT` names; the workbook calls them as people
do, without URN. Exits with 1 where a limit is passed.
"""

import io
import random

from bench import setting

from django.core.files.uploadedfile import SimpleUploadedFile  # isort: skip - setting comes first
from openpyxl import Workbook, load_workbook

from bench.import_schools import _file
from hubportal.core import clock, jobs
from hubportal.core.models import Job
from hubportal.dashboards.actions.records import uploads, work
from schools.actions.imports import import_schools
from schools.models import Hub, School, User
from tests import factories as make
from tests.world import NOW

LINES = 10_000
# Seconds; and how many times as long as reading alone.
MOST_SECONDS, LIMIT = 20.0, 20.0
HEADINGS = ["School name", "Town", "LA", "NCP code", "Academic year", "Outcome", "Date completed"]
YEARS = ["2019/20", "2020-21", "2021/2022", "22/23", "2023/24"]


def _workbook(hub: Hub, code: str) -> bytes:
    """Lines as hubs have them: names cut short, towns missing, years written in many ways."""
    chance = random.Random(2026)  # noqa: S311 - a file that is the same each time
    schools = list(School.objects.open().select_related("authority").order_by("pk"))
    own = [one for one in schools if one.hub_id == hub.pk]
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Records")
    sheet.append(HEADINGS)
    for _line in range(LINES):
        school = chance.choice(own if own and chance.random() < 0.8 else schools)
        name = school.name.replace("Church of England", "C of E").replace(" School", chance.choice(["", " School"]))
        town, la = chance.choice([school.town, ""]), school.authority.name
        sheet.append([name, town, la, code, chance.choice(YEARS), chance.choice(["Yes", "Withdrew", ""]), ""])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _preview(content: bytes, hub: Hub, user: User) -> None:
    """From the upload to the preview, as the pages and the worker do it."""
    file = SimpleUploadedFile("records.xlsx", content)
    upload = uploads.take_in(owner=hub, kind="past", upload=file, by=user, now=NOW)
    columns = {int(at): key for at, key in upload.columns.items()}
    uploads.map_columns(upload=upload, columns=columns, constants={}, by=user, now=NOW)
    job = Job.objects.get(kind=work.READ, state=Job.State.WAITING)
    jobs.run(jobs.take(job))
    job.refresh_from_db()
    if job.state != Job.State.DONE:
        raise SystemExit(job.problem)
    upload.refresh_from_db()
    print(f"records: {upload.counts}, {len(upload.unknown['schools'])} schools to decide")


def _read(content: bytes) -> None:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    for _row in book.worksheets[0].iter_rows(values_only=True):
        pass


def measure() -> bool:
    """The preview and the floor in turn, and the promise of 20 seconds."""
    path = _file()
    import_schools(file=path, file_name=path.name, by=None, now=NOW)
    with clock.fixed(NOW):
        hub = make.HubFactory()
        user = make.make_user("hub_lead", hub=hub)
        first = School.objects.order_by("pk").values_list("authority", flat=True)[0]
        School.objects.filter(authority=first).update(hub=hub)
        offer = make.OfferFactory()
        content = _workbook(hub, offer.code)
        took, floor = setting.paired(lambda: _preview(content, hub, user), lambda: _read(content), 1)
    verdict = setting.judge(f"records, preview of {LINES:,} lines", took, floor, LIMIT)
    if took > MOST_SECONDS:
        print(f"records: {took:.1f} s is more than {MOST_SECONDS:g} s  <-- outside the limit")
    return verdict and took <= MOST_SECONDS


if __name__ == "__main__":
    setting.run(measure)
