"""What the columns, words and schools of an upload mean, and its lines."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import Truncator
from django.views.decorators.http import require_POST

from hubportal.core import clock, jobs
from hubportal.core.access import role_required
from hubportal.core.models import Upload, UploadLine
from hubportal.core.sheets.lines import day_first
from hubportal.core.stale import loaded_anew
from hubportal.core.templatetags.portal import tag
from hubportal.core.views import PortalList, PortalRequest, StepForm, do
from hubportal.dashboards.actions.records import uploads, work
from hubportal.dashboards.filters.records import OUTCOMES, LineFilter
from hubportal.dashboards.forms.records import ColumnsForm, HeadingsForm, SchoolsForm, WordsForm, box_of
from hubportal.dashboards.rules.kinds import KINDS
from hubportal.dashboards.views.record_mend import text_of
from hubportal.dashboards.views.records import WHO, check_open, own_upload, record_url
from programmes.models import Phase
from schools.models import School

# As many as are asked at a time: each answer has all lines looked at again.
SCHOOLS_A_PAGE = 100
CELLS_SHOWN = 12
LONGEST_CELL = 40
Outcome = UploadLine.Outcome


class _Step(StepForm):
    """A form about an upload of which nothing has been brought in yet."""

    model = Upload
    roles = WHO
    failures = (uploads.CannotBring,)
    done = ""
    record: Upload

    def prepare(self, rows: Any) -> QuerySet[Upload]:
        """With its hub, people and file."""
        prepared: QuerySet[Upload] = rows.select_related("owner", "by", "file")
        return prepared

    def why_not(self) -> str:
        """Only while it is open."""
        check_open(self.record)
        return ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form; while its lines are looked at, which decides what is asked, how far that is."""
        job = jobs.under_way(self.record)
        if job is None:
            return loaded_anew(self.request, super().get(request, *args, **kwargs), job)
        if job.kind != work.READ:
            return redirect(record_url(self.record))
        page = {"heading": self.get_heading(), "record": self.record, "job": job, "job_url": request.get_full_path()}
        return render(request, "dashboards/record_wait.html", page)

    def get_success_url(self) -> str:
        """Its page, where the work shows how far it is."""
        return record_url(self.record)

    def get_cancel_url(self) -> str:
        """The same."""
        return record_url(self.record)

    def programmes(self, key: str) -> dict[str, str]:
        """All programmes, by their key or code."""
        rows = Phase.objects.visible_to(self.request.user).for_list()
        return {str(getattr(one, key)): f"{one.pathway}: {one.name}" for one in rows}


class RecordColumns(_Step):
    """Say what each column is."""

    form_class = ColumnsForm
    template_name = "dashboards/record_columns.html"
    heading, submit_label = "What is in the columns?", "Look at the lines"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The columns, as they were guessed or said before."""
        return super().get_form_kwargs() | {"upload": self.record, "programmes": self.programmes("code")}

    def act(self, form: ColumnsForm) -> None:
        """Keep what was said, and have the lines looked at."""
        uploads.map_columns(
            upload=self.record,
            columns=form.columns,
            constants=form.constants,
            by=self.request.user,
            now=clock.now(),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The kind, and the form of sheet and headings."""
        found = super().get_context_data(**kwargs)
        form: ColumnsForm = found["form"]
        return {
            "kind": KINDS[self.record.kind],
            "where": HeadingsForm(upload=self.record),
            "columns": list(form.lines()),
            "constants": form.constant_fields(),
            "notes": form.notes(),
            **found,
        }


@require_POST
@role_required(*WHO)
def record_headings(request: PortalRequest, pk: int) -> HttpResponse:
    """Read another sheet, or other rows as headings."""
    upload = own_upload(request, pk)
    check_open(upload)
    form = HeadingsForm(request.POST, upload=upload)
    other = request.POST.get("sheet", "")
    if other and other != upload.sheet:
        step = lambda: uploads.choose_sheet(upload=upload, sheet=other)  # noqa: E731 - one of two steps
    else:
        first, many = (form.cleaned_data.get(name, -1) for name in ("first", "many")) if form.is_valid() else (-1, 1)
        step = lambda: uploads.set_headings(upload=upload, first=first, many=many)  # noqa: E731
    do(request, step, done="Read anew. Check what the columns are.", failures=(uploads.CannotBring,))
    return redirect(record_url(upload, "record-columns"))


