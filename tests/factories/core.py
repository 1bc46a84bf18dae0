"""The outbox."""

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from hubportal.core.models import BadAddress, Job, Notice


class NoticeFactory(DjangoModelFactory[Notice]):
    """A sent e-mail."""

    class Meta:
        model = Notice

    kind = "award_made"
    target = factory.Sequence(lambda n: f"funding.award:{100_000 + n}")  # none that a test makes
    recipient = "person:1"
    occurrence = "made@2026-09-20"
    name = "Alex Example"
    email = "alex@people.example.org"
    due_at = datetime(2026, 9, 20, 7, tzinfo=UTC)
    state = Notice.State.SENT
    subject = "Your school can claim £1,000.00"
    body = "Dear Alex, claim it.\n"


class JobFactory(DjangoModelFactory[Job]):
    """Long work that waits."""

    class Meta:
        model = Job

    kind = "example"
    about = factory.Sequence(lambda n: f"schools.hub:{100_000 + n}")  # none that a test makes
    label = "Counting"
    created_at = datetime(2026, 9, 20, 7, tzinfo=UTC)


class BadAddressFactory(DjangoModelFactory[BadAddress]):
    """An address that does not work."""

    class Meta:
        model = BadAddress

    email = factory.Sequence(lambda n: f"gone{n}@people.example.org")
    is_hard = True
    times = 1
    first_at = datetime(2027, 1, 8, 9, tzinfo=UTC)
    last_at = datetime(2027, 1, 8, 9, tzinfo=UTC)
    problem = "550 5.1.1 no such user"
