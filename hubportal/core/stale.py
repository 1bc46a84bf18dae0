"""Forms that were opened a while ago: for another hub than now, or before somebody else changed the same."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.views.generic.edit import ProcessFormView

LOOKED_AT, AS_IT_WAS = "looked_at", "as_it_was"
CHANGED_SINCE = (
    "Somebody else has changed this since you opened it{what}. Nothing was saved. "
    "Your own entries are below: look whether they still hold, then send them again."
)


class Opened(ProcessFormView):
    """A form's page that carries what it was opened for, and does nothing where that is no longer so.

    :cvar of_top_bar: it acts for the hub or the year in the top bar, which another tab may have changed meanwhile.
    :cvar changes_what_stands: it shows what stands, and what is sent replaces it.
    """

    of_top_bar: ClassVar[bool] = False
    changes_what_stands: ClassVar[bool] = False
    request: Any
    record: Any

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse in words, with what was typed, before anything is done."""
        form = self.get_form()  # type: ignore[attr-defined]
        was = request.POST.get(AS_IT_WAS) if self.changes_what_stands else None
        is_changed = was is not None and was != self._mark(form)
        is_valid = form.is_valid()
        stale = self._other_hub() or (self.changed_since(form) if is_changed else "")
        if is_valid and not stale:
            return self.form_valid(form)  # type: ignore[attr-defined, no-any-return]
        if stale:
            form.add_error(None, stale)
        return self.form_invalid(form)  # type: ignore[attr-defined, no-any-return]

    def _looked_at(self) -> str:
        hub = self.request.hub
        return f"{hub.pk if hub else ''}:{self.request.year}"

    def _other_hub(self) -> str:
        now = self._looked_at()
        if not self.of_top_bar or self.request.POST.get(LOOKED_AT, now) == now:
            return ""
        hub = self.request.hub
        return (
            f"You now look at another hub or year than when you opened this page: {hub or 'all hubs'}, "
            f"{self.request.year}/{(self.request.year + 1) % 100:02d}. Nothing was done. "
            "Choose in the top bar what you meant, or send this again if you mean this one."
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the form was opened for."""
        found: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        found[LOOKED_AT] = self._looked_at() if self.of_top_bar else ""
        found[AS_IT_WAS] = self._mark(found["form"]) if self.changes_what_stands else ""
        return found

    def changed_since(self, form: BaseForm) -> str:
        """In words, with the fields in which what stands now is other than what was typed."""
        fields = ", ".join(str(form[name].label) for name in form.changed_data if name in form.fields)
        return CHANGED_SINCE.format(what=f" (other now than on this page: {fields})" if fields else "")

    def _mark(self, form: BaseForm) -> str:
        """Of the values that the form began with, and of how far its record is."""
        stands = {name: _plain(form.get_initial_for_field(field, name)) for name, field in form.fields.items()}
        told = json.dumps([stands, getattr(self.record, "status", "")], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:20]


def _plain(value: Any) -> Any:
    """A value that reads the same whenever the same is stored."""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, str) or not isinstance(value, Iterable):
        return "" if value is None else str(value)
    return sorted(_plain(one) for one in value)
