"""Pages opened a while ago: for another hub than now, before somebody else changed the same, or while work went on."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from copy import copy
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any, ClassVar

from django.contrib import messages
from django.db import transaction
from django.db.models import Model
from django.forms import BaseForm, BooleanField, MultiWidget
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.formats import date_format
from django.views.generic.edit import ProcessFormView

from hubportal.core import clock, locks
from hubportal.core.access import check_role
from hubportal.core.models import JournalEntry

LOOKED_AT, AS_IT_WAS = "looked_at", "as_it_was"
CHANGED_SINCE = (
    "Somebody else has changed this since you opened it{what}. Nothing was saved. "
    "Your own entries are below: look whether they still hold, then send them again."
)

MOST_SHOWN, LONGEST_SHOWN = 5, 60
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
    roles: tuple[str, ...] = ()
    record: Any
    others_changed: Sequence[str] = ()
    opened_at: datetime | None = None

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        """Of two who send at the same moment what is to replace the same, the second finds what the first has made."""
        view = super().as_view(**initkwargs)
        if not cls.changes_what_stands:
            return view

        @wraps(view)
        def in_turn(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            # Whoever may not send it is refused by the view, and holds up nobody.
            if request.method != "POST" or check_role(request, cls.roles):
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
        if not self.changes_what_stands:
            return ""
        (was, self.opened_at), now = read_mark(self.request.POST[AS_IT_WAS]), self._signs(form)
        if was == now:
            return ""
        # Of a page of an earlier version of the portal nobody knows what changed since.
        self.others_changed = [name for name, sign in now.items() if was.get(name, sign) != sign]
        words = self.changed_since(form)
        fields = [name for name in self.others_changed if name in form.fields]
        take_what_stands(form, [name for name in fields if is_untouched(form, name, was[name])])
        return words

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
        found[AS_IT_WAS] = mark_of(self._signs(found["form"])) if self.changes_what_stands else ""
        return found

    def changed_since(self, form: BaseForm) -> str:
        """In words: who changed it, where that is known, and what stands now in the fields that others changed."""
        fields = [name for name in self.others_changed if name in form.fields]
        shown = [f"{form[name].label}: {in_words(form, name)}" for name in fields[:MOST_SHOWN]]
        more = len(fields) - len(shown)
        said = "; ".join([*shown, *([f"{more} more"] if more else [])])
        told = ", ".join(filter(None, (self._who_changed(form), said and f"now {said}")))
        return CHANGED_SINCE.format(what=f" ({told})" if told else "")

    def _who_changed(self, form: BaseForm) -> str:
        """Who changed it since the page was opened; of several, whoever was the last to change each thing.

        Nobody unless the history that the reader may read says it of each: a wrong name is worse than none.
        """
        if self.opened_at is None or not isinstance(self.record, Model):
            return ""
        user = self.request.user
        entries = JournalEntry.objects.visible_to(user).about(self.record).filter(at__gte=self.opened_at)
        if self.of_top_bar:
            # Other hubs have facts of their own about the same record.
            entries = entries.filter(owner=self.request.hub)
        found = list(entries)
        by = {next((one.by for one in found if changes(one, form, name)), None) for name in self.others_changed}
        if None in by:
            return ""
        names = sorted(str(one) for one in by if one != user)
        return " and ".join([*names, *(["you, in another window"] if user in by else [])])

    def _signs(self, form: BaseForm) -> dict[str, str]:
        """Of each thing that stands, and of how far its record is."""
        stands = {"": self.how_far(), **self.what_stands(form)}
        return {name: print_of(value) for name, value in stands.items()}

    def what_stands(self, form: BaseForm) -> dict[str, Any]:
        """What is replaced by what is sent: the values that the form begins with.

        A tick that it asks for because of what was typed stands nowhere.
        """
        asked = getattr(form, "asked_besides", ())
        return {name: as_begun(form, name) for name in form.fields if name not in asked}

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


def print_of(value: Any) -> str:
    """A short sign of a value: another one where another is stored."""
    return hashlib.sha256(json.dumps(plain(value)).encode()).hexdigest()[:10]


def mark_of(signs: dict[str, str]) -> str:
    """The moment, and the signs by the names of what they are of."""
    said = ";".join(f"{name}={sign}" for name, sign in sorted(signs.items()))
    return f"{clock.now().timestamp()}|{said}"


def read_mark(mark: str) -> tuple[dict[str, str], datetime | None]:
    """The signs by the names of what they are of, and the moment of the mark; none where it is no such mark."""
    at, is_mark, said = mark.partition("|")
    if not is_mark:
        return {}, None
    signs = {name: sign for name, parted, sign in (one.rpartition("=") for one in said.split(";")) if parted}
    with suppress(ValueError, OverflowError, OSError):
        return signs, datetime.fromtimestamp(float(at), UTC)
    return signs, None


def changes(entry: JournalEntry, form: BaseForm, name: str) -> bool:
    """Whether a line of the history says that this was changed, by the field's name or words; or how far it is."""
    if not name:
        return bool(entry.moved_to)
    called = {name.casefold(), str(form[name].label).casefold() if name in form.fields else ""}
    return any(one.casefold() in called for one in entry.changed)


