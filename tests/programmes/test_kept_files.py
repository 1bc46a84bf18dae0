"""A file that was chosen stays with its form when that comes back for something else."""

import re

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile

from hubportal.core.files import ASIDE
from hubportal.core.models.file import private_storage
from programmes.models import Interest, Offer, Receipt
from schools.models import School, User
from schools.roles import HUB_LEAD
from tests import factories as make
from tests.programmes.express import make_privacy
from tests.programmes.test_receipts import enter, pdf

pytestmark = pytest.mark.django_db


def _sides() -> tuple[User, School, Offer]:
    make_privacy()
    school = make.SchoolFactory()
    return make.make_user(HUB_LEAD, hub=school.hub), school, make.OfferFactory()


def test_chosen_file_is_kept_where_something_else_is_wrong() -> None:
    lead, school, offer = _sides()
    words = "is kept. Choose another file only to replace it."
    told, empty, wrong = (
        enter(lead, school, offer, **changed).content.decode()
        for changed in (
            {"email": "", "evidence": pdf()},
            {"email": ""},
            {"evidence": SimpleUploadedFile("letter.exe", b"MZ")},
        )
    )
    assert [words in page for page in (told, empty, wrong)] == [True, False, False]
    assert 'aria-describedby="id_evidence_hint id_evidence_kept"' in told

    (word,) = re.findall(r'name="evidence-aside" value="([^"]+)"', told)
    again = enter(lead, school, offer, **{"email": "", "evidence-aside": word}).content.decode()
    enter(lead, school, offer, **{"evidence-aside": word})

    assert f'value="{word}"' in again
    evidence = Receipt.objects.get().evidence
    assert evidence is not None
    with evidence.content.open() as content:
        assert (evidence.name, content.read()) == ("letter.pdf", pdf().read())


def test_kept_file_that_is_gone_is_asked_for_and_a_forged_word_is_nothing() -> None:
    lead, school, offer = _sides()
    told = enter(lead, school, offer, email="", evidence=pdf()).content.decode()
    (word,) = re.findall(r'name="evidence-aside" value="([^"]+)"', told)
    private_storage().delete(signing.loads(word, salt=ASIDE)[0])

    gone = enter(lead, school, offer, **{"evidence-aside": word}).content.decode()
    assert "The file was kept for an hour. Choose it again." in gone
    assert not Interest.objects.exists()

    enter(lead, school, offer, **{"evidence-aside": "forged"})
    assert Receipt.objects.get().evidence is None


def test_kept_file_is_nothing_to_anybody_but_who_chose_it() -> None:
    lead, school, offer = _sides()
    colleague = make.make_user(HUB_LEAD, hub=school.hub)
    told = enter(lead, school, offer, email="", evidence=pdf()).content.decode()
    (word,) = re.findall(r'name="evidence-aside" value="([^"]+)"', told)

    again = enter(colleague, school, offer, **{"email": "", "evidence-aside": word}).content.decode()
    enter(colleague, school, offer, **{"evidence-aside": word})

    assert "is kept" not in again
    assert Receipt.objects.get().evidence is None
