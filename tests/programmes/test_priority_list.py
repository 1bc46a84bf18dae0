"""A hub's priority list: what is read of a file, what is kept, and which lines are left out and why."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from hubportal.core import clock, tasks
from programmes.actions import following, priority
from programmes.adapters.priority_file import BadList, read_list
from programmes.figures.line import claims_of
from programmes.figures.proposals import wants_of
from programmes.models import Interest, PriorityListing, PriorityUpload
from programmes.rules import priority_list as rules
from programmes.rules.priority import reasons
from schools.models import School, User
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.world import NOW

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


def test_headings_are_known_by_their_words_and_a_title_is_none() -> None:
    rows = [["Priority schools by URN"], [], ["Name", "School URN (six figures)", "Reason for priority"]]

    read = _read(_book(*rows, ["Oak", 900001, "FSM"]))

    assert read == [(4, 900001, "FSM", "")]


@pytest.mark.parametrize(
    "headings",
    [
        *["URN,Priority,Reason", "URN,Priority level,Reason", "URN,Priority,Reason for priority"],
        *["URN,Priority,Notes", "URN,Notes,Reason", "URN,Priority,Why"],
    ],
)
def test_column_that_says_most_plainly_that_it_is_the_reason_is_read(headings: str) -> None:
    urn, other, reason = headings.split(",")

    read = [
        _read(f"{one}\n{line}\n".encode())
        for one, line in (
            (headings, "900001,1,FSM"),
            (f"{urn},{reason},{other}", "900001,FSM,1"),
            (f"{urn},{reason}", "900001,FSM"),
        )
    ]

    assert read == [[(2, 900001, "FSM", "")]] * 3


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


def _look(user: User, text: bytes, how: str = "add", name: str = "need.csv") -> Any:
    """The preview of a file; or the form where it is refused."""
    client = Client()
    client.force_login(user)
    sent = {"file": SimpleUploadedFile(name, text), "how": how}
    return client.post(reverse("programmes:priority-fill"), sent, follow=True)


def _apply(user: User, preview: Any) -> Any:
    client = Client()
    client.force_login(user)
    path = preview.redirect_chain[-1][0] if preview.redirect_chain else preview.request["PATH_INFO"]
    return client.post(path, {"seen": preview.context["seen"]}, follow=True)


def _fill(user: User, text: bytes, how: str = "add", name: str = "need.csv") -> Any:
    return _apply(user, _look(user, text, how, name))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "words"),
    [("bad.xlsx", "This file is not an Excel workbook."), ("bad.csv", "There is no column called URN")],
)
def test_what_is_only_called_a_workbook_and_holds_no_list_is_said_to_be_none(lead: User, name: str, words: str) -> None:
    page = _look(lead, b"this is no zip", name=name).content.decode()

    assert words in page


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
        f"belongs to {stranger.hub}",
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
    refused = _look(lead, b"no list", name="need.pdf")
    assert refused.context["form"].errors
    assert _look(lead, b"URN,Reason\n").context["form"].errors == {"__all__": [priority.NO_LINES]}


def test_plan_says_what_a_file_would_do_line_by_line() -> None:
    schools = {
        900001: rules.School(1, "Oak"),
        900002: rules.School(2, "Elm"),
        900003: rules.School(3, "Ash"),
        900004: rules.School(4, "Far", other_hub="Far belongs to West."),
        900005: rules.School(5, "Gone", closed="Gone has closed."),
    }
    lines = [
        rules.Entry(2, 900001, "New", "900001"),
        rules.Entry(3, 900002, "Other", "900002"),
        rules.Entry(4, 900003, "", "900003"),
        rules.Entry(5, 900004, "", "900004"),
        rules.Entry(6, 900005, "", "900005"),
        rules.Entry(7, 900001, "", "900001"),
        rules.Entry(8, 900009, "", "900009"),
        rules.Entry(9, None, "", "x", "A URN is a number of six figures."),
    ]
    listed = {2: ("Elm", "Before"), 3: ("Ash", "Kept"), 6: ("Yew", "")}

    plan = rules.plan_of(lines, schools, listed, is_whole=True)

    assert plan.fresh == [rules.Change(1, "Oak", "New")]
    assert plan.changed == [rules.Change(2, "Elm", "Other", "Before")]
    assert plan.same == [rules.Change(3, "Ash", "Kept", "Kept")]
    assert plan.gone == [rules.Change(6, "Yew", "")]
    assert [problem for _line, _urn, problem in plan.problems] == [
        "Far belongs to West.",
        "Gone has closed.",
        rules.TWICE,
        rules.NO_SUCH,
        "A URN is a number of six figures.",
    ]
    assert rules.plan_of(lines[:3], schools, listed, is_whole=False).gone == []
    assert rules.plan_of(lines[-1:], schools, listed, is_whole=True).gone == []


@pytest.mark.django_db
def test_preview_changes_nothing_and_is_applied_once_as_it_was_seen(lead: User) -> None:
    hub = lead.person.roles.get().hub
    oak = make.SchoolFactory(authority__hub=hub, name="Oak School")
    closed = make.SchoolFactory(authority__hub=hub, name="Shut School", gias_status=2)
    urn, shut = oak.urns.get().urn, closed.urns.get().urn

    page = _look(lead, f"URN,Reason\n{urn},Need\n{shut},\n".encode())
    assert "has closed." in page.text
    assert not PriorityListing.objects.exists()
    make.PriorityListingFactory(school=oak, hub=hub, reason="Meanwhile")
    refused = _apply(lead, page)
    assert "has changed since you looked" in refused.text
    assert "now: Meanwhile" in refused.text
    applied = _apply(lead, refused)
    assert "0 schools added, 1 changed, 0 removed. 1 line left out" in applied.text
    assert _apply(lead, refused).status_code == 404
    assert PriorityListing.objects.get().reason == "Need"


@pytest.mark.django_db
def test_list_does_not_grow_with_the_lines_that_a_file_left_out(lead: User) -> None:
    hub = lead.person.roles.get().hub
    assert hub is not None
    problems = [[number, f"9{number:05}", "No school has this URN."] for number in range(2, 62)]
    facts = {"file_name": "need.csv", "at": NOW, "is_pending": False, "problems": problems}
    PriorityUpload.objects.create(hub=hub, by=lead, **facts)
    client = Client()
    client.force_login(lead)

    page = client.get(reverse("programmes:priority-list")).text

    assert page.count("No school has this URN.") == 50
    assert ("60 lines of need.csv left out" in page, "These are the first 50." in page) == (True, True)


@pytest.mark.django_db
def test_preview_draws_the_first_fifty_lines_that_are_left_out(lead: User) -> None:
    page = _look(lead, ("URN\n" + "".join(f"9{number:05}\n" for number in range(60))).encode()).text

    assert (page.count("No school has this URN."), "60 lines left out" in page) == (50, True)
    assert "These are the first 50" in page


@pytest.mark.django_db
def test_preview_that_is_thrown_away_or_followed_by_another_is_forgotten(lead: User) -> None:
    hub = lead.person.roles.get().hub
    urn = make.SchoolFactory(authority__hub=hub).urns.get().urn
    _look(lead, f"URN\n{urn}\n".encode())
    _look(lead, f"URN\n{urn}\n".encode(), name="again.csv")
    left = PriorityUpload.objects.get()
    client = Client()
    client.force_login(lead)
    path = reverse("programmes:priority-throw-away", args=[left.pk])

    told = client.post(path, follow=True)
    again = client.post(path)

    assert ("The list is as it was." in told.text, again.status_code) == (True, 404)
    assert not PriorityUpload.objects.exists()


@pytest.mark.django_db
def test_school_that_goes_to_another_hub_is_taken_first_there_for_facts_alone(lead: User) -> None:
    """The list is the old hub's: it counts for what that hub still decides, and says where the school is now."""
    old, new = lead.person.roles.get().hub, make.HubFactory(name="West Hub")
    assert old is not None
    school = make.SchoolFactory(authority__hub=old, fsm_percent=40)
    make.PriorityListingFactory(school=school, hub=old, reason="Our worry")
    offer = make.OfferFactory(priority_fsm=30)
    stays, goes = (make.InterestFactory(school=school, hub=hub, offer=offer, for_person=True) for hub in (old, old))
    School.objects.filter(pk=school.pk).update(hub=new)
    following.follow_to(goes, new, NOW)

    rows = Interest.objects.filter(pk__in=(stays.pk, goes.pk)).select_related("school", "offer").order_by("pk")
    claims = claims_of([wants_of(one) for one in rows])
    client = Client()
    client.force_login(lead)
    page = client.get(reverse("programmes:priority-list")).text

    assert [reasons(claims[one.pk]) for one in rows] == [
        ["On the priority list: Our worry", "40% free school meals"],
        ["40% free school meals"],
    ]
    assert "Belongs to West Hub now" in page


