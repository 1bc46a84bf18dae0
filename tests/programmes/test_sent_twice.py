"""What was sent twice: proposed in pairs, made one with what is chosen of each, or told apart for good."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery
from hubportal.core.models import JournalEntry, Notice
from programmes.actions import decisions
from programmes.actions.copies import NOT_A_PAIR, CannotMerge, TakenOver, merge, say_not_same
from programmes.actions.interest import submit
from programmes.actions.questions import ask
from programmes.actions.receipts import Came, enter, enter_head
from programmes.figures.copies import pairs_in
from programmes.models import Interest, InterestApart, PhaseOption, Receipt
from programmes.notices.decisions import outcome_told
from programmes.rules import Named
from programmes.rules.copies import SAME_SCHOOL, Sent, pairs
from schools.models import User
from schools.roles import HUB_LEAD
from schools.rules.duplicates import SAME_ADDRESS
from tests import factories as make
from tests.programmes.express import NOW, make_application
from tests.programmes.test_copies import LATER
from tests.races import at_once

OURS, THEIRS = Named("Ann Ours", "ann@people.example.org"), Named("Bo Theirs", "bo@people.example.org")


def _sent(pk: int, **facts: Any) -> Sent:
    known = {"school": 1, "phase": 1, "year": 2026, "name": f"Name {pk}", "email": f"{pk}@people.example.org"}
    return Sent(pk, **{**known, "for_person": False, "is_application": True, **facts})


def test_pairs_are_what_a_school_told_of_twice_and_people_who_may_be_one() -> None:
    sent = [
        _sent(1),
        _sent(3, is_application=False, year=2027),
        _sent(4, is_application=False, year=2027),
        _sent(5, is_application=False, year=2028),
        _sent(6, for_person=True, email="kim@people.example.org"),
        _sent(7, for_person=True, email="KIM@people.example.org", school=2),
        _sent(8, for_person=True, email="kim@people.example.org", phase=2),
    ]

    assert pairs(sent) == [((3, 4), SAME_SCHOOL), ((6, 7), SAME_ADDRESS)]
    assert pairs(sent, apart=frozenset({(6, 7)})) == [((3, 4), SAME_SCHOOL)]


def _two(**second: Any) -> tuple[Interest, Interest, User]:
    """What the first sent, what a colleague of theirs sent two hours later, and the hub's lead."""
    places = {"teachers": (OURS, Named())}
    first = submit(application=make_application(message="Ours.", **places), by=None, now=NOW)
    theirs: dict[str, Any] = {"contact_name": "Lee Colleague", "contact_email": "lee@people.example.org"}
    theirs |= {"head_name": "Pat New", "head_email": "pat@people.example.org", "message": "Theirs."}
    theirs |= {"teachers": (THEIRS, OURS), **second}
    application = make_application(school=first.school, offer=first.offer, **theirs)
    copy = submit(application=application, by=None, now=NOW + timedelta(hours=2))
    return first, copy, make.make_user(HUB_LEAD, hub=first.hub)


@pytest.mark.django_db
def test_whoever_sends_the_same_after_a_decision_hears_nothing_of_it() -> None:
    first = submit(application=make_application(), by=None, now=NOW)
    lead = make.make_user(HUB_LEAD, hub=first.hub)
    decisions.put_on_waiting_list(interest=first, by=lead, now=NOW + timedelta(hours=1), reason="")
    stranger = {"contact_name": "Lee Curious", "contact_email": "lee@people.example.org"}
    later = NOW + timedelta(hours=2)
    copy = submit(application=make_application(school=first.school, offer=first.offer, **stranger), by=None, now=later)

    before = (outcome_told(copy), told_of(copy))
    decisions.accept(interest=Interest.objects.get(pk=first.pk), by=lead, now=later + timedelta(hours=1))

    copy.refresh_from_db()
    assert before == ("second", [])
    assert (outcome_told(copy), told_of(copy)) == ("accepted", ["accepted"])


def told_of(copy: Interest) -> list[str]:
    told = Notice.objects.about([copy]).filter(kind="interest-second").exclude(state="cancelled")
    return [one.occurrence.partition("@")[0] for one in told]


def _teachers(interest: Interest, *names: str) -> frozenset[int]:
    return frozenset(interest.teachers.filter(name__in=names).values_list("pk", flat=True))


