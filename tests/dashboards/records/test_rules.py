"""Reading cells, and finding schools by what people write of them."""

from datetime import date, time
from decimal import Decimal

import pytest

from hubportal.dashboards.rules import moments, names, reading, school_numbers
from hubportal.dashboards.rules.reading import Misread
from hubportal.dashboards.rules.school_match import Asked, Known, Register
from hubportal.dashboards.rules.school_numbers import Called, read_called, read_number

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    "text",
    [
        "12/01/2027", "12.1.27", "2027-01-12", "2027-01-12 13:30", "12 Jan 2027", "Tues 12th January 2027", "46399",
        "Tuesday, 12 January 2027", "12-Jan-27", "January 12, 2027", "12/01/2027 1.30pm", "12 jan",
    ],
)  # fmt: skip
def test_a_day_is_read_as_people_write_it(text: str) -> None:
    assert reading.read_day(text, year=2026) == date(2027, 1, 12)


@pytest.mark.parametrize("weekday", ["Wed", "Weds", "Weds.", "weds,", "Wednesday"])
def test_a_weekday_before_a_day_is_known_however_it_is_cut_short(weekday: str) -> None:
    assert reading.read_day(f"{weekday} 7th Oct 2026") == date(2026, 10, 7)


def test_a_number_is_a_day_of_either_calendar() -> None:
    assert reading.read_day("44937", from_1904=True) == date(2027, 1, 12)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("13/25/2026", "no such date"),
        ("31 April 2026", "no such date"),
        ("soon", "not a date"),
        ("12 Jan", "does not say which year"),
        ("01/01/1066", "Check the year"),
    ],
)
def test_a_day_that_is_none_says_why(text: str, words: str) -> None:
    with pytest.raises(Misread, match=words):
        reading.read_day(text)


def test_other_cells_are_read_as_people_write_them() -> None:
    assert [reading.read_year(text) for text in ("2021/22", "2021-2022", "21/22", "AY 21-22", "12/01/2022")] == [
        2021
    ] * 5
    assert [reading.read_half_days(text) for text in ("0.5", "half day", "1", "full day", "2 days")] == [1, 1, 2, 2, 4]
    assert reading.read_email("Jo Hill <Jo@people.example.org>") == "jo@people.example.org"
    assert names.read_names(["Ann Able; Ben Bold", "Clay, Cat", "TBC"]) == ["Ann Able", "Ben Bold", "Cat Clay"]
    assert [moments.read_time(text) for text in ("1.30pm", "13:30", "1.30pm - 4pm")] == [time(13, 30)] * 3
    spans = [moments.read_span(text) for text in ("1.30pm", "13:30 to 16:00", "1.30–4pm", "9.30-12pm", "1-4pm")]
    assert spans == [
        (time(13, 30), None),
        *[(time(13, 30), time(16))] * 2,
        (time(9, 30), time(12)),
        (time(13), time(16)),
    ]
    assert moments.read_days(["15/10/2026; 3 Nov", "21.1.27"], year=2026) == [
        date(2026, 10, 15),
        date(2026, 11, 3),
        date(2027, 1, 21),
    ]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("1.30pm - 4", time(16)),
        ("1.30pm to 4 o'clock", time(16)),
        ("13:30-16", time(16)),
        ("13:30 – 4.15", time(16, 15)),
        ("13:30 - tbc", None),
        ("13:30 - 27", None),
        ("13:30 - 13", time(13)),
    ],
)
def test_start_of_a_span_is_read_however_its_end_is_said(text: str, end: time | None) -> None:
    assert moments.read_span(text) == (time(13, 30), end)


