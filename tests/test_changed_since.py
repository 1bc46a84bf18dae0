"""A form that replaces what stands was opened at some time, and takes no colleague's later change back."""

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver
from django.views.generic.edit import FormMixin

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from hubportal.core.views import StepForm
from programmes.actions.interest import confirm_as_head, refuse_as_head
from programmes.models import Interest, Target
from schools.models import User
from schools.roles import HEADTEACHER, HUB_ADMIN, HUB_LEAD, NATIONAL
from tests import factories as make
from tests.world import Side

pytestmark = [pytest.mark.django_db, pytest.mark.once]

WORDS = "Somebody else has changed this since you opened it"


def opened(browser: Client, url: str) -> dict[str, Any]:
    """What the page sends when nothing is typed."""
    page = browser.get(url)
    form = page.context["form"]
    found = re.search(r'name="as_it_was" value="([^"]+)"', page.content.decode())
    assert found, url
    sent: dict[str, Any] = {"as_it_was": found[1]}
    for bound in form:
        value = bound.value()
        if hasattr(value, "day"):
            sent |= {f"{bound.name}_0": value.day, f"{bound.name}_1": value.month, f"{bound.name}_2": value.year}
        elif isinstance(value, (list, tuple)):
            sent[bound.name] = [str(getattr(one, "pk", one)) for one in value]
        elif value not in (None, False):
            sent[bound.name] = "on" if value is True else str(value)
    return sent


def test_a_corrected_address_stays(side: Side) -> None:
    person = side.users[HUB_ADMIN].person
    lead, national = side.browser(HUB_LEAD), side.browser(NATIONAL)
    url = reverse("schools:person-edit", args=[person.pk])
    old = opened(lead, url)
    assert national.post(url, opened(national, url) | {"email": "corrected@hub.example.org"}).status_code == 302

    answer = lead.post(url, old | {"phone": "020 7946 0123"})
    page = answer.content.decode()
    person.refresh_from_db()

    assert WORDS in page
    assert "020 7946 0123" in page
    assert (person.email, person.phone) == ("corrected@hub.example.org", "")
    assert User.objects.get(person=person).email == "corrected@hub.example.org"
    assert lead.post(url, opened(lead, url) | {"phone": "020 7946 0123"}).status_code == 302


def test_an_offer_that_somebody_else_has_changed_stays(side: Side) -> None:
    browser, url = side.browser(NATIONAL), reverse("programmes:offer-edit", args=[side.offer.pk])
    old = opened(browser, url)
    fresh = browser.post(url, old | {"title": "Another title"})
    assert fresh.status_code == 302, fresh.context["form"].errors

    answer = browser.post(url, old)
    side.offer.refresh_from_db()

    assert WORDS in answer.content.decode()
    assert side.offer.title == "Another title"


def test_a_form_shown_again_for_a_slip_still_goes_through(side: Side) -> None:
    person = side.users[HUB_ADMIN].person
    lead, url = side.browser(HUB_LEAD), reverse("schools:person-edit", args=[person.pk])
    sent = opened(lead, url)
    slip = lead.post(url, sent | {"name": ""})
    again = re.search(r'name="as_it_was" value="([^"]+)"', slip.content.decode())

    assert again
    assert again[1] == sent["as_it_was"]
    assert lead.post(url, sent | {"phone": "020 7946 0123"}).status_code == 302


@pytest.mark.parametrize("step", ["decline", "close"])
def test_a_decision_that_a_colleague_has_made_is_told_first(side: Side, step: str) -> None:
    lead, admin = side.browser(HUB_LEAD), side.browser(HUB_ADMIN)
    url = reverse(f"programmes:interest-{step}", args=[side.interest.pk])
    old = opened(lead, url) | {"reason": "No places are left."}
    waits = reverse("programmes:interest-wait", args=[side.interest.pk])
    assert admin.post(waits, opened(admin, waits) | {"reason": "Full for now."}).status_code == 302

    answer = lead.post(url, old)
    side.interest.refresh_from_db()

    assert "on the waiting list. Nothing was done twice." in answer.content.decode()
    assert side.interest.status == Interest.Status.WAITING
    assert lead.post(url, opened(lead, url) | {"reason": "No places are left."}).status_code == 302


