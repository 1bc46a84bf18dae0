"""Whoever is no Person yet is told apart by address, however long it is."""

import pytest
from django.db import models

from hubportal.core.models import Notice
from hubportal.core.notices import mail_key

LONG = f"{'office' * 8}@{'.'.join(['a-very-long-label'] * 6)}"


def test_long_addresses_that_begin_alike_are_two_recipients() -> None:
    keys = [mail_key(f"{LONG}.{ending}") for ending in ("example.org", "example.net")]

    recipient = Notice._meta.get_field("recipient")
    assert isinstance(recipient, models.CharField)
    assert len(set(keys)) == 2
    assert max(len(key) for key in keys) <= (recipient.max_length or 0)


@pytest.mark.parametrize("address", ["Jo@Hill.example.org", f"{LONG}.example.org"])
def test_one_address_is_one_recipient_however_it_is_written(address: str) -> None:
    assert mail_key(address) == mail_key(address.upper())
