"""One form for several schools of a trust, of which not all can join what was chosen."""

import pytest
from django.urls import reverse

from programmes.models import FormDraft, Interest, Offer
from schools import roles
from schools.models import School
from tests import factories as make
from tests.programmes.express import CONTACT, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("in_september")]


@pytest.fixture
def schools() -> list[School]:
    """Two primary schools of a trust and, between them, a secondary one of another hub."""
    trust = make.TrustFactory()
    found: list[School] = [make.SchoolFactory(name=f"{name} School", trust=trust) for name in ("Ash", "Birch", "Cedar")]
    found[0].authority = found[2].authority
    found[0].hub = found[2].hub
    found[0].save()
    School.objects.filter(pk=found[1].pk).update(phase_code=4)
    return found


@pytest.fixture
def junior() -> Offer:
    offer: Offer = make.OfferFactory(title="Good Maths", school_phases=[2])
    make.OfferFactory(title="Big Maths", school_phases=[4])
    return offer


def _begin(schools: list[School], **kind: str) -> Visitor:
    visitor = Visitor()
    visitor.client.force_login(make.make_user(roles.TRUST_LEAD, trust=schools[0].trust))
    page = reverse("programmes:express-school")
    return visitor.post(page, several="yes", school=[school.pk for school in schools], **kind)


def test_headteachers_of_the_schools_that_cannot_join_are_not_asked_for(schools: list[School], junior: Offer) -> None:
    visitor = _begin(schools)

    contact = visitor.post(offer=junior.pk).text
    heads = [visitor.post(**CONTACT).page]
    heads.append(visitor.post(name="Head of Ash", email="head@ash.example.org").page)
    after = visitor.post(name="Head of Cedar", email="head@cedar.example.org").page

    assert "Good Maths 2026/27, 2 schools" in contact
    assert (heads, after) == (["head", "head/3"], "message")


def test_check_of_answers_says_for_which_schools_nothing_is_sent(schools: list[School], junior: Offer) -> None:
    visitor = _begin(schools).post(offer=junior.pk).post(**CONTACT)
    visitor.post(name="Head of Ash", email="head@ash.example.org")
    visitor.post(name="Head of Cedar", email="head@cedar.example.org").post(message="")

    page = visitor.agree().text
    visitor.post()

    assert visitor.page == "done"
    assert "Good Maths 2026/27, for these 2 of your 3 schools: Ash School; Cedar School" in page
    assert 'Nothing is sent for</dt><dd class="govuk-summary-list__value">Birch School<br>' in page
    assert (f">Headteacher, {schools[0]}<" in page, f">Headteacher, {schools[1]}<" in page) == (True, False)
    assert (str(schools[0].hub) in page, str(schools[1].hub) in page) == (True, False)
    assert list(Interest.objects.order_by("pk").values_list("school__name", "head_name")) == [
        ("Ash School", "Head of Ash"),
        ("Cedar School", "Head of Cedar"),
    ]


def test_check_of_an_interest_says_for_which_schools_it_is_told(schools: list[School], junior: Offer) -> None:
    visitor = _begin(schools, **{"for": "tell"})
    visitor.post(wish=f"{junior.phase_id}-{junior.year}")

    about = visitor.text
    page = visitor.post(**CONTACT).agree().text
    done = visitor.post().text

    assert '<p class="caption">2 schools</p>' in about
    assert f"{junior.phase} 2026/27, for these 2 of your 3 schools: Ash School; Cedar School" in page
    assert 'Nothing is sent for</dt><dd class="govuk-summary-list__value">Birch School<br>' in page
    assert f"<li>{schools[0].hub} knows" in done
    assert list(Interest.objects.order_by("pk").values_list("school__name", flat=True)) == [
        "Ash School",
        "Cedar School",
    ]


def test_interest_that_one_school_can_no_longer_join_is_chosen_again(schools: list[School], junior: Offer) -> None:
    visitor = _begin(schools, **{"for": "tell"})
    visitor.post(wish=f"{junior.phase_id}-{junior.year}").post(**CONTACT).agree()
    School.objects.filter(pk=schools[2].pk).update(phase_code=4)

    visitor.post()

    assert (visitor.page, "Please look at what is open now" in visitor.text) == ("wish", True)
    assert Interest.objects.count() == 0


def test_interest_goes_on_without_a_school_that_closes(schools: list[School], junior: Offer) -> None:
    visitor = _begin(schools, **{"for": "tell"})
    visitor.post(wish=f"{junior.phase_id}-{junior.year}").post(**CONTACT).agree()
    School.objects.filter(pk=schools[0].pk).update(gias_status=2)

    first = visitor.post()
    shown = (first.page, "for one of your 2 schools: Cedar School" in first.text)
    visitor.post()

    assert shown == ("check", True)
    assert list(Interest.objects.values_list("school__name", flat=True)) == ["Cedar School"]


def test_interest_begun_before_it_said_for_which_schools_is_chosen_again(schools: list[School], junior: Offer) -> None:
    """Forms wait for days: those of the version before keep no schools."""
    visitor = _begin(schools, **{"for": "tell"})
    row = FormDraft.objects.get(key=visitor.draft)
    row.data["answers"] = {"wish": {"wishes": [[junior.phase_id, junior.year]]}}
    row.save()

    visitor.get(f"/programmes/express/{visitor.draft}/contact/")

    assert visitor.page == "wish"
