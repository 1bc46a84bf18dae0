"""Letters: the list, a letter's page, its text and its recipients, and one e-mail as somebody got it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.views.decorators.http import require_POST

from hubportal.core import clock, files
from hubportal.core.access import may, role_required
from hubportal.core.keys import given_key
from hubportal.core.links import hide_signatures
from hubportal.core.models import JournalEntry, Notice
from hubportal.core.records import record_key
from hubportal.core.tabs import tabs
from hubportal.core.templatetags.portal import clock_time, count, long_day, tag
from hubportal.core.views import PER_PAGE, PortalDetail, PortalList, PortalRequest, StepForm, do
from schools import roles
from schools.actions import letter_sorting, letters_again
from schools.actions import letters as actions
from schools.actions.recipients import HAS_LEFT
from schools.forms.letters import NEWS, SERVICE, LetterForm
from schools.models import Letter, LetterRecipient, LetterTemplate, School, notices_of
from schools.notices.letters import LETTER, preview
from schools.views.writing import WRITERS, may_change

READERS = (roles.NATIONAL, *roles.HUB_READERS, *roles.LEADERS)
State = Notice.State
FAILED_STATES = (State.FAILED, State.MISSED)


def numbers(letters: Iterable[Letter]) -> dict[int, Counter[str]]:
    """How far the e-mails of each letter have come: sent, waiting, failed, bounced, cancelled."""
    by_key = {record_key(letter): letter.pk for letter in letters}
    rows = Notice.objects.filter(thread__in=by_key, kind=LETTER.key).order_by()
    came_back = Count("pk", filter=Q(bounced_at__isnull=False))
    found: dict[int, Counter[str]] = {pk: Counter() for pk in by_key.values()}
    for thread, state, many, bounced in rows.values_list("thread", "state").annotate(n=Count("pk"), back=came_back):
        mine = found[by_key[thread]]
        mine[_standing(state)] += many - bounced
        mine["bounced"] += bounced
    return found


def _standing(state: str) -> str:
    if state in FAILED_STATES:
        return "failed"
    return "waiting" if state in (State.PLANNED, State.SENDING) else state


def stand_of(status: str, due_at: datetime | None, found: Counter[str], now: datetime) -> tuple[str, str]:
    """Where a letter stands for somebody who asks, as a tag's tone and words."""
    if status != Letter.Status.SENT or not found["waiting"]:
        return status, Letter.Status(status).label
    return ("waiting", "Scheduled") if due_at is not None and due_at > now else ("waiting", "Being sent")


