"""What staff read of e-mails: every word, but no link that is somebody else's permission."""

import pytest
from django.test import Client

from hubportal.core.models import Notice
from hubportal.dashboards.views.notices import hide_signatures
from programmes.notices.links import head_path
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.world import NOW, make_side
from workgroups.notices.links import answer_url


@pytest.mark.django_db
def test_notice_text_hides_the_signed_part_of_links() -> None:
    side = make_side()
    head, answer = head_path(make.InterestFactory(school=side.school)), answer_url(side.meeting, 1, "cannot")

    shown = hide_signatures(f"Press https://hub.example{head}\nor https://hub.example{answer} by {NOW:%Y}.")

    assert shown == (
        "Press https://hub.example/programmes/express/confirm/…/\n"
        "or https://hub.example/groups/answer/…/?choice=cannot by 2027."
    )


@pytest.mark.django_db
def test_notice_of_a_kind_that_is_no_more_has_its_page_and_line(client: Client) -> None:
    side = make_side()
    Notice.objects.filter(pk=side.notice.pk).update(kind="gone", body="", subject="", state="failed", problem="Why")
    client.force_login(side.users[HUB_LEAD])

    page = client.get(f"/reminders/{side.notice.pk}/")
    rows = client.get("/reminders/?export=csv")

    assert (page.status_code, b"Why" in page.content, rows.status_code) == (200, True, 200)
    assert b"gone" in rows.content
