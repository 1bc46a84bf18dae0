"""Every kind of input gives valid, accessible HTML; errors are in plain words; nothing typed is a crash."""

import datetime as dt
from html.parser import HTMLParser
from typing import Any

import pytest
from crispy_forms_gds.choices import Choice
from crispy_forms_gds.layout import Field, Fieldset, Layout
from django import forms
from django.template import Context, Template

from hubportal.core.forms import (
    DayField,
    MoneyField,
    PortalForm,
    PortalFormSet,
    TimeOfDayField,
    text_area,
)
from schools.models import School

pytestmark = pytest.mark.once

EVIL = "<script>alert(1)</script>"
VOID = {"input", "br", "img", "hr", "meta", "link"}


class Everything(PortalForm):
    """One of every kind of input."""

    text = forms.CharField(label=f"Text {EVIL}", help_text=f"Hint {EVIL}", max_length=5)
    email = forms.EmailField(label="E-mail")
    number = forms.IntegerField(label="Number", min_value=1)
    address = forms.URLField(label="Web address", assume_scheme="https")
    password = forms.CharField(label="Password", widget=forms.PasswordInput)
    phone = forms.CharField(label="Phone", widget=forms.TextInput(attrs={"type": "tel"}))
    long = forms.CharField(label="Long", widget=text_area(4))
    one = forms.ChoiceField(label="One", choices=[("a", EVIL), Choice("b", "B", hint="Why")], widget=forms.RadioSelect)
    several = forms.MultipleChoiceField(
        label="Several", choices=[("a", EVIL), ("b", "B")], widget=forms.CheckboxSelectMultiple, help_text="Some"
    )
    listed = forms.ChoiceField(label="Listed", choices=[("", ""), ("a", EVIL)])
    tick = forms.BooleanField(label=f"I agree {EVIL}")
    day = DayField(label="Day", help_text="For example 12 1 2027")
    at = TimeOfDayField(label="At")
    pounds = MoneyField(label="Amount")
    paper = forms.FileField(label="File")