def test_targets_that_somebody_else_has_set_meanwhile_stay(side: Side) -> None:
    browser, url = side.browser(NATIONAL), reverse("programmes:target-edit", args=[side.offer.pk])
    box, old = f"hub_{side.hub.pk}", opened(browser, url)
    assert browser.post(url, old | {box: "12"}).status_code == 302

    answer = browser.post(url, old | {box: "30"})

    page = answer.content.decode()
    assert f"since you opened it (you, in another window, now {side.hub}: “12”). Nothing was saved." in page
    assert f'name="{box}" value="30"' in page
    assert Target.objects.get().schools == 12


@pytest.mark.parametrize("said", ["confirmed", "no", "corrected"])
def test_headteacher_who_has_answered_or_was_corrected_meanwhile_is_not_asked_again(side: Side, said: str) -> None:
    head, now = side.interest.head_name, clock.now()
    side.interest.head_asked_at = now
    side.interest.save(update_fields=["head_asked_at"])
    lead, admin = side.browser(HUB_LEAD), side.browser(HUB_ADMIN)
    url = reverse("programmes:interest-head", args=[side.interest.pk])
    old, theirs = opened(lead, url), opened(admin, url)
    if said == "confirmed":
        confirm_as_head(interest=side.interest, asked=side.interest.head_asked, by=None, now=now)
        told = f"{head} has confirmed by now"
    elif said == "no":
        refuse_as_head(interest=side.interest, asked=side.interest.head_asked, reason="Not now.", by=None, now=now)
        told = f"{head} has said no by now"
    else:
        assert admin.post(url, theirs | {"name": "Kim Colleague"}).status_code == 302
        told = WORDS
    side.interest.refresh_from_db()
    stands = Interest.objects.filter(pk=side.interest.pk).values().get()

    page = lead.post(url, old | {"name": "My Own Words"}).content.decode()

    assert [words in page for words in (told, "My Own Words")] == [True, True]
    assert Interest.objects.filter(pk=side.interest.pk).values().get() == stands
    assert lead.post(url, opened(lead, url) | {"name": "My Own Words"}).status_code == 302


def test_hub_to_which_a_colleague_has_given_the_school_meanwhile_stays(side: Side) -> None:
    here, there = make.HubFactory(), make.HubFactory()
    lead, national = side.browser(HUB_LEAD), side.browser(NATIONAL)
    url = reverse("schools:school-hub", args=[side.school.pk])
    why = {"reason": "My own words", "interest": "goes"}
    old, theirs = opened(national, url) | why, opened(lead, url) | why
    assert lead.post(url, theirs | {"hub": here.pk}).status_code == 302

    page = national.post(url, old | {"hub": there.pk}).content.decode()
    side.school.refresh_from_db()

    assert f"{side.users[HUB_LEAD]} has just given {side.school} to {here}. Nothing was done twice." in page
    assert "My own words" in page
    assert side.school.hub == here
    assert national.post(url, opened(national, url) | why | {"hub": there.pk}).status_code == 302


def led_by_another(side: Side) -> int:
    """The key of a group that somebody else could lead."""
    make.LeaderFactory(hub=side.hub)
    return side.group.pk


def test_a_leader_whom_a_colleague_has_given_the_group_meanwhile_stays(side: Side) -> None:
    one, other = (make.LeaderFactory(hub=side.hub) for _ in range(2))
    lead, admin = side.browser(HUB_LEAD), side.browser(HUB_ADMIN)
    url = reverse("workgroups:leader-change", args=[side.group.pk])
    old, theirs = opened(lead, url), opened(admin, url)
    assert admin.post(url, theirs | {"leader": one.pk, "reason": "Illness"}).status_code == 302

    page = lead.post(url, old | {"leader": other.pk, "reason": "My own words"}).content.decode()
    side.group.refresh_from_db()

    assert f"{side.users[HUB_ADMIN]} has just given this group to {one}. Nothing was done" in page
    assert "My own words" in page
    assert side.group.leader == one
    assert lead.post(url, opened(lead, url) | {"leader": other.pk, "reason": "Mine"}).status_code == 302


