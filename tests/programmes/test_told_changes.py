"""What whoever told of an interest changes of it until they apply, and an address that was mistyped."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from hubportal.core import clock, notices
from hubportal.core.delivery import deliver_due
from hubportal.core.models import JournalEntry, Notice
from programmes.actions.changes import CannotChange, ChangedMeanwhile, seen_of
from programmes.actions.drafts import DraftChanged, correct_sent
from programmes.actions.interest import submit
from programmes.actions.light import tell_interest
from programmes.actions.light_changes import ToldChange, change_told
from programmes.models import FormDraft, Interest, Offer
from programmes.notices.links import contact_path
from schools.models import School
from tests import factories as make
from tests.programmes.express import CONTACT, NOW, Visitor, make_application, make_privacy, make_telling
from tests.programmes.test_light_interest import _begin

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_september() -> Iterator[None]:
    cache.clear()
    with clock.fixed(NOW):
        make_privacy()
        yield


@pytest.fixture
def offer() -> Offer:
    """Open this year, with next year to come."""
    made: Offer = make.OfferFactory(phase__name="Sea Shanties", year=2026)
    return made


@pytest.fixture
def told(offer: Offer) -> Interest:
    like = Interest(school=make.SchoolFactory(website="www.hill.example.org"), phase=offer.phase, year=2027)
    interest, _is_new = tell_interest(
        telling=make_telling(like, contact_email="kim@hill.example.org"), by=None, now=NOW
    )
    deliver_due()
    mail.outbox.clear()
    return interest


def _change(told: Interest, **changed: Any) -> ToldChange:
    names = ("phase_id", "year", "contact_name", "contact_email", "contact_phone", "contact_job", "contact_is_head")
    return ToldChange(**{name: getattr(told, name) for name in (*names, "message")} | changed)


def _keep(told: Interest, **changed: Any) -> bool:
    return change_told(interest=told, change=_change(told, **changed), seen=seen_of(told), by=None, now=NOW)


def _edit(told: Interest) -> str:
    return contact_path(told, NOW.date()) + "edit/"


def _typed(told: Interest, **changed: str) -> dict[str, str]:
    given = {"name": told.contact_name, "email": told.contact_email, "job_title": told.contact_job, "message": ""}
    return {**given, "wish": f"{told.phase_id}-{told.year}", "seen": seen_of(told), **changed}


def test_everything_that_was_told_is_changed_by_the_link(told: Interest) -> None:
    visitor = Visitor().get(contact_path(told, NOW.date()))
    leads_there = _edit(told) in visitor.text

    visitor.get(_edit(told))
    is_filled_in = f'value="{told.contact_email}"' in visitor.text
    wish = f"{told.phase_id}-2026"
    visitor.post(**_typed(told, wish=wish, name="Kim Newname", phone="0116 496 0009", message="Mornings."))

    told.refresh_from_db()
    entry = JournalEntry.objects.about(told).first()
    assert entry is not None
    assert (leads_there, is_filled_in, "Your changes are saved." in visitor.text) == (True, True, True)
    assert (told.year, told.contact_name, told.contact_phone, told.message) == (
        2026,
        "Kim Newname",
        "0116 496 0009",
        "Mornings.",
    )
    assert (entry.what, entry.changed["programme"]) == (
        "Changed by the school",
        ["Sea Shanties 2027/28", "Sea Shanties 2026/27"],
    )
    assert (told.could_apply, told.status) == (True, "interested")


def test_interest_in_what_the_school_has_applied_for_follows_it_and_stands_again_for_another(
    told: Interest, offer: Offer
) -> None:
    first = submit(application=make_application(school=told.school, offer=offer), by=None, now=NOW)

    _keep(told, year=2026)
    told.refresh_from_db()
    follows = (told.status, told.duplicate_of)
    _keep(told, year=2027)

    told.refresh_from_db()
    assert (follows, told.status, told.duplicate_of) == (("second", first), "interested", None)


def test_second_copy_is_changed_and_withdrawn_like_any(told: Interest, offer: Offer) -> None:
    """Nobody finds out by it that a colleague has applied."""
    alone = Visitor().get(contact_path(told, NOW.date())).text
    Interest.objects.filter(pk=told.pk).update(
        status="second", duplicate_of=make.InterestFactory(school=told.school, offer=offer)
    )

    beside = Visitor().get(contact_path(told, NOW.date())).text

    assert beside.partition("<main")[2] == alone.partition("<main")[2]
    assert ("edit/" in beside, "withdraw/" in beside) == (True, True)


@pytest.mark.parametrize("status", ["submitted", "withdrawn"])
def test_what_is_applied_for_or_closed_is_no_longer_changed_here(told: Interest, offer: Offer, status: str) -> None:
    change, seen = _change(told, contact_name="Kim Newname"), seen_of(told)
    if status == "withdrawn":
        told.move_to("withdrawn", by=None)
    else:
        Interest.objects.filter(pk=told.pk).update(year=2026)
        sent = make_application(school=told.school, offer=offer, reference=told.reference, completes=told)
        submit(application=sent, by=None, now=NOW)

    with pytest.raises(CannotChange):
        change_told(interest=told, change=change, seen=seen, by=None, now=NOW)
    assert Visitor().get(_edit(told)).path == contact_path(told, NOW.date())


def test_what_somebody_was_invited_to_stays_and_the_page_says_so(told: Interest) -> None:
    make.NoticeFactory(kind="interest-invited", target=f"programmes.interest:{told.pk}", state="sent")

    page = Visitor().get(_edit(told)).text

    assert ("You have been invited to apply for this" in page, 'name="wish"' in page) == (True, False)
    with pytest.raises(CannotChange, match="invited"):
        _keep(told, year=2026)
    assert _keep(told, contact_name="Kim Newname")


def test_unsent_invitation_follows_to_the_other_programme(told: Interest, offer: Offer) -> None:
    make.OfferFactory(phase=offer.phase, year=2027, opens_on=NOW.date().replace(month=10))
    notices.reconcile(told, now=NOW)
    before = Notice.objects.filter(kind="interest-invited", state="planned").count()

    _keep(told, year=2026)

    assert (before, Notice.objects.filter(kind="interest-invited", state="planned").count()) == (1, 0)


def test_only_what_the_school_can_join_and_has_not_told_of_is_chosen(told: Interest) -> None:
    other = make.OfferFactory(school_phases=[4])
    again = make_telling(told, year=2026, contact_email=told.contact_email)
    tell_interest(telling=again, by=None, now=NOW)

    with pytest.raises(CannotChange, match="cannot join"):
        _keep(told, phase_id=other.phase_id)
    with pytest.raises(CannotChange, match="already"):
        _keep(told, year=2026)
    page = Visitor().post(_edit(told), **_typed(told, wish=f"{other.phase_id}-2026"))

    told.refresh_from_db()
    assert ("govuk-error-summary" in page.text, told.year) == (True, 2027)


def test_change_that_meets_anothers_says_so_and_is_saved_with_the_next_press(told: Interest) -> None:
    typed = _typed(told, message="Mornings.")
    _keep(told, contact_phone="0116 496 0009")

    met = Visitor().post(_edit(told), **typed)
    seen = re.search(r'name="seen" value="(\w+)"', met.text)
    assert seen is not None
    met.post(**{**typed, "seen": seen[1], "phone": "0116 496 0009"})

    told.refresh_from_db()
    assert (told.message, told.contact_phone) == ("Mornings.", "0116 496 0009")
    with pytest.raises(ChangedMeanwhile):
        change_told(interest=told, change=_change(told), seen="x", by=None, now=NOW)


def test_slip_in_the_new_address_is_asked_about_and_the_new_link_goes_to_the_right_one(told: Interest) -> None:
    visitor = Visitor()

    asked = visitor.post(_edit(told), **_typed(told, email="kim.new@hil.example.org")).text
    visitor.post(_edit(told), **_typed(told, email="kim.new@hill.example.org"))
    deliver_due()

    assert "Did you mean kim.new@hill.example.org?" in asked
    assert visitor.path == reverse("programmes:express-status")
    told.refresh_from_db()
    new = [str(one.body) for one in mail.outbox if "kim.new@hill.example.org" in one.to[0]]
    assert any(contact_path(told, NOW.date()) in body for body in new)
    assert [one.to for one in mail.outbox if "kim@hill.example.org" in one.to[0]] != []


def _tell(offer: Offer, email: str) -> Visitor:
    school = School.objects.filter(website="www.dale.example.org").first()
    visitor = _begin(school or make.SchoolFactory(website="www.dale.example.org"))
    visitor.post(wish=f"{offer.phase_id}-2027").post(**{**CONTACT, "email": email})
    texts = visitor.text.partition('name="texts" value="')[2].partition('"')[0]
    return visitor.post(texts=texts, privacy="on").post()


def test_mistyped_address_is_corrected_on_the_page_that_confirms(offer: Offer) -> None:
    done = _tell(offer, "robin@dail.elsewhere.org")
    deliver_due()
    mail.outbox.clear()
    address = done.path.replace("done", "address")
    link = address in done.text

    done.post(address, email="robin@dale.example.org")
    deliver_due()

    interest = Interest.objects.get()
    assert link
    assert (interest.contact_email, interest.link_number) == ("robin@dale.example.org", 2)
    assert [(one.to, interest.reference in one.subject) for one in mail.outbox] == [
        (["Robin Contact <robin@dale.example.org>"], True)
    ]
    assert ("sent to robin@dale.example.org now" in done.text, interest.reference in done.text) == (True, False)


def test_correcting_an_address_says_the_same_where_it_had_told_of_this_before(offer: Offer) -> None:
    """And leaves what was told then as it is: anybody could have typed the address."""
    known = _tell(offer, "robin@dale.example.org")
    before = Interest.objects.get()
    stranger = _tell(offer, "robin@dale.example.org")

    stranger.post(stranger.path.replace("done", "address"), email="stranger@dale.example.org")

    before.refresh_from_db()
    assert (before.contact_email, Interest.objects.count()) == ("robin@dale.example.org", 1)
    assert "sent to stranger@dale.example.org now" in stranger.text
    other = Visitor().get(known.path.replace("done", "address"))
    assert other.path == reverse("programmes:express-start")


def test_correction_that_comes_second_at_the_same_moment_changes_nothing(offer: Offer) -> None:
    done = _tell(offer, "robin@dail.elsewhere.org")
    stale = FormDraft.objects.get(key=done.draft)
    done.post(done.path.replace("done", "address"), email="robin@dale.example.org")

    with pytest.raises(DraftChanged):
        correct_sent(draft=stale, email="kim@dale.example.org", by=None, now=NOW)

    assert Interest.objects.get().contact_email == "robin@dale.example.org"
    assert FormDraft.objects.get(key=done.draft).data["sent"]["email"] == "robin@dale.example.org"
