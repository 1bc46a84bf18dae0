"""What staff read of e-mails: every word, but no link that is somebody else's permission."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.urls import include, path, reverse
from django.views import View

from hubportal.core import clock
from hubportal.core.links import hide_signatures
from hubportal.core.models import JournalEntry, Notice
from hubportal.core.records import record_key
from programmes.models import Enrolment, FormDraft, HeadConfirmation, Interest, InterestMessage, TeacherNews
from programmes.notices.confirming import confirmation_token
from programmes.notices.links import contact_path, draft_path, head_path, question_path
from schools.models import School
from schools.roles import BOARD, HUB_LEAD, TEACHER
from tests import factories as make
from tests.world import NOW, make_side
from workgroups.notices.links import answer_url


@pytest.mark.django_db
def test_notice_text_hides_the_signed_part_of_links() -> None:
    side = make_side()
    head, answer = head_path(make.InterestFactory(school=side.school)), f"{answer_url(side.meeting, 1)}?choice=cannot"

    shown = hide_signatures(f"Press https://hub.example{head}\nor https://hub.example{answer} by {NOW:%Y}.")

    assert shown == (
        "Press https://hub.example/programmes/express/confirm/…/\n"
        "or https://hub.example/groups/answer/…/?choice=cannot by 2027."
    )


@pytest.mark.django_db
def test_no_kind_of_personal_link_is_shown_to_who_reads_its_recipients_email() -> None:
    interest = make.InterestFactory()
    links = {
        head_path(interest): "/programmes/express/confirm/…/",
        contact_path(interest, NOW.date()): "/programmes/express/mine/…/",
        question_path(interest): "/programmes/express/question/…/",
        draft_path(FormDraft(key="k" * 20)): "/programmes/express/back/…/",
        f"/programmes/confirm/{confirmation_token(HeadConfirmation(pk=7))}/": "/programmes/confirm/…/",
    }

    assert {link: hide_signatures(link) for link in links} == links


# The portal's own, and links that carry more than the signed part: before it, after it, and in what includes them.
urlpatterns = [
    path("", include("hubportal.urls")),
    path("sign/<str:token>/<int:number>/", View.as_view(), name="sign"),
    path("of/<int:number>/<str:token>/", View.as_view(), name="of"),
    path("all/<str:token>/", include(([path("one/<slug:which>/", View.as_view(), name="one")], "all"))),
]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("https://hub.example/sign/AbC:1/7/?yes=1", "https://hub.example/sign/…/7/?yes=1"),
        ("/of/7/AbC:1/", "/of/7/…/"),
        ("/all/AbC:1/one/day/", "/all/…/one/day/"),
        ("/schools/news/AbC.1/", "/schools/news/…/"),
        ("/schools/7/", "/schools/7/"),
    ],
)
def test_signed_part_is_hidden_wherever_it_stands_in_a_link(link: str, shown: str) -> None:
    assert hide_signatures(f"Press {link} now") == f"Press {shown} now"


@pytest.mark.django_db
def test_notice_of_a_kind_that_is_no_more_has_its_page_and_line(client: Client) -> None:
    side = make_side()
    Notice.objects.filter(pk=side.notice.pk).update(kind="gone", body="", subject="", state="failed", problem="Why")
    client.force_login(side.users[HUB_LEAD])

    page = client.get(f"/reminders/{side.notice.pk}/")
    rows = client.get("/reminders/?export=csv")

    assert (page.status_code, b"Why" in page.content, rows.status_code) == (200, True, 200)
    assert b"gone" in rows.content


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "until", "after", "said"),
    [
        ("failed", None, ("planned", 0, ""), "The e-mail is tried again within the next minutes."),
        ("failed", NOW, ("failed", 3, "Why"), "It is too late for this e-mail: it is not sent any more."),
        ("sent", None, ("sent", 3, "Why"), "This e-mail is sent: only one that failed is tried again."),
    ],
)
def test_failed_notice_is_tried_again_while_it_is_worth_sending(
    client: Client, state: str, until: datetime | None, after: tuple[object, ...], said: str
) -> None:
    with clock.fixed(NOW):
        side = make_side()
        rows = Notice.objects.filter(pk=side.notice.pk)
        rows.update(state=state, until=until, attempts=3, problem="Why")
        client.force_login(side.users[HUB_LEAD])
        before = client.get(f"/reminders/{side.notice.pk}/")

        page = client.post(f"/reminders/{side.notice.pk}/again/", follow=True)

    assert (b"Try again" in before.content) == (after[0] == "planned")
    assert rows.values_list("state", "attempts", "problem")[0] == after
    entries = JournalEntry.objects.about(side.notice).values_list("what", "by", "note", "owner")
    told = ("E-mail tried again", side.users[HUB_LEAD].pk, "Why", side.hub.pk)
    assert list(entries) == ([told] if after[0] == "planned" else [])
    assert ("E-mail tried again" in page.content.decode()) == (after[0] == "planned")
    assert said in page.content.decode()


@pytest.mark.django_db
def test_notice_is_not_tried_again_by_who_only_reads_in_its_hub(client: Client) -> None:
    """Staff of one hub who sit on the board of another."""
    with clock.fixed(NOW):
        own, other = make_side(), make_side()
        user = own.users[HUB_LEAD]
        make.RoleFactory(person=user.person, kind=BOARD, hub=other.hub, starts_on=NOW.date())
        Notice.objects.filter(pk=other.notice.pk).update(state="failed")
        client.force_login(user)
        page = client.get(f"/reminders/{other.notice.pk}/")

        answer = client.post(f"/reminders/{other.notice.pk}/again/")

    assert (page.status_code, b"Try again" in page.content, answer.status_code) == (200, False, 403)


@pytest.mark.django_db
def test_list_begins_with_what_failed_then_what_is_next(client: Client) -> None:
    """Failed newest first, then to be sent soonest first, then what was, newest first; each says what it is about."""
    side = make_side()
    Notice.objects.all().delete()
    for state, days in (
        *(("sent", -9), ("planned", 30), ("failed", -20), ("missed", -3), ("planned", 1)),
        *(("sending", 0), ("failed", -2), ("cancelled", 5)),
    ):
        due_at = NOW + timedelta(days=days)
        make.NoticeFactory(owner=side.hub, state=state, due_at=due_at, about=f"{state} {days}", subject="")
    client.force_login(side.users[HUB_LEAD])

    answer = client.get("/reminders/?export=csv")
    page = client.get("/reminders/")

    found = [row["About"] for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))]
    assert found == [
        *("failed -2", "failed -20", "sending 0", "planned 1", "planned 30"),
        *("cancelled 5", "missed -3", "sent -9"),
    ]
    assert [row[4] for row in page.context["rows"]] == found


@pytest.mark.django_db
@pytest.mark.parametrize("owners", ["", "owner_id = 1 AND"])
def test_list_is_read_from_an_index(owners: str) -> None:
    """A hub's, and all of them: nothing is sorted, however many there are."""
    sql = str(Notice.objects.for_list().only("pk").select_related(None).query)
    sql = sql.replace("ORDER BY", f"WHERE {owners} 1 = 1 ORDER BY") if owners else sql

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_sort = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{sql} LIMIT 50")
        plan = " ".join(str(row) for row in cursor.fetchall())

    assert ("notice_owner" if owners else "notice_outbox") in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