def test_a_base_school_that_a_colleague_has_changed_meanwhile_stays(side: Side) -> None:
    leader, schools = side.group.leader, make.SchoolFactory.create_batch(2, hub=side.hub)
    lead, admin = side.browser(HUB_LEAD), side.browser(HUB_ADMIN)
    url = reverse("programmes:leader-base", args=[leader.pk])
    old, theirs = opened(lead, url), opened(admin, url)
    assert admin.post(url, theirs | {"school": schools[0].name}).status_code == 302

    page = lead.post(url, old | {"school": schools[1].name}).content.decode()
    leader.refresh_from_db()

    assert f"{side.users[HUB_ADMIN]} has just changed the base school of {leader} to {schools[0]}" in page
    assert leader.school == schools[0]


# How each form that guards is reached in the world of one hub, and by whom.
GUARDED: dict[str, tuple[str, Callable[[Side], list[Any]]]] = {
    "dashboards:hub-edit": (NATIONAL, lambda side: [side.hub.pk]),
    "schools:template-create": (HUB_LEAD, lambda side: []),
    "schools:template-edit": (HUB_LEAD, lambda side: [make.LetterTemplateFactory(hub=side.hub).pk]),
    "schools:person-edit": (HUB_LEAD, lambda side: [side.users[HUB_ADMIN].person.pk]),
    "schools:school-hub": (HUB_LEAD, lambda side: [side.school.pk]),
    "schools:advocate": (HEADTEACHER, lambda side: [side.users[HEADTEACHER].person_id]),
    "schools:hub-email": (HUB_LEAD, lambda side: [side.hub.pk]),
    "programmes:priority-fill": (HUB_LEAD, lambda side: []),
    "programmes:priority-clear": (HUB_LEAD, lambda side: []),
    "programmes:interest-accept": (HUB_LEAD, lambda side: [side.interest.pk]),
    "programmes:interest-wait": (HUB_LEAD, lambda side: [side.interest.pk]),
    "programmes:interest-decline": (HUB_LEAD, lambda side: [side.interest.pk]),
    "programmes:interest-close": (HUB_LEAD, lambda side: [side.interest.pk]),
    "programmes:interest-option": (HUB_LEAD, lambda side: [with_options(side).interest.pk]),
    "programmes:enrolment-option": (HUB_LEAD, lambda side: [with_options(side).enrolment.pk]),
    "programmes:interest-confirm": (HEADTEACHER, lambda side: [side.interest.pk]),
    "programmes:interest-head": (HUB_LEAD, lambda side: [side.interest.pk]),
    "programmes:interest-contact": (HUB_LEAD, lambda side: [side.interest.pk]),
    "programmes:interest-teacher": (
        HUB_LEAD,
        lambda side: [side.interest.teachers.create(name="Sam Teacher", email="sam@people.example.org").interest_id, 1],
    ),
    "programmes:teacher-leave": (HUB_LEAD, lambda side: [side.enrolled_teacher.pk]),
    "programmes:offer-create": (HUB_LEAD, lambda side: [2026, side.offer.phase_id]),
    "programmes:offer-copy": (HUB_LEAD, lambda side: []),
    "programmes:offer-publish-many": (HUB_LEAD, lambda side: []),
    "programmes:offer-version": (HUB_LEAD, lambda side: [side.offer.pk]),
    "programmes:offer-lock": (NATIONAL, lambda side: [side.offer.pk]),
    "programmes:offer-edit": (NATIONAL, lambda side: [side.offer.pk]),
    "programmes:offer-remove": (
        NATIONAL,
        lambda side: [make.OfferFactory(phase=side.offer.phase, code="DRAFT", is_published=False).pk],
    ),
    "programmes:offer-places": (HUB_LEAD, lambda side: [side.offer.pk]),
    "programmes:target-edit": (NATIONAL, lambda side: [side.offer.pk]),
    "programmes:phase-edit": (NATIONAL, lambda side: [side.offer.phase_id]),
    "programmes:pathway-edit": (NATIONAL, lambda side: [side.offer.phase.pathway_id]),
    "programmes:text-version": (HUB_LEAD, lambda side: [side.offer.commitments.pk]),
    "programmes:term-dates": (HUB_LEAD, lambda side: []),
    "programmes:leader-create": (HUB_LEAD, lambda side: []),
    "programmes:leader-groups": (HUB_LEAD, lambda side: [side.group.leader_id]),
    "programmes:leader-base": (HUB_LEAD, lambda side: [side.group.leader_id]),
    "workgroups:leader-end": (HUB_LEAD, lambda side: [side.group.leader_id]),
    "workgroups:meeting-place": (HUB_LEAD, lambda side: [side.meeting.pk]),
    "workgroups:leader-change": (HUB_LEAD, lambda side: [led_by_another(side)]),
    "workgroups:group-create": (HUB_LEAD, lambda side: []),
    "funding:rate-edit": (HUB_LEAD, lambda side: [side.offer.pk]),
}


