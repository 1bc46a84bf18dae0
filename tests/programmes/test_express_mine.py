"""What somebody does with what they sent: the link by e-mail, changing, withdrawing, completing an interest."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db.models import F
from django.urls import reverse

from hubportal.core import clock, delivery, notices
from hubportal.core.models import JournalEntry
from programmes.actions.changes import CannotChange, Change, change_sent, seen_of, withdraw_sent
from programmes.actions.interest import submit
from programmes.actions.light import CannotInvite, invite_to_apply
from programmes.actions.links import answer_asked
from programmes.models import FormDraft, Interest
from programmes.notices.links import contact_path, draft_path
from programmes.rules import Named
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.express import CONTACT, HEAD, NOW, SAM, Visitor, make_application

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_september")]


@pytest.fixture
def sent() -> Interest:
    school = make.SchoolFactory(name="Hill Primary School", website="www.hill.example.org")
    interest = submit(application=make_application(school=school), by=None, now=NOW)
    delivery.deliver_due()
    mail.outbox.clear()
    return interest


def _unsent() -> int:
    """How many forms still hold answers."""
    return FormDraft.objects.exclude(data__has_key="sent").count()


def _link(interest: Interest) -> str:
    return contact_path(interest, NOW.date())


def _change_of(interest: Interest, **changed: Any) -> Change:
    names = ("contact_name", "contact_email", "contact_phone", "contact_job", "contact_is_head", "head_name")
    values = {name: getattr(interest, name) for name in (*names, "head_email", "message")}
    teachers = tuple(Named(one.name, one.email, one.job_title, one.has_lead_role) for one in interest.teachers.all())
    return Change(**{**values, "teachers": teachers, **changed})


def test_link_goes_to_the_stored_address_only_and_every_asker_reads_the_same(sent: Interest) -> None:
    visitor, ask = Visitor(), reverse("programmes:express-link")

    right = visitor.post(ask, reference=sent.reference, email=sent.contact_email).text
    visitor.post(ask, reference=sent.reference, email=sent.contact_email)
    wrong = [
        visitor.post(ask, reference=reference, email=email).text.replace(email, sent.contact_email)
        for reference, email in (("HP-WRONG", sent.contact_email), (sent.reference, "else@hill.example.org"))
    ]
    delivery.deliver_due()

    main = [text.partition("<main")[2] for text in (right, *wrong)]
    assert main[1:] == [main[0]] * 2
    assert [(one.to, _link(sent) in one.body) for one in mail.outbox] == [
        ([f"Robin Contact <{sent.contact_email}>"], True)
    ]


def test_who_has_lost_the_reference_gets_links_to_all_that_stands_and_a_stranger_reads_the_same(
    sent: Interest,
) -> None:
    ask, status = reverse("programmes:express-link"), reverse("programmes:express-status")
    with clock.fixed(NOW):
        other = submit(application=make_application(contact_email=sent.contact_email.upper()), by=None, now=NOW)
        gone = submit(application=make_application(contact_email=sent.contact_email), by=None, now=NOW)
        Interest.objects.filter(pk=gone.pk).update(status="withdrawn")
        delivery.deliver_due()
        mail.outbox.clear()

        led_there = ask in Visitor().get(status).text
        right = Visitor().post(ask, reference="", email=sent.contact_email).text
        unknown = Visitor().post(ask, reference="", email="else@hill.example.org").text
        answer_asked(now=NOW)
        delivery.deliver_due()

    main = [
        text.partition("<main")[2] for text in (right, unknown.replace("else@hill.example.org", sent.contact_email))
    ]
    assert led_there
    assert main[0] == main[1]
    (links,) = mail.outbox
    listed = [one.reference in links.body for one in (sent, other, gone)]
    assert (links.recipients(), listed) == ([f'"{sent.contact_email}" <{sent.contact_email}>'], [True, True, False])


def test_form_whose_link_has_ended_is_not_listed_and_says_what_to_do(sent: Interest) -> None:
    visitor = Visitor()
    with clock.fixed(NOW):
        token = contact_path(sent, NOW.date()).split("/")[-2]
        visitor.post(reverse("programmes:express-mine-change", args=[token]))
        listed = visitor.get(reverse("programmes:express-start")).text
        back = draft_path(FormDraft.objects.get())
        Interest.objects.filter(pk=sent.pk).update(link_number=F("link_number") + 1)
        unlisted = visitor.get(reverse("programmes:express-start")).text
        opened = Visitor().get(back)

    begun = f"Go on with what {sent.contact_name} began"
    assert [begun in one for one in (listed, unlisted)] == [True, False]
    assert (opened.status, reverse("programmes:express-link") in opened.text) == (404, True)


@pytest.mark.parametrize("token", ["x", "1-1-20260908", "1-1-20260908.forged", "\u20ac"])
def test_forged_link_opens_nothing(sent: Interest, token: str) -> None:
    visitor = Visitor().get(reverse("programmes:express-mine", args=[token]))

    assert (visitor.status, sent.reference in visitor.text) == (404, False)


def test_expired_link_shows_nothing_and_sends_a_new_one(sent: Interest) -> None:
    visitor = Visitor()
    with clock.fixed(NOW + timedelta(days=31)):
        expired = visitor.get(_link(sent)).text
        visitor.post(_link(sent) + "again/")
        delivery.deliver_due()

    assert ("This link has expired" in expired, sent.reference in expired, "Robin" in expired) == (True, False, False)
    assert [one.to for one in mail.outbox] == [[f"Robin Contact <{sent.contact_email}>"]]
    new = contact_path(sent, (NOW + timedelta(days=31)).date())
    assert new in mail.outbox[0].body


@pytest.mark.parametrize("email", ["", "new@hill.example.org"])
def test_changes_that_are_saved_twice_end_on_the_page_of_what_was_sent(sent: Interest, email: str) -> None:
    visitor = Visitor().get(_link(sent))
    visitor.post(_link(sent) + "change/")
    check, key = visitor.path, visitor.draft
    if email:
        contact = {**CONTACT, "email": email}
        visitor.post(f"/programmes/express/{key}/contact/", **contact)
    visitor.post(f"/programmes/express/{key}/message/", message="Another word.")
    first = visitor.post(check)
    ends_on, said = first.path, "Your changes are saved." in first.text

    again = visitor.post(check)
    then = visitor.get(f"/programmes/express/{key}/done/").path

    sent.refresh_from_db()
    assert sent.message == "Another word."
    assert (ends_on, said) == (reverse("programmes:express-status") if email else _link(sent), True)
    assert (again.path, then) == (ends_on, ends_on)
    assert "This was sent already." in again.text
    assert "nothing was sent" not in again.text
    assert "Another word." not in str(FormDraft.objects.get(key=key).data)


def test_school_changes_teacher_and_headteacher_who_is_asked_anew(sent: Interest) -> None:
    visitor = Visitor().get(_link(sent))
    visitor.post(_link(sent) + "change/")
    begun = visitor.page, "Save changes" in visitor.text
    key = visitor.draft

    visitor.post(f"/programmes/express/{key}/head/", name="Kim Newhead", email="kim@hill.example.org")
    visitor.post(f"/programmes/express/{key}/teachers/2/", who="other")
    visitor.post(name="Ali Teacher", email="ali@hill.example.org", job_title="Year 5 teacher")
    visitor.post(f"/programmes/express/{key}/check/")
    delivery.deliver_due()

    sent.refresh_from_db()
    entry = JournalEntry.objects.about(sent).first()
    assert (begun, "Your changes are saved." in visitor.text, _unsent()) == (("check", True), True, 0)
    assert (sent.head_name, sent.head_asked, sent.status) == ("Kim Newhead", 2, "submitted")
    assert [one.name for one in sent.teachers.all()] == ["Sam Teacher", "Ali Teacher"]
    assert [one.to for one in mail.outbox] == [["Kim Newhead <kim@hill.example.org>"]]
    assert entry is not None
    assert (entry.what, sorted(entry.changed)) == ("Changed by the school", ["head_email", "head_name", "teachers"])


def test_changes_that_meet_anothers_are_kept_and_what_the_other_changed_is_said(sent: Interest) -> None:
    visitor = Visitor()
    visitor.post(_link(sent) + "change/")
    key = visitor.draft
    visitor.post(f"/programmes/express/{key}/message/", message="Mornings only.")
    own = {"name": "Robin Contact", "email": sent.contact_email, "job_title": "Head of maths"}
    visitor.post(f"/programmes/express/{key}/contact/", **own, phone=sent.contact_phone)
    theirs = _change_of(sent, contact_phone="0116 496 0009", head_name="Kim Newhead")
    change_sent(interest=sent, change=theirs, seen=seen_of(sent), by=None, now=NOW)

    met = visitor.post(f"/programmes/express/{key}/check/")
    page, text = met.page, met.text
    visitor.post(f"/programmes/express/{key}/check/")

    sent.refresh_from_db()
    said = "your telephone number to “0116 496 0009”; the headteacher’s name to “Kim Newhead”."
    assert (page, said in text, "Mornings only." in text) == ("check", True, True)
    assert ("Your changes are saved." in visitor.text, _unsent()) == (True, 0)
    assert (sent.message, sent.contact_job) == ("Mornings only.", "Head of maths")
    assert (sent.contact_phone, sent.head_name) == ("0116 496 0009", "Kim Newhead")


@pytest.mark.parametrize("status", ["accepted", "declined", "withdrawn"])
def test_changes_that_come_after_the_decision_are_shown_again_and_said_not_to_be_saved(
    sent: Interest, status: str
) -> None:
    visitor = Visitor()
    visitor.post(_link(sent) + "change/")
    form = f"/programmes/express/{visitor.draft}/"
    visitor.post(f"{form}message/", message="Mornings only.\r\nAnd <soon>.")
    visitor.post(f"{form}head/", name="Kim Newhead", email="kim@hill.example.org")
    visitor.post(f"{form}teachers/1/", who="later")
    lead = make.make_user(HUB_LEAD, hub=sent.hub)
    decided: dict[str, Any] = {} if status == "withdrawn" else {"decided_at": NOW, "decided_by": lead}
    Interest.objects.get(pk=sent.pk).move_to(status, by=lead, **decided)

    text = html.unescape(" ".join(visitor.post(f"{form}check/").text.partition("<main")[2].split()))

    sent.refresh_from_db()
    hub = sent.hub
    assert hub is not None
    typed = ("Mornings only.", "And <soon>.", "Kim Newhead", "kim@hill.example.org", "To be named")
    assert [words for words in ("Your changes were not saved", hub.email, *typed) if words not in text] == []
    assert (f"{lead} decided about this on Tuesday 8 September 2026, 10am" in text) is bool(decided)
    assert ("Nothing was done twice" in text, "Your telephone number" in text) == (False, False)
    assert (sent.message, sent.head_name) == ("", HEAD["name"])


def test_form_begun_by_a_link_that_has_ended_opens_nothing_and_renews_nothing(sent: Interest) -> None:
    """Whoever was contact keeps no way in by a form that they opened in time."""
    visitor = Visitor()
    visitor.post(_link(sent) + "change/")
    check, row = visitor.path, FormDraft.objects.get()
    change = _change_of(sent, contact_name="New Contact", contact_email="new@hill.example.org")
    change_sent(interest=sent, change=change, seen=seen_of(sent), by=None, now=NOW)

    pressed = visitor.post(check).path
    saved = visitor.post(f"/programmes/express/{row.key}/save/", email="robin@hill.example.org").path
    back = Visitor().get(draft_path(row))

    assert (pressed, saved) == (reverse("programmes:express-link"),) * 2
    assert "The link that you opened this form with has ended." in visitor.text
    assert (back.status, "new@hill.example.org" in visitor.text) == (404, False)


def test_change_is_followed_by_the_link_that_opened_it_and_no_longer_one(sent: Interest) -> None:
    with clock.fixed(NOW + timedelta(days=29)):
        visitor = Visitor()
        visitor.post(_link(sent) + "change/").post()

    assert visitor.path == _link(sent)


def test_link_to_go_on_with_what_was_sent_goes_to_its_contact_alone(sent: Interest) -> None:
    visitor = Visitor()
    visitor.post(_link(sent) + "change/")

    visitor.post(f"/programmes/express/{visitor.draft}/save/", email="else@elsewhere.example.org")
    delivery.deliver_due()

    assert [one.to for one in mail.outbox] == [[f'"{sent.contact_email}" <{sent.contact_email}>']]


def test_change_that_a_link_opened_meets_no_trap_for_programs(sent: Interest) -> None:
    visitor = Visitor()
    visitor.post(_link(sent) + "change/")
    page = f"/programmes/express/{visitor.draft}/contact/"
    has_trap = "id_website" in visitor.get(page).text
    own = {"name": "Robin Contact", "email": sent.contact_email, "phone": "0116 496 0009", "is_head": "no"}

    visitor.post(page, **own, website="https://filled.example")
    visitor.post(f"/programmes/express/{visitor.draft}/check/")

    sent.refresh_from_db()
    assert (has_trap, sent.contact_phone) == (False, "0116 496 0009")


def test_nothing_new_is_no_change(sent: Interest) -> None:
    visitor = Visitor()
    visitor.post(_link(sent) + "change/").post()

    assert "Nothing was changed." in visitor.text
    assert not JournalEntry.objects.about(sent).filter(what="Changed by the school").exists()


@pytest.mark.parametrize(("status", "words"), [("accepted", "Nothing was done"), ("withdrawn", "Nothing was done")])
def test_what_is_decided_is_changed_and_withdrawn_no_more(sent: Interest, status: str, words: str) -> None:
    seen, change = seen_of(sent), _change_of(sent, message="Later")
    sent.move_to(status, by=None)

    with pytest.raises(CannotChange, match=words):
        change_sent(interest=sent, change=change, seen=seen, by=None, now=NOW)
    with pytest.raises(CannotChange, match=words):
        withdraw_sent(interest=sent, reason="", by=None, now=NOW)
    page = Visitor().get(_link(sent)).text
    assert ("Change it" in page, "Withdraw it" in page) == (False, False)


def test_of_two_who_change_it_the_second_is_told(sent: Interest) -> None:
    seen = seen_of(sent)
    change_sent(interest=sent, change=_change_of(sent, message="One"), seen=seen, by=None, now=NOW)

    with pytest.raises(CannotChange, match="Somebody else has changed this"):
        change_sent(interest=sent, change=_change_of(sent, message="Two"), seen=seen, by=None, now=NOW)

    sent.refresh_from_db()
    assert sent.message == "One"


def test_who_becomes_somebody_that_applied_already_is_told() -> None:
    first = make.InterestFactory(for_person=True)
    other = make.InterestFactory(for_person=True, offer=first.offer)
    change = _change_of(other, contact_email=first.contact_email.upper())

    with pytest.raises(CannotChange, match="has applied for the same already"):
        change_sent(interest=other, change=change, seen=seen_of(other), by=None, now=NOW)


def test_new_contact_address_ends_older_links(sent: Interest) -> None:
    old = _link(sent)
    change = _change_of(sent, contact_email="new@hill.example.org")

    change_sent(interest=sent, change=change, seen=seen_of(sent), by=None, now=NOW)

    assert "The e-mail address has changed" in Visitor().get(old).text


def test_contact_who_becomes_headteacher_has_confirmed(sent: Interest) -> None:
    change = _change_of(sent, contact_is_head=True, head_name=sent.contact_name, head_email=sent.contact_email)

    change_sent(interest=sent, change=change, seen=seen_of(sent), by=None, now=NOW)

    sent.refresh_from_db()
    assert (sent.head_confirmed_at, sent.head_asked_at) == (NOW, None)


def test_school_withdraws_and_its_headteacher_is_asked_no_more(sent: Interest) -> None:
    visitor = Visitor().get(_link(sent) + "withdraw/")

    visitor.post(reason="No cover")

    sent.refresh_from_db()
    entry = JournalEntry.objects.about(sent).first()
    assert (sent.status, "Withdrawn. Your hub can see it." in visitor.text) == ("withdrawn", True)
    assert entry is not None
    assert (entry.what, entry.note) == ("Withdrawn by Robin Contact", "No cover")


def test_invitation_goes_out_once_on_the_morning_that_applications_open_and_completes_the_interest() -> None:
    light = make.LightInterestFactory(year=2026, submitted_at=NOW, school__website="www.hill.example.org")
    opens = NOW.date() + timedelta(days=7)
    notices.reconcile(light, now=NOW)
    make.OfferFactory(phase=light.phase, opens_on=opens, title="Good Maths")

    for day in (6, 7, 8):
        with clock.fixed(NOW + timedelta(days=day)):
            notices.sweep(clock.now())
            delivery.deliver_due()

    received, invited = mail.outbox
    assert ("noted" in received.subject, invited.to) == (True, [f"Robin Contact <{light.contact_email}>"])
    assert invited.subject == f"{light.school}: you can apply for {light.programme}"
    link = re.findall(r"/programmes/express/mine/\S+", str(invited.body))[0]
    with clock.fixed(NOW + timedelta(days=9)):
        visitor = Visitor().get(link)
        visitor.post(link + "apply/")
        assert (visitor.page, 'value="Robin Contact"' in visitor.text) == ("head", False)
        visitor.post(**HEAD).post(who="other").post(**SAM).post(who="later").post(message="").agree().post()
    light.refresh_from_db()
    assert (light.status, light.offer is not None, light.head_name) == ("submitted", True, "Jo Head")
    assert (light.reference in visitor.text, Interest.objects.count()) == (True, 1)


def test_hub_invites_once_and_only_where_something_is_open() -> None:
    light = make.LightInterestFactory(year=2026)
    lead = make.make_user(HUB_LEAD, hub=light.hub)
    with pytest.raises(CannotInvite, match="are not open"):
        invite_to_apply(interest=light, by=lead, now=NOW)
    make.OfferFactory(phase=light.phase)
    visitor = Visitor()
    visitor.client.force_login(lead)

    visitor.post(reverse("programmes:interest-invite", args=[light.pk]))
    visitor.post(reverse("programmes:interest-invite", args=[light.pk]))
    delivery.deliver_due()

    assert "has been invited to apply already" in visitor.text
    assert len(mail.outbox) == 1
