"""A question to a school, and its answer."""

from hubportal.core.forms import Lines, OneLine, PortalForm, text_area


class QuestionForm(PortalForm):
    """What the hub asks."""

    text = Lines(
        label="What would you like to know?",
        help_text="The contact gets an e-mail with a link and answers without an account. The school reads it too.",
        max_length=3000,
        widget=text_area(6),
    )


class AnswerForm(PortalForm):
    """What the school answers, for somebody who is signed in."""

    text = Lines(label="Your answer", max_length=3000, widget=text_area(6))


class SignedAnswerForm(AnswerForm):
    """The same by the link: whoever opened it says who they are."""

    name = OneLine(label="Your name", max_length=150)
    field_order = ("text", "name")
