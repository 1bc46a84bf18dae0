"""Many headteachers asked again with one press: looked through first, each once, and nobody twice."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery, jobs
from hubportal.core.locks import Gone
from hubportal.core.models import Job, JournalEntry, Notice
from programmes.actions.asking import ASKED, CannotAsk, ask_head_again
from programmes.actions.bulk import MOST_AT_ONCE, decide_many
from programmes.actions.heads import correct_head
from programmes.actions.interest import confirm_as_head, refuse_as_head
from programmes.models import Interest, Offer
from programmes.notices.links import head_path
from programmes.rules.asking import AskFacts, asking_verdict
from programmes.rules.bulk import Step
from schools.models import User
from schools.roles import BOARD, HUB_ADMIN, HUB_LEAD
from tests import factories as make
from tests.programmes.test_bulk import _ask, _came, _open
from tests.races import at_once
from tests.world import NOW

pytestmark = pytest.mark.django_db

LONG_AGO = NOW - timedelta(days=30)
DAY = timedelta(days=1)


@pytest.fixture
def lead() -> User:
    """Whoever leads the hub."""
    return make.make_user(HUB_LEAD, name="Priya Lead", hub=make.HubFactory())


def _silent(lead: User, **fields: Any) -> Interest:
    return _came(lead, **{"head_asked_at": LONG_AGO, **fields})


def _shown(lines: Sequence[Interest]) -> str:
    return " ".join(f"{one.pk}:{one.head_asked}" for one in lines)


def _sent(lines: Sequence[Interest]) -> dict[str, Any]:
    return {"shown": _shown(lines), "line": [one.pk for one in lines]}


def _asked(*lines: Interest) -> list[int]:
    return [Interest.objects.get(pk=one.pk).head_asked for one in lines]


def _letters() -> list[str]:
    with clock.fixed(NOW):
        delivery.deliver_due()
    return sorted(one.to[0] for one in mail.outbox if "please confirm" in one.subject)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (AskFacts(is_light=True), "has not applied yet"),
        (AskFacts(head_confirmed=True), "already confirmed"),
        (AskFacts(only_told=True), "only told"),
        (AskFacts(is_copy=True, is_standing=False), "second copy"),
        (AskFacts(is_standing=False), "no longer open"),
        (AskFacts(school_closed=True), "has closed"),
        (AskFacts(year_over="2025/26"), "2025/26 is over"),
        (AskFacts(bad_address="jo@hill.example.org"), "E-mails to jo@hill.example.org come back"),
        (AskFacts(is_just_asked=True), "a few minutes ago"),
    ],
)
def test_who_cannot_be_asked_is_said_with_the_reason(facts: AskFacts, words: str) -> None:
    assert words in asking_verdict(facts).blocked


@pytest.mark.parametrize(
    ("facts", "words", "is_doubtful"),
    [
        (AskFacts(), [], False),
        (AskFacts(other_head="Jo Head"), ["The portal knows Jo Head as headteacher."], False),
        (
            AskFacts(link_ends=date(2027, 1, 18)),
            ["The link that was sent last works until 18 January. Asking again ends it."],
            True,
        ),
        (
            AskFacts(refused_on=date(2027, 1, 4)),
            ["The headteacher said no on 4 January. Asking again takes that answer away."],
            True,
        ),
    ],
)
def test_who_has_an_open_link_or_said_no_is_looked_at_first(
    facts: AskFacts, words: list[str], is_doubtful: bool
) -> None:
    found = asking_verdict(facts)

    assert (found.warnings, found.is_doubtful, found.blocked) == (words, is_doubtful, "")


def test_list_leads_to_asking_those_who_never_answered(lead: User) -> None:
    silent, bounced = _silent(lead), _silent(lead)
    confirmed, fresh = _silent(lead, head_confirmed_at=NOW), _silent(lead, head_asked_at=NOW - DAY)
    make.BadAddressFactory(email=bounced.head_email)
    client = Client()
    client.force_login(lead)
    with clock.fixed(NOW):
        listed = client.get(reverse("programmes:interest-list") + "?status=all&head=late&whose=all").text

    page = _ask(lead, "ask", "?" + "&".join(f"pk={one.pk}" for one in (silent, bounced, confirmed, fresh)))

    assert reverse("programmes:interest-bulk", args=["ask"]) in listed
    found = {line.interest: (ticked, bool(line.verdict.blocked)) for line, ticked in page.context["lines"]}
    assert found == {
        silent: (True, False),
        bounced: (False, True),
        confirmed: (False, True),
        fresh: (False, False),
    }
    assert silent.head_email in page.text
    assert f"E-mails to {bounced.head_email} come back" in page.text


def test_letter_that_is_shown_carries_no_link_that_works(lead: User) -> None:
    silent = _silent(lead, head_asked_at=NOW - DAY)

    page = _ask(lead, "ask", f"?pk={silent.pk}")

    assert silent.head_name in page.context["letter"][1]
    assert head_path(silent) not in page.text
    silent.head_asked += 1
    assert head_path(silent) not in page.text


def test_each_headteacher_gets_one_email_however_often_it_is_pressed(lead: User) -> None:
    lines = [_silent(lead) for _number in range(3)]

    said = _ask(lead, "ask", "?all=1", _sent(lines))
    again = _ask(lead, "ask", "?all=1", _sent(lines))

    assert "Headteachers are asked again about 3 applications." in said.text
    assert "Headteachers are asked again about 3 applications." in again.text
    assert _letters() == sorted(f"{one.head_name} <{one.head_email}>" for one in lines)
    assert _asked(*lines) == [2, 2, 2]
    assert JournalEntry.objects.filter(what=ASKED, by=lead).count() == 3


def test_two_programmes_of_one_form_are_asked_about_in_one_email(lead: User) -> None:
    first = _silent(lead)
    second = _silent(lead, school=first.school, sent_with=first, head_name=first.head_name, head_email=first.head_email)

    page = _ask(lead, "ask", "?all=1", _sent([first, second]))

    assert "Headteachers are asked again about 2 applications." in page.text
    assert len(_letters()) == 1
    assert _asked(first, second) == [2, 2]
    for one in (first, second):
        assert JournalEntry.objects.about(one).filter(what=ASKED).count() == 1


def test_no_of_the_other_programme_stays_where_only_one_is_asked_about_again(lead: User) -> None:
    first = _silent(lead)
    fields = {"head_email": first.head_email, "head_refused_at": LONG_AGO, "head_refusal": "Not this."}
    refused = _silent(lead, school=first.school, sent_with=first, **fields)

    ask_head_again(interest=first, by=lead, now=NOW)

    refused.refresh_from_db()
    assert (refused.head_refusal, refused.head_asked) == ("Not this.", 1)


@pytest.fixture
def asked_and_told(lead: User) -> list[Interest]:
    """Of a teacher's two applications in one form, one asks the headteacher; of the other they are told: put right."""
    parts = [make.OfferFactory(enrols=Offer.Enrols.PERSONS, head_part=part) for part in ("asked", "told")]
    first = _silent(lead, offer=parts[0], for_person=True)
    same = {"school": first.school, "sent_with": first, "head_name": first.head_name, "head_email": first.head_email}
    both = [first, _came(lead, offer=parts[1], for_person=True, **same)]
    new = {"name": "Kim Right", "email": "kim@people.example.org"}
    for one in both:
        correct_head(interest=Interest.objects.get(pk=one.pk), **new, by=lead, now=NOW - DAY)
    return [Interest.objects.get(pk=one.pk) for one in both]


