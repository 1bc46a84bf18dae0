"""Every notice: planned, sent, failed, missed, cancelled, with its text."""

import logging
from collections.abc import Callable
from typing import Any

import django_filters as filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import resolve
from django.views.decorators.http import require_POST

from hubportal.core import clock
from hubportal.core.access import may, role_required
from hubportal.core.delivery import NO_DATABASE, render
from hubportal.core.links import hide_signatures
from hubportal.core.models import JournalEntry, Notice, NoticeQuerySet
from hubportal.core.notices import kinds
from hubportal.core.telling import person_pk
from hubportal.core.templatetags.portal import clock_time, long_day, tag
from hubportal.core.views import PortalDetail, PortalList, PortalRequest, do
from hubportal.dashboards.actions import notices as actions
from programmes.views.interest_people import mending_step
from schools.models import Person
from schools.roles import HUB_READERS, HUB_STAFF, NATIONAL

logger = logging.getLogger(__name__)


def _kind_choices() -> list[tuple[str, str]]:
    return sorted(((key, kind.label) for key, kind in kinds().items()), key=lambda choice: choice[1])


TO_MEND = "to_mend"


class NoticeFilter(filters.FilterSet):
    """Notices by state, kind, what they are about, and person."""

    state = filters.ChoiceFilter(
        choices=[*Notice.State.choices, (TO_MEND, "Failed, can still be sent")],
        label="State",
        empty_label="All",
        method="by_state",
    )
    kind = filters.ChoiceFilter(choices=_kind_choices, label="Kind", empty_label="All")
    about = filters.CharFilter(lookup_expr="icontains", label="About")
    who = filters.CharFilter(field_name="name", lookup_expr="icontains", label="Person")
    email = filters.CharFilter(field_name="email", lookup_expr="icontains", label="E-mail address")

    class Meta:
        model = Notice
        fields: list[str] = []

    def by_state(self, rows: NoticeQuerySet, name: str, value: str) -> NoticeQuerySet:
        """One state, or of those that failed the ones that somebody can still do something about."""
        return rows.worth_another_try(clock.now()) if value == TO_MEND else rows.filter(state=value)


def _label(key: str) -> str:
    kind = kinds().get(key)
    return kind.label if kind else key


def _target(notice: Notice) -> Any:
    """What it is about, with all that its text reads; nothing where that is gone."""
    kind = kinds().get(notice.kind)
    return kind.load_by_key([notice.target]).get(notice.target) if kind else None


