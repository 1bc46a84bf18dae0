"""Bringing records in a browser: the file, its columns, a doubtful school side by side, the work as it goes on."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from hubportal.dashboards.actions.records import work
from programmes.models import Enrolment
from schools import roles
from tests import factories as make
from tests.dashboards.records.bringing import done

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_list_is_brought_in(new_page: Callable[..., Page], live_server: LiveServer) -> None:
    authority = make.AuthorityFactory()
    hinckley = make.SchoolFactory(name="St Mary's Primary School", town="Hinckley", authority=authority)
    make.SchoolFactory(name="St Mary's Primary School", town="Barwell", authority=authority)
    offer = make.OfferFactory()
    client = Client()
    client.force_login(make.make_user(roles.HUB_LEAD, hub=authority.hub))
    page = new_page(base_url=live_server.url)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    table = f"Setting,What,When\nSt Marys Pri,{offer.phase.name},2021/22\n".encode()

    page.goto("/records/")
    page.get_by_role("link", name="Upload Past engagement").click()
    page.get_by_label("The file").set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": table})
    page.get_by_role("button", name="Upload it").click()
    page.get_by_label("What column B is").select_option("Programme")
    page.get_by_label("What column C is").select_option("School year")
    page.get_by_role("button", name="Look at the lines").click()
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    done(work.READ)
    # The page asks again by itself and goes on when the work has ended.
    page.get_by_role("link", name="1 school that may be one of several").click()
    page.get_by_role("radio", name="Hinckley").check()
    page.get_by_role("button", name="Keep this and look again").click()
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    done(work.READ)
    page.get_by_role("button", name="Bring in 1 line").click()
    expect(page.get_by_text("Waiting for its turn")).to_be_visible()
    done(work.APPLY)

    expect(page.get_by_text("What became of the lines")).to_be_visible()
    entered = Enrolment.objects.get()
    assert (entered.school_id, entered.offer.year, entered.status) == (hinckley.pk, 2021, "completed")
