"""Steps that show what they would do before it is done: what is carried out is what was shown, or it is shown again."""

import hashlib
import json
from abc import abstractmethod
from typing import Any

from django.forms import BaseForm
from django.http import HttpResponse

from hubportal.core.stale import plain
from hubportal.core.views import StepForm

CONFIRMED, PREVIEWED, STANDS = "confirmed", "previewed", ""
ANSWERS_CHANGED = "You changed {what} since this was shown to you. Nothing was done: look again at what would change."
STANDS_CHANGED = (
    "What would change is no longer what was shown to you: the portal's records have moved on. "
    "Nothing was done: look again."
)


class PreviewedStep(StepForm):
    """Shows what would happen with the answers given; its second button does that, and nothing else.

    The page carries a mark of each answer, and one of what stands: where either is another by the press, the preview
    is shown again instead. The page's ``fields`` block needs no more than its form and the button ``confirmed``.
    """

    @abstractmethod
    def preview(self, form: Any) -> dict[str, Any]:
        """What the page shows of what would happen, and under ``stands`` all of it that may change by itself.

        :raises Exception: one of ``failures``, where it cannot happen.
        """

    def form_valid(self, form: Any) -> HttpResponse:
        """Do what was shown, or show it."""
        try:
            found = self.preview(form)
        except self.failures as problem:
            form.add_error(None, str(problem))
            return self.form_invalid(form)
        marks = _marks(form, found.pop("stands"))
        if CONFIRMED in self.request.POST:
            other = _other(form, marks, self.request.POST.get(PREVIEWED, ""))
            if not other:
                return super().form_valid(form)
            form.add_error(None, other)
        return self.render_to_response(self.get_context_data(form=form, previewed=_written(marks), **found))


def _marks(form: BaseForm, stands: Any) -> dict[str, str]:
    """What each answer is known by, and under no name what stands."""
    answers = {name: plain(form.cleaned_data.get(name)) for name in form.fields}
    return {name: _digest(value) for name, value in {**answers, STANDS: stands}.items()}


def _digest(value: Any) -> str:
    told = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _written(marks: dict[str, str]) -> str:
    return " ".join(f"{name}:{mark}" for name, mark in marks.items())


def _other(form: BaseForm, marks: dict[str, str], said: str) -> str:
    """What is no longer as it was shown, in words; of a press without a preview, all of it."""
    shown = dict(one.partition(":")[::2] for one in said.split())
    changed = [str(form[name].label) for name in form.fields if shown.get(name) != marks[name]]
    if changed:
        return ANSWERS_CHANGED.format(what=", ".join(f"“{label}”" for label in changed))
    return "" if shown.get(STANDS) == marks[STANDS] else STANDS_CHANGED