def _preview(notice: Notice, target: Any) -> tuple[str, str]:
    """As it would be sent now; nothing where what it is about is gone, or cannot be put into words."""
    if target is None:
        return "", ""
    kind = kinds()[notice.kind]
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
    hub_path = "owner"
    filterset_class = NoticeFilter
    sorts = {"due": ("due_at", "pk"), "who": ("name", "pk"), "state": ("state", "pk")}
    export_name = "e-mails"
    export_columns = [
        ("Due", lambda notice: notice.due_at),
        ("Kind", lambda notice: _label(notice.kind)),
        ("About", lambda notice: notice.about),
        ("Person", lambda notice: notice.name),
        ("E-mail address", lambda notice: notice.email),
        ("State", lambda notice: notice.get_state_display()),
        ("Sent", lambda notice: notice.sent_at),
        ("Problem", lambda notice: notice.problem),
    ]

    def prepare(self, rows: Any) -> QuerySet[Notice]:
        """Of the chosen hub."""
        if self.request.hub is not None:
            rows = rows.filter(owner=self.request.hub)
        prepared: QuerySet[Notice] = rows.for_list().defer("body")
        return prepared

    shown = ("pk", "due_at", "kind", "about", "subject", "name", "email", "state", "problem")

    def line(self, *values: Any) -> tuple[str, ...]:
        """Text for each column."""
        pk, due_at, kind, about, subject, name, email, state, problem = values
        when = f"{long_day(due_at)}, {clock_time(due_at)}"
        stand = tag(state, STATES[state])
        return str(pk), when, _label(kind), subject, about, name, email or "no address", stand, problem

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The board reads no long work."""
        may_see_jobs = may(self.request.user, NATIONAL, *HUB_STAFF)
        return super().get_context_data(may_see_jobs=may_see_jobs, **kwargs)


OTHER_HUB = "Only the staff of the hub that this e-mail is sent for can do this."
STATES: dict[str, str] = dict(Notice.State.choices)


class NoticeDetail(PortalDetail):
    """One e-mail with its text: as it was sent, or as it would be sent now."""

    model = Notice
    roles = (NATIONAL, *HUB_READERS)
    template_name = "dashboards/notice_detail.html"

    def get_heading(self) -> str:
        """The kind in words."""
        return _label(self.object.kind)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add subject and body."""
        notice = self.object
        target = _target(notice)
        subject, body = notice.subject, notice.body
        if not body:
            subject, body = _preview(notice, target)
        stands = notice.state == Notice.State.FAILED and (notice.until is None or notice.until > clock.now())
        return {
            "subject": subject,
            "body": hide_signatures(body),
            "about_url": _about_url(self.request.user, target),
            "may_try_again": stands and _is_own(self.request, notice),
            "person": _person(self.request.user, notice.recipient),
            "mend_url": _mend_url(self.request.user, notice, target),
            "entries": JournalEntry.objects.visible_to(self.request.user).about(notice),
            **super().get_context_data(**kwargs),
        }


def _person(user: Any, recipient: str) -> Person | None:
    """Whom the portal knows as the recipient, where the reader sees them: there an address is corrected."""
    pk = person_pk(recipient)
    return None if pk is None else Person.objects.visible_to(user).filter(pk=pk).first()


def _about_url(user: Any, target: Any) -> str:
    """The page of what it is about, where its record is one that the reader sees: it may be another hub's by now."""
    if not hasattr(target, "get_absolute_url"):
        return ""
    url = str(target.get_absolute_url())
    page = resolve(url)
    model: Any = getattr(getattr(page.func, "view_class", None), "model", None)
    if model is None or "pk" not in page.kwargs:
        return url
    return url if model._default_manager.visible_to(user).filter(pk=page.kwargs["pk"]).exists() else ""


def _mend_url(user: Any, notice: Notice, target: object) -> str:
    """Where the address of an application is corrected that an e-mail could not reach."""
    is_unreached = notice.state == Notice.State.FAILED or notice.bounced_at is not None
    return mending_step(user, target, notice.email) if is_unreached else ""


def _is_own(request: PortalRequest, notice: Notice) -> bool:
    """Whether somebody works for the hub that this is sent for."""
    scope = request.user.scope
    return bool(scope.is_national or scope.staffs(notice.owner_id))


def _step(request: PortalRequest, pk: int, act: Callable[[Notice], None], done: str) -> HttpResponse:
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    if not _is_own(request, notice):
        raise PermissionDenied(OTHER_HUB)
    do(request, lambda: act(notice), done=done)
    return redirect("dashboards:notice-detail", notice.pk)


@require_POST
@role_required(NATIONAL, *HUB_STAFF)
def notice_try_again(request: PortalRequest, pk: int) -> HttpResponse:
    """Send an e-mail that failed once more."""
    done = "The e-mail is tried again within the next minutes."
    return _step(request, pk, lambda notice: actions.try_again(notice=notice, by=request.user, now=clock.now()), done)


@require_POST
@role_required(NATIONAL, *HUB_STAFF)
def notice_settle(request: PortalRequest, pk: int) -> HttpResponse:
    """Give up an e-mail that failed."""
    done = "The e-mail is not tried again, and no longer waits on the work list."
    return _step(request, pk, lambda notice: actions.settle(notice=notice, by=request.user), done)