def test_every_form_that_guards_carries_what_it_was_opened_for_and_takes_nothing_without(side: Side) -> None:
    """One world for all: a form that takes nothing leaves it as it was."""
    guarding = {
        name for name, view in forms(get_resolver().url_patterns) if view.of_top_bar or view.changes_what_stands
    }
    assert guarding == set(GUARDED)
    before = JournalEntry.objects.count()

    for name, (kind, args) in GUARDED.items():
        url, browser = reverse(name, args=args(side)), side.browser(kind)
        url += f"?offer={side.offer.pk}" if name == "workgroups:group-create" else ""
        page = browser.get(url)
        carried = {one: page.context[one] for one in ("looked_at", "as_it_was")}
        for one, value in carried.items():
            assert not value or f'name="{one}" value="{value}"' in page.content.decode(), name
        answer = browser.post(url, dict.fromkeys(carried, "") | {"reason": "My own words"})
        assert (answer.status_code, "nothing was done" in answer.content.decode()) == (200, True), name
        assert "My own words" in answer.content.decode() or "reason" not in page.context["form"].fields, name

    assert JournalEntry.objects.count() == before


# What begins with something and guards by itself, or makes something new beside what stands; why.
NUMBERED = "carries the number of what its page showed"
ADDS = "adds something; what stands stays"
BEGINS = {
    "dashboards:record-create": ADDS,
    "schools:authority-hub": "begins with a name alone, where the portal has none",
    "schools:letter-write": NUMBERED,
    "schools:letter-send": NUMBERED,
    "schools:template-create": ADDS,
    "schools:person-create": ADDS,
    "programmes:interest-enter": ADDS,
    "programmes:interest-head-answer": NUMBERED,
    "programmes:enrolment-agree": NUMBERED,
    "programmes:pathway-create": ADDS,
    "programmes:text-create": ADDS,
    "programmes:text-version": "a version that stands is never changed",
    "programmes:leader-create": ADDS,
    "programmes:offer-create": ADDS,
    "workgroups:co-leaders": ADDS,
    "workgroups:person-replace": "begins with today; what passes on by now is refused",
    "workgroups:meeting-move": NUMBERED,
    "workgroups:meeting-cancel": NUMBERED,
    "workgroups:visit-book": NUMBERED,
    "workgroups:visit-cancel-booking": NUMBERED,
    "workgroups:visit-drop": NUMBERED,
    "workgroups:visit-log": NUMBERED,
    "funding:claim-pay": "begins with today; what is paid by now is refused",
}


def test_every_form_that_begins_with_what_stands_guards_it() -> None:
    """A new one says `changes_what_stands`, or here why a page that was open long takes nothing back."""
    unguarded = {
        name
        for name, view in forms(get_resolver().url_patterns)
        if begins_with_something(view) and not view.changes_what_stands
    }

    assert unguarded == set(BEGINS)


