"""Slips and programs: addresses that were typed wrong, a field that nobody sees, a school that is tried too often."""

from collections.abc import Iterator

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from hubportal.core import clock, delivery
from programmes.models import FormDraft, Interest
from programmes.views import express_school, express_send
from schools.models import Person, Role, School
from schools.roles import HEADTEACHER, HUB_LEAD, TEACHER
from schools.rules.addresses import meant_address
from tests import factories as make
from tests.programmes.express import CONTACT, HEAD, NOW, Visitor, make_privacy

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sam@gmial.com", "sam@gmail.com"),
        ("sam@gmail.co", "sam@gmail.com"),
        ("sam@hotmial.co.uk", "sam@hotmail.co.uk"),
        ("sam@hil.example.org", "sam@hill.example.org"),
        ("sam@hill.exmaple.og", "sam@hill.example.org"),
        ("sam@other.rutland.sch.ul", "sam@other.rutland.sch.uk"),
        ("sam@other.sch.ku", "sam@other.sch.uk"),
        ("sam@other.sch.uk", ""),
        ("sam@sch.ul", ""),
        ("sam@hill.example.org", ""),
        ("sam@staff.hill.example.org", ""),
        ("sam@mail.com", ""),
        ("sam@other.example.com", ""),
        ("sam", ""),
        ("@gmial.com", ""),
    ],
)
def test_address_that_was_meant(typed: str, meant: str) -> None:
    assert meant_address(typed, ["hill.example.org", ""]) == meant


@pytest.fixture
def school() -> Iterator[School]:
    with clock.fixed(NOW):
        make_privacy()
        make.OfferFactory(teachers_per_school=1)
        yield make.SchoolFactory(website="www.hill.example.org")


def _to_contact(school: School) -> Visitor:
    visitor = Visitor()
    visitor.post(reverse("programmes:express-school"), school=school.pk)
    offer = visitor.text.partition('id="offer-')[2].partition('"')[0]
    return visitor.post(offer=offer)


def _send(visitor: Visitor) -> Visitor:
    return visitor.post(**HEAD).post(who="later").post(message="").agree().post()


@pytest.mark.django_db
def test_slip_is_asked_about_and_taken_when_it_is_right(school: School) -> None:
    visitor = _to_contact(school)
    typed = {**CONTACT, "email": "robin@hil.example.org"}

    asked = visitor.post(**typed)
    words = asked.page, "Did you mean robin@hill.example.org?" in asked.text, "typed it" in asked.text
    visitor.post(**typed, is_right="on")

    assert words == ("contact", True, True)
    assert visitor.page == "head"


@pytest.mark.django_db
def test_teacher_with_a_slip_is_asked_about(school: School) -> None:
    visitor = _to_contact(school).post(**CONTACT).post(**HEAD).post(who="other")

    visitor.post(name="Sam Teacher", email="sam@gmial.com", job_title="Teacher")

    assert "Did you mean sam@gmail.com?" in visitor.text


@pytest.mark.django_db
@pytest.mark.parametrize(("website", "domain"), [("https://www.hillschool.example", "people"), ("", "hillschool")])
@pytest.mark.parametrize("names", ["a teacher", "anybody"])
def test_slip_is_asked_about_where_the_school_or_its_hub_names_somebody(names: str, website: str, domain: str) -> None:
    """Where the school has no web address on record its people's own say how it should end."""
    school = make.SchoolFactory(website=website)
    enrolled = make.EnrolledTeacherFactory(person=None, enrolment__school=school)
    client = Client()
    client.force_login(make.make_user(HEADTEACHER, school=school, email=f"head@{domain}.example"))
    given = {"name": "Zed Shah", "email": "zed@hilschool.example", "kind": TEACHER}
    path = reverse("programmes:enrolment-teachers", args=[enrolled.enrolment_id])
    if names == "anybody":
        path = f"{reverse('schools:person-create')}?school={school.pk}"

    with clock.fixed(NOW):
        asked = client.post(path, given)
        before = Person.objects.filter(email=given["email"]).count()
        client.post(path, {**given, "is_right": "on"})

    assert ("Did you mean zed@hillschool.example?" in asked.content.decode(), before) == (True, 0)
    assert Role.objects.get(person__email=given["email"]).school == school


@pytest.mark.django_db
def test_school_without_a_web_address_is_known_by_its_contacts_address(school: School) -> None:
    School.objects.filter(pk=school.pk).update(website="")
    visitor = _to_contact(school).post(**CONTACT)

    head = visitor.post(name="Jo Head", email="head@hill.exmaple.org").text
    visitor.post(**HEAD).post(who="other")
    teacher = visitor.post(name="Sam Teacher", email="sam@hil.example.org", job_title="Teacher").text

    assert "Did you mean head@hill.example.org?" in head
    assert "Did you mean sam@hill.example.org?" in teacher