@pytest.mark.django_db
def test_notice_page_leads_to_what_it_is_about(client: Client) -> None:
    side = make_side()
    Notice.objects.filter(pk=side.notice.pk).update(about="A release grant")
    client.force_login(side.users[HUB_LEAD])

    page = client.get(f"/reminders/{side.notice.pk}/")

    assert f'<dd><a href="{side.award.get_absolute_url()}">A release grant</a></dd>' in page.content.decode()


@pytest.mark.django_db
def test_notice_page_leads_nowhere_where_what_it_is_about_is_another_hubs_by_now(client: Client) -> None:
    """Also where the page is that of something else, which the e-mail is news of."""
    side = make_side()
    teacher = side.users[TEACHER].person
    news = TeacherNews.objects.create(enrolment=side.enrolment, person=teacher, from_on=NOW.date(), news_at=NOW)
    client.force_login(side.users[HUB_LEAD])
    found = []
    for hub in (side.hub, make.HubFactory()):
        for model in (School, Interest, Enrolment):
            model.objects.update(hub=hub)
        for kind, record in (("interest-received", side.interest), (TeacherNews.KIND, news)):
            rows = Notice.objects.filter(pk=side.notice.pk)
            rows.update(kind=kind, target=record_key(record), about="What it is about")
            page = client.get(f"/reminders/{side.notice.pk}/").content.decode()
            found.append(f'<a href="{record.get_absolute_url()}">What it is about</a>' in page)

    assert found == [True, True, False, False]


