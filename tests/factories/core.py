"""The outbox."""

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from hubportal.core.models import BadAddress, Job, Notice, Upload, UploadLine
from tests.factories.schools import HubFactory, make_user


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


class UploadFactory(DjangoModelFactory[Upload]):
    """A file with three columns, of which nothing has been brought in."""

    class Meta:
        model = Upload

    kind = "past"
    owner = factory.SubFactory(HubFactory)
    file_name = factory.Sequence(lambda n: f"records-{n}.csv")
    digest = factory.Sequence(lambda n: f"{n:064d}")
    by = factory.LazyFunction(make_user)
    at = datetime(2026, 9, 20, 7, tzinfo=UTC)
    sheets = factory.LazyFunction(lambda: ["CSV"])
    sheet = "CSV"
    first_lines = factory.LazyFunction(lambda: [[1, ["School", "Programme", "Year"]], [2, ["Hill", "Dev", "2024/25"]]])
    headings = factory.LazyFunction(
        lambda: {"first": 0, "rows": 1, "texts": ["School", "Programme", "Year"], "numbers": [1]}
    )
    columns = factory.LazyFunction(lambda: {"0": "school", "1": "programme", "2": "year"})


class UploadLineFactory(DjangoModelFactory[UploadLine]):
    """A line that has to be mended."""

    class Meta:
        model = UploadLine

    upload = factory.SubFactory(UploadFactory)
    number = factory.Sequence(lambda n: n + 2)
    cells = factory.LazyFunction(lambda: ["=1+1", "Dev", "2024"])
    outcome = "error"
    what = "Write the school year in full."


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