@pytest.mark.parametrize(
    ("cells", "people"),
    [
        ([("Ann Able", "A@x.example"), ("TBC", "")], [("Ann Able", "a@x.example")]),
        ([("Ann Able; Ben B", "a@x.example, b@x.example")], [("Ann Able", "a@x.example"), ("Ben B", "b@x.example")]),
        ([("Ann Able", ""), ("Ann Able", "a@x.example")], [("Ann Able", "a@x.example")]),
        ([("", "a@x.example")], []),
        ([("Ann Able; Ben B", "a@x.example;")], [("Ann Able", "a@x.example"), ("Ben B", "")]),
        ([("Ann Able; Ben B", "; b@x.example")], [("Ann Able", ""), ("Ben B", "b@x.example")]),
        ([("Ann Able; Ben B", "a@x.example, tbc")], [("Ann Able", "a@x.example"), ("Ben B", "")]),
        ([("Ann Able, Ben B", "a@x.example,")], [("Ann Able", "a@x.example"), ("Ben B", "")]),
        ([("Ann A; TBC; Ben B; Cat C", "a@x.example;;;c@x.example")],
         [("Ann A", "a@x.example"), ("Ben B", ""), ("Cat C", "c@x.example")]),
        ([("Ann Able; Ben B;", "a@x.example; b@x.example")], [("Ann Able", "a@x.example"), ("Ben B", "b@x.example")]),
        ([("Ann Able", "a@x.example;")], [("Ann Able", "a@x.example")]),
        ([("Ann Able; Ben B", "-")], [("Ann Able", ""), ("Ben B", "")]),
        ([("Ann Able; Ben Bold", "a@x.example")], None),
        ([("Ann Able; Ben Bold; Cat Clay", "a@x.example;")], None),
        ([("Ann Able; Ben B", "a@x.example;\n;b@x.example")], [("Ann Able", "a@x.example"), ("Ben B", "b@x.example")]),
        ([("Ann Able; TBC", "; b@x.example")], None),
    ],
)  # fmt: skip
def test_teachers_have_the_addresses_beside_them(
    cells: list[tuple[str, str]], people: list[tuple[str, str]] | None
) -> None:
    if people is None:
        with pytest.raises(Misread, match="one e-mail address for each name"):
            names.read_people(cells)
    else:
        assert names.read_people(cells) == people


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (reading.read_year, "2021"),
        (reading.read_year, "2021/23"),
        (reading.read_money, "-5"),
        (reading.read_money, "about 100"),
        (reading.read_money, "nan"),
        (reading.read_money, "1e999999999"),
        (reading.read_email, "a@b.example, c@d.example"),
        (reading.read_email, "jane doe@herrick.example"),
        (reading.read_email, "tim,comma@herrick.example"),
        (reading.read_email, "Tim, comma@herrick.example"),
        (reading.read_email, "jo@herrick.co .uk"),
        (school_numbers.read_urn, "12"),
        (reading.read_half_days, "0.3"),
        (reading.read_half_days, "NaN"),
        (reading.read_half_days, "inf"),
        (reading.read_half_days, "1e999999999"),
        *((names.read_name, text) for text in ("???", "12", "a@x.example", "a@b", "Jo Hill <jo@x.example>")),
        *((names.read_name, text) for text in ("Feb 30", "1e5", "12/01/2027", "O'Neill 2nd", "Edie Fox; Gil Hart")),
        *((names.read_name, text) for text in ("Ann Fox and Bob Hart", "Ann & Bob Fox", "Ann Fox/Bob Hart")),
        *((names.read_name, text) for text in ("TBC", "n/a")),
        *((names.read_name, text) for text in ("www.school.example", "=HYPERLINK(A1)", "http://x.example")),
    ],
)
def test_what_cannot_be_read_is_said(read: object, text: str) -> None:
    with pytest.raises(Misread):
        read(text)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        *(
            (text, "1000.00")
            for text in ("1000", "1,000", "£1,000", "1000.00", " 1,000.00 ", "1000.0", "1,000.", "GBP 1000")
        ),
        *((text, "0.50") for text in ("0.5", ".50", "0.500")),
        ("1.00", "1.00"),
        ("10.5", "10.50"),
        ("1000.125", "1000.12"),
        ("333.3333333333", "333.33"),
        ("1,234,567.89", "1234567.89"),
    ],
)
def test_amount_is_read_as_it_is_written_in_england(text: str, amount: str) -> None:
    assert reading.read_money(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "meanings"),
    [
        ("1.000,00", "£1.00 or £1,000.00"),
        ("£1.000,00", "£1.00 or £1,000.00"),
        ("1.000", "£1.00 or £1,000.00"),
        ("12.345", "£12.34 or £12,345.00"),
        ("1,00", "£1.00 or £100.00"),
        ("1,5", "£1.50 or £15.00"),
        ("1000,00", "£1,000.00 or £100,000.00"),
        ("0,500", "£0.50 or £500.00"),
        ("1234,567", "£1,234.57 or £1,234,567.00"),
    ],
)
def test_amount_that_may_mean_two_is_none(text: str, meanings: str) -> None:
    with pytest.raises(Misread, match=f"^“{text}” may mean {meanings}. Write it as 1000 or 1,000.00.$"):
        reading.read_money(text)


@pytest.mark.parametrize(
    "text", ["1.000.000", "1.234.567,89", "1,234,56", "1,,000", "1,000,", "1,000.00.00", "1 000", ","]
)
def test_amount_of_figures_that_nobody_writes_so_is_none(text: str) -> None:
    with pytest.raises(Misread, match="is not an amount of money"):
        reading.read_money(text)


@pytest.mark.parametrize("text", ["-500", "-1.000,00", "£-500.00", "−500", "(500.00)"])
def test_money_that_came_back_is_not_to_be_written_as_a_payment(text: str) -> None:
    with pytest.raises(Misread, match="credit notes are not brought in"):
        reading.read_money(text)