@pytest.mark.django_db
def test_work_list_counts_failed_notices_until_they_are_settled_or_too_late(client: Client) -> None:
    side = make_side()
    lead = side.users[HUB_LEAD]
    Notice.objects.filter(pk=side.notice.pk).update(state="failed", problem="Refused.", until=None)
    late = make.NoticeFactory(owner=side.hub, target="funding.award:0", state="failed", until=NOW)
    client.force_login(lead)

    def waiting() -> list[tuple[int, list[str]]]:
        items = [item for item in client.get("/").context["work"] if item.title == "Reminders that failed"]
        return [(item.count, [row[0] for row in client.get(item.url).context["rows"]]) for item in items]

    with clock.fixed(NOW):
        before = waiting()
        page = client.post(f"/reminders/{side.notice.pk}/settled/", follow=True).content.decode()
        again = client.post(f"/reminders/{side.notice.pk}/settled/", follow=True).content.decode()

        assert (before, waiting()) == ([(1, [str(side.notice.pk)])], [])
    assert f"Refused. {lead} settled it otherwise." in page
    entries = JournalEntry.objects.about(side.notice).values_list("what", "by", "note", "owner")
    assert list(entries) == [("E-mail settled otherwise", lead.pk, "Refused.", side.hub.pk)]
    assert "This e-mail is missed: only one that failed is given up." in again
    assert Notice.objects.get(pk=late.pk).state == "failed"


@pytest.mark.django_db
def test_failed_notice_leads_to_the_person_whose_address_failed(client: Client) -> None:
    side = make_side()
    person, stranger = side.users[TEACHER].person, make.PersonFactory()
    client.force_login(side.users[HUB_LEAD])
    pages = []
    for one in (person, stranger):
        Notice.objects.filter(pk=side.notice.pk).update(
            state="failed", problem="Refused.", recipient=f"person:{one.pk}"
        )
        pages.append(client.get(f"/reminders/{side.notice.pk}/").content.decode())

    assert [f'href="{person.get_absolute_url()}"' in pages[0], stranger.get_absolute_url() in pages[1]] == [True, False]


@pytest.mark.django_db
def test_failed_notice_about_an_application_leads_to_where_the_address_is_corrected(client: Client) -> None:
    side = make_side()
    interest = side.interest
    question = InterestMessage.objects.create(interest=interest, is_from_hub=True, name="Hub", text="When?", at=NOW)
    client.force_login(side.users[HUB_LEAD])
    facts = {"state": "failed", "problem": "Refused.", "recipient": "mail:somebody"}

    def leads_to(about: Model, email: str, **changed: Any) -> str:
        kind = "interest-question" if about == question else "interest-received"
        values = {**facts, "target": record_key(about), "kind": kind, "email": email, **changed}
        Notice.objects.filter(pk=side.notice.pk).update(**values)
        return str(client.get(f"/reminders/{side.notice.pk}/").context["mend_url"])

    contact, head = f"/programmes/interest/{interest.pk}/contact/", f"/programmes/interest/{interest.pk}/head/"
    assert leads_to(interest, interest.contact_email.upper()) == contact
    assert leads_to(question, interest.contact_email) == contact
    assert leads_to(interest, interest.head_email) == head
    assert leads_to(interest, interest.contact_email, state="sent", bounced_at=NOW) == contact
    assert leads_to(interest, interest.contact_email, state="sent", bounced_at=None) == ""
    # Corrected meanwhile.
    assert leads_to(interest, "old@people.example.org") == ""
    interest.move_to("accepted", by=None)
    assert leads_to(interest, interest.contact_email) == reverse("schools:school-people", args=[interest.school_id])
    page = client.get(f"/reminders/{side.notice.pk}/").content.decode()
    assert f"Correct the address of {Notice.objects.get(pk=side.notice.pk).name}" in page


@pytest.mark.django_db
def test_failed_notice_leads_whoever_only_reads_in_its_hub_to_no_step(client: Client) -> None:
    side = make_side()
    values = {"target": record_key(side.interest), "kind": "interest-received", "email": side.interest.contact_email}
    Notice.objects.filter(pk=side.notice.pk).update(state="failed", problem="Refused.", **values)
    client.force_login(side.users[BOARD])

    assert client.get(f"/reminders/{side.notice.pk}/").context["mend_url"] == ""


@pytest.mark.django_db
def test_reminders_are_found_by_what_they_are_about(client: Client) -> None:
    side = make_side()
    wanted = make.NoticeFactory(owner=side.hub, about="Barrowmere Development, meeting 3")
    client.force_login(side.users[HUB_LEAD])

    rows = client.get("/reminders/", {"about": "barrowmere"}).context["rows"]

    assert [row[0] for row in rows] == [str(wanted.pk)]
