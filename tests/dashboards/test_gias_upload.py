"""Schools loaded in the browser: upload, preview, apply; refused in words; found again after a worker died."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery, jobs, tasks
from hubportal.core.models import Job, StoredFile
from schools import roles
from schools.actions import uploads
from schools.adapters.fictional import gias_bytes
from schools.models import GiasImport, GiasUpload, LocalAuthority, School, SchoolUrn, User
from schools.models.imports import LONGEST_RUN
from tests import factories as make
from tests.races import at_once
from tests.schools.test_import_links import CLOSED, links
from tests.schools.test_import_schools import load, some_rows
from tests.world import NOW

pytestmark = pytest.mark.django_db
UPLOAD = "dashboards:gias-upload-create"


@pytest.fixture(autouse=True)
def _here(settings: Any, tmp_path: Any) -> Iterator[None]:
    folder = {"location": tmp_path, "file_permissions_mode": 0o600}
    private = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": folder}
    settings.STORAGES = {**settings.STORAGES, "private": private}
    with clock.fixed(NOW):
        yield


@pytest.fixture
def national() -> User:
    return make.make_user(roles.NATIONAL, name="Nat Team")


@pytest.fixture
def page(client: Client, national: User) -> Client:
    client.force_login(national)
    return client


def csv_file(rows: list[dict[str, str]] | bytes, name: str = "edubasealldata20270111.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, rows if isinstance(rows, bytes) else gias_bytes(rows))


def upload(by: User, rows: list[dict[str, str]], joins: io.BytesIO | None = None) -> GiasUpload:
    given = SimpleUploadedFile("links_edubasealldata.csv", joins.getvalue()) if joins else None
    made = uploads.start_upload(file=csv_file(rows), links=given, by=by, now=NOW)
    jobs.work()
    made.refresh_from_db()
    return made


def outcome(made: GiasUpload) -> tuple[str, str]:
    made.refresh_from_db()
    assert made.record is not None
    return made.record.state, made.record.problem


def test_preview_says_what_changes_and_for_whom_and_changes_nothing(page: Client) -> None:
    rows = some_rows(6)
    load(rows[:5])
    closing, renamed, converting, merging = (School.objects.get(urns__urn=row["URN"]) for row in rows[:4])
    hub = make.HubFactory(name="Example Hub")
    make.EnrolmentFactory(school=closing, hub=hub)
    make.InterestFactory(school=merging, hub=hub)
    rows[0] |= CLOSED
    rows[1] |= {"EstablishmentName": "Another Name"}
    rows[2] |= CLOSED
    rows[3] |= CLOSED
    rows[5] |= {"EstablishmentName": "The Academy"}
    bad = rows[4] | {"URN": "x"}
    joins = links((rows[2]["URN"], rows[5]["URN"]), (rows[3]["URN"], rows[4]["URN"]), kind="Successor - merged")

    answer = page.post(
        reverse(UPLOAD),
        {
            "file": csv_file([*rows, bad]),
            "links": SimpleUploadedFile("links_edubasealldata.csv", joins.getvalue()),
        },
    )
    waiting = page.get(answer["Location"]).content.decode()
    jobs.work()
    answer = page.get(answer["Location"])
    text = " ".join(answer.content.decode().split())

    assert "Waiting for its turn" in waiting
    assert answer.context["counts"] == {
        "renamed": 1,
        "closing": 3,
        "proposed": 0,
        "reopened": 0,
        "converted": 0,
        "merged": 2,
        "split": 0,
        "trusts": 0,
        "authorities": 0,
        "hubs": 0,
        "created": 1,
        "others": 0,
        "rejected": 1,
        "absent": 0,
    }
    assert [(str(one), *numbers) for one, *numbers in answer.context["touched"]] == [("Example Hub", 1, 1)]
    assert f"<td>{'Another Name'}</td>" in text
    assert School.objects.filter(gias_status=2).count() == 0
    assert (renamed.name, converting.pk) == (School.objects.get(pk=renamed.pk).name, converting.pk)
    assert page.get(f"{GiasUpload.objects.get().get_absolute_url()}?export=csv").content.count(b"\n") == 2


def test_preview_leaves_out_what_the_file_has_no_column_for(national: User) -> None:
    rows = [row | {"Trusts (code)": "90001", "Trusts (name)": "Good Trust"} for row in some_rows(2)]
    load(rows)
    needed = ("URN", "LA (code)", "EstablishmentName", "EstablishmentStatus (code)", "PhaseOfEducation (code)")
    rows[0] |= {"EstablishmentName": "Another Name"}
    lines = [",".join(row[name] for name in needed) for row in rows]

    data = "\n".join([",".join(needed), *lines, ""]).encode()
    made = uploads.start_upload(file=csv_file(data), links=None, by=national, now=NOW)
    jobs.work()

    made.refresh_from_db()
    found = {key: number for key, number in made.preview["counts"].items() if number}
    assert found == {"renamed": 1}


def test_successor_that_nobody_knows_is_told_and_the_known_one_is_named(page: Client, national: User) -> None:
    rows = some_rows(2)
    load(rows)
    closing, known = (School.objects.get(urns__urn=row["URN"]) for row in rows)
    joins = links((rows[0]["URN"], rows[1]["URN"]), (rows[0]["URN"], 777777))

    made = upload(national, [rows[0] | CLOSED, rows[1]], joins)
    uploads.apply_upload(upload=made, by=national, now=NOW)
    jobs.work()

    reason = "In the file of links: neither the file of schools nor the portal has URN 777777, which came after it"
    row = [closing.pk, closing.name, f"{known.name}, URN 777777 (not known)"]
    assert (made.preview["closing"], made.preview["split"]) == ([row], [row])
    assert (made.preview["bad_links"], made.preview["rejected_rows"]) == (1, [[4, rows[0]["URN"], reason]])
    assert GiasImport.objects.latest("pk").rejected_rows == made.preview["rejected_rows"]
    public = Client().post(reverse("programmes:express-school"), {"school": closing.pk}).text
    assert "As far as we know it became" in public
    assert f'name="school" value="{known.pk}">{known.with_town}</button>' in public
    assert "Became, as far as is known" in page.get(closing.get_absolute_url()).text


def test_preview_and_result_name_local_authorities_that_no_hub_has_until_one_is_given(
    page: Client, national: User, mailoutbox: list[EmailMessage]
) -> None:
    rows = some_rows(4)
    load(rows[:2])
    hub = make.HubFactory(name="Example Hub")
    LocalAuthority.objects.update(hub=hub)
    School.objects.update(hub=hub)
    unknown = {"LA (code)": "998", "LA (name)": "Example Isles"}
    rows = [rows[0], rows[1] | unknown, rows[2] | unknown, rows[3] | unknown | CLOSED]

    made = upload(national, rows)
    shown = page.get(made.get_absolute_url())
    give = reverse("schools:authority-hub", args=["998"])
    uploads.apply_upload(upload=made, by=national, now=NOW)
    jobs.work()
    delivery.deliver_due()
    outcome(made)
    record = GiasImport.objects.latest("pk")
    result = page.get(record.get_absolute_url()).content.decode()
    hubless = School.objects.without_hub().count()
    page.post(f"{give}?next=/schools/imports/", {"hub": hub.pk})

    assert shown.context["without_hub"] == [("998", "Example Isles", 2, "")]
    assert made.preview["hubs"] == [
        [School.objects.get(urns__urn=rows[1]["URN"]).pk, rows[1]["EstablishmentName"], "Example Hub", "no hub"]
    ]
    assert f"{give}?name=Example%20Isles" in shown.content.decode()
    assert (record.without_hub, hubless) == ([["998", "Example Isles", 2]], 2)
    assert "Give it to a hub" in result
    assert "Example Isles (998), 2 schools" in mailoutbox[-1].body
    assert School.objects.without_hub().count() == 0
    assert page.get(made.get_absolute_url()).context["without_hub"] == [("998", "Example Isles", 2, "Example Hub")]


def test_unknown_local_authority_is_given_to_a_hub_from_the_preview_and_its_schools_arrive_there(
    page: Client, national: User
) -> None:
    hub = make.HubFactory()
    made = upload(national, [one | {"LA (code)": "998", "LA (name)": "Example Isles"} for one in some_rows(1)])
    give = f"{reverse('schools:authority-hub', args=['998'])}?name=Example+Isles&next={made.get_absolute_url()}"

    asked = page.get(give)
    nameless = page.post(give, {"name": "", "hub": hub.pk})
    answer = page.post(give, {"name": "Example Isles", "hub": hub.pk})
    again = page.post(give, {"hub": make.HubFactory().pk})
    uploads.apply_upload(upload=made, by=national, now=NOW)
    jobs.work()

    assert 'value="Example Isles"' in asked.content.decode()
    assert (nameless.status_code, answer["Location"]) == (200, made.get_absolute_url())
    assert f"Example Isles belongs to {hub} already." in again.content.decode()
    assert (outcome(made)[0], School.objects.get().hub) == ("done", hub)
    assert GiasImport.objects.get().without_hub == []


@pytest.mark.parametrize("code", ["9", "abc", "9998"])
def test_local_authority_codes_have_three_digits(page: Client, code: str) -> None:
    assert page.get(f"/schools/authorities/{code}/hub/").status_code == 404


def test_applied_file_is_loaded_once_its_files_go_and_whoever_asked_is_told(
    page: Client, national: User, mailoutbox: list[EmailMessage]
) -> None:
    rows = some_rows(2)
    load(rows[:1])
    key = School.objects.get().pk
    made = upload(national, [rows[0] | CLOSED, rows[1]], links((rows[0]["URN"], rows[1]["URN"])))

    for _twice in range(2):
        page.post(reverse("dashboards:gias-upload-apply", args=[made.pk]))
    jobs.work()
    delivery.deliver_due()

    assert outcome(made) == ("done", "")
    assert (made.preview["counts"]["converted"], School.objects.get().pk) == (1, key)
    assert set(SchoolUrn.objects.values_list("urn", "is_current")) == {
        (int(rows[0]["URN"]), False),
        (int(rows[1]["URN"]), True),
    }
    assert (GiasImport.objects.filter(state="done").count(), StoredFile.objects.count()) == (2, 0)
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        ([f"Nat Team <{national.email}>"], "Schools loaded from edubasealldata20270111.csv")
    ]
    assert "What became of its rows" in page.get(made.get_absolute_url()).content.decode()


def test_apply_is_refused_where_other_schools_were_loaded_since_the_preview(national: User) -> None:
    rows = some_rows(2)
    made = upload(national, rows)
    load(rows[:1])

    uploads.apply_upload(upload=made, by=national, now=NOW)
    jobs.work()

    assert outcome(made) == ("refused", uploads.HAS_CHANGED)
    assert School.objects.count() == 1


def test_apply_is_refused_where_a_school_would_now_be_renamed_that_the_preview_did_not_name(national: User) -> None:
    rows = some_rows(2)
    load(rows)
    other = rows[0] | {"EstablishmentName": "Another Name"}
    made = upload(national, [other, rows[1]])
    load([other, rows[1] | {"EstablishmentName": "A Third Name"}])

    uploads.apply_upload(upload=made, by=national, now=NOW)
    jobs.work()

    assert outcome(made) == ("refused", uploads.HAS_CHANGED)
    assert School.objects.get(urns__urn=rows[1]["URN"]).name == "A Third Name"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"name,age\nJo,7\n", "This is not a GIAS file"),
        (b"\xff\xfeU\x00R\x00N\x00", "Save it as CSV (UTF-8) and try again"),
        (b"<!doctype html><title>Error</title>", "is a web page"),
        (b"", "empty"),
        (None, "The last row is cut short"),
    ],
)
def test_wrong_file_is_refused_in_words_and_nothing_is_kept(page: Client, content: bytes | None, words: str) -> None:
    data = gias_bytes(some_rows(3))[:-40] if content is None else content

    answer = page.post(reverse(UPLOAD), {"file": csv_file(data)})
    jobs.work()
    text = answer.content.decode() if answer.status_code == 200 else page.get(answer["Location"]).content.decode()

    assert words in text
    assert (School.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_second_upload_waits_for_the_first_in_words(page: Client, national: User) -> None:
    uploads.start_upload(file=csv_file(some_rows(1)), links=None, by=national, now=NOW)

    answer = page.post(reverse(UPLOAD), {"file": csv_file(some_rows(1))})

    assert "Nat Team is loading a file of schools now" in answer.content.decode()
    assert (GiasUpload.objects.count(), StoredFile.objects.count()) == (1, 1)


def test_preview_is_thrown_away_with_its_file_and_found_in_the_list_until_then(page: Client, national: User) -> None:
    made = upload(national, some_rows(1))

    listed = page.get(reverse("schools:import-list")).content.decode()
    page.post(reverse("dashboards:gias-upload-discard", args=[made.pk]))
    with pytest.raises(uploads.CannotUpload):
        uploads.apply_upload(upload=made, by=national, now=NOW)

    assert "its preview waits to be applied" in listed
    assert "waits to be applied" not in page.get(reverse("schools:import-list")).content.decode()
    assert (School.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_preview_that_nobody_applied_is_thrown_away_by_the_sweep_after_its_time(national: User) -> None:
    made = upload(national, some_rows(1))
    there = []
    for days in (28, 29):
        with clock.fixed(NOW + timedelta(days=days)):
            tasks.reconcile()
        there.append(StoredFile.objects.count())

    made.refresh_from_db()
    assert there == [1, 0]
    assert (made.may_be_applied, made.ended_at) == (False, NOW + timedelta(days=29))


def test_import_that_somebody_stops_says_so_and_the_next_may_begin(page: Client, national: User) -> None:
    made = upload(national, some_rows(1))
    uploads.apply_upload(upload=made, by=national, now=NOW)
    page.post(reverse("dashboards:job-stop", args=[Job.objects.get(kind=uploads.APPLY).pk]))

    settled = [uploads.settle_stopped(now=NOW), uploads.settle_stopped(now=NOW)]

    assert (settled, outcome(made)) == ([1, 0], ("failed", uploads.STOPPED))
    assert upload(national, some_rows(1)).may_be_applied


def test_import_of_somebody_who_has_left_the_national_team_loads_nothing(national: User) -> None:
    made = upload(national, some_rows(1))
    uploads.apply_upload(upload=made, by=national, now=NOW)
    national.person.roles.all().delete()

    jobs.work()

    assert (outcome(made), School.objects.count()) == (("refused", uploads.NO_LONGER_NATIONAL), 0)


def test_import_whose_worker_died_three_times_is_said_to_have_come_to_nothing(national: User) -> None:
    made = upload(national, some_rows(1))
    uploads.apply_upload(upload=made, by=national, now=NOW)
    died = Job.objects.filter(kind=uploads.APPLY)
    with clock.fixed(NOW + 2 * LONGEST_RUN):
        assert GiasImport.objects.for_list().get().outcome == "Running"  # its turn comes, however late
    jobs.take(died.get())
    died.update(attempts=jobs.MOST_ATTEMPTS, lease_until=clock.real_now() - jobs.LEASE)

    jobs.work()

    assert outcome(made) == ("failed", f"{jobs.BROKE_OFF} {jobs.UNTOUCHED}")
    assert School.objects.count() == 0


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_two_who_press_apply_at_once_load_the_file_once(settings: Any) -> None:
    by = make.make_user(roles.NATIONAL)
    made = upload(by, some_rows(3))

    def press(_number: int) -> str:
        with clock.fixed(NOW):
            try:
                uploads.apply_upload(upload=GiasUpload.objects.get(pk=made.pk), by=by, now=NOW)
            except uploads.CannotUpload as problem:
                return str(problem)
        return "applied"

    said = at_once(press, range(3))
    jobs.work()

    assert sorted(said) == [uploads.NOTHING_TO_APPLY, uploads.NOTHING_TO_APPLY, "applied"]
    assert (GiasImport.objects.count(), School.objects.count()) == (1, 3)


def test_preview_counts_and_names_schools_that_are_proposed_to_close(page: Client, national: User) -> None:
    rows = some_rows(2)
    load(rows)
    school = School.objects.get(urns__urn=rows[0]["URN"])
    proposed = rows[0] | {"EstablishmentStatus (code)": "3", "CloseDate": "31-08-2027"}

    made = upload(national, [proposed, rows[1]])
    text = " ".join(page.get(made.get_absolute_url()).text.split())

    assert {key: number for key, number in made.preview["counts"].items() if number} == {"proposed": 1}
    assert made.preview["proposed"] == [[school.pk, school.name, "31 August 2027"]]
    assert "<dt>Stay open, but are proposed to close</dt><dd>1</dd>" in text
    assert "<td>31 August 2027</td>" in text