@pytest.mark.django_db
def test_file_that_nobody_applied_is_forgotten_by_the_sweep_after_its_time_and_an_applied_one_is_kept() -> None:
    for is_pending in (True, False):
        PriorityUpload.objects.create(hub=make.HubFactory(), at=NOW, file_name="list.csv", is_pending=is_pending)
    left = []
    for days in (28, 29):
        with clock.fixed(NOW + timedelta(days=days)):
            tasks.reconcile()
        left.append(PriorityUpload.objects.count())

    assert left == [2, 1]
    assert not PriorityUpload.objects.get().is_pending


@pytest.mark.django_db
def test_file_that_waits_stands_on_the_list_and_is_named_before_another_takes_its_place(lead: User) -> None:
    hub = lead.person.roles.get().hub
    listed = make.SchoolFactory(authority__hub=hub, urn=900001)
    client = Client()
    client.force_login(lead)
    interest = client.get(reverse("programmes:interest-list")).text
    _look(lead, b"URN\n900001\n", name="first.csv")

    page = client.get(reverse("programmes:priority-list")).text
    form = client.get(reverse("programmes:priority-fill")).text
    after = _look(lead, b"URN\n900001\n", name="second.csv").content.decode()

    first = PriorityUpload.objects.get()
    assert reverse("programmes:priority-list") in interest
    assert f"<strong>first.csv</strong> waits: {lead.person} read it on" in page
    assert "first.csv waits, read on" in form
    assert "first.csv, which you had read before, is thrown away." in after
    assert (first.file_name, listed.priority_listings.exists()) == ("second.csv", False)
