"""A hub's priority list: what is read of a file, what is kept, and which lines are left out and why."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from programmes.adapters.priority_file import BadList, read_list
from programmes.models import PriorityListing, PriorityUpload
from schools.models import School, User
from schools.roles import HUB_LEAD
from tests import factories as make

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _book(*rows: list[Any]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def _read(content: bytes) -> list[tuple[int, int | None, str, str]]:
    return [(one.line, one.urn, one.reason, one.problem) for one in read_list(io.BytesIO(content))]


def test_csv_is_read_whatever_it_is_written_in() -> None:
    text = "Our list\nSchool;Urn;Reason\nOak;900001;Café  area\n;;\nElm;9000;x\nAsh;900002;=1+1\n"

    read = [_read(text.encode(code)) for code in ("utf-8-sig", "cp1252")]

    wrong = "A URN is a number of six figures."
    lines = [(3, 900001, "Café area", ""), (5, None, "x", wrong), (6, 900002, "=1+1", "")]
    assert read == [lines, lines]


def test_workbook_is_read_and_formulas_are_not_worked_out() -> None:
    content = _book(["URN", "Why"], [900001.0, "FSM"], ["=900000+2", "x"], [None, "only a reason"])

    no_result = "Cell A3 holds a formula without its result. Open the file, save it, or paste the values instead."
    assert _read(content) == [
        (2, 900001, "FSM", ""),
        (3, None, "x", no_result),
        (4, None, "only a reason", "There is no URN."),
    ]


def test_workbook_as_hubs_keep_it_is_read() -> None:
    """A cover sheet, a title, two rows of headings and merged cells, as the records from before may have them."""
    book, out = Workbook(), io.BytesIO()
    book.active.append(["See the next sheet"])
    sheet = book.create_sheet("List")
    for row in (
        ["Our list"],
        ["School", None, "Reason"],
        ["Name", "URN", None],
        ["Oak", 900001, "FSM"],
        ["Elm", 900002],
    ):
        sheet.append(row)
    for merged in ("A1:C1", "A2:B2", "C2:C3", "C4:C5"):
        sheet.merge_cells(merged)
    book.save(out)

    assert _read(out.getvalue()) == [(4, 900001, "FSM", ""), (5, 900002, "FSM", "")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"School,Reason\nOak,1\n", "no column called URN"),
        (b"", "empty"),
        (b"PK\x03\x04 no zip", "damaged"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "protected with a password"),
        (OLE, "old Excel format"),
        (b"URN\n" + b"900001\n" * 5001, "more than 5,000 lines"),
        (b"URN\n" + b"\n" * 10_001 + b"900001\n", "10,000 empty rows"),
    ],
)
def test_file_that_is_no_list_says_so(content: bytes, words: str) -> None:
    with pytest.raises(BadList, match=words):
        read_list(io.BytesIO(content))


@pytest.fixture
def lead() -> User:
    """Whoever leads the hub."""
    return make.make_user(HUB_LEAD, hub=make.HubFactory())


def _fill(user: User, text: bytes, how: str = "add", name: str = "need.csv") -> Any:
    client = Client()
    client.force_login(user)
    sent = {"file": SimpleUploadedFile(name, text), "how": how}
    return client.post(reverse("programmes:priority-fill"), sent, follow=True)


@pytest.mark.django_db
def test_list_is_filled_added_to_replaced_seen_and_taken_away(lead: User) -> None:
    hub = lead.person.roles.get().hub
    oak, elm = (make.SchoolFactory(authority__hub=hub, name=name) for name in ("Oak School", "Elm School"))
    stranger: School = make.SchoolFactory()
    urn = {school: school.urns.get().urn for school in (oak, elm, stranger)}

    page = _fill(
        lead, f"URN,Reason\n{urn[oak]},Area of need\n{urn[oak]},twice\n{urn[stranger]},\n123456,\nx,\n".encode()
    )
    text = page.content.decode()
    for words in (
        "1 school added",
        "Area of need",
        "stands further up",
        "belongs to another hub",
        "No school has this",
    ):
        assert words in text
    assert PriorityUpload.objects.get().problems[0][0] == 3
    _fill(lead, f"URN\n{urn[elm]}\n".encode())
    assert dict(PriorityListing.objects.values_list("school", "reason")) == {oak.pk: "Area of need", elm.pk: ""}
    _fill(lead, b"URN\n1\n", "whole")
    assert PriorityListing.objects.count() == 2
    _fill(lead, _book(["URN"], [urn[elm]]), "whole", "need.xlsx")
    left = PriorityListing.objects.get()
    assert left.school == elm

    client = Client()
    client.force_login(lead)
    told = client.get(reverse("programmes:priority-list"), {"export": "csv"}).content.decode()
    assert f"{urn[elm]},Elm School" in told
    client.post(reverse("programmes:priority-take-off", args=[left.pk]))
    assert not PriorityListing.objects.exists()
    refused = _fill(lead, b"no list", name="need.pdf")
    assert refused.context["form"].errors
