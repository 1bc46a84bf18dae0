"""A history in the words of the pages."""

from hubportal.core.models import JournalEntry


def test_history_says_what_changed_without_names_of_columns_or_stored_values() -> None:
    offer = JournalEntry(
        record="programmes.offer:1",
        changed={
            "is_published": ["True", "False"],
            "closes_on": ["2027-03-31", "2027-06-30"],
            "meetings_per": ["half_term", "year"],
            "Hill Hub": ["", "12"],
        },
    )
    gone = JournalEntry(record="programmes.gone:1", changed={"ends_on": ["", "2027-08-31"]})

    assert offer.changes == [
        ("is published", "yes", "no"),
        ("closes on", "31 March 2027", "30 June 2027"),
        ("meetings per", "Half-term", "Year"),
        ("Hill Hub", "", "12"),
    ]
    assert gone.changes == [("ends_on", "", "31 August 2027")]