class RecordWords(_Step):
    """Say what words of the file mean."""

    form_class = WordsForm
    template_name = "dashboards/record_words.html"
    heading, submit_label = "What do these words mean?", "Keep this and look again"
    lede = "What you say is remembered for your hub’s next files."

    def get_form_kwargs(self) -> dict[str, Any]:
        """The words that nobody has explained yet."""
        return super().get_form_kwargs() | {"upload": self.record, "programmes": self.programmes("pk")}

    def act(self, form: WordsForm) -> None:
        """Remember what was said."""
        uploads.answer(upload=self.record, words=form.words(), schools={}, by=self.request.user, now=clock.now())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Each word with its lines and its field."""
        found = super().get_context_data(**kwargs)
        more = self.record.unknown.get("more") or found["form"].has_more
        words = {} if found["form"].are_words else {"heading": "Is that right?"}
        return {"words": list(found["form"].lines()), "more": more, **found, **words}


class RecordSchools(_Step):
    """Say which schools are meant."""

    form_class = SchoolsForm
    template_name = "dashboards/record_schools.html"
    heading, submit_label = "Which schools are these?", "Keep this and look again"
    lede = "Each school as your file has it, with those that it may be. What you say is remembered."

    def get_form_kwargs(self) -> dict[str, Any]:
        """One page of the doubtful schools, with what is known of those that may be meant; those that a form had.

        Those that were not found come last.
        """
        asked = sorted(self.record.unknown.get("schools", {}).items(), key=_order)
        if had := set(self.request.POST.getlist("shown")):
            asked = [one for one in asked if box_of(one[0]) in had]
        self.page = Paginator(asked, SCHOOLS_A_PAGE).get_page(self.request.GET.get("page"))
        shown = list(self.page.object_list)
        wanted = {pk for _key, one in shown for pk in one["candidates"]}
        schools = School.objects.public().filter(pk__in=wanted).prefetch_related("predecessors")
        return super().get_form_kwargs() | {"asked": shown, "schools": {one.pk: one for one in schools}}

    def act(self, form: SchoolsForm) -> None:
        """Remember what was said."""
        uploads.answer(upload=self.record, words={}, schools=form.answers, by=self.request.user, now=clock.now())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Further pages."""
        found = super().get_context_data(**kwargs)
        more = self.record.unknown.get("more")
        return {"page_obj": self.page, "schools": list(found["form"].lines()), "more": more, **found}


def _order(one: tuple[str, Any]) -> tuple[bool, int, str]:
    key, asked = one
    return not asked["candidates"], -asked["lines"], key


class RecordLines(PortalList):
    """The lines of an upload, with what each comes to."""

    model = UploadLine
    roles = WHO
    template_name = "dashboards/record_lines.html"
    noun = "line"
    by_hub = False
    filterset_class = LineFilter
    sorts = {"line": ("number", "pk"), "outcome": ("outcome", "number", "pk")}
    shown = ("number", "cells", "outcome", "what", "kept")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The upload first."""
        if request.user.is_authenticated and request.user.scope.has(*WHO):
            self.upload = own_upload(self.request, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_heading(self) -> str:
        """The file, with its sheet."""
        return f"Lines of {self.upload.called}"

    def prepare(self, rows: Any) -> QuerySet[UploadLine]:
        """Those of this upload."""
        prepared: QuerySet[UploadLine] = rows.filter(upload=self.upload).for_list()
        return prepared

    def line(self, number: int, cells: list[Any], outcome: str, what: str, kept: str) -> tuple[Any, ...]:
        """A line with the beginning of its cells, as far as they are read."""
        read = {int(at) for at in self.upload.columns}
        said = [day_first(cell) for at, cell in enumerate(map(text_of, cells)) if cell and (at in read or not read)]
        shown = [Truncator(cell).chars(LONGEST_CELL) for cell in said[:CELLS_SHOWN]]
        brief = " | ".join(shown) + (" …" if len(said) > CELLS_SHOWN else "")
        label, tone = OUTCOMES.get(outcome, ""), _TONES.get(outcome, "")
        if self.upload.state == Upload.State.UNDONE and outcome in (Outcome.CREATE, Outcome.CHANGE):
            label, tone = ("Stays", "waiting") if kept else ("Taken back", "")
        return number, brief, tag(tone, label), day_first(what), kept

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The upload, and whether what is shown of it is about to be another."""
        return super().get_context_data(
            upload=self.upload,
            upload_url=record_url(self.upload),
            is_looked_at=uploads.is_looked_at(self.upload),
            **kwargs,
        )


_TONES: dict[str, str] = {
    Outcome.ERROR: "failed",
    Outcome.ASK: "waiting",
    Outcome.CREATE: "done",
    Outcome.CHANGE: "active",
}