class Elements(HTMLParser):
    """The elements of a piece of HTML; fails on tags that do not match."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def attrs(self, *tags: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.all if tag in tags]

    def ids(self) -> list[str | None]:
        return [attrs["id"] for _tag, attrs in self.all if "id" in attrs]


def draw(form: forms.Form) -> str:
    return Template("{% load crispy_forms_tags %}{% crispy form %}").render(Context({"form": form}))


def summary(form: forms.Form) -> str:
    return Template('{% include "components/error_summary.html" %}').render(Context({"form": form}))


@pytest.mark.parametrize("data", [None, {}], ids=["fresh", "refused"])
def test_form_gives_every_input_one_label_and_one_id(data: dict[str, Any] | None) -> None:
    page = Elements(draw(Everything(data)))

    ids = page.ids()
    assert len(ids) == len(set(ids))
    labelled = [attrs["for"] for attrs in page.attrs("label")]
    assert sorted(filter(None, labelled)) == sorted(
        attrs["id"] or "" for attrs in page.attrs("input", "select", "textarea")
    )


@pytest.mark.parametrize("data", [None, {}], ids=["fresh", "refused"])
def test_form_describes_inputs_by_what_is_on_the_page(data: dict[str, Any] | None) -> None:
    page = Elements(draw(Everything(data)))

    ids = set(page.ids())
    described = [attrs["aria-describedby"] or "" for _tag, attrs in page.all if "aria-describedby" in attrs]
    assert described
    assert [part for text in described for part in text.split() if part not in ids] == []
    assert "" not in described


def test_form_dresses_every_input() -> None:
    page = Elements(draw(Everything()))

    classes = {attrs["name"]: attrs.get("class", "") for attrs in page.attrs("input", "select", "textarea")}
    assert {name: str(found).split()[0] for name, found in classes.items()} == {
        **dict.fromkeys(["text", "email", "number", "address", "password", "phone", "at", "pounds"], "govuk-input"),
        "long": "govuk-textarea",
        "one": "govuk-radios__input",
        "several": "govuk-checkboxes__input",
        "listed": "govuk-select",
        "tick": "govuk-checkboxes__input",
        **dict.fromkeys(["day_0", "day_1", "day_2"], "govuk-input"),
        "paper": "govuk-file-upload",
    }


def test_form_escapes_labels_hints_and_choices() -> None:
    form = Everything()
    form.helper.layout = Layout(Fieldset("text", "one", "several", "listed", "tick", legend=EVIL))

    html = draw(form)

    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 7


def test_form_marks_what_is_wrong_and_keeps_what_was_typed() -> None:
    form = Everything(
        {"text": "too long", "email": "nobody", "number": "0", "one": "c", "several": ["b"], "at": "noon"}
    )

    html = draw(form)

    assert 'class="govuk-input govuk-input--error"' in html
    assert 'value="too long"' in html
    assert 'value="noon"' in html
    assert form.errors["text"] == ["Use 5 characters or fewer. You have used 8."]
    assert form.errors["email"] == ["Enter an e-mail address in full, for example name@example.org."]
    assert form.errors["number"] == ["Enter a number of at least 1."]
    assert form.errors["one"] == ["Choose one of the answers shown."]
    assert form.errors["listed"] == ["Choose the listed."]
    assert form.errors["tick"] == ["Tick the box to go on."]
    assert form.errors["at"] == ["Enter a time, for example 1.30pm."]
    assert [attrs["value"] for attrs in Elements(html).attrs("input") if "checked" in attrs] == ["b"]


def test_form_keeps_words_of_its_own() -> None:
    class Own(PortalForm):
        email = forms.EmailField(error_messages={"invalid": "Ask the office."})

    form = Own({"email": "nobody"})

    assert form.errors["email"] == ["Ask the office."]


def test_form_refuses_a_nul_in_plain_words() -> None:
    form = Everything({"text": "a\x00b"})

    assert form.errors["text"] == ["This contains a character that cannot be stored. Type it again."]


def test_form_says_of_fields_that_are_added_last_what_it_says_of_others() -> None:
    class Late(PortalForm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.fields["several"] = forms.MultipleChoiceField(choices=[("a", "A")])
            self.fields["one"] = forms.ChoiceField(choices=[("a", "A")])
            self.fields["school"] = forms.ModelChoiceField(School.objects.all())
            self.fields["missing"] = forms.CharField(label="Reason")

    form = Late({"several": ["bogus"], "one": "bogus", "school": "1\x00"})

    assert dict(form.errors) == {
        "several": ["Choose from the answers shown."],
        "one": ["Choose one of the answers shown."],
        "school": ["This contains a character that cannot be stored. Type it again."],
        "missing": ["Enter the reason."],
    }


def test_rows_say_in_plain_words_what_is_wrong_with_all_of_them() -> None:
    rows = forms.formset_factory(Everything, formset=PortalFormSet, max_num=2, absolute_max=2)

    many = rows({"form-TOTAL_FORMS": "3", "form-INITIAL_FORMS": "0"})
    none = rows({})

    assert many.non_form_errors() == ["Fill in at most 2 rows."]
    assert none.non_form_errors() == ["Some of this page was not sent. Load it again and send it once more."]


def test_textarea_with_a_limit_and_no_hint_says_the_limit() -> None:
    form = Everything()
    form.helper.layout = Layout(Field.textarea("long", max_characters=200))

    page = Elements(draw(form))

    assert page.attrs("textarea")[0]["aria-describedby"] == "id_long-info"


def test_inline_radios_stay_radios() -> None:
    form = Everything()
    form.helper.layout = Layout(Field.radios("one", inline=True))

    assert 'class="govuk-radios govuk-radios--inline"' in draw(form)


def test_error_summary_leads_to_inputs_that_are_there() -> None:
    form = Everything({"day_0": "1", "day_1": "13", "day_2": "2027"})

    targets = [str(attrs["href"]).removeprefix("#") for attrs in Elements(summary(form)).attrs("a")]

    assert targets == [
        "id_text",
        "id_email",
        "id_number",
        "id_address",
        "id_password",
        "id_phone",
        "id_long",
        "id_one_0",
        "id_several_0",
        "id_listed",
        "id_tick",
        "id_day_1",
        "id_at",
        "id_pounds",
        "id_paper",
    ]
    assert set(targets) <= set(Elements(draw(form)).ids())


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["12", "1", "2027"], dt.date(2027, 1, 12)),
        ([" 1", "02 ", "2027"], dt.date(2027, 2, 1)),
        (["", "", ""], ["Enter a date, for example 12 1 2027."]),
        (["12", "", ""], ["Enter the month too.", "Enter the year too."]),
        (["30", "2", "2027"], ["There is no such date."]),
        (["12", "1", "27"], ["Enter the year with four digits, for example 2027."]),
        (["12", "1", "0001"], ["Enter a year from 2000 to 2100."]),
        (["12", "1", "9999"], ["Enter a year from 2000 to 2100."]),
        (["a", "13", "2027"], ["The day is a number from 1 to 31.", "The month is a number from 1 to 12."]),
        (["9" * 5000, "1", "2027"], ["The day is a number from 1 to 31."]),
        (["1\x00", "1", "2027"], ["The day is a number from 1 to 31."]),
        (["١", "1", "2027"], ["The day is a number from 1 to 31."]),
    ],
)
def test_day_is_read_or_says_which_box_is_wrong(typed: list[str], expected: dt.date | list[str]) -> None:
    class When(PortalForm):
        day = DayField()

    form = When({f"day_{number}": text for number, text in enumerate(typed)})

    assert (form.cleaned_data["day"] if form.is_valid() else form.errors["day"]) == expected


def test_day_may_be_left_empty_but_not_half_empty() -> None:
    class When(PortalForm):
        day = DayField(required=False)

    empty, half = When({}), When({"day_0": "12"})

    assert (empty.is_valid(), empty.cleaned_data) == (True, {"day": None})
    assert half.errors["day"] == ["Enter the month too.", "Enter the year too."]


def test_day_marks_only_the_box_that_is_wrong() -> None:
    html = draw(Everything({"day_0": "1", "day_1": "13", "day_2": "2027"}))

    classes = {str(attrs["id"]): str(attrs["class"]) for attrs in Elements(html).attrs("input")}
    assert ["--error" in classes[f"id_day_{box}"] for box in range(3)] == [False, True, False]


def test_missing_answers_are_named_as_their_labels_in_a_sentence() -> None:
    class Contact(PortalForm):
        address = forms.EmailField(label="E-mail address")
        urn = forms.CharField(label="URN")
        role = forms.ChoiceField(label="Role", choices=[("a", "A")])

    form = Contact({})

    said = {name: list(errors) for name, errors in form.errors.items()}
    assert said == {"address": ["Enter the e-mail address."], "urn": ["Enter the URN."], "role": ["Choose the role."]}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a@" + "é" * 60 + ".example", ["E-mail cannot be sent to this address: check what follows the @."]),
        ("a@schöol.example", []),
        # The long s: one letter with the s where capital letters and small ones are the same.
        ("\u017fam@school.example", ["E-mail cannot be sent to this address: a character in it is not allowed."]),
        ("a@localhost", ["E-mail cannot be sent to this address: check what follows the @."]),
        ("a@[127.0.0.1]", ["E-mail cannot be sent to this address: check what follows the @."]),
        ("a@b", ["Enter an e-mail address in full, for example name@example.org."]),
    ],
)
def test_address_that_email_cannot_carry_is_refused(typed: str, said: list[str]) -> None:
    class Contact(PortalForm):
        address = forms.EmailField()

    form = Contact({"address": typed})

    assert list(form.errors.get("address", [])) == said