def is_untouched(form: BaseForm, name: str, was: str) -> bool:
    """Whether a field was sent as its page began with it: as it was typed, whatever the form makes of that."""
    return print_of(in_boxes(form, name, form.data)) == was


def as_begun(form: BaseForm, name: str) -> Any:
    """What the boxes of a field hold when its page is opened."""
    data = QueryDict(mutable=True)
    fill(data, form, name)
    return in_boxes(form, name, data)


def in_boxes(form: BaseForm, name: str, data: Any) -> Any:
    """What was sent of a field, before anything is made of it; line breaks as no browser changes them."""
    widget = form.fields[name].widget
    value = widget.value_from_datadict(data, {}, form.add_prefix(name))
    if isinstance(widget, MultiWidget):
        # In their order: the second of January is not the first of February.
        return "/".join(str(part or "") for part in value)
    return "\n".join(value.splitlines()) if isinstance(value, str) else value


def take_what_stands(form: BaseForm, names: Iterable[str]) -> None:
    """Show in fields that nobody has touched what others have made of them, so that sending it again leaves it so."""
    data: Any = copy(form.data)
    for name in names:
        fill(data, form, name)
    form.data = data


def fill(data: Any, form: BaseForm, name: str) -> None:
    """Put into what is sent of a field what it begins with."""
    field, key = form.fields[name], form.add_prefix(name)
    value = field.prepare_value(form.get_initial_for_field(field, name))
    if isinstance(field.widget, MultiWidget):
        for at, part in enumerate(field.widget.decompress(value) or ()):
            data[f"{key}_{at}"] = "" if part is None else str(part)
    elif isinstance(value, list | tuple):
        data.setlist(key, [str(one) for one in value])
    elif value is None or value is False:
        data.pop(key, None)
    else:
        data[key] = "on" if value is True else str(value)


def in_words(form: BaseForm, name: str) -> str:
    """What a field begins with, as its page shows it."""
    field = form.fields[name]
    stands = form.get_initial_for_field(field, name)
    value = date_format(stands, "j F Y") if isinstance(stands, date) else plain(stands)
    labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    said = ", ".join(labels.get(one, one) for one in ([value] if isinstance(value, str) else value))
    if isinstance(field, BooleanField):
        return "ticked" if value == "True" else "not ticked"
    return f"“{shortened(said)}”" if said else "empty"


def shortened(said: str) -> str:
    """On one line of a message."""
    return said if len(said) <= LONGEST_SHOWN else f"{said[: LONGEST_SHOWN - 1]}…"


def loaded_anew(request: Any, response: HttpResponse, job: Any) -> HttpResponse:
    """What a page that asks by itself is answered: loaded anew as a whole once the work that it shows has ended."""
    if request.htmx and (job is None or not job.is_open):
        response["HX-Refresh"] = "true"
    return response
