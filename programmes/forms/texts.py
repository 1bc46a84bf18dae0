"""A text that schools agree to, and a new version of one."""

from hubportal.core.forms import DayField, Lines, OneLine, PortalForm, text_area


class VersionForm(PortalForm):
    """Its words, what the version is called and from when it counts."""

    body = Lines(
        label="The text", help_text="One commitment or paragraph a line.", max_length=20_000, widget=text_area(16)
    )
    version = OneLine(label="Version", help_text="For example 2, or 2027", max_length=20)
    published_on = DayField(label="Published on")


class TextForm(VersionForm):
    """Of a new text also what it is called."""

    name = OneLine(
        label="Name",
        help_text="Of which programme, for example Primary Booster. Offers list it under this name.",
        max_length=80,
    )
    field_order = ("name", "body", "version", "published_on")