@pytest.mark.django_db
def test_program_that_fills_in_everything_reads_a_confirmation_and_nothing_is_kept(school: School) -> None:
    trapped, honest = _to_contact(school), _to_contact(school)
    seen = honest.text.count('class="unseen" aria-hidden="true"')

    _send(trapped.post(**CONTACT, website="https://buy.example"))
    kept = Interest.objects.count()
    delivery.deliver_due()
    sent = len(mail.outbox)
    _send(honest.post(**CONTACT, website=""))

    assert (seen, trapped.page, "Application sent" in trapped.text) == (1, "done", True)
    assert (kept, sent, Interest.objects.count()) == (0, 0, 1)


@pytest.mark.django_db
def test_one_school_is_not_sent_for_without_end(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(express_send, "MOST_A_SCHOOL", 1)
    first, second = (
        _send(_to_contact(school).post(**{**CONTACT, "email": "robin@strange.example"})) for _each in range(2)
    )

    assert (first.page, second.status, "Please try again later" in second.text) == ("done", 429, True)
    ways = ['class="btn" href="{}">Back to your answers', 'href="{}">Send me a link to go on later']
    pages = [reverse(f"programmes:express-{page}", args=[second.draft]) for page in ("check", "save")]
    assert [way.format(page) in second.text for way, page in zip(ways, pages, strict=True)] == [True, True]
    assert second.get(pages[0]).page == "check"


@pytest.mark.django_db
def test_whoever_asks_for_too_many_links_finds_back_to_their_answers(school: School) -> None:
    visitor = _to_contact(school).post(**CONTACT)
    draft, save = visitor.draft, reverse("programmes:express-save", args=[visitor.draft])

    answers = [visitor.post(save, email="robin@hill.example.org") for _each in range(11)]

    check = reverse("programmes:express-check", args=[draft])
    assert (answers[-1].status, f'href="{check}">Back to your answers' in answers[-1].text) == (429, True)
    assert "Send me a link" not in answers[-1].text


@pytest.mark.django_db
def test_one_network_does_not_send_without_end_but_for_who_is_signed_in(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(express_send, "MOST_A_NETWORK", 1)
    visitors = [_to_contact(one) for one in (school, make.SchoolFactory(), make.SchoolFactory())]
    visitors[2].client.force_login(make.make_user(HUB_LEAD, hub=make.HubFactory()))

    sent = [_send(one.post(**CONTACT)) for one in visitors]

    assert [one.status for one in sent] == [200, 429, 200]


@pytest.mark.django_db
def test_whoever_is_signed_in_does_not_send_without_end_unless_they_are_of_a_hub(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account is soon had: a teacher named by anybody is invited."""
    monkeypatch.setattr(express_send, "MOST_A_PERSON", 1)
    hub = make.HubFactory()
    users = [make.make_user(kind, **at) for kind, at in ((TEACHER, {"school": school}), (HUB_LEAD, {"hub": hub}))]
    statuses: list[list[int]] = []

    for user in users:
        visitors = [_to_contact(make.SchoolFactory()) for _each in range(2)]
        for one in visitors:
            one.client.force_login(user)
        statuses.append([_send(one.post(**CONTACT)).status for one in visitors])

    assert statuses == [[200, 429], [200, 200]]


@pytest.mark.django_db
def test_what_is_not_kept_locks_no_school_out(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(express_send, "MOST_A_SCHOOL", 1)
    trapped = [_send(_to_contact(school).post(**CONTACT, website="https://buy.example")) for _ in range(2)]

    honest = _send(_to_contact(school).post(**CONTACT))

    assert ([one.page for one in (*trapped, honest)], Interest.objects.count()) == (["done"] * 3, 1)


@pytest.mark.django_db
def test_forms_are_not_begun_without_end(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(express_school, "MOST_BEGUN", 1)

    begun = [Visitor().post(reverse("programmes:express-school"), school=school.pk).status for _ in range(2)]

    assert (begun, FormDraft.objects.count()) == ([200, 429], 1)


@pytest.mark.django_db
def test_text_that_is_too_long_for_an_address_is_refused_before_it_is_read(school: School) -> None:
    visitor = _to_contact(school).post(**CONTACT | {"email": f"{'x' * 3000}@gmial.com"})

    assert "There is a problem" in visitor.text
    assert "The address is right as I typed it" not in visitor.text