def test_headteacher_who_is_only_told_of_the_other_programme_is_not_asked_about_it(
    lead: User, asked_and_told: list[Interest]
) -> None:
    asked, told = asked_and_told

    ask_head_again(interest=asked, by=lead, now=NOW)

    told.refresh_from_db()
    assert told.head_asked_at is None
    _letters()
    (letter,) = [one for one in mail.outbox if "please confirm" in one.subject]
    assert told.programme_title not in letter.body


def test_headteacher_who_was_put_right_where_they_are_only_told_is_not_said_to_have_left(
    lead: User, asked_and_told: list[Interest]
) -> None:
    listed = [*Interest.objects.asking_nobody()]

    (line,) = [line for line, _ticked in _ask(lead, "ask", f"?pk={asked_and_told[1].pk}").context["lines"]]

    assert (listed, line.verdict.blocked) == (
        [],
        "Headteachers are only told of this programme: there is nothing to confirm.",
    )


def test_line_that_changed_after_it_was_shown_is_left_alone_and_says_why(lead: User) -> None:
    asked, confirmed, refused, same = (_silent(lead) for _number in range(4))
    rival = make.make_user(HUB_ADMIN, name="Olu Admin", hub=asked.hub)
    Interest.objects.update(head_asked_at=NOW - DAY)
    shown = [Interest.objects.get(pk=one.pk) for one in (asked, confirmed, refused, same)]
    with clock.fixed(NOW):
        ask_head_again(interest=Interest.objects.get(pk=asked.pk), by=rival, now=NOW)
        confirm_as_head(interest=Interest.objects.get(pk=confirmed.pk), asked=1, by=None, now=NOW)
        refuse_as_head(interest=Interest.objects.get(pk=refused.pk), asked=1, reason="No.", by=None, now=NOW)

    page = _ask(lead, "ask", "", _sent(shown))

    assert "The headteacher is asked again about 1 application." in page.text
    assert "Olu Admin has just done this: asked the headteacher again. Nothing was done twice." in page.text
    assert "The headteacher has already confirmed." in page.text
    assert "The headteacher has just said that they do not take part." in page.text
    refused.refresh_from_db()
    assert (refused.head_refusal, _asked(asked, confirmed, refused, same)) == ("No.", [2, 1, 1, 2])


