"""Imports of schools: who loaded which file when, what became of its rows."""

from typing import Any

from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse

from hubportal.core.exports import export
from hubportal.core.views import EXPORTS, PER_PAGE, PortalDetail, PortalList
from schools.models import GiasImport, GiasUpload, LocalAuthority
from schools.roles import NATIONAL


class ImportList(PortalList):
    """Every import, newest first, those that came to nothing and dry runs too."""

    model = GiasImport
    roles = (NATIONAL,)
    template_name = "schools/import_list.html"
    heading, noun = "Imports of schools", "import"
    lede = "Files from Get Information About Schools (GIAS)."
    sorts = {"when": ("started_at", "pk"), "file": ("file_name", "pk")}
    export_name = "imports"
    export_columns = [
        ("Started", lambda row: row.started_at),
        ("By", lambda row: row.who),
        ("File", lambda row: row.file_name),
        ("Result", lambda row: row.outcome),
        ("Created", lambda row: row.created),
        ("Updated", lambda row: row.updated),
        ("Unchanged", lambda row: row.unchanged),
        ("Closed", lambda row: row.closed),
        ("Rejected", lambda row: row.rejected),
        ("Why nothing was changed", lambda row: row.problem),
    ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What was handed in and has not come to its end."""
        waiting = GiasUpload.objects.visible_to(self.request.user).filter(ended_at=None).for_list()
        return super().get_context_data(unfinished=list(waiting), **kwargs)


class ImportDetail(PortalDetail):
    """One import with the rows that could not be read."""

    model = GiasImport
    roles = (NATIONAL,)
    template_name = "schools/import_detail.html"
    rejected_columns = [
        ("Line", lambda row: row[0]),
        ("URN", lambda row: row[1]),
        ("Reason", lambda row: row[2]),
    ]

    def prepare(self, rows: Any) -> models.QuerySet[Any]:
        """With its rejected rows, which the list leaves out."""
        prepared: models.QuerySet[Any] = rows.select_related("by__person", "from_upload")
        return prepared

    def get_heading(self) -> str:
        """The file's name."""
        return f"Import of {self.object.file_name}"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page, or the rejected rows as a file."""
        kind = request.GET.get("export", "")
        if kind in EXPORTS:
            self.object = self.get_object()
            name = f"rejected-rows-{self.object.pk}"
            return export(request, self.object.rejected_rows, self.rejected_columns, name=name, kind=kind)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One page of the rejected rows."""
        page = Paginator(self.object.rejected_rows, PER_PAGE).get_page(self.request.GET.get("page"))
        without = with_hubs(self.object.without_hub)
        return super().get_context_data(page_obj=page, rejected_rows=page.object_list, without_hub=without, **kwargs)


def with_hubs(without: list[list[Any]]) -> list[tuple[str, str, int, str]]:
    """Local authorities that no hub had, as an import or its preview says them, each with the hub that it has now."""
    rows = LocalAuthority.objects.filter(code__in=[code for code, *_rest in without], hub__isnull=False)
    hubs = dict(rows.values_list("code", "hub__name"))
    return [(code, name, number, hubs.get(code, "")) for code, name, number in without]
