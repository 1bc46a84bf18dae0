"""What pages and e-mails say of several schools, programmes or hubs that one form is for: nothing as if it were one."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.urls import reverse

from hubportal.core import clock, delivery
from programmes.actions.links import answer_asked, ask_for_links
from programmes.models import Enrolment, Interest
from programmes.notices.links import head_path
from schools import roles
from schools.models import Hub, School
from tests import factories as make
from tests.programmes.express import CONTACT, HEAD, NOW, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_september")]

OF_ONE = re.compile(
    r"\b(?:(?:my|your) (?:school|hub|application|reference|headteacher)|the decision|yours (?:has|is))\b", re.IGNORECASE
)


@pytest.fixture
def schools() -> tuple[School, School]:
    """Two of one trust, in two hubs."""
    trust = make.TrustFactory()
    ash, birch = (
        make.SchoolFactory(name=f"{name} School", trust=trust, hub=make.HubFactory(name=f"{name} Hub"))
        for name in ("Ash", "Birch")
    )
    return ash, birch


class Reader(Visitor):
    """Keeps what they read, page by page."""

    def __init__(self) -> None:
        super().__init__()
        self.read: dict[str, str] = {}

    def _arrive(self, response: Any) -> "Reader":
        super()._arrive(response)
        self.read[self.page] = _words(self.text.partition("<main")[2].partition("</main>")[0])
        return self


def _words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).replace("&#x27;", "'").split())


@pytest.fixture
def reader(schools: tuple[School, School]) -> Reader:
    """The lead of the trust."""
    reader = Reader()
    reader.client.force_login(make.make_user(roles.TRUST_LEAD, trust=schools[0].trust))
    return reader


def _begin(reader: Reader, schools: tuple[School, School], kind: str = "apply") -> None:
    ticked = {"several": "yes", "school": [one.pk for one in schools], "for": kind}
    reader.post(reverse("programmes:express-school"), **ticked)


def _of_one(texts: dict[str, str]) -> dict[str, list[str]]:
    return {name: found for name, text in texts.items() if (found := OF_ONE.findall(text))}


def _received() -> dict[str, str]:
    delivery.deliver_due()
    return {str(one.subject): str(one.body) for one in mail.outbox if CONTACT["email"] in one.to[0]}


def test_application_for_several_schools_and_programmes_is_not_said_to_be_one(
    reader: Reader, schools: tuple[School, School]
) -> None:
    offers = [make.OfferFactory(title=title, release_days=6, support_days=2) for title in ("Good Maths", "Big Maths")]

    _begin(reader, schools)
    reader.post(offer=[one.pk for one in offers]).post(**CONTACT)
    for name in ("ash", "birch"):
        reader.post(name=f"Head of {name}", email=f"head@{name}.example.org")
    reader.post(message="").agree().post()
    told = _received()

    assert (reader.page, _of_one(reader.read), _of_one(told)) == ("done", {}, {})
    assert "Your hubs Ash Hub Birch Hub" in reader.read["check"]
    assert "Ash Hub and Birch Hub read your applications and decide." in reader.read["done"]
    (subject,) = told
    assert subject == f"{Interest.objects.earliest('pk').reference} and 3 more: we have your applications"


def test_interest_of_several_schools_is_not_said_to_be_of_one(reader: Reader, schools: tuple[School, School]) -> None:
    wishes = [make.OfferFactory(), make.OfferFactory(opens_on=NOW.date() + timedelta(days=9))]

    _begin(reader, schools, "tell")
    reader.post(wish=[f"{one.phase_id}-{one.year}" for one in wishes]).post(**CONTACT).agree().post()
    told = _received()

    assert (reader.page, _of_one(reader.read), _of_one(told)) == ("done", {}, {})
    assert "Your references are in the e-mail that we send to" in reader.read["done"]
    assert "Ash Hub and Birch Hub know that your schools are interested." in reader.read["done"]


@pytest.mark.parametrize("silent", [None, "Ash Hub", "Birch Hub"])
def test_answer_about_what_several_hubs_have_goes_to_both(
    reader: Reader, schools: tuple[School, School], settings: LazySettings, silent: str | None
) -> None:
    """Where one of them has no address, nor a lead, the portal's contact has it for that hub."""
    settings.CONTACT_EMAIL = "portal@example.org"
    for name in ("ash", "birch"):
        Hub.objects.filter(name__iexact=f"{name} hub").update(email=f"{name}@hubs.example.org")
    Hub.objects.filter(name=silent).update(email="")
    offer = make.OfferFactory()

    _begin(reader, schools, "tell")
    reader.post(wish=f"{offer.phase_id}-{offer.year}").post(**CONTACT).agree().post()
    (received,) = _received().values()
    ask_for_links(email=CONTACT["email"], now=clock.now())
    answer_asked(now=clock.now())
    links = _received()["Links to what you sent"]

    told = [one.reply_to for one in mail.outbox]
    if silent is None:
        both = ["ash@hubs.example.org", "birch@hubs.example.org"]
        assert told == [both, both[::-1]]
        assert "answer this e-mail: it goes to Ash Hub and Birch Hub." in received
        assert "answer this e-mail: it goes to Birch Hub and Ash Hub." in links
    else:
        other = ({"Ash Hub", "Birch Hub"} - {silent}).pop()
        assert told == [[f"{other.split()[0].lower()}@hubs.example.org", "portal@example.org"]] * 2
        said = f"answer this e-mail: it goes to {other} and, for {silent}, to {settings.PORTAL_NAME}."
        assert (said in received, said in links) == (True, True)