def test_no_that_came_at_the_same_moment_is_not_asked_away(lead: User) -> None:
    read = _silent(lead, head_asked_at=NOW - DAY)
    refuse_as_head(interest=Interest.objects.get(pk=read.pk), asked=1, reason="No.", by=None, now=NOW)

    with pytest.raises(CannotAsk, match="has just said"):
        ask_head_again(interest=read, by=lead, now=NOW)


def test_what_has_just_been_taken_out_is_said_to_be_and_holds_up_no_other(lead: User) -> None:
    gone, other = _silent(lead), _silent(lead)
    Interest.objects.get(pk=gone.pk).delete()

    with clock.fixed(NOW):
        with pytest.raises(Gone, match="has just taken this interest out"):
            ask_head_again(interest=gone, by=lead, now=NOW)
        outcomes = decide_many(step=Step.ASK, interests=[gone, other], by=lead, now=NOW)

    assert ["has just taken" in one.problem for one in outcomes] == [True, False]
    assert _asked(other) == [2]


@pytest.mark.parametrize("what", ["closed", "bounced"])
def test_one_headteacher_whom_no_email_reaches_is_not_said_to_be_asked(lead: User, what: str) -> None:
    one = _silent(lead, school__gias_status="2" if what == "closed" else "1")
    if what == "bounced":
        make.BadAddressFactory(email=one.head_email)

    with pytest.raises(CannotAsk, match="has closed" if what == "closed" else "come back"):
        ask_head_again(interest=one, by=lead, now=NOW)

    assert _letters() == []