@pytest.mark.django_db
def test_one_that_stays_has_what_was_chosen_of_both() -> None:
    first, copy, lead = _two()
    both = _teachers(first, OURS.name) | _teachers(copy, OURS.name, THEIRS.name)

    with clock.fixed(LATER):
        taken = TakenOver(teachers=both, contact=True, head=True, message=True)
        merge(kept=first, gone=copy, taken=taken, by=lead, now=LATER)

    first, copy = (Interest.objects.get(pk=one.pk) for one in (first, copy))
    assert (first.status, copy.status, copy.duplicate_of) == ("submitted", "merged", first)
    assert (first.contact_email, first.head_name, first.message) == (
        "lee@people.example.org",
        "Pat New",
        "Ours.\n\nTheirs.",
    )
    assert [one.name for one in first.teachers.all()] == [OURS.name, THEIRS.name]
    asked = Notice.objects.filter(kind="interest-head", state="planned", target=f"programmes.interest:{first.pk}")
    assert set(asked.values_list("email", flat=True)) == {"pat@people.example.org"}
    assert first.link_number == 2  # the link of the contact before ends


@pytest.mark.django_db
def test_nothing_chosen_leaves_the_one_that_stays_as_it_was_and_both_senders_hear_the_decision() -> None:
    first, copy, lead = _two()

    merge(kept=first, gone=copy, taken=TakenOver(), by=lead, now=LATER)
    decisions.decline(interest=Interest.objects.get(pk=first.pk), by=lead, now=LATER, reason="Full.")

    first.refresh_from_db()
    assert (first.contact_name, first.message, first.teachers.count()) == ("Robin Contact", "Ours.", 2)
    told = Notice.objects.filter(kind__in=("interest-declined", "interest-second")).values_list("email", flat=True)
    assert set(told) == {first.contact_email, first.head_email, copy.contact_email}


@pytest.mark.django_db
def test_copy_that_is_kept_takes_the_firsts_place_and_a_third_follows_it() -> None:
    first, copy, lead = _two()
    third = make.InterestFactory(school=first.school, offer=first.offer, status="second", duplicate_of=first)

    merge(kept=copy, gone=first, taken=TakenOver(), by=lead, now=LATER)

    states = {one.pk: (one.status, one.duplicate_of_id) for one in Interest.objects.all()}
    assert states == {first.pk: ("merged", copy.pk), copy.pk: ("submitted", None), third.pk: ("second", copy.pk)}
    asked = Notice.objects.filter(kind="interest-head", state="planned").values_list("email", flat=True)
    assert set(asked) == {copy.head_email}
    decisions.decline(interest=Interest.objects.get(pk=copy.pk), by=lead, now=LATER, reason="Full.")
    assert Notice.objects.filter(kind="interest-second", email=first.contact_email).count() == 1


@pytest.mark.django_db
def test_question_that_nobody_answered_goes_to_the_contact_of_the_one_that_stays() -> None:
    first, copy, lead = _two()
    ask(interest=first, text="Which years?", by=lead, now=LATER)

    merge(kept=copy, gone=first, taken=TakenOver(questions=True), by=lead, now=LATER)

    first, copy = (Interest.objects.get(pk=one.pk) for one in (first, copy))
    assert (first.question, copy.question, copy.messages.count()) == ("", "asked", 1)
    asked = Notice.objects.filter(kind="interest-question", state="planned")
    assert list(asked.values_list("email", flat=True)) == [copy.contact_email]


@pytest.mark.django_db
def test_closing_the_one_that_stays_brings_nothing_merged_back() -> None:
    first, copy, lead = _two()
    kept = merge(kept=first, gone=copy, taken=TakenOver(), by=lead, now=LATER)

    assert decisions.close(interest=kept, by=lead, now=LATER, reason="They do not take part.") is None

    copy.refresh_from_db()
    assert copy.status == "merged"


@pytest.mark.django_db
def test_more_teachers_than_places_or_two_of_nothing_change_nothing() -> None:
    first, copy, lead = _two(teachers=(THEIRS, Named("Cy Third", "cy@people.example.org")))
    all_three = _teachers(first, OURS.name) | _teachers(copy, THEIRS.name, "Cy Third")
    stranger = make.InterestFactory()

    with pytest.raises(CannotMerge, match="2 places"):
        merge(kept=first, gone=copy, taken=TakenOver(teachers=all_three), by=lead, now=LATER)
    with pytest.raises(CannotMerge, match="not, or no longer"):
        merge(kept=first, gone=stranger, taken=TakenOver(), by=lead, now=LATER)
    with pytest.raises(CannotMerge, match="not, or no longer"):
        say_not_same(one=first, other=stranger, by=lead, now=LATER)

    assert sorted(Interest.objects.values_list("status", flat=True)) == ["second", "submitted", "submitted"]