def begins_with_something(view: type[StepForm]) -> bool:
    """Whether its fields are filled in when it is opened."""
    if view.get_initial is not FormMixin.get_initial:
        return True
    made = view.get_form_kwargs
    return made is not FormMixin.get_form_kwargs and bool(re.search('"(initial|instance)"', inspect.getsource(made)))


def with_options(side: Side) -> Side:
    """Its phase is done in one of two ways."""
    for one in (side.offer, side.interest):
        for name in ("Lesson design", "Mixed-age classes"):
            one.phase.options.get_or_create(name=name)
    return side


@pytest.mark.parametrize(
    ("name", "kind", "mine", "theirs"),
    [
        ("programmes:interest-option", HUB_LEAD, {"option": "Lesson design"}, {"option": "Mixed-age classes"}),
        ("programmes:enrolment-option", HUB_LEAD, {"option": "Lesson design"}, {"option": "Mixed-age classes"}),
        ("workgroups:meeting-place", HUB_LEAD, {"venue": "The hall"}, {"venue": "Room 1"}),
        ("schools:advocate", HEADTEACHER, {"speaks": "on"}, {"testimonial": "on"}),
        ("funding:rate-edit", HUB_LEAD, {"amount": "10", "reason": "Mine"}, {"amount": "20", "reason": "Theirs"}),
    ],
)
def test_what_a_colleague_has_chosen_on_the_same_page_meanwhile_stays(
    side: Side, name: str, kind: str, mine: dict[str, str], theirs: dict[str, str]
) -> None:
    browser, url = side.browser(kind), reverse(name, args=GUARDED[name][1](side))
    old = opened(browser, url)
    keys = (
        {label: key for key, label in browser.get(url).context["form"].fields["option"].choices}
        if "option" in mine
        else {}
    )
    for given, expected in ((theirs, 302), (mine, 200)):
        answer = browser.post(url, old | {field: keys.get(value, value) for field, value in given.items()})
        assert answer.status_code == expected, answer.context["form"].errors
        before = JournalEntry.objects.count()

    assert WORDS in answer.content.decode()
    assert JournalEntry.objects.count() == before
    again = opened(browser, url) | {field: keys.get(value, value) for field, value in mine.items()}
    assert browser.post(url, again).status_code == 302


def test_last_day_that_a_colleague_has_set_meanwhile_stays(side: Side) -> None:
    leader = make.LeaderFactory(hub=side.hub)
    browser, url = side.browser(HUB_LEAD), reverse("workgroups:leader-end", args=[leader.pk])
    old = opened(browser, url)
    day = {"last_day_0": 10, "last_day_1": 2, "last_day_2": 2027}
    assert browser.post(url, old | day).status_code == 302

    page = browser.post(url, old | day | {"last_day_0": 20}).content.decode()
    leader.refresh_from_db()

    assert WORDS in page
    assert str(leader.ends_on) == "2027-02-10"


def test_group_of_a_year_that_is_looked_at_no_more_is_not_made(side: Side) -> None:
    """The year in the top bar was changed in another tab: the programme is not among that year's."""
    browser, url = side.browser(HUB_LEAD), f"{reverse('workgroups:group-create')}?offer={side.offer.pk}"
    opened = browser.get(url).context["looked_at"]
    browser.post(reverse("schools:year-choose"), {"year": side.offer.year - 2})

    answers = [
        browser.post(url, {"looked_at": opened, "name": "Ours"}),
        browser.post(url.partition("?")[0], {"looked_at": ""}),
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert "You now look at another" in answers[0].content.decode()
    assert "nothing was done" in answers[1].content.decode()


def forms(patterns: list[URLPattern | URLResolver], at: str = "") -> Iterator[tuple[str, type[StepForm]]]:
    """Every one-step form with the name of its address."""
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from forms(one.url_patterns, f"{one.namespace}:" if one.namespace else at)
        else:
            view = getattr(one.callback, "view_class", None)
            if view is not None and issubclass(view, StepForm):
                yield f"{at}{one.name}", view
