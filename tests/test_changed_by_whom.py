"""Who comes second with a form is told who changed what, and does not undo it by sending the form once more."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from funding.models import Rate
from hubportal.core import clock, journal
from hubportal.core.stale import read_mark
from programmes.models import Target
from schools.models import Person
from schools.roles import HEADTEACHER, HUB_ADMIN, HUB_LEAD, NATIONAL
from tests import factories as make
from tests.test_changed_since import GUARDED, WORDS, opened
from tests.world import NOW, Side

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def _shown(page: object) -> dict[str, object]:
    """What the page that answered would send."""
    form = page.context["form"]  # type: ignore[attr-defined]
    sent = {"as_it_was": page.context["as_it_was"]}  # type: ignore[attr-defined]
    return sent | {bound.name: bound.value() for bound in form if bound.value() not in (None, False)}


def test_what_a_colleague_changed_is_named_shown_and_kept(side: Side) -> None:
    person = side.users[HUB_ADMIN].person
    lead, national = side.browser(HUB_LEAD), side.browser(NATIONAL)
    url = reverse("schools:person-edit", args=[person.pk])
    old = opened(lead, url)
    national.post(url, opened(national, url) | {"name": "Ada Newname", "job_title": "Clerk"})

    told = lead.post(url, old | {"phone": "020 7946 0123"})
    again = lead.post(url, _shown(told))
    person.refresh_from_db()

    by = side.users[NATIONAL].person.name
    assert f"{WORDS} ({by}, now Name: “Ada Newname”; Job title (optional): “Clerk”). Nothing was saved." in told.text
    assert "Telephone" not in told.text.partition(WORDS)[2].partition("Nothing was saved")[0]
    assert again.status_code == 302
    assert (person.name, person.job_title, person.phone) == ("Ada Newname", "Clerk", "020 7946 0123")


def test_what_both_changed_stays_as_typed_beside_what_stands(side: Side) -> None:
    lead, url = side.browser(HUB_LEAD), reverse("schools:person-edit", args=[side.users[HUB_ADMIN].person.pk])
    old = opened(lead, url)
    lead.post(url, old | {"phone": "020 7946 0123"})

    told = lead.post(url, old | {"phone": "020 7946 0999"})

    assert f"{WORDS} (you, in another window, now Telephone (optional): “020 7946 0123”)" in told.text
    assert _shown(told)["phone"] == "020 7946 0999"


def _told(page: object) -> str:
    """What stands in brackets after what whoever comes second is told."""
    return page.text.partition(f"{WORDS} (")[2].partition("). Nothing was saved")[0]  # type: ignore[attr-defined]


@pytest.mark.parametrize("reads_both", [False, True])
def test_whoever_set_the_same_for_another_hub_since_is_not_named(side: Side, reads_both: bool) -> None:
    url, elsewhere = reverse("programmes:offer-places", args=[side.offer.pk]), make.HubFactory()
    lead, admin, national, stranger = (*map(side.browser, (HUB_LEAD, HUB_ADMIN, NATIONAL)), Client())
    stranger.force_login(make.make_user(HUB_LEAD, hub=elsewhere))
    if reads_both:
        make.RoleFactory(person=side.users[HUB_LEAD].person, kind=HUB_LEAD, hub=elsewhere)
        lead.post(reverse("schools:hub-choose"), {"hub": side.hub.pk})
    mark = lead.get(url).context["looked_at"]
    old = opened(lead, url) | {"looked_at": mark}
    assert admin.post(url, opened(admin, url) | {"looked_at": mark, "places": "13"}).status_code == 302
    theirs = opened(stranger, url) | {"looked_at": stranger.get(url).context["looked_at"], "places": "7"}
    assert stranger.post(url, theirs).status_code == 302
    edit = reverse("programmes:offer-edit", args=[side.offer.pk])
    assert national.post(edit, opened(national, edit) | {"title": "Another title"}).status_code == 302

    told = _told(lead.post(url, old | {"places": "16"}))

    assert told == f"{side.users[HUB_ADMIN]}, now How many can take part?: “13”"


def test_whoever_did_something_else_to_the_record_since_is_not_named(side: Side) -> None:
    person, national = side.users[HUB_ADMIN].person, side.browser(NATIONAL)
    lead, url = side.browser(HUB_LEAD), reverse("schools:person-edit", args=[person.pk])
    old = opened(lead, url)
    national.post(url, opened(national, url) | {"name": "Ada Newname"})
    with clock.fixed(NOW + timedelta(minutes=1)):
        journal.record("Invitation sent again", on=person, by=side.users[HUB_LEAD])

        told = _told(lead.post(url, old | {"phone": "020 7946 0123"}))

    assert told == f"{side.users[NATIONAL]}, now Name: “Ada Newname”"


def test_of_several_who_changed_it_each_is_named(side: Side) -> None:
    person, colleagues = side.users[HUB_ADMIN].person, [side.browser(kind) for kind in (NATIONAL, HUB_LEAD)]
    lead, url = side.browser(HUB_LEAD), reverse("schools:person-edit", args=[person.pk])
    old = opened(lead, url)
    for browser, given in zip(colleagues, ({"job_title": "Clerk"}, {"phone": "020 7946 0123"}), strict=True):
        assert browser.post(url, opened(browser, url) | given).status_code == 302

    told = _told(lead.post(url, old))

    assert told.startswith(f"{side.users[NATIONAL]} and you, in another window, now ")


@pytest.mark.parametrize("why", ["before", "hidden", "half", "nobody"])
def test_nobody_is_named_where_the_history_does_not_say_who_it_was(side: Side, why: str) -> None:
    """Changed before the page was opened, for another hub to read, one field of two alone, or by the portal."""
    person, user = side.users[HUB_ADMIN].person, side.users[NATIONAL]
    lead, url = side.browser(HUB_LEAD), reverse("schools:person-edit", args=[person.pk])
    owner = make.HubFactory() if why == "hidden" else side.hub
    with clock.fixed(NOW + timedelta(minutes=-1 if why == "before" else 1)):
        by = None if why == "nobody" else user
        journal.record("Details corrected", on=person, by=by, changed={"phone": ["", "1"]}, owner_id=owner.pk)
    old = opened(lead, url)
    more = {"job_title": "Clerk"} if why == "half" else {}
    Person.objects.filter(pk=person.pk).update(phone="020 7946 0123", **more)

    told = _told(lead.post(url, old | {"previous_name": "Mine"}))

    assert told.startswith("now ")
    assert "Telephone (optional): “020 7946 0123”" in told


def test_of_term_dates_nobody_is_named(side: Side) -> None:
    lead, admin, url = side.browser(HUB_LEAD), side.browser(HUB_ADMIN), reverse("programmes:term-dates")
    mark = lead.get(url).context["looked_at"]
    old = opened(lead, url) | {"looked_at": mark}
    assert admin.post(url, old | {"starts_1_0": "2"}).status_code == 302

    told = _told(lead.post(url, old))

    assert told.startswith("now Autumn 1: first day: “2 September 2026”")


@pytest.mark.parametrize(
    ("mark", "read"),
    [
        ("1799661600.5|=a;name=b", ({"": "a", "name": "b"}, datetime(2027, 1, 11, 10, 0, 0, 500000, tzinfo=UTC))),
        *[(f"{at}|name=b", ({"name": "b"}, None)) for at in ("", "soon", "nan", "inf", "1e300", "-1e12")],
        ("name=b", ({}, None)),
        ("0a1b2c3d4e5f60718293", ({}, None)),
    ],
)
def test_mark_is_read_whatever_comes_in_its_place(mark: str, read: object) -> None:
    assert read_mark(mark) == read


def test_a_list_that_others_made_longer_stays_so_when_it_is_sent_once_more(side: Side) -> None:
    phase = side.offer.phase
    phase.options.create(name="Lesson design")
    browser, url = side.browser(NATIONAL), reverse("programmes:phase-edit", args=[phase.pk])
    old = opened(browser, url)
    both, questions = "Lesson design\r\nMixed-age classes", "Is maths a priority?\r\nIs there time?"
    assert browser.post(url, old | {"options": both, "start_questions": questions}).status_code == 302

    told = browser.post(url, old | {"short_name": "Mine"})
    assert browser.post(url, _shown(told)).status_code == 302

    phase.refresh_from_db()
    assert phase.short_name == "Mine"
    assert "\r\n".join(one.name for one in phase.options.filter(is_offered=True)) == both
    assert "\r\n".join(one.text for one in phase.start_questions.all()) == questions


def test_school_that_a_colleague_has_given_by_hand_does_not_follow_its_authority_by_sending_once_more(
    side: Side,
) -> None:
    there, browser = make.HubFactory(), side.browser(NATIONAL)
    url, why = reverse("schools:school-hub", args=[side.school.pk]), {"reason": "Mine", "interest": "goes"}
    old = opened(browser, url) | why
    assert browser.post(url, old | {"hub": there.pk}).status_code == 302

    told = browser.post(url, old)

    assert told.context["form"]["hub"].value() == str(there.pk)


def test_tick_that_was_given_meanwhile_is_not_taken_back_by_sending_once_more(side: Side) -> None:
    name = "schools:advocate"
    browser, url = side.browser(HEADTEACHER), reverse(name, args=GUARDED[name][1](side))
    old = opened(browser, url)
    assert browser.post(url, old | {"testimonial": "on"}).status_code == 302

    told = browser.post(url, old | {"speaks": "on"})

    assert "now Give a testimonial about the programme: ticked" in _told(told)
    assert [told.context["form"][tick].value() for tick in ("speaks", "testimonial")] == [True, True]


def test_target_of_another_hub_is_not_emptied_by_sending_once_more(side: Side) -> None:
    other = make.HubFactory(name="Other Hub")
    browser, url = side.browser(NATIONAL), reverse("programmes:target-edit", args=[side.offer.pk])
    old = opened(browser, url)
    browser.post(url, old | {f"hub_{side.hub.pk}": "5"})

    told = browser.post(url, old | {f"hub_{other.pk}": "6"})
    assert browser.post(url, _shown(told)).status_code == 302

    assert set(Target.objects.values_list("hub", "schools")) == {(side.hub.pk, 5), (other.pk, 6)}


def test_day_a_tick_and_a_list_of_others_are_taken_over_too(side: Side) -> None:
    offer = make.OfferFactory(phase=side.offer.phase, code="DRAFT", is_published=False)
    browser, url = side.browser(NATIONAL), reverse("programmes:offer-edit", args=[offer.pk])
    old = opened(browser, url) | {"support_days": "0", "release_days": "0"}
    theirs = {
        "closes_on_0": 14,
        "closes_on_1": 8,
        "closes_on_2": 2027,
        "head_at_first_meeting": "on",
        "school_phases": ["2"],
    }
    answer = browser.post(url, old | theirs)
    assert answer.status_code == 302, answer.context["form"].errors

    told = browser.post(url, old | {"summary": "Mine."})
    form = told.context["form"]

    assert "now" in told.text.partition(WORDS)[2][:200]
    assert "“14 August 2027”" in told.text
    shown = [form[name].value() for name in ("closes_on", "head_at_first_meeting", "school_phases", "summary")]
    assert shown == [["14", "8", "2027"], True, ["2"], "Mine."]


def test_page_of_an_earlier_version_is_refused_without_naming_fields(side: Side) -> None:
    lead, url = side.browser(HUB_LEAD), reverse("funding:rate-edit", args=[side.offer.pk])

    told = lead.post(url, opened(lead, url) | {"as_it_was": "0a1b2c3d4e5f60718293", "amount": "10", "reason": "Mine"})

    assert WORDS in told.text
    assert not Rate.objects.filter(hub=side.hub).exists()
