"""What of a letter's whole list is read while its e-mails leave."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hubportal.core import delivery
from hubportal.core.models import BadAddress, Notice
from schools import roles
from tests import factories as make
from tests.schools.test_letters import begin, deliver, send

pytestmark = pytest.mark.django_db


def test_whole_list_is_read_with_the_look_and_nothing_of_it_while_that_is_fresh(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A list of thousands takes longer to read than a look is fresh: only one e-mail would leave for each look."""
    monkeypatch.setattr(delivery, "FRESH", timedelta(hours=1))
    hub = make.HubFactory()
    lead = make.make_user(roles.HUB_LEAD, hub=hub)
    letter = begin(hub, lead, attachment=SimpleUploadedFile("dates.pdf", b"%PDF-1 dates"))
    send(letter, lead)

    with CaptureQueriesContext(connection) as queries:
        sent = deliver()

    said = [one["sql"] for one in queries]
    (looked,) = (at for at, sql in enumerate(said) if f'FROM "{BadAddress._meta.db_table}"' in sql)
    outbox = f'FROM "{Notice._meta.db_table}"'
    assert len(sent) == 2
    assert [sql for sql in said[looked + 1 :] if sql.startswith("SELECT") and outbox not in sql] == []