@pytest.mark.django_db
def test_accepted_one_takes_over_questions_only() -> None:
    first, copy, lead = _two()
    decisions.accept(interest=first, by=lead, now=LATER)

    with pytest.raises(CannotMerge, match="decided already"):
        merge(kept=first, gone=copy, taken=TakenOver(contact=True), by=lead, now=LATER)
    with pytest.raises(CannotMerge, match="Keep the one"):
        merge(kept=copy, gone=first, taken=TakenOver(), by=lead, now=LATER)
    merge(kept=first, gone=copy, taken=TakenOver(questions=True), by=lead, now=LATER)

    copy.refresh_from_db()
    assert copy.status == "merged"


@pytest.mark.django_db
def test_what_was_told_apart_stands_by_itself_and_is_not_asked_about_again() -> None:
    first, copy, lead = _two()

    say_not_same(one=first, other=copy, by=lead, now=LATER)
    with pytest.raises(CannotMerge):
        say_not_same(one=first, other=make.InterestFactory(), by=lead, now=LATER)

    first.refresh_from_db()
    copy.refresh_from_db()
    assert (first.status, copy.status, copy.duplicate_of) == ("submitted", "submitted", None)
    assert InterestApart.objects.count() == 1
    assert first.hub is not None
    assert pairs_in(lead, first.hub, since=first.year) == []
    asked = Notice.objects.filter(kind="interest-head", state="planned").values_list("target", flat=True).distinct()
    assert set(asked) == {f"programmes.interest:{one.pk}" for one in (first, copy)}
    third = submit(
        application=make_application(school=first.school, offer=first.offer, contact_email="x@people.example.org"),
        by=None,
        now=LATER,
    )
    assert (third.status, third.duplicate_of) == ("second", first)


@pytest.mark.django_db
def test_interest_that_was_told_apart_is_no_copy_once_one_of_them_applies() -> None:
    offer = make.OfferFactory()
    school = make_application().school
    told = [
        make.LightInterestFactory(school=school, phase=offer.phase, year=offer.year, contact_email=f"{n}@x.example.org")
        for n in range(2)
    ]
    lead = make.make_user(HUB_LEAD, hub=school.hub)
    say_not_same(one=told[0], other=told[1], by=lead, now=NOW)

    applied = [
        submit(
            application=make_application(school=school, offer=offer, completes=one, reference=one.reference),
            by=None,
            now=NOW,
        )
        for one in told
    ]

    assert [(one.pk, one.status) for one in applied] == [(one.pk, "submitted") for one in told]


def _receipt(interest: Interest, note: str) -> Receipt:
    facts = {"what": "head", "how": "phone", "came_on": NOW.date(), "entered_at": NOW}
    return Receipt.objects.create(interest=interest, note=note, **facts)


@pytest.mark.django_db
def test_answer_of_both_headteachers_is_kept_whoever_counts_from_now_on() -> None:
    first, copy, lead = _two()
    Interest.objects.filter(pk=copy.pk).update(head_confirmed_at=NOW)
    ours, theirs = _receipt(first, "Jo Head rang."), _receipt(copy, "Pat New rang.")

    merge(kept=first, gone=copy, taken=TakenOver(head=True), by=lead, now=LATER)

    assert dict(Receipt.objects.values_list("pk", "interest")) == {theirs.pk: first.pk, ours.pk: copy.pk}
    page = _open(lead, first.get_absolute_url())
    assert page.context["head_receipt"] == theirs
    assert (page.text.count("Jo Head rang."), page.text.count("Pat New rang.")) == (1, 1)


@pytest.mark.django_db
def test_headteacher_whose_answer_goes_along_is_not_told_of_it_again() -> None:
    first, copy, lead = _two()
    enter_head(interest=first, asked=first.head_asked, came=Came("phone", LATER.date(), "Yes."), by=lead, now=LATER)
    with clock.fixed(LATER):
        delivery.deliver_due()

    merge(kept=copy, gone=first, taken=TakenOver(head=True), by=lead, now=LATER)

    told = Notice.objects.filter(kind="interest-head-recorded").values_list("target", "state")
    assert list(told) == [(f"programmes.interest:{copy.pk}", "sent")]


@pytest.mark.django_db
def test_nobody_who_only_says_which_one_stays_changes_it() -> None:
    first, copy, lead = _two()
    compare = reverse("programmes:copy-compare", args=[first.pk, copy.pk])
    shown = _open(lead, compare).context["form"]
    untouched = {name: shown[name].value() for name in ("contact", "head")}

    _open(lead, compare, {"answer": "second", **untouched})

    kept = Interest.objects.get(pk=copy.pk)
    assert (kept.status, kept.contact_name, kept.head_name) == ("submitted", copy.contact_name, copy.head_name)


