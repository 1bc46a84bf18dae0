"""Pages opened a while ago: for another hub than now, before somebody else changed the same, or while work went on."""

import hashlib
import json
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ClassVar

from django.contrib import messages
from django.db import transaction
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.generic.edit import ProcessFormView

from hubportal.core import locks

LOOKED_AT, AS_IT_WAS = "looked_at", "as_it_was"
CHANGED_SINCE = (
    "Somebody else has changed this since you opened it{what}. Nothing was saved. "
    "Your own entries are below: look whether they still hold, then send them again."
)

NOT_SAID = (
    "What you sent does not say what this page showed when you opened it, so nothing was done. "
    "Your own entries are below, beside what stands now: look whether they still hold, then send them again."
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

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        """Of two who send at the same moment what is to replace the same, the second finds what the first has made."""
        view = super().as_view(**initkwargs)
        if not cls.changes_what_stands:
            return view

        @wraps(view)
        def in_turn(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method != "POST":
                return view(request, *args, **kwargs)
            with transaction.atomic():
                # Before anything is read: what stands is compared as the one before has left it.
                locks.wait_for_turn(f"form of {cls._of_what(request, kwargs)}")
                return view(request, *args, **kwargs)

        return in_turn

    @classmethod
    def _of_what(cls, request: HttpRequest, kwargs: dict[str, Any]) -> str:
        """What several forms change together: a record, or what one page shows."""
        model = getattr(cls, "model", None)
        return f"{model._meta.label} {kwargs['pk']}" if model and "pk" in kwargs else request.path

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse in words, with what was typed, before anything is done."""
        form = self.get_form()  # type: ignore[attr-defined]
        is_valid = form.is_valid()
        stale = self._unsaid() or self._other_hub() or self._changed(form)
        if is_valid and not stale:
            return self.form_valid(form)  # type: ignore[attr-defined, no-any-return]
        if stale and form.is_bound:
            form.add_error(None, stale)
        elif stale:
            # What was sent does not fit what is looked at now: the page begins anew.
            messages.error(request, stale)
        return self.form_invalid(form)  # type: ignore[attr-defined, no-any-return]

    def _looked_at(self) -> str:
        hub = self.request.hub
        return f"{hub.pk if hub else ''}:{self.request.year}"

    def _unsaid(self) -> str:
        """A page of an earlier version of the portal, or no page at all: nobody knows what its reader saw."""
        wanted = {LOOKED_AT: self.of_top_bar, AS_IT_WAS: self.changes_what_stands}
        is_said = all(self.request.POST.get(name) for name, is_wanted in wanted.items() if is_wanted)
        return "" if is_said else NOT_SAID

    def _changed(self, form: BaseForm) -> str:
        if not self.changes_what_stands or self.request.POST[AS_IT_WAS] == self._mark(form):
            return ""
        return self.changed_since(form)

    def _other_hub(self) -> str:
        if not self.of_top_bar or self.request.POST[LOOKED_AT] == self._looked_at():
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
        """Of what stands, and of how far its record is."""
        stands = {name: plain(value) for name, value in self.what_stands(form).items()}
        told = json.dumps([stands, self.how_far()], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:20]

    def what_stands(self, form: BaseForm) -> dict[str, Any]:
        """What is replaced by what is sent: the values that the form begins with.

        A tick that it asks for because of what was typed stands nowhere.
        """
        asked = getattr(form, "asked_besides", ())
        return {
            name: form.get_initial_for_field(field, name) for name, field in form.fields.items() if name not in asked
        }

    def how_far(self) -> str:
        """How far its record is, as whoever reads the page is told."""
        return str(getattr(self.record, "status", ""))


def plain(value: Any) -> Any:
    """A value that reads the same whenever the same is stored."""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, str) or not isinstance(value, Iterable):
        return "" if value is None else str(value)
    return sorted(plain(one) for one in value)


def loaded_anew(request: Any, response: HttpResponse, job: Any) -> HttpResponse:
    """What a page that asks by itself is answered: loaded anew as a whole once the work that it shows has ended."""
    if request.htmx and (job is None or not job.is_open):
        response["HX-Refresh"] = "true"
    return response
