"""Why a headteacher says no is for the hub that has the application: nobody of the school reads it, wherever it is."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from hubportal.core.delivery import deliver_due
from programmes.actions.agreements import answer_as_head
from programmes.actions.interest import refuse_as_head
from programmes.actions.receipts import Came, enter_head
from programmes.models import Interest
from programmes.notices.links import contact_path, head_path
from schools import roles
from tests.world import NOW, ROLES, Side

pytestmark = [pytest.mark.django_db, pytest.mark.once]

WHY = "The maths lead is on a plan."
READ_IT = {roles.NATIONAL, roles.HUB_LEAD, roles.HUB_ADMIN, roles.BOARD}
NO: dict[str, Any] = {"now": NOW}


def _signed_in(side: Side) -> None:
    answer_as_head(interest=side.interest, takes_part=False, reason=WHY, by=side.users[roles.HEADTEACHER], **NO)


def _by_link(side: Side) -> None:
    Interest.objects.filter(pk=side.interest.pk).update(head_asked_at=NOW)
    side.interest.refresh_from_db()
    refuse_as_head(interest=side.interest, asked=side.interest.head_asked, reason=WHY, by=None, **NO)


def _entered(side: Side) -> None:
    lead, came = side.users[roles.HUB_LEAD], Came("phone", NOW.date(), WHY)
    enter_head(interest=side.interest, asked=side.interest.head_asked, came=came, by=lead, confirms=False, **NO)


WAYS = pytest.mark.parametrize("say_no", [_signed_in, _by_link, _entered])


@WAYS
def test_page_of_the_application_has_the_reason_for_the_hub_alone(side: Side, say_no: Callable[[Side], None]) -> None:
    say_no(side)

    pages = {kind: side.browser(kind).get(side.interest.get_absolute_url()) for kind in ROLES}

    told = {kind: "that the school does not take part" in page.text for kind, page in pages.items()}
    assert {kind for kind, page in pages.items() if WHY in page.text} == READ_IT
    assert {kind for kind, is_told in told.items() if is_told} == READ_IT | set(roles.SCHOOL_STAFF)


@WAYS
def test_no_page_file_or_link_of_the_school_has_it(side: Side, say_no: Callable[[Side], None]) -> None:
    say_no(side)
    interest: Interest = side.interest
    listed, one = reverse("programmes:interest-list"), [interest.pk]
    paths = [
        *(f"{listed}?status=all{export}" for export in ("", "&export=csv")),
        *(reverse(f"programmes:interest-{name}", args=one) for name in ("commitments", "confirm")),
        reverse("programmes:school-journey", args=[interest.school_id]),
        side.school.get_absolute_url(),
        side.enrolment.get_absolute_url(),
        reverse("dashboards:home"),
        reverse("dashboards:asked-list"),
        contact_path(interest, NOW.date()),
        head_path(interest),
    ]

    read = [
        (kind, path)
        for kind in (*roles.SCHOOL_STAFF, roles.TEACHER, roles.SPECIALIST)
        for path in paths
        if WHY.encode() in side.browser(kind).get(path).getvalue()
    ]
    found = Client().post(
        reverse("programmes:express-status"), {"reference": interest.reference, "email": interest.contact_email}
    )

    assert (read, found.status_code, WHY in found.text) == ([], 200, False)


@WAYS
def test_email_with_it_goes_to_the_hub_alone(side: Side, say_no: Callable[[Side], None]) -> None:
    say_no(side)
    deliver_due()

    heard = {address for one in mail.outbox if WHY in str(one.body) for address in one.to}
    told = {str(one.subject) for one in mail.outbox}

    # Who entered it is not told what they know.
    assert all(side.hub.email in address for address in heard)
    assert (bool(heard), bool(told)) == (say_no is not _entered, True)