@pytest.mark.django_db
def test_option_of_either_is_chosen_and_written_down() -> None:
    first, copy, lead = _two()
    for one, name in ((first, "Lesson design"), (copy, "Coaching")):
        option = PhaseOption.objects.create(phase=first.phase, name=name, position=one.pk)
        Interest.objects.filter(pk=one.pk).update(option=option)
    compare = reverse("programmes:copy-compare", args=[first.pk, copy.pk])

    _open(lead, compare, {"answer": "first", "option": "second", "contact": "as_it_is", "head": "as_it_is"})

    entry = JournalEntry.objects.get(what="Another one was merged into this")
    assert str(Interest.objects.get(pk=first.pk).option) == "Coaching"
    assert entry.changed["option"] == ["Lesson design", "Coaching"]


def _open(user: User, url: str, sent: dict[str, Any] | None = None) -> Any:
    client = Client()
    client.force_login(user)
    with clock.fixed(LATER):
        return client.get(url) if sent is None else client.post(url, sent, follow=True)


@pytest.mark.django_db
def test_hub_compares_two_and_finds_the_evidence_of_both_on_the_one_that_stays() -> None:
    first, _second, lead = _two()
    evidence = SimpleUploadedFile("call.txt", b"They rang.", content_type="text/plain")
    copy = enter(
        what=make_application(school=first.school, offer=first.offer, contact_email="z@people.example.org"),
        came=Came("phone", NOW.date(), "Rang at noon.", evidence),
        by=lead,
        now=NOW,
    )
    listed, compare = reverse("programmes:copy-list"), reverse("programmes:copy-compare", args=[first.pk, copy.pk])

    assert compare in _open(lead, first.get_absolute_url()).text
    assert "Nothing seems to have been sent twice." in _open(lead, listed).text
    page = _open(lead, compare)
    assert "Rang at noon." in page.text
    assert list(page.context["form"].fields) == ["answer", "contact", "teachers", "extras"]
    refused = _open(lead, compare, {"contact": "second"})
    assert refused.context["form"].errors == {"answer": ["Answer “Are they the same?”"]}
    assert refused.context["form"]["contact"].value() == "second"
    done = _open(lead, compare, {"answer": "first", "contact": "first"})

    assert done.redirect_chain[0][0] == first.get_absolute_url()
    assert f"Merged, {copy.reference}" in done.text
    assert "Rang at noon." in done.text
    assert compare not in done.text
    assert NOT_A_PAIR in _open(lead, compare, {"answer": "first"}).text
    assert f'merged into <a href="{first.get_absolute_url()}"' in _open(lead, copy.get_absolute_url()).text


@pytest.mark.django_db
def test_told_apart_on_the_page_leads_back_to_the_first() -> None:
    first, copy, lead = _two()
    compare = reverse("programmes:copy-compare", args=[first.pk, copy.pk])

    page = _open(lead, compare, {"answer": "not_same", "contact": "first", "head": "first"})

    assert "Told apart" in page.text
    assert page.redirect_chain[0][0] == first.get_absolute_url()
    rows = _open(lead, reverse("programmes:interest-list")).context["rows"]
    assert {row[1] for row in rows} == {first.reference, copy.reference}


@pytest.mark.django_db
def test_sender_of_what_was_merged_reads_that_it_goes_on_and_cannot_change_it() -> None:
    first, copy, lead = _two()
    merge(kept=first, gone=copy, taken=TakenOver(), by=lead, now=LATER)
    sent = {"reference": copy.reference, "email": copy.contact_email}

    with clock.fixed(LATER):
        page = Client().post(reverse("programmes:express-status"), sent).text

    copy.refresh_from_db()
    assert "<strong>Received.</strong>" in page
    assert copy.may_be_changed is False


def _take(step: Callable[[], str]) -> str:
    return step()


def _merge(first: int, copy: int, lead: User) -> str:
    mine, theirs = (Interest.objects.get(pk=pk) for pk in (first, copy))
    try:
        merge(kept=mine, gone=theirs, taken=TakenOver(), by=lead, now=LATER)
    except CannotMerge:
        return "told"
    return "won"


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_of_two_who_merge_the_same_pair_one_is_told() -> None:
    first, copy, lead = _two()

    outcomes = at_once(_take, [lambda: _merge(first.pk, copy.pk, lead), lambda: _merge(copy.pk, first.pk, lead)])

    assert sorted(outcomes) == ["told", "won"]
    assert sorted(Interest.objects.values_list("status", flat=True)) == ["merged", "submitted"]
