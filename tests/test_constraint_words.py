"""What a form can run into at the database is said in words for people."""

from collections.abc import Iterator

from django.db.models import BaseConstraint

from hubportal import urls  # loads every form
from hubportal.core.forms import PortalModelForm


def _forms(base: type[PortalModelForm] = PortalModelForm) -> Iterator[type[PortalModelForm]]:
    for form in base.__subclasses__():
        yield form
        yield from _forms(form)


def test_every_constraint_of_a_model_with_a_form_has_words() -> None:
    assert urls.urlpatterns
    models = {form._meta.model for form in _forms() if form._meta.model is not None}
    found = [one for model in models for one in model._meta.constraints]

    wordless = BaseConstraint.default_violation_error_message
    assert len(found) > 5
    assert [one.name for one in found if one.violation_error_message == wordless] == []
