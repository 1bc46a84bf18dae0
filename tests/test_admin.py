"""Django's admin: national reads every table there; nobody else enters, nobody changes anything."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from hubportal.core import clock
from schools import roles
from schools.models import Hub
from tests import factories as make
from tests.world import NOW, ROLES, make_side
from workgroups.models import VisitLog

OURS = ("core", "schools", "programmes", "workgroups", "funding")

pytestmark = pytest.mark.django_db


def test_admin_shows_every_table_of_ours_and_no_other() -> None:
    tables = {model for app in OURS for model in apps.get_app_config(app).get_models()}

    assert set(admin.site._registry) == tables


def test_admin_lists_and_pages_open_for_national(client: Client) -> None:
    with clock.fixed(NOW):
        side = make_side()
        client.force_login(side.users[roles.NATIONAL])
        for model in admin.site._registry:
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            answer = client.get(reverse(f"{name}_changelist"))
            assert answer.status_code == 200, model
            row = model._default_manager.first()
            if row is not None:
                assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200, model


@pytest.mark.parametrize("kind", [kind for kind in ROLES if kind != roles.NATIONAL])
def test_admin_turns_everybody_else_away(client: Client, kind: str) -> None:
    with clock.fixed(NOW):
        client.force_login(make_side().users[kind])

        answer = client.get(reverse("admin:schools_hub_changelist"), follow=True)

    assert answer.status_code == 403


def test_admin_sends_strangers_to_the_portals_sign_in(client: Client) -> None:
    answer = client.get(reverse("admin:index"), follow=True)

    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_admin_changes_nothing_even_for_a_superuser(client: Client) -> None:
    hub = make.HubFactory(name="Before")
    user = make.make_user()
    user.is_superuser = user.is_staff = True
    user.save()
    client.force_login(user)

    answers = [
        client.post(reverse("admin:schools_hub_change", args=[hub.pk]), {"name": "After", "code": "x", "region": "y"}),
        client.post(reverse("admin:schools_hub_delete", args=[hub.pk]), {"post": "yes"}),
        client.post(reverse("admin:schools_hub_add"), {"name": "New", "code": "x", "region": "y"}),
        client.get(reverse("admin:password_change")),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert [hub.name for hub in Hub.objects.all()] == ["Before"]


def test_admin_shows_neither_private_notes_nor_the_links_in_mails(client: Client) -> None:
    with clock.fixed(NOW):
        side = make_side()
        client.force_login(side.users[roles.NATIONAL])
        log = VisitLog.objects.create(
            visit=side.visit,
            on=NOW.date(),
            half_days=1,
            people_met="Alex",
            shared="Seen",
            private="Only between us",
            written_by=side.users[roles.SPECIALIST],
            written_at=NOW,
        )
        type(side.notice).objects.update(body="Press https://hub.example/secret")

        pages = [
            client.get(reverse("admin:workgroups_visitlog_change", args=[log.pk])),
            client.get(reverse("admin:core_notice_change", args=[side.notice.pk])),
        ]

    assert [page.status_code for page in pages] == [200, 200]
    assert not any(b"Only between us" in page.content or b"hub.example/secret" in page.content for page in pages)


@pytest.mark.parametrize(
    ("table", "question"),
    [
        ("schools_user", "password__startswith=pbkdf2"),
        ("schools_user", "password__regex=("),
        ("core_notice", "body__contains=secret"),
        ("workgroups_visitlog", "private__icontains=between"),
    ],
)
def test_admin_answers_no_question_about_what_it_does_not_show(client: Client, table: str, question: str) -> None:
    with clock.fixed(NOW):
        client.force_login(make_side().users[roles.NATIONAL])

        answer = client.get(f"{reverse(f'admin:{table}_changelist')}?{question}")

    assert answer.status_code == 400


def test_admin_filters_by_what_its_page_offers(client: Client) -> None:
    with clock.fixed(NOW):
        client.force_login(make_side().users[roles.NATIONAL])
        filtered = (
            ("core_notice_changelist", "state__exact=sent"),
            ("schools_person_changelist", "roles__kind__exact=board"),
        )

        answers = [client.get(f"{reverse(f'admin:{name}')}?{question}") for name, question in filtered]

    assert [answer.status_code for answer in answers] == [200, 200]