class LetterList(PortalList):
    """What a hub wrote; a leader's own."""

    model = Letter
    roles = READERS
    template_name = "schools/letter_list.html"
    heading, noun = "Letters", "letter"
    hub_path = "hub"
    sorts = {"made": ("made_at", "pk"), "subject": ("subject", "pk")}
    shown = ("pk", "subject", "picked", "status", "made_at", "due_at", "is_marketing", "written_by__person__name")

    def lines(self, rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """With the numbers of all rows, read at once."""
        values = list(rows)
        found = numbers([Letter(pk=one[0]) for one in values])
        return [_line(*one, found[one[0]], clock.now()) for one in values]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Who may keep templates."""
        return super().get_context_data(may_write=may(self.request.user, *WRITERS), **kwargs)


def _line(*values: Any) -> tuple[Any, ...]:
    pk, subject, picked, status, made_at, due_at, is_marketing, writer, found, now = values
    when = due_at or made_at
    day = f"{long_day(when)}, {clock_time(when)}"
    bad = found["failed"] + found["bounced"]
    sent = count(found["sent"] + found["bounced"], "e-mail") if status != Letter.Status.DRAFT else ""
    problems = ", ".join(
        [f"{found[name]} {words}" for name, words in (("failed", "failed"), ("bounced", "came back")) if found[name]]
    )
    stand = tag(*stand_of(status, due_at, found, now))
    kind = "News" if is_marketing else ""
    return (str(pk), subject or "No subject yet", picked, kind, stand, day, writer, sent, problems if bad else "")


class LetterPage(PortalDetail):
    """What the pages of one letter share."""

    model = Letter
    roles = READERS
    object: Letter

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Which steps this person has here."""
        return super().get_context_data(
            letter=self.object,
            may_change=may_change(self.request.user, self.object),
            draft_tabs=draft_tabs(self.object, "schools:letter-detail", self.request.user),
            **kwargs,
        )


def draft_tabs(letter: Letter, current: str, user: Any) -> list[dict[str, Any]]:
    """The parts of a draft; a letter that was sent has one page."""
    return tabs("LETTER_TABS", letter.pk, current) if letter.is_draft and may_change(user, letter) else []


class LetterDetail(LetterPage):
    """What was written to whom, and how far it came."""

    template_name = "schools/letter_detail.html"

    def prepare(self, rows: Any) -> Any:
        """With what is attached."""
        return rows.for_list().select_related("attachment", "sent_by__person")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The numbers, and the recipients, 50 a page."""
        letter = self.object
        found = numbers([letter])[letter.pk]
        rows = (
            letter.recipients.with_leavers()
            .with_wishes()
            .select_related("person", "school", "same_as")
            .defer("school__search")
            .order_by("pk")
        )
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page"))
        sent = {} if letter.is_draft else _sent_to(letter, page.object_list)
        return super().get_context_data(
            numbers=found,
            stand=stand_of(letter.status, letter.due_at, found, clock.now()),
            unreached=0 if letter.is_draft else len(letters_again.unreached(letter)),
            may_take_back=letter.status == Letter.Status.SENT and found["waiting"] > 0,
            page_obj=page,
            recipients=[(one, _goes_to(one), _became(one, sent.get(record_key(_goes_to(one))))) for one in page],
            entries=JournalEntry.objects.visible_to(self.request.user).about(letter),
            **kwargs,
        )


def _sent_to(letter: Letter, recipients: Iterable[LetterRecipient]) -> dict[str, Notice]:
    keys = {record_key(_goes_to(one)) for one in recipients}
    return {row.target: row for row in notices_of(letter).filter(target__in=keys).defer("body")}


def _became(recipient: LetterRecipient, notice: Notice | None) -> tuple[str, str, str]:
    """What became of the e-mail that a recipient gets: a tag's tone and words, and the reason where there is one."""
    if notice is None:
        is_draft = recipient.letter.is_draft
        shares = "" if is_draft or not recipient.same_as_id else letter_sorting.SHARES
        words = "" if is_draft and not recipient.barred else "Not written to"
        return "", words, recipient.barred or _unticked(recipient) or shares
    if notice.bounced_at is not None:
        return "failed", "Came back", notice.problem
    is_stopped = notice.state == State.CANCELLED and recipient.letter.status == Letter.Status.SENT
    return notice.state, notice.get_state_display(), _why_stopped(recipient) if is_stopped else notice.problem


def _goes_to(recipient: LetterRecipient) -> LetterRecipient:
    """Whose e-mail it is that somebody gets: their own, or that of somebody at the same address."""
    first = recipient.same_as
    are_both = first and recipient.is_ticked and first.is_ticked and not recipient.barred and not first.barred
    return first if first and are_both else recipient


def _why_stopped(recipient: LetterRecipient) -> str:
    """Why an e-mail that waited was not sent, as far as that still is so; reads wishes and leavers."""
    if recipient.has_left:  # type: ignore[attr-defined]
        return HAS_LEFT
    if recipient.is_off_list:
        return letter_sorting.OFF_LIST
    if recipient.news_problem:
        return recipient.news_problem
    return letter_sorting.SHARES if recipient.pk in recipient.letter.seconds_now else ""


def _unticked(recipient: LetterRecipient) -> str:
    return "" if recipient.is_ticked else letter_sorting.NOT_TICKED


class LetterStep(StepForm):
    """A step of a draft."""

    model = Letter
    roles = WRITERS
    tab = ""
    failures = (actions.CannotWrite, files.BadFile)
    done = ""
    record: Letter

    def prepare(self, rows: Any) -> Any:
        """Not found for anybody else."""
        return rows.writable_by(self.request.user).for_list().select_related("attachment")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What was sent has its own page."""
        if not self.record.is_draft:
            return redirect(self.record)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The parts of the draft."""
        return {
            "letter": self.record,
            "draft_tabs": draft_tabs(self.record, self.tab, self.request.user),
            "may_keep": self.request.user.scope.staffs(self.record.hub_id),
            **super().get_context_data(**kwargs),
        }


class LetterWrite(LetterStep):
    """The text."""

    form_class = LetterForm
    template_name = "schools/letter_write.html"
    heading, submit_label, tab = "Write the letter", "Save and look at the recipients", "schools:letter-write"

    def get_form_kwargs(self) -> dict[str, Any]:
        """A leader writes about the group; news is the hub's."""
        return {**super().get_form_kwargs(), "letter": self.record, "may_send_news": self.may_send_news}

    @property
    def may_send_news(self) -> bool:
        """Hub staff and the national team."""
        return may(self.request.user, roles.NATIONAL, *roles.HUB_STAFF)

    def get_initial(self) -> dict[str, Any]:
        """As it stands."""
        letter = self.record
        kind = NEWS if letter.is_marketing else SERVICE
        return {"subject": letter.subject, "text": letter.text, "kind": kind, "seen": letter.version}

    def act(self, form: LetterForm) -> None:
        """Keep it."""
        given = form.cleaned_data
        actions.write(
            letter=self.record,
            by=self.request.user,
            now=clock.now(),
            subject=given["subject"],
            text=given["text"],
            is_marketing=form.is_news,
            attachment=given["attachment"],
            keeps_attachment=not given.get("drop"),
            seen=given["seen"],
        )

    def get_success_url(self) -> str:
        """On to the recipients."""
        return f"{self.record.get_absolute_url()}recipients/"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The templates to begin with."""
        templates = LetterTemplate.objects.visible_to(self.request.user).for_hub(self.record.hub)
        if self.record.hub is None:
            templates = templates.filter(hub=None)
        return super().get_context_data(templates=templates.for_list(), **kwargs)


class SchoolLetters(PortalDetail):
    """What was written to the people of a school."""

    model = School
    roles = (roles.NATIONAL, *roles.HUB_READERS)
    template_name = "schools/school_letters.html"
    tab_bar, tab = "SCHOOL_TABS", "schools:school-letters"
    object: School

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Newest first, 50 a page."""
        rows = LetterRecipient.objects.visible_to(self.request.user).filter(school=self.object).logged()
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(school=self.object, page_obj=page, rows=page.object_list, **kwargs)


class LetterMail(PortalDetail):
    """One e-mail of a letter as somebody got it, or would get it; open to whoever got it."""

    model = LetterRecipient
    template_name = "schools/letter_mail.html"
    object: LetterRecipient

    def prepare(self, rows: Any) -> Any:
        """With all that the text reads, and why it would not be sent."""
        people = ("letter__hub", "letter__written_by__person", "letter__attachment", "person", "school", "same_as")
        return rows.with_wishes().with_leavers().select_related(*people)

    @cached_property
    def notice(self) -> Notice | None:
        """The row of the outbox; of somebody who shares an address, the other's."""
        return notices_of(self.object.letter).filter(target=record_key(_goes_to(self.object))).first()

    def get_heading(self) -> str:
        """The subject."""
        return (self.notice.subject if self.notice else "") or str(self.object.letter)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The text as it was sent."""
        recipient, notice, by = self.object, self.notice, self.request.user
        body = notice.body if notice is not None else ""
        return super().get_context_data(
            recipient=recipient,
            notice=notice,
            body=hide_signatures(body) if body else preview(recipient.letter, recipient)[1],
            became=_became(recipient, notice),
            reads_letter=Letter.objects.visible_to(by).filter(pk=recipient.letter_id).exists() and may(by, *READERS),
            **kwargs,
        )


@role_required()
def letter_attachment(request: PortalRequest, pk: int) -> FileResponse:
    """What is attached, for whoever reads the letter or got it."""
    letter = Letter.objects.visible_to(request.user).filter(pk=pk).select_related("attachment").first()
    if letter is None:
        got = LetterRecipient.objects.visible_to(request.user).filter(letter=pk)
        one = got.select_related("letter__attachment").first()
        letter = one.letter if one else None
    if letter is None or letter.attachment is None:
        raise Http404
    return files.hand_out(letter.attachment)


@require_POST
@role_required(*WRITERS)
def letter_use_template(request: PortalRequest, pk: int) -> HttpResponse:
    """Begin the text with a template."""
    letter = writable(request, pk)
    key = given_key(request.POST.get("template", ""))
    # Without a version it counts as shown before anything was written: a text that is there is not lost.
    seen = given_key(request.POST.get("seen", ""))
    if key:
        found = LetterTemplate.objects.visible_to(request.user).for_hub(letter.hub)
        template = get_object_or_404(found, pk=key)
        do(
            request,
            lambda: actions.use_template(letter=letter, template=template, by=request.user, seen=seen),
            done=f"The text of “{template}” is in the letter.",
            failures=(actions.CannotWrite,),
        )
    return redirect("schools:letter-write", letter.pk)


def writable(request: PortalRequest, pk: int) -> Letter:
    """A letter that this person takes steps of."""
    return get_object_or_404(Letter.objects.visible_to(request.user).writable_by(request.user).for_list(), pk=pk)
