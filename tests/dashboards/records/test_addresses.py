"""E-mail addresses as cells hold them: read as people write them, and never made of a part of another one."""

import pytest

from hubportal.dashboards.rules import names as names_of
from hubportal.dashboards.rules import reading
from hubportal.dashboards.rules.reading import Misread

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    "typed",
    [
        *("jörg@x.example", "jo..hill@x.example", "jo.@x.example", "jo@x..example", "jo@-x.example", "jo@x_y.example"),
        *(
            "jo@x.example-",
            "a[b]@x.example",
            "a\\b@x.example",
            "jo@hill.123",
            f"jo@{'x' * 64}.example",
            "\u017fam@x.example",
        ),
    ],
)
def test_address_that_no_form_takes_is_refused(typed: str) -> None:
    with pytest.raises(Misread, match="is not an e-mail address that can be written to"):
        reading.read_email(typed)


@pytest.mark.parametrize(
    "typed", ["mailto:jo@x.example", "Hill, Jo <jo@x.example>", '"Jo Hill" jo@x.example', "E-mail: jo@x.example",
              "Jo Hill (jo@x.example)", "Jo Hill - jo@x.example", " jo@x.example ."]
)  # fmt: skip
def test_address_is_read_as_mail_programs_and_people_write_it(typed: str) -> None:
    assert reading.read_email(typed) == "jo@x.example"


@pytest.mark.parametrize("typed", ["Jo Hill jo@x.example", "Hill, Jo, jo@x.example", "jo hill@x.example"])
def test_words_before_an_address_are_refused_with_what_to_do(typed: str) -> None:
    with pytest.raises(Misread) as refused:
        reading.read_email(typed)

    assert str(refused.value) == (
        f"“{typed}” is not an e-mail address alone: words stand before it. Put a name into a column of its own; take "
        "out a space or comma that stands within the address."
    )


@pytest.mark.parametrize("typed", ["jo@x.sch,uk", "jo@x.sch .uk"])
def test_comma_or_space_within_a_domain_is_named(typed: str) -> None:
    with pytest.raises(Misread, match="there is a comma or a space in it"):
        reading.read_email(typed)


@pytest.mark.parametrize("typed", ["jo.o'hill+maths@x-y.sch.uk", "jo_h@a.b.xn--p1ai", "{jo}@x.example"])
def test_odd_address_that_forms_take_is_read(typed: str) -> None:
    assert reading.read_email(typed) == typed


@pytest.mark.parametrize(
    ("addresses", "wrong"),
    [
        ("a@x.example; bob@woodcote,example", "bob@woodcote,example"),
        ("a@x.example, bob@woodcote,example", "bob@woodcote,example"),
        ("bob@woodcote,example", "bob@woodcote,example"),
        ("a@x.example\nb.x.example", "b.x.example"),
        ("a@x.example; bob@wood.sch,uk", "bob@wood.sch,uk"),
    ],
)
@pytest.mark.parametrize("names", ["Ann Able; Ben Bold", "Ann Able; Ben Bold; Cat Clay"])
def test_address_that_is_mistyped_is_named(addresses: str, wrong: str, names: str) -> None:
    with pytest.raises(Misread, match=f"“{wrong}” is not an e-mail address"):
        names_of.read_people([(names, addresses)])
    with pytest.raises(Misread, match="is not an e-mail address"):
        names_of.read_people([("Bob Tate", "bob@woodcote,example")])
