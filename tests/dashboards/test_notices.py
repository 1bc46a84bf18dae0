"""What staff read of e-mails: every word, but no link that is somebody else's permission."""

import pytest

from hubportal.dashboards.views.notices import hide_signatures
from programmes.notices.links import head_path
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
