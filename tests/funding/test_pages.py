"""Who holds roles in two places takes a step of money only where they hold the role for it."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from funding.models import Claim
from hubportal.core import clock
from programmes.actions import enrolments
from schools import roles
from schools.models import Role
from tests import factories as make
from tests.world import NOW, Side, make_side
from workgroups.actions import groups

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def side() -> Side:
    """A hub with an award of £1,000, of which £400 is claimed."""
    return make_side()


def _staff_elsewhere(client: Client, side: Side, kind: str) -> None:
    """Sign in as somebody of this side who also works for another hub."""
    user = side.users[kind]
    Role.objects.create(person=user.person, kind=roles.HUB_ADMIN, hub=make.HubFactory(), starts_on=NOW.date())
    client.force_login(user)


@pytest.mark.parametrize("kind", [roles.BOARD, roles.HEADTEACHER])
@pytest.mark.parametrize(
    ("step", "status", "data"),
    [
        ("funding:claim-return", Claim.Status.RAISED, {"reason": "The amount is wrong."}),
        ("funding:claim-pay", Claim.Status.APPROVED, {"paid_on_0": "11", "paid_on_1": "1", "paid_on_2": "2027"}),
    ],
)
def test_claim_is_returned_and_paid_only_by_its_own_hub(  # noqa: PLR0917 - pytest gives them by name
    client: Client, side: Side, kind: str, step: str, status: str, data: dict[str, str]
) -> None:
    Claim.objects.update(status=status, approved_at=NOW, approved_by=side.users[roles.HUB_LEAD])

    with clock.fixed(NOW):
        _staff_elsewhere(client, side, kind)
        answer = client.post(reverse(step, args=[side.claim.pk]), data)

    assert (answer.status_code, Claim.objects.get().status) == (403, status)


def test_board_member_who_is_staff_elsewhere_claims_nothing_here(client: Client, side: Side) -> None:
    with clock.fixed(NOW):
        _staff_elsewhere(client, side, roles.BOARD)
        page = client.get(side.award.get_absolute_url())
        answer = client.post(reverse("funding:claim-create", args=[side.award.pk]), {"amount": "100"})

    assert (page.context["may_claim"], answer.status_code, Claim.objects.count()) == (False, 403, 1)


def test_headteacher_who_is_staff_elsewhere_claims_for_the_school(client: Client, side: Side) -> None:
    with clock.fixed(NOW):
        _staff_elsewhere(client, side, roles.HEADTEACHER)
        answer = client.post(reverse("funding:claim-create", args=[side.award.pk]), {"amount": "100"})

    assert (answer.status_code, Claim.objects.count()) == (302, 2)


def test_school_reads_what_was_paid_and_when(client: Client, side: Side) -> None:
    paid = {"status": Claim.Status.PAID, "approved_at": NOW, "approved_by": side.users[roles.HUB_LEAD]}
    Claim.objects.update(**paid, paid_on=date(2027, 1, 4))
    make.ClaimFactory(award=side.award, raised_by=side.users[roles.OFFICE], amount=Decimal(100))
    make.ClaimFactory(
        award=side.award, raised_by=side.users[roles.OFFICE], amount=Decimal(50), paid_on=NOW.date(), **paid
    )
    client.force_login(side.users[roles.HEADTEACHER])

    with clock.fixed(NOW):
        pages = [
            client.get(reverse("funding:award-list")),
            client.get(reverse("funding:school-funding", args=[side.school.pk])),
        ]
        file = client.get(reverse("funding:award-list"), {"export": "csv"})

    assert ["£450.00<br>" in page.content.decode() for page in pages] == [True, True]
    assert ["11 January 2027</span>" in page.content.decode() for page in pages] == [True, True]
    assert re.search(r",550.00,450(.00)?,2027-01-11\r", file.getvalue().decode())


def test_steps_of_a_claim_name_it(client: Client, side: Side) -> None:
    Claim.objects.update(status=Claim.Status.APPROVED, approved_at=NOW, approved_by=side.users[roles.HUB_ADMIN])
    client.force_login(side.users[roles.HUB_LEAD])
    steps = [("return", side.claim.pk), ("pay", side.claim.pk), ("create", side.award.pk)]

    headings = [client.get(reverse(f"funding:claim-{name}", args=[pk])).context["heading"] for name, pk in steps]

    assert headings == [
        f"Send back the claim of £400.00 of {side.school}",
        f"Mark the claim of £400.00 of {side.school} as paid",
        f"Claim teacher release for {side.school}",
    ]


def _withdraw(side: Side) -> None:
    side.enrolment.refresh_from_db()
    enrolments.withdraw(enrolment=side.enrolment, by=None, now=NOW, reason="A new head")


@pytest.mark.parametrize("kind", [roles.HEADTEACHER, roles.OFFICE, roles.TRUST_LEAD])
def test_school_that_withdrew_claims_nothing_more(client: Client, side: Side, kind: str) -> None:
    with clock.fixed(NOW):
        client.force_login(side.users[kind])
        before = client.get(side.award.get_absolute_url()).context["may_claim"]
        _withdraw(side)
        listed = client.get(reverse("funding:award-list"), {"years": "all"})
        answer = client.post(reverse("funding:claim-create", args=[side.award.pk]), {"amount": "100"})
        home = client.get("/")

    assert (before, answer.status_code, Claim.objects.count()) == (True, 403, 1)
    assert "The school has withdrawn from this programme." in answer.content.decode()
    assert "Money to claim" not in home.content.decode()
    assert [row[-2] for row in listed.context["rows"]] == [False]


def test_hub_is_warned_before_it_claims_or_approves_for_a_school_that_withdrew(client: Client, side: Side) -> None:
    with clock.fixed(NOW):
        client.force_login(side.users[roles.HUB_LEAD])
        _withdraw(side)
        form = client.get(reverse("funding:claim-create", args=[side.award.pk]))
        claim = client.get(side.claim.get_absolute_url())

    for page in (form, claim):
        assert re.search(
            r"withdrew from .* on 11 January 2027\. Claim .*owed\. Why it withdrew: A new head<", page.content.decode()
        )


def test_everybody_is_warned_of_an_award_whose_group_was_cancelled(client: Client, side: Side) -> None:
    form = reverse("funding:claim-create", args=[side.award.pk])
    pages = (side.award.get_absolute_url(), form, side.claim.get_absolute_url())
    with clock.fixed(NOW):
        client.force_login(side.users[roles.HUB_LEAD])
        before = [client.get(page).content.decode() for page in pages]
        groups.cancel_group(group=side.group, reason="The leader is ill.", by=None, now=NOW)
        after = [client.get(page).content.decode() for page in pages]

    assert ["has no group in" in page for page in (*before, *after)] == [False] * 3 + [True] * 3


def test_claims_that_wait_come_first(client: Client, side: Side) -> None:
    raised = {"award": side.award, "amount": 1, "raised_by": side.users[roles.OFFICE]}
    paid = make.ClaimFactory(status="paid", paid_on=NOW.date(), raised_at=NOW - timedelta(days=9), **raised)
    approved = make.ClaimFactory(status="approved", approved_at=NOW, raised_at=NOW - timedelta(days=8), **raised)

    with clock.fixed(NOW):
        client.force_login(side.users[roles.HUB_LEAD])
        rows = client.get(reverse("funding:claim-list")).context["rows"]

    assert [int(row[0]) for row in rows] == [side.claim.pk, approved.pk, paid.pk]


def test_award_of_last_year_is_found_from_this_years_list(client: Client, side: Side) -> None:
    with clock.fixed(NOW.replace(year=NOW.year + 1)):
        client.force_login(side.users[roles.HEADTEACHER])
        this_year = client.get(reverse("funding:award-list"))
        every_year = client.get(reverse("funding:award-list") + "?years=all")

    name = side.award.enrolment.school.name
    assert [name in one.content.decode() for one in (this_year, every_year)] == [False, True]
    assert '<a href="?years=all">All school years</a>' in this_year.content.decode()
