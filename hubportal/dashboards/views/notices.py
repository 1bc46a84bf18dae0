"""Every notice: planned, sent, failed, missed, cancelled, with its text."""

import logging
import re
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.urls import reverse

from hubportal.core.delivery import NO_DATABASE, render
from hubportal.core.models import Notice
from hubportal.core.notices import kinds
from hubportal.core.views import PortalDetail, PortalList
from schools.roles import HUB_READERS, NATIONAL

logger = logging.getLogger(__name__)

# Links whose signature is a permission: whoever reads an e-mail here must not be able to use its recipient's.
SIGNED = ("programmes:head-confirm", "workgroups:meeting-answer")


def hide_signatures(body: str) -> str:
    """The text with the signed part of its links left out."""
    for name in SIGNED:
        start = reverse(name, args=["TOKEN"]).partition("TOKEN")[0]
        body = re.sub(rf"({re.escape(start)})[^\s/]+", r"\1…", body)
    return body


def _kind_choices() -> list[tuple[str, str]]:
    return sorted(((key, kind.label) for key, kind in kinds().items()), key=lambda choice: choice[1])


class NoticeFilter(filters.FilterSet):
    """Notices by state, kind and person."""

    state = filters.ChoiceFilter(choices=Notice.State, label="State", empty_label="All")
    kind = filters.ChoiceFilter(choices=_kind_choices, label="Kind", empty_label="All")
    who = filters.CharFilter(field_name="name", lookup_expr="icontains", label="Person")
    email = filters.CharFilter(field_name="email", lookup_expr="icontains", label="E-mail address")

    class Meta:
        model = Notice
        fields: list[str] = []


def _label(notice: Notice) -> str:
    kind = kinds().get(notice.kind)
    return kind.label if kind else notice.kind


def _preview(notice: Notice) -> tuple[str, str]:
    """As it would be sent now; nothing where what it is about is gone, or cannot be put into words."""
    kind = kinds().get(notice.kind)
    target = kind.load_by_key([notice.target]).get(notice.target) if kind else None
    if kind is None or target is None:
        return "", ""
    try:
        return render(kind, target, notice)
    except NO_DATABASE:
        raise
    except Exception:  # delivery marks it as failed, with the reason; the page shows that
        logger.exception("Notice %s cannot be shown", notice.pk)
        return "", ""


class NoticeList(PortalList):
    """The outbox of a hub."""

    model = Notice
    roles = (NATIONAL, *HUB_READERS)
    template_name = "dashboards/notice_list.html"
    heading, noun = "Reminders and other e-mails", "e-mail"
    filterset_class = NoticeFilter
    sorts = {"due": ("due_at", "pk"), "who": ("name", "pk"), "state": ("state", "pk")}
    export_name = "e-mails"
    export_columns = [
        ("Due", lambda notice: notice.due_at),
        ("Kind", _label),
        ("Person", lambda notice: notice.name),
        ("E-mail address", lambda notice: notice.email),
        ("State", lambda notice: notice.get_state_display()),
        ("Sent", lambda notice: notice.sent_at),
        ("Problem", lambda notice: notice.problem),
    ]

    def prepare(self, rows: Any) -> QuerySet[Notice]:
        """Of the chosen hub, the newest first."""
        if self.request.hub is not None:
            rows = rows.filter(owner=self.request.hub)
        prepared: QuerySet[Notice] = rows.for_list().defer("body").order_by("-due_at", "-pk")
        return prepared

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the words of the kinds."""
        return {"labels": {key: kind.label for key, kind in kinds().items()}, **super().get_context_data(**kwargs)}


class NoticeDetail(PortalDetail):
    """One e-mail with its text: as it was sent, or as it would be sent now."""

    model = Notice
    roles = (NATIONAL, *HUB_READERS)
    template_name = "dashboards/notice_detail.html"

    def get_heading(self) -> str:
        """The kind in words."""
        return _label(self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add subject and body."""
        notice = self.object
        subject, body = notice.subject, notice.body
        if not body:
            subject, body = _preview(notice)
        return {"subject": subject, "body": hide_signatures(body), **super().get_context_data(**kwargs)}
