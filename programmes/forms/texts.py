"""A new version of a text that schools agree to."""

from hubportal.core.forms import DayField, Lines, OneLine, PortalForm, text_area


class VersionForm(PortalForm):
    """Its words, what the version is called and from when it counts."""

    body = Lines(
        label="The text", help_text="One commitment or paragraph a line.", max_length=20_000, widget=text_area(16)
    )
    version = OneLine(label="Version", help_text="For example 2, or 2027", max_length=20)
    published_on = DayField(label="Published on")