@pytest.mark.parametrize(
    ("text", "name", "number"),
    [
        ("123456", "", 123456),
        ("123456.0", "", 123456),
        ("URN: 123456", "", 123456),
        ("123456 Hill Top Primary", "Hill Top Primary", 123456),
        ("123456 - Hill Top Primary", "Hill Top Primary", 123456),
        ("Hill Top Primary (123456)", "Hill Top Primary", 123456),
        ("Hill Top Primary, URN 123456", "Hill Top Primary", 123456),
        ("855/2001", "", ("855", 2001)),
        ("8552001", "", ("855", 2001)),
        ("855/2001 Hill Top Primary", "Hill Top Primary", ("855", 2001)),
        ("Hill Top Primary", "Hill Top Primary", None),
        ("School 21", "School 21", None),
        ("12345678", "12345678", None),
    ],
)
def test_a_cell_calls_a_school_by_name_or_number_or_both(
    text: str, name: str, number: int | tuple[str, int] | None
) -> None:
    assert read_called(text) == Called(name, number)


def test_a_cell_for_a_number_holds_one() -> None:
    assert [read_number(text) for text in ("123456", " 855/2001 ")] == [123456, ("855", 2001)]
    with pytest.raises(Misread, match="not a URN"):
        read_number("Hill Top Primary")


REGISTER = Register(
    [
        Known(1, "St Mary's Catholic Primary School", "Hinckley", "ZZ10 1AA", "Leicestershire", is_own=True),
        Known(2, "St Mary's Church of England Primary School", "Hinckley", "ZZ10 2BB", "Leicestershire", is_own=True),
        Known(3, "Burbage Junior School", "Hinckley", "ZZ10 3CC", "Leicestershire", is_own=True),
        Known(4, "Burbage Infant School", "Hinckley", "ZZ10 3CC", "Leicestershire", is_own=True),
        Known(5, "Old Hall Community School", "Oadby", "ZZ2 4DD", "Leicestershire", is_open=False, successor=6),
        Known(6, "Oadby Academy", "Oadby", "ZZ2 4DD", "Leicestershire", is_own=True),
        Known(
            8, "Beacon Academy", "Rugby", "ZZ3 1AA", "Leicestershire", is_own=True, former_names=("Lamp Lane School",)
        ),
        Known(9, "Foxholme Primary School, Foxholme", "Foxholme", "ZZ4 1AA", "Leicestershire", is_own=True),
        Known(10, "Foxholme Primary School", "Foxholme", "ZZ4 1BB", "Leicestershire", is_own=True),
        Known(11, "All Saints Junior School", "Oadby", "ZZ2 5DD", "Leicestershire", is_own=True),
        Known(12, "Holy Cross Catholic School, A Voluntary Academy", "Leicester", "ZZ5 1AA", "Leicester", is_own=True),
        Known(7, "Far Away Primary School", "Exeter", "ZZ9 9ZZ", "Devon"),
        *(Known(100 + n, f"Place{n} Primary School", f"Town{n}", f"ZZ{n} 9XX", "Devon") for n in range(60)),
    ]
)


@pytest.mark.parametrize(
    ("asked", "verdict", "pk"),
    [
        (Asked("Saint Marys RC Primary"), "sure", 1),
        (Asked("All Sts Junior School", "Oadby"), "sure", 11),
        (Asked("St. Mary's CofE Primary"), "sure", 2),
        (Asked("St Mary's Primary School", "Hinckley"), "doubtful", None),
        (Asked("Burbage Jnr"), "sure", 3),
        (Asked("Burbage", "", "zz103cc"), "doubtful", None),
        (Asked("Burbidge Infants School", "Hinckley"), "sure", 4),
        # Closed, and its history follows to the school that took its place.
        (Asked("Old Hall Community School", "Oadby"), "sure", 6),
        (Asked("Lamp Lane School"), "sure", 8),
        (Asked("Foxholme Primary School"), "sure", 10),
        (Asked("Foxholme Pri Sch, Foxholme"), "sure", 9),
        (Asked("Foxholme Primary", "Foxholme"), "doubtful", None),
        # Less than its name is not sure by the town alone, but by the postcode.
        (Asked("Holy Cross", "Leicester"), "doubtful", None),
        (Asked("Holy Cross", "Leicester", "ZZ5 1AA"), "sure", 12),
        (Asked("Holy Cross RC School", "Leicester"), "sure", 12),
        (Asked("Holy Cross Catholic School Leicester"), "sure", 12),
        # Another hub's needs more than its name.
        (Asked("Far Away Primary School"), "doubtful", None),
        (Asked("Far Away Primary", "", "ZZ9 9ZZ"), "sure", 7),
        # The right name at the wrong place.
        (Asked("Burbage Junior School", "Truro", "TR1 1AA", "Cornwall"), "doubtful", None),
        (Asked("Nowhere Academy"), "none", None),
        (Asked("Something Else", "", "ZZ10 1AA"), "doubtful", None),
    ],
)
def test_a_school_is_found_by_name_and_place(asked: Asked, verdict: str, pk: int | None) -> None:
    found = REGISTER.find(asked)

    assert (found.verdict, found.pk) == (verdict, pk)


