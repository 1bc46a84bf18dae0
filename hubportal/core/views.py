"""Views that every app builds on: lists, detail pages with tabs, one-step forms."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from html import escape
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db import models
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.views.generic import DetailView, FormView, ListView
from django_filters import FilterSet
from django_htmx.middleware import HtmxDetails

from hubportal.core.access import RoleRequired, may
from hubportal.core.exports import Column, export
from hubportal.core.forms import speak_plainly
from hubportal.core.keys import keys_of
from hubportal.core.panels import in_use, panel
from hubportal.core.stale import Opened, loaded_anew
from hubportal.core.tabs import Named, Tabbed
from hubportal.core.workflow import CannotMove

PER_PAGE = 50
LONGEST_WORDS = 200
EXPORTS = ("csv", "xlsx")

# Django's views take no type argument while they run; mypy asks for one.
if TYPE_CHECKING:
    AnyListView = ListView[Any]
    AnyDetailView = DetailView[Any]
    AnyFormView = FormView[Any]
else:
    AnyListView, AnyDetailView, AnyFormView = ListView, DetailView, FormView

M = TypeVar("M", bound=models.Model)


class PortalRequest(HttpRequest):
    """A request as the middleware leaves it; for type hints."""

    user: Any
    htmx: HtmxDetails
    year: int
    hub: Any
    hubs: list[Any]
    viewing_as: Any


class PortalList(RoleRequired, Named, AnyListView):
    """A list: filtered and sorted by the address, 50 a page, exportable.

    :cvar filterset_class: a django-filter FilterSet; the generic template draws its form, and folds away the
        fields named in its ``rare`` while none of them is in use.
    :cvar sorts: what ``?sort=`` may say, by name, each an ordering that ends in ``pk``; ``-name`` reverses it.
    :cvar export_columns: (heading, function of a row) for ``?export=csv`` and ``?export=xlsx``.
    :cvar shown: the values that ``line`` reads of each row (drawing from whole records costs more than the page);
        none: the template is handed the records themselves.
    :cvar sums: columns that are added up over all that is filtered, by the name under ``sums`` in the template.
    :cvar hub_path: leads from a row to its hub; who looks at all hubs together reads it in a column of its own, the
        last cell of each line (empty for everybody else).
    :cvar by_hub, by_year: narrow to the hub and year of the top bar where the QuerySet can; ``?years=all`` (the
        work list's links: what waits does not end with its year) leaves the year out.
    """

    template_name = "generic/list.html"
    context_object_name = "rows"
    filterset_class: ClassVar[type[FilterSet] | None] = None
    sorts: ClassVar[Mapping[str, Sequence[str]]] = {}
    export_columns: ClassVar[Sequence[Column]] = ()
    export_name = "list"
    shown: ClassVar[Sequence[str]] = ()
    sums: ClassVar[Mapping[str, str]] = {}
    hub_path: ClassVar[str] = ""
    by_hub = True
    by_year = False
    noun = "result"
    filterset: FilterSet | None
    request: PortalRequest

    def get_queryset(self) -> models.QuerySet[Any]:
        """What the person may see, narrowed by the top bar, the filter and the sort."""
        model: Any = self.model
        rows = model._default_manager.visible_to(self.request.user)
        if self.by_hub and hasattr(rows, "for_hub"):
            rows = rows.for_hub(self.request.hub)
        if self.by_year and not self._is_of_all_years():
            rows = rows.for_year(self.request.year)
        return self._filtered(self.prepare(rows))

    def _is_of_all_years(self) -> bool:
        return self.by_year and self.request.GET.get("years") == "all"

    def prepare(self, rows: Any) -> models.QuerySet[Any]:
        """What the list shows of each row; override to annotate more."""
        prepared: models.QuerySet[Any] = rows.for_list()
        return prepared

    def _filtered(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        self.filterset, self._query = None, self._clean_query()
        if self.filterset_class is not None:
            self.filterset = self.filterset_class(self._query, queryset=rows, request=self.request)
            for field in self.filterset.form.fields.values():
                speak_plainly(field)
            rows = self.filterset.qs
        sort: str = self.request.GET.get("sort", "")
        order = self.sorts.get(sort.removeprefix("-"))
        if order is None:
            return rows
        return rows.order_by(*[_reversed(name) for name in order] if sort.startswith("-") else order)

    def _panels(self) -> dict[str, Any]:
        """The fields of the filter, those that a filter calls ``rare`` apart: folded away while none is in use."""
        fields = panel(self.filterset.form) if self.filterset else []
        rare = getattr(self.filterset, "rare", ())
        more = [field for field in fields if field[2] in rare]
        return {
            "panel": [field for field in fields if field[2] not in rare],
            "more_panel": more,
            "filter_said": in_use(fields, self._query) if self.filterset else "",
            "is_more_used": any(self._query.get(name) for _kind, _id, name, _label, _held in more),
        }

    def _is_filtered(self) -> bool:
        return any(self._query.get(name) for name in self.filterset.filters) if self.filterset else False

    def _clean_query(self) -> Any:
        """NUL bytes reach no database, nor text so long that one refuses it."""
        query = self.request.GET.copy()
        for name in query:
            query.setlist(name, [value.replace("\x00", "")[:LONGEST_WORDS] for value in query.getlist(name)])
        return query

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page or a file."""
        kind = request.GET.get("export", "")
        if self.export_columns and kind in EXPORTS:
            rows, columns = self.get_queryset(), self.export_columns
            if self._shows_hub():
                rows, columns = rows.select_related(self.hub_path), [*columns, ("Hub", self._hub_of)]
            return export(request, rows, columns, name=self.export_name, kind=kind)
        return super().get(request, *args, **kwargs)

    def _shows_hub(self) -> bool:
        return bool(self.hub_path) and self.request.hub is None and len(self.request.hubs) > 1

    def _hub_of(self, row: Any) -> str:
        hub = attrgetter(self.hub_path.replace("__", "."))(row)
        return str(hub.name) if hub else ""

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        """Any page asked for gives one that exists."""
        paginator = Paginator(queryset, page_size)
        if self.sums:
            sums = {name: models.Sum(column) for name, column in self.sums.items()}
            self._summed = queryset.order_by().aggregate(count=models.Count("pk"), **sums)
            paginator.count = self._summed["count"]  # known already: not asked again
        page: Page[Any] = paginator.get_page(self.request.GET.get("page"))
        return paginator, page, page.object_list, page.has_other_pages()

    def get_paginate_by(self, queryset: Any) -> int:
        """50 a page everywhere."""
        return PER_PAGE

    def lines(self, rows: Iterable[Sequence[Any]]) -> Iterable[tuple[Any, ...]]:
        """The page's rows; override where a line reads more than its own values."""
        return (self.line(*values) for values in rows)

    def _lines(self, rows: models.QuerySet[Any]) -> Iterable[tuple[Any, ...]]:
        if not self._shows_hub():
            lines = self.lines(rows.values_list(*self.shown))
            return ((*line, "") for line in lines) if self.hub_path else lines
        # Whoever looks at all hubs has them in the switcher: their names need no join.
        names = {hub.pk: hub.name for hub in self.request.hubs}
        values = list(rows.values_list(*self.shown, self.hub_path))
        lines = self.lines(one[:-1] for one in values)
        return ((*line, names.get(one[-1], "")) for line, one in zip(lines, values, strict=True))

    def line(self, *values: Any) -> tuple[Any, ...]:
        """A row as the template unpacks and writes it, from the values of ``shown``."""
        return values

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Rows, their number, the filter and what can be exported."""
        found = super().get_context_data(**kwargs)
        if self.shown:
            found["rows"] = [_escaped(line) for line in self._lines(found["rows"])]
        return {
            "filterset": self.filterset,
            **self._panels(),
            "is_filtered": self._is_filtered(),
            "is_of_all_years": self._is_of_all_years(),
            # Every value: of a name that comes several times, the last alone would be another filter.
            "chosen_filter": [
                (name, value)
                for name, values in self._query.lists()
                for value in values
                if name not in {"page", "pk", "all", "whom"}
            ],
            "total": found["paginator"].count,
            "noun": self.noun,
            "sort": self.request.GET.get("sort", ""),
            "may_export": bool(self.export_columns),
            "shows_hub": self._shows_hub(),
            "sums": self._summed if self.sums else {},
            **found,
        }


def _escaped(line: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row whose plain texts are safe to write: a template that escapes each by itself takes four times as long."""
    return tuple(SafeString(escape(cell)) if type(cell) is str else cell for cell in line)


def _reversed(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def chosen_rows(request: PortalRequest, listed: type[PortalList]) -> models.QuerySet[Any]:
    """The rows of a list that an address chooses for a step: all that its filter leaves, or those ticked (``pk``)."""
    if request.GET.get("all"):
        shown = listed()
        shown.setup(request)
        return shown.get_queryset().order_by()
    return ticked_rows(request.user, listed.model, request.GET.getlist("pk"))


def ticked_rows(user: Any, model: Any, keys: Iterable[object]) -> models.QuerySet[Any]:
    """Rows that somebody ticked on a list, of those that they may see, also where they fit its filter no more."""
    found: models.QuerySet[Any] = model._default_manager.visible_to(user).filter(pk__in=keys_of(keys))
    return found


def shown_rows(request: HttpRequest, model: Any) -> models.QuerySet[Any]:
    """What a form that was sent had shown (``shown``), of what one may see, whatever has become of it since."""
    return ticked_rows(request.user, model, request.POST.getlist("shown"))


class PortalDetail(RoleRequired, Tabbed, AnyDetailView):
    """One record's page; what one may not see is not found."""

    template_name = "generic/detail.html"
    context_object_name = "record"
    request: PortalRequest

    def get_queryset(self) -> models.QuerySet[Any]:
        """What the person may see, with what the page shows."""
        model: Any = self.model
        return self.prepare(model._default_manager.visible_to(self.request.user))

    def prepare(self, rows: Any) -> models.QuerySet[Any]:
        """What the page shows of the record; ``for_list`` where there is one."""
        prepared: models.QuerySet[Any] = rows.for_list() if hasattr(rows, "for_list") else rows
        return prepared

    def get_object(self, queryset: models.QuerySet[Any] | None = None) -> Any:
        """The record.

        :raises PermissionDenied: where the page is not for this person on this record.
        """
        found = super().get_object(queryset)
        refused = self.why_not(self.request.user, found)
        if refused:
            raise PermissionDenied(refused)
        return found

    def get_heading(self) -> str:
        """The record's name."""
        return self.heading or str(self.object)


class JobPage(PortalDetail):
    """A page with ``components/job.html``, which asks by itself; loaded anew as a whole once the work has ended."""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The page, with the word to load it anew."""
        return loaded_anew(self.request, super().render_to_response(context, **kwargs), context.get("job"))


class StepForm(RoleRequired, Named, Opened, AnyFormView):
    """A form that does one thing: loads what it is about, asks, makes one action call, says so.

    :cvar model: what it is about, loaded by ``pk`` from ``visible_to`` (None: about nothing in particular).
    :cvar failures: named failures of the action that become an error of the form; of its ``field``, where one names it.
    :cvar done: the message afterwards.
    :cvar cancel_label: the link that leaves without the step; another word where the step itself cancels something.
    """

    template_name = "generic/form.html"
    model: ClassVar[type[models.Model] | None] = None
    failures: ClassVar[tuple[type[Exception], ...]] = ()
    submit_label = "Save"
    done = "Saved."
    cancel_url = ""
    cancel_label = "Cancel"
    request: PortalRequest
    record: Any = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Check the role, then load the record, then go on."""
        if self.model is not None and request.user.is_authenticated and self._has_role():
            self.record = self.load()
            refused = self.why_not()
            if refused:
                raise PermissionDenied(refused)
        return super().dispatch(request, *args, **kwargs)

    def _has_role(self) -> bool:
        return not self.roles or may(self.request.user, *self.roles)

    def load(self) -> Any:
        """The record, from what the person may see.

        :raises Http404: for anything else.
        """
        model: Any = self.model
        rows = model._default_manager.visible_to(self.request.user)
        found = self.prepare(rows).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def prepare(self, rows: Any) -> Any:
        """What the step reads of the record."""
        return rows.for_list() if hasattr(rows, "for_list") else rows

    def why_not(self) -> str:
        """Why this person may not take this step on this record (403), or an empty string."""
        return ""

    @abstractmethod
    def act(self, form: Any) -> Any:
        """The one action call; what it returns is kept as ``self.result``."""

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Act; a named failure becomes an error of the form with everything typed kept."""
        try:
            self.result = self.act(form)
        except self.failures + (CannotMove,) as problem:  # noqa: RUF005 - a tuple of classes is what mypy reads
            form.add_error(getattr(problem, "field", None), str(problem))
            self.read_anew()
            return self.form_invalid(form)
        if self.done:
            messages.success(self.request, self.done)
        return redirect(self.get_success_url())

    def read_anew(self) -> None:
        """What a refused step had changed in memory was never stored: the page shows what stands."""
        with suppress(Http404, PermissionDenied):
            self.record = self.load() if self.model else self.record

    def get_success_url(self) -> str:
        """The record's page."""
        return str(self.success_url or self.record.get_absolute_url())

    def get_cancel_url(self) -> str:
        """Where "Cancel" leads: the record's page."""
        return str(self.cancel_url or (self.record.get_absolute_url() if self.record else ""))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the generic form page shows."""
        found = super().get_context_data(**kwargs)
        return {
            "record": self.record,
            "submit_label": self.submit_label,
            "cancel_url": self.get_cancel_url(),
            "cancel_label": self.cancel_label,
            **found,
        }


def do(request: Any, act: Callable[[], object], *, done: str, failures: tuple[type[Exception], ...] = ()) -> bool:
    """Take a step from a POST-only view: one action call, one message; whether it went through."""
    try:
        act()
    except failures + (CannotMove,) as problem:  # noqa: RUF005 - a tuple of classes is what mypy reads
        messages.error(request, str(problem))
        return False
    messages.success(request, done)
    return True


def back_to(request: HttpRequest, fallback: str) -> HttpResponseRedirect:
    """Redirect to a local path that the form named in ``next``, or to the fallback."""
    return HttpResponseRedirect(local_path(request.POST.get("next", "")) or fallback)


def local_path(target: str) -> str:
    """The path that a form or an address named, where it is one of the portal's; else nothing."""
    # Some keep it: no database takes every character that nobody can see.
    is_path = target.startswith("/") and target.isprintable()
    return target if is_path and url_has_allowed_host_and_scheme(target, allowed_hosts=None) else ""
