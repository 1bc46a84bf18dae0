"""What the public form does with input that is wrong: plain words, nothing lost, never an error page."""

import pytest

from programmes.forms.express import (
    AgreeForm,
    ContactForm,
    HeadForm,
    MessageForm,
    StatusForm,
    TeacherForm,
    place_choices,
)

pytestmark = pytest.mark.once

GOOD = {"name": "Robin Contact", "email": "robin@hill.example.org", "phone": "", "job_title": "Maths lead"}


@pytest.mark.parametrize(
    ("field", "typed", "problem"),
    [
        ("name", "", "Enter your full name."),
        ("name", "x" * 5000, "Use 150 characters or fewer. You have used 5000."),
        ("name", "Robin\x00", "This contains a character that cannot be stored. Type it again."),
        ("name", "Robin\x07", "This contains a character that cannot be stored. Type it again."),
        ("email", "", "Enter your work e-mail address."),
        ("email", "robin", "Enter an e-mail address like name@school.sch.uk."),
        ("email", "robin@hill.example.org, jo@hill.example.org", "Enter an e-mail address like name@school.sch.uk."),
        ("email", "robin@hill.example.org\nBcc: all@example.org", "Enter an e-mail address like name@school.sch.uk."),
        ("email", "robin@h\u00fcgel.example", "Use only plain letters, digits and signs in an e-mail address."),
        ("phone", "abc", "Type the telephone number with its area code, or leave it empty."),
        ("phone", "0" * 31, "Use 30 characters or fewer. You have used 31."),
        ("job_title", "", "Enter your job at the school."),
    ],
)
def test_contact_errors_are_in_plain_words(field: str, typed: str, problem: str) -> None:
    form = ContactForm({**GOOD, field: typed})

    assert form.errors == {field: [problem]}


@pytest.mark.parametrize("name", ["Zoë Müller-O’Neill 😀", "山田 太郎", "Jo <script>"])
def test_names_of_all_kinds_are_taken(name: str) -> None:
    form = HeadForm({"name": name, "email": "jo@hill.example.org"})

    assert form.is_valid()
    assert form.cleaned_data["name"] == name


def test_line_breaks_and_runs_of_spaces_become_one_space() -> None:
    form = HeadForm({"name": " Jo \r\n\u2028  Head\t", "email": "jo@hill.example.org"})

    assert form.is_valid()
    assert form.cleaned_data["name"] == "Jo Head"


def test_message_keeps_its_lines_and_has_an_end() -> None:
    good, long, control = (
        MessageForm({"message": "One.\r\nTwo."}),
        MessageForm({"message": "x" * 2001}),
        MessageForm({"message": "\x1b"}),
    )

    assert good.is_valid()
    assert good.cleaned_data == {"message": "One.\nTwo."}
    assert long.errors == {"message": ["Use 2000 characters or fewer. You have used 2001."]}
    assert control.errors == {"message": ["This contains a character that cannot be stored. Type it again."]}


def test_both_texts_have_to_be_agreed() -> None:
    assert AgreeForm({}).errors == {
        "commitments": ["Tick the box if your school agrees. Without it your hub cannot accept you."],
        "privacy": ["Read the privacy notice and tick the box."],
    }


def test_teacher_who_already_has_a_place_is_refused() -> None:
    data = {"name": "Sam TEACHER", "email": "sam@hill.example.org", "job_title": "Teacher"}

    taken = TeacherForm(data, others=frozenset({("sam teacher", "sam@hill.example.org")}))
    colleague = TeacherForm(data, others=frozenset({("kim teacher", "sam@hill.example.org")}))

    assert list(taken.errors) == ["name"]
    assert colleague.is_valid()


def test_what_was_typed_is_escaped_in_choices() -> None:
    choices = place_choices(contact_name="<b>Robin</b>", head_name="<i>Jo</i>")

    assert [label for _value, label in choices][:2] == [
        "Me, &lt;b&gt;Robin&lt;/b&gt;",
        "&lt;i&gt;Jo&lt;/i&gt;, the headteacher",
    ]


def test_status_form_asks_for_both() -> None:
    assert StatusForm({}).errors == {
        "reference": ["Enter your reference."],
        "email": ["Enter the e-mail address you gave."],
    }