def test_reasons_why_programmes_are_not_open_name_the_schools_that_they_are_of(
    reader: Reader, schools: tuple[School, School]
) -> None:
    ash, birch = schools
    School.objects.filter(pk=birch.pk).update(phase_code=4)
    done = make.OfferFactory(title="Done Before", school_phases=[2])
    make.EnrolmentFactory(school=ash, offer=done, status=Enrolment.Status.ACTIVE)
    make.OfferFactory(title="To Open", opens_on=NOW.date() + timedelta(days=9))
    after = make.OfferFactory(title="For Later", school_phases=[2, 4])
    after.follows.add(done.phase)
    type(after).objects.filter(pk=after.pk).update(must_follow=True)

    _begin(reader, schools)

    page = reader.read["programme"]
    assert _of_one({"": page}) == {}
    assert "No programme is open for your schools today" in page
    assert "Done Before Ash School is in this programme in 2026/27." in page
    assert "For other schools: primary. Birch School is recorded as: secondary." in page
    assert "we have no record that Ash School and Birch School have." in page
    assert "To Open 2026/27 Ash School: You can apply from 17 September 2026." in page


def test_hub_checks_those_of_the_schools_that_the_rules_leave_open(
    reader: Reader, schools: tuple[School, School]
) -> None:
    ash, birch = schools
    School.objects.filter(pk=birch.pk).update(phase_code=7, low_age=3, high_age=18)
    make.OfferFactory(school_phases=[2])
    again = make.OfferFactory(year=2025)
    offer = make.OfferFactory(phase=again.phase, school_phases=[])
    make.EnrolmentFactory(school=ash, offer=again, status=Enrolment.Status.COMPLETED)

    _begin(reader, schools)

    page = reader.read["programme"]
    assert "Your hubs will check that this suits Birch School." in page
    assert "Ash School did this programme in 2025/26. Your hubs will check that it suits Ash School to join" in page
    assert offer.title in page


def test_head_is_asked_for_applications_where_there_are_several() -> None:
    first, second = make.OfferFactory(title="Good Maths"), make.OfferFactory(title="Big Maths")
    visitor = Reader()
    visitor.post(reverse("programmes:express-school"), school=make.SchoolFactory(name="Hill School").pk)
    visitor.post(offer=[first.pk, second.pk]).post(**CONTACT).post(**HEAD)
    for _place in range(4):
        visitor.post(who="later")
    visitor.post(message="").agree().post()
    told = _received()
    sent = Interest.objects.earliest("pk")
    (asked,) = [one for one in mail.outbox if "Jo Head" in one.to[0]]

    asking = Visitor().get(head_path(sent)).text
    for one in Interest.objects.all():
        one.move_to(Interest.Status.WITHDRAWN, by=None)
    closed = _words(Visitor().get(head_path(sent)).text)

    assert asked.subject == "Hill School: please confirm your school's applications for Good Maths and Big Maths"
    assert "Confirm your school's applications for Good Maths and Big Maths" in _words(asking)
    assert "None of these applications is open any more: Good Maths 2026/27, Big Maths 2026/27." in closed
    assert "You and your headteacher get each decision by e-mail." in visitor.read["done"]
    assert "Applications sent" in visitor.read["done"]
    assert [*told] == [f"{sent.reference} and 1 more: we have your applications"]