PARKS = Register(
    [
        Known(1, "Parks Primary School", "Leicester", "ZZ3 1AA", "Leicester", is_own=True),
        Known(2, "Hinckley Parks Primary School", "Hinckley", "ZZ10 1AA", "Leicestershire", is_own=True),
        Known(3, "Parks Primary School", "Hull", "ZZ6 1AA", "Hull"),
        Known(4, "Hill Primary School", "Oadby", "ZZ2 1AA", "Leicestershire", is_own=True),
        Known(5, "Hill Primary School", "Wigston", "ZZ18 1AA", "Leicestershire", is_own=True),
        Known(6, "Vale School", "Oadby", "ZZ2 2BB", "Leicestershire", is_open=False, is_own=True, successor=7),
        Known(7, "Vale School", "Oadby", "ZZ2 2BB", "Leicestershire", is_own=True),
        *(Known(100 + n, f"Place{n} Primary School", f"Town{n}", f"ZZ{n} 9XX", "Devon") for n in range(60)),
    ]
)


@pytest.mark.parametrize(
    ("asked", "pk", "namesakes"),
    [
        (Asked("Parks Primary School"), 1, (3,)),
        (Asked("parks primary school", la="Leicester"), 1, ()),
        (Asked("Parks Primary School", "Hull"), 3, ()),
        (Asked("Parks Primary School", postcode="ZZ10 1AA"), 2, ()),
        (Asked("Parks Primary"), None, ()),
        (Asked("Hill Primary School"), None, ()),
        (Asked("Hill Primary School", "Wigston"), 5, ()),
        (Asked("Vale School"), 7, ()),
    ],
)
def test_exact_name_of_one_school_of_the_hub_is_that_school(
    asked: Asked, pk: int | None, namesakes: tuple[int, ...]
) -> None:
    found = PARKS.find(asked)

    assert (found.pk, found.namesakes) == (pk, namesakes)


def test_the_likeliest_schools_are_shown_first() -> None:
    assert REGISTER.find(Asked("St Mary's Primary School", "Hinckley")).candidates[:2] == (1, 2)


ALIKE = Register(
    [
        Known(1, "St Mary's Church of England Primary School", "Melton Mowbray", "", "Leicestershire", is_own=True),
        Known(2, "St Mary's CofE Primary School, Hinckley", "Hinckley", "", "Leicestershire", is_own=True),
        Known(3, "St Mary's CofE Primary School, Bitteswell", "Lutterworth", "", "Leicestershire", is_own=True),
        Known(4, "St Mary's Primary School", "Heathfield", "", "East Sussex"),
        Known(5, "Abbeyfield School", "Northampton", "ZZ5 5AA", "West Northamptonshire", is_own=True),
        Known(6, "Holy Trinity Primary School, A Church of England Academy", "Halifax", "", "Calderdale"),
        *(Known(10 + n, "Holy Trinity CofE Primary School", "London", "", f"Borough{n}") for n in range(9)),
        *(Known(100 + n, f"Place{n} Primary School", f"Town{n}", f"ZZ{n} 9XX", "Devon") for n in range(200)),
    ]
)


@pytest.mark.parametrize(
    ("asked", "verdict", "first"),
    [
        # Others of the same authority leave town and faith out of their names, too.
        (Asked("St Marys Primary", "", "", "Leicestershire"), "doubtful", {1, 2, 3}),
        (Asked("St Mary's CofE Primary School", "", "", "Leicestershire"), "doubtful", {1, 2, 3}),
        (Asked("St Marys Primary"), "doubtful", {1, 2, 3}),
        (Asked("St Mary's CofE Primary School", "Hinckley"), "sure", {2}),
        # The only one of its name, but elsewhere.
        (Asked("Abbeyfield School", "Leicester"), "doubtful", {5}),
        (Asked("Abbeyfield School", "Leicester", "ZZ5 5AA"), "sure", {5}),
        (Asked("Abbeyfield School", "West Northamptonshire"), "sure", {5}),
        (Asked("Holy Trinity CofE Primary", "Halifax"), "sure", {6}),
    ],
)
def test_a_school_that_may_be_another_is_asked_for(asked: Asked, verdict: str, first: set[int]) -> None:
    found = ALIKE.find(asked)

    assert (found.verdict, set(found.candidates[: len(first)])) == (verdict, first)
