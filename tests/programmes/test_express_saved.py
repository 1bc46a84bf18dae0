"""The public form is kept on the server: save and come back later, on another device, until its time is over."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core import mail
from django.urls import reverse

from hubportal.core import clock, delivery, notices
from programmes.actions.drafts import forget_old
from programmes.models import FormDraft
from programmes.notices.links import draft_path
from schools.models import School
from tests import factories as make
from tests.programmes.express import CONTACT, NOW, Visitor, make_privacy

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def begun() -> Iterator[Visitor]:
    with clock.fixed(NOW):
        make_privacy()
        school, offer = make.SchoolFactory(name="Hill Primary School"), make.OfferFactory()
        visitor = Visitor().choose(school, offer)
        yield visitor.post(**CONTACT)


def _saved(visitor: Visitor) -> str:
    """The link from the e-mail."""
    visitor.post(reverse("programmes:express-save", args=[visitor.draft]), email="robin@hill.example.org")
    delivery.deliver_due()
    (sent,) = mail.outbox
    return re.findall(r"/programmes/express/back/\S+", str(sent.body))[0]


def test_saved_form_is_gone_on_with_on_another_device(begun: Visitor) -> None:
    link = _saved(begun)
    other = Visitor()

    opened = other.get(link).text
    before = other.get(f"/programmes/express/{begun.draft}/contact/").path
    other.post(link)

    assert [word in opened for word in ("Robin", "Hill Primary", "robin@")] == [False] * 3
    assert (before, other.page) == (reverse("programmes:express-start"), "head")
    assert 'value="Robin Contact"' in other.get(f"/programmes/express/{other.draft}/contact/").text
    assert "Go on with what Robin Contact began" in other.get(reverse("programmes:express-start")).text


def test_link_names_school_and_hub_and_the_address_is_filled_in() -> None:
    with clock.fixed(NOW):
        make_privacy()
        hub = make.HubFactory(name="Trent Maths Hub", email="hello@trent.example.org")
        school = make.SchoolFactory(name="Hill Primary School", authority__hub=hub)
        visitor = Visitor().choose(school, make.OfferFactory(title="Own Maths"))
        visitor.post(name="Robin Contact", save="")
        link = _saved(visitor)
        page = Visitor().post(link).get(f"/programmes/express/{visitor.draft}/contact/").text

    (sent,) = mail.outbox
    body = " ".join(str(sent.body).split())
    assert sent.subject == "Go on with your form: Hill Primary School"
    assert "a form for Trent Maths Hub, about Hill Primary School (Own Maths, 2026/27). Go on here" in body
    assert "Robin" not in body
    assert body.endswith("answer this e-mail: it goes to Trent Maths Hub. Hub Portal, for Trent Maths Hub")
    assert 'value="Robin Contact"' in page
    assert 'value="robin@hill.example.org"' in page


def test_form_is_kept_for_weeks_after_the_last_answer_and_then_deleted(begun: Visitor) -> None:
    link = _saved(begun)
    with clock.fixed(NOW + timedelta(days=20)):
        other = Visitor().post(link)
        other.post(name="Jo Head", email="head@hill.example.org")
        forget_old(now=clock.now())
    kept = FormDraft.objects.get().kept_until
    with clock.fixed(NOW + timedelta(days=51)):
        late = Visitor().get(link)
        forget_old(now=clock.now())

    assert kept == NOW + timedelta(days=50)
    assert (late.status, "no longer kept" in late.text) == (404, True)
    assert FormDraft.objects.count() == 0


def test_form_without_a_link_is_deleted_after_a_day(begun: Visitor) -> None:
    forget_old(now=NOW + timedelta(hours=23))
    left = FormDraft.objects.count()

    forget_old(now=NOW + timedelta(hours=25))

    assert (left, FormDraft.objects.count()) == (1, 0)


def test_link_is_sent_to_a_right_address_and_once_in_a_moment(begun: Visitor) -> None:
    save = reverse("programmes:express-save", args=[begun.draft])

    wrong = begun.post(save, email="robin").text
    for _again in range(2):
        begun.post(save, email="robin@hill.example.org")
    delivery.deliver_due()

    assert "Enter an e-mail address like" in wrong
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("token", ["x", "x.y", "\u20ac.z"])
def test_forged_link_opens_no_form(begun: Visitor, token: str) -> None:
    assert Visitor().get(reverse("programmes:express-back", args=[token])).status == 404


def test_link_of_a_form_that_was_sent_says_so(begun: Visitor) -> None:
    row = FormDraft.objects.get()
    FormDraft.objects.update(data={"sent": {}})

    assert "This form was sent." in Visitor().get(draft_path(row)).text


def test_what_is_on_a_page_is_put_by_as_it_is_and_asked_again(begun: Visitor) -> None:
    begun.post(name="Jo H\x00ead", email="not yet", save="yes")
    saving, link = begun.page, _saved(begun)
    other = Visitor().post(link)
    shown = other.text

    wrong = other.post(name="Jo Head", email="not yet").text
    page = other.post(name="Jo Head", email="head@hill.example.org").page

    assert (saving, 'value="Jo Head"' in shown, 'value="not yet"' in shown) == ("save", True, True)
    assert ("Enter an e-mail address like" in wrong, page) == (True, "teachers/1")


def test_ticks_are_put_by_and_an_answer_given_before_is_asked_for_again(begun: Visitor) -> None:
    begun.answer_people()
    begun.post(message="").agree()
    first, second = make.OfferFactory(title="Number Fun"), begun.path
    programme = f"/programmes/express/{begun.draft}/programme/"

    begun.post(programme, offer=first.pk, save="yes")
    returned = begun.get(second)

    assert returned.page == "programme"
    assert re.findall(r'value="(\d+)" checked', returned.text) == [str(first.pk)]


def test_ticks_of_texts_count_only_for_the_texts_that_were_shown(begun: Visitor) -> None:
    begun.answer_people()
    begun.post(message="")
    agree = begun.path
    texts = begun.text.partition('name="texts" value="')[2].partition('"')[0]

    begun.post(agree, texts=texts, privacy="on", save="yes")
    same = re.findall(r'name="(\w+)"[^>]* checked', begun.get(agree).text)
    begun.post(agree, texts="1-1-1", privacy="on", save="yes")

    assert (same, " checked" in begun.get(agree).text) == (["privacy"], False)


def test_what_a_school_is_interested_in_is_put_by() -> None:
    with clock.fixed(NOW):
        make_privacy()
        make.OfferFactory()
        visitor = Visitor().post(
            reverse("programmes:express-school"), school=make.SchoolFactory().pk, **{"for": "tell"}
        )
        (value, *_others) = re.findall(r'name="wish"[^>]* value="([^"]+)"', visitor.text)
        wish = visitor.path
        visitor.post(wish, wish=value, save="yes")

        assert re.findall(r'value="([^"]+)" checked', visitor.get(wish).text) == [value]


@pytest.fixture
def checked(begun: Visitor) -> Visitor:
    """All is answered: the check of the answers is open."""
    begun.answer_people()
    return begun.post(message="").agree()


def test_edit_with_a_mistake_is_kept_and_asked_for_until_it_is_right(checked: Visitor) -> None:
    check, contact = checked.path, checked.path.replace("/check/", "/contact/")
    edit = {"name": "Kim Newcomer", "email": "kim@hill.example.org", "job_title": "Deputy", "phone": "12"}

    wrong = checked.post(contact, **edit).text
    back = re.findall(r'href="([^"]+)" class="govuk-back-link"', wrong)[0]
    checked.get(back).get(check)
    shown = [f'value="{value}"' in checked.text for value in edit.values()]
    page = checked.page
    checked.post(**{**edit, "phone": ""})

    assert ("There is a problem" in wrong, page, shown) == (True, "contact", [True] * 4)
    assert (checked.page, "Kim Newcomer" in checked.text, CONTACT["name"] in checked.text) == ("check", True, False)


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        ("programme", {}),
        ("head", {"name": "Al Head", "email": "al"}),
        ("teachers/1", {"who": "nobody"}),
        ("message", {"message": "x" * 2001}),
        ("agree", {"privacy": "on"}),
    ],
)
def test_answer_with_a_mistake_is_never_taken_whatever_the_page(
    checked: Visitor, page: str, typed: dict[str, str]
) -> None:
    check = checked.path
    texts = {}
    if page == "agree":
        checked.get(check.replace("/check/", "/agree/"))
        texts = {"texts": checked.text.partition('name="texts" value="')[2].partition('"')[0]}

    checked.post(check.replace("/check/", f"/{page}/"), **typed, **texts)

    assert checked.get(check).page == page


def _answered_at() -> tuple[list[str], str]:
    """Where an answer to the last e-mail goes, and what it says of that."""
    delivery.deliver_due()
    sent = mail.outbox[-1]
    return sent.reply_to, str(sent.body).partition("If you have a question, ")[2].partition("\n")[0]


def test_answer_to_the_link_goes_to_the_hub_of_the_school(begun: Visitor) -> None:
    hub = School.objects.get().hub
    assert hub is not None

    _saved(begun)

    assert _answered_at() == ([hub.email], f"answer this e-mail: it goes to {hub}.")


def test_answer_goes_to_the_portals_contact_where_the_school_has_no_hub(begun: Visitor, settings: LazySettings) -> None:
    School.objects.update(hub=None)

    _saved(begun)

    assert _answered_at() == ([settings.CONTACT_EMAIL], "")


def test_answer_about_what_was_sent_goes_to_the_hub_that_has_it() -> None:
    """The school may belong to another one by now."""
    with clock.fixed(NOW):
        interest = make.InterestFactory(hub=make.HubFactory(name="Old Hub", email="old@hubs.example.org"))
        FormDraft.objects.create(
            key="k", interest=interest, email="robin@hill.example.org", data={"schools": [interest.school_id]},
            saved_at=NOW, kept_until=NOW + timedelta(days=30), link_asked_at=NOW,
        )  # fmt: skip
        notices.sweep(NOW)

        assert _answered_at() == (["old@hubs.example.org"], "answer this e-mail: it goes to Old Hub.")