def test_more_than_a_page_can_wait_for_are_asked_by_a_worker_once(lead: User) -> None:
    offer = make.OfferFactory()
    lines = [_silent(lead, offer=offer) for _number in range(MOST_AT_ONCE + 1)]
    confirmed = lines[2]

    for _press in range(2):
        _ask(lead, "ask", sent=_sent(lines))
    Interest.objects.filter(pk=confirmed.pk).update(head_confirmed_at=NOW)
    with clock.fixed(NOW):
        jobs.run(jobs.take(Job.objects.get()))
    page = _open(lead, "interest-bulk-result", Job.objects.get().pk)

    assert "Ask headteachers again: 21 applications" in page.text
    assert "Headteachers are asked again about 20 applications." in page.text
    assert [line[0] for line in page.context["lost"]] == [confirmed.pk]
    assert len(_letters()) == 20


def test_line_that_was_asked_about_before_a_worker_died_gets_its_email(lead: User) -> None:
    one = _silent(lead)
    for _attempt in range(2):
        with clock.fixed(NOW):
            outcomes = decide_many(
                step=Step.ASK, interests=list(Interest.objects.for_bulk()), by=lead, now=NOW, was={str(one.pk): "1"}
            )
        Notice.objects.filter(state="sent").delete()

    assert [outcome.problem for outcome in outcomes] == [""]
    assert _letters() == [f"{one.head_name} <{one.head_email}>"]


def test_work_that_was_stopped_says_who_was_asked(lead: User) -> None:
    lines = [_silent(lead), _silent(lead)]
    job = make.JobFactory(
        kind="decide_many", by=lead, state="cancelled", created_at=NOW, params={"step": "ask", "interests": [1]}
    )
    job.params["interests"] = [one.pk for one in lines]
    job.save()
    with clock.fixed(NOW):
        ask_head_again(interest=lines[0], by=lead, now=NOW)

    page = _open(lead, "interest-bulk-result", job.pk)

    assert [line[0] for line in page.context["done"]] == [lines[0].pk]


def test_whoever_only_reads_asks_nobody(lead: User) -> None:
    one = _silent(lead)
    board = make.make_user(BOARD, hub=one.hub)
    elsewhere = make.make_user(HUB_LEAD, hub=make.HubFactory())

    assert _ask(board, "ask", "", _sent([one])).status_code == 403
    _ask(elsewhere, "ask", "", _sent([one]))
    assert _asked(one) == [1]


@pytest.mark.parametrize("shown", ["x", "", "1-refused-refused", "²"])
def test_what_was_shown_in_other_words_asks_nobody(lead: User, shown: str) -> None:
    one = _silent(lead)

    answer = _ask(lead, "ask", "", {"shown": f"{one.pk}:{shown}", "line": [one.pk]})

    assert (answer.status_code, _asked(one)) == (200, [1])


def test_page_reads_as_often_for_many_as_for_few(lead: User, django_assert_max_num_queries: Any) -> None:
    for _number in range(6):
        _silent(lead)
    client = Client()
    client.force_login(lead)
    url = reverse("programmes:interest-bulk", args=["ask"]) + "?all=1"

    with clock.fixed(NOW), django_assert_max_num_queries(14):
        page = client.get(url)

    assert len(page.context["lines"]) == 6


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_two_who_ask_about_two_of_one_form_at_once_send_one_email(lead: User) -> None:
    first = _silent(lead)
    second = _silent(lead, school=first.school, sent_with=first, head_name=first.head_name, head_email=first.head_email)
    rows = [Interest.objects.get(pk=one.pk) for one in (first, second)]

    def ask(one: Interest) -> str:
        try:
            ask_head_again(interest=one, by=lead, now=NOW)
        except CannotAsk as why:
            return str(why)
        return ""

    said = at_once(ask, rows)

    assert sorted(said) == ["", "Somebody else has just done this. Nothing was done twice."]
    assert Notice.objects.filter(kind="interest-head", occurrence__startswith="ask2").count() == 1
    assert re.fullmatch("2+", "".join(map(str, _asked(first, second))))
