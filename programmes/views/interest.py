"""Interest as the hub reads and decides it, and as a school sees what it sent."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q

from hubportal.core import clock
from hubportal.core.models import JournalEntry
from hubportal.core.templatetags.portal import ago, short_day, tag, year_label
from hubportal.core.views import PortalDetail
from programmes.actions.agreements import answerable_by
from programmes.actions.heads import has_left
from programmes.actions.light import open_offers
from programmes.actions.recipients import INTEREST_AUDIENCES, of_interest
from programmes.figures import known_about
from programmes.figures.line import WANTS, Wants, claims_of
from programmes.filters import InterestFilter
from programmes.models import (
    Interest,
    InterestMessage,
    InterestQuerySet,
    InterestTeacher,
    Offer,
    Receipt,
    entered_how,
    has_options,
    is_entered,
    receipts_of,
)
from programmes.notices.decisions import outcome_told
from programmes.notices.interest import head_reminded
from programmes.notices.links import contact_path
from programmes.rules.priority import reasons
from programmes.rules.standing import head_words, next_words
from schools.roles import HUB_READERS, NATIONAL, SCHOOL_STAFF
from schools.rules import said_once
from schools.views.writing import WritableList

READERS = (*HUB_READERS, NATIONAL, *SCHOOL_STAFF)
OTHER_HUB = "Only the staff of the hub that this came to can decide about it."


def _for_hub(one: Any, text: str) -> str:
    """What only the hub reads; a school that is in the list too gets its own row without it."""
    return text if one.as_hub else ""


def _outside(one: Interest) -> str:
    """Nothing where the school has no web address to compare with."""
    if one.is_outside_domain:
        return "yes"
    return "no" if one.school.website else ""


def _named(teacher: InterestTeacher) -> str:
    return f"{teacher} ({teacher.email})" if teacher.email else str(teacher)


class InterestList(WritableList):
    """What waits for the hub, longest first; for a school what it sent."""

    model = Interest
    roles = READERS
    template_name = "programmes/interest_list.html"
    heading, noun = "Interest", "application or interest,applications and interests"
    hub_path = "hub"
    audiences, pick = INTEREST_AUDIENCES, staticmethod(of_interest)
    filterset_class = InterestFilter
    sorts = {
        "sent": ("submitted_at", "pk"),
        "school": ("school__name", "pk"),
        "programme": ("year", "phase__name", "pk"),
        "status": ("status", "submitted_at", "pk"),
        "priority": ("-has_need", "-comes_from_phase_before", "submitted_at", "pk"),
    }
    export_name = "interest"
    export_columns = [
        ("Reference", lambda one: one.reference),
        ("Sent", lambda one: one.submitted_at),
        ("School", lambda one: one.school.name),
        ("URN", lambda one: one.urn),
        ("Local authority", lambda one: one.school.authority.name if one.school.authority else ""),
        ("Programme", lambda one: one.programme_title),
        ("Code", lambda one: one.offer.code if one.offer else ""),
        ("Year", lambda one: one.year_label),
        ("Option", lambda one: one.option or ""),
        ("Status", lambda one: one.get_status_display()),
        ("For", lambda one: "one person" if one.for_person else "school"),
        ("Entered, came", lambda one: _for_hub(one, CAME.get(one.entered or "", ""))),
        ("Contact", lambda one: one.contact_name),
        ("Contact e-mail", lambda one: one.contact_email),
        ("Contact phone", lambda one: one.contact_phone),
        ("Teachers", lambda one: "; ".join(_named(teacher) for teacher in one.teachers.all())),
        ("Message", lambda one: one.message),
        ("Headteacher", lambda one: one.head_name),
        ("Headteacher e-mail", lambda one: one.head_email),
        ("Headteacher confirmed", lambda one: one.head_confirmed_at),
        ("Headteacher refused", lambda one: one.head_refused_at),
        ("Address outside the school's domain", lambda one: _for_hub(one, _outside(one))),
        ("Disadvantage", lambda one: _for_hub(one, "high" if one.as_hub and one.has_need else "")),
        ("Priority list says", lambda one: _for_hub(one, one.listed_reason or "")),
        (
            "Comes from the phase before",
            lambda one: _for_hub(one, "yes" if one.as_hub and one.comes_from_phase_before else ""),
        ),
        ("Question", lambda one: _for_hub(one, one.get_question_display())),
        ("Owner", lambda one: _for_hub(one, str(one.kept_by or ""))),
        ("Decided", lambda one: one.decided_at),
        ("Reason", lambda one: one.decision_reason),
    ]

    shown = (
        *("pk", "reference", "submitted_at", "school__name", "school__town", "school__authority__name"),
        *("is_outside_domain", "offer__title", "phase__name", "year", "head_confirmed_at"),
        *("contact_is_head", "head_refused_at", "head_asked_at", "head_asked", "status"),
        *("first_reference", "question", "invited_at", "kept_by_name"),
        *("for_person", "contact_name", "contact_email", "offer__head_part", "entered", "sent_again", *WANTS[1:]),
    )

    def prepare(self, rows: InterestQuerySet) -> InterestQuerySet:
        """Second copies beside their first; a file has more of each."""
        rows = rows.for_list().with_sent_again().with_looked_up().annotate(entered=entered_how("pk"))
        if self.request.GET.get("status"):
            rows = rows.beside_first()
        scope = self.request.user.scope
        if not scope.is_national and not scope.hub_ids:  # a school reads the newest first
            rows = rows.order_by("-submitted_at", "-pk")
        if self.request.GET.get("sort", "").removeprefix("-") == "priority":
            rows = rows.with_priority()
        if not self.request.GET.get("export"):
            return rows
        rows = rows.with_as_hub(self.request.user).with_urn().with_priority().with_listed_reason()
        return rows.select_related("kept_by__person").prefetch_related("teachers")

    def lines(self, rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """The rows with what speaks for each, read for all at once."""
        found = list(rows)
        wanting = [Wants(one[0], *one[-len(WANTS) + 1 :]) for one in found]
        overseen = [one for one in wanting if self.request.user.scope.oversees(one.hub)]
        claims = claims_of(overseen)
        shown = Interest.objects.visible_to(self.request.user).filter(pk__in=[one[0] for one in found])
        own = answerable_by(shown, self.request.user, clock.today())
        waits = {one.pk for one in own if one.head_refused_at is None}
        return [self.line(*one, claims.get(one[0]), one[0] in waits) for one in found]

    def line(self, *values: Any) -> tuple[Any, ...]:
        """Text for each column, and whether the address is to be looked at."""
        pk, reference, sent, school, town, authority, is_flagged, offer, phase, year, *rest = values
        confirmed, applied, refused, asked_at, times, status, copy_of, question, invited, keeper, *rest = rest
        for_person, contact, email, head_part, entered, sent_again, hub_pk, *_wants, claims, is_own = rest
        as_hub = self.request.user.scope.oversees(hub_pk)
        place = ", ".join(said_once(town, authority))
        if for_person:
            school, place = contact, f"for themselves, {school}, {place}"
        if entered and as_hub:
            place = f"{place} · entered, came {CAME[entered]}"
        if not email and as_hub:
            place = f"{place} · no e-mail address"
        if sent_again and as_hub:
            place = f"{place} · sent more than once"
        is_told = for_person and head_part == Offer.HeadPart.TOLD
        is_unasked = copy_of or offer is None or (asked_at is None and times > 1)
        said = {"is_confirmed": bool(confirmed), "has_applied": applied, "is_refused": bool(refused)}
        head = head_words(**said, is_told=is_told, is_asked=not is_unasked) if as_hub else ""
        today = clock.today()
        when = (short_day(sent, today), ago(sent, today))
        what = (offer or phase, year_label(year), head, tag(status, STATUSES[status]))
        first = ", ".join(reasons(claims)) if claims and status in Interest.UNDECIDED else ""
        answer = None if refused else bool(confirmed) or is_told
        step = {"is_invited": bool(invited), "head": answer, "asks": question == "asked", "is_own": is_own}
        asked = QUESTIONS.get(question, "") if as_hub else next_words(status, **step)
        own = keeper or "" if as_hub else ""
        row = (str(pk), reference, *when, school, place, is_flagged and as_hub, *what, copy_of)
        return (*row, first, asked, own, as_hub and self.request.user.scope.staffs(hub_pk))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether the hub's columns are shown, and the school's way to the form."""
        scope = self.request.user.scope
        is_hub, is_school = scope.is_national or bool(scope.hub_ids), scope.has(*SCHOOL_STAFF)
        return super().get_context_data(
            is_hub=is_hub, is_school=is_school, is_staff=bool(scope.staff_hub_ids), **kwargs
        )


STATUSES: dict[str, str] = dict(Interest.Status.choices)
CAME: dict[str, str] = dict(Receipt.How.choices)
QUESTIONS: dict[str, str] = dict(Interest.Question.choices)


class InterestDetail(PortalDetail):
    """Everything that was sent, what the hub should know before it decides, and the steps."""

    model = Interest
    roles = READERS
    template_name = "programmes/interest_detail.html"

    def prepare(self, rows: InterestQuerySet) -> InterestQuerySet:
        """All that stands on the page."""
        people = ("duplicate_of", "decided_by__person", "school__trust", "enrolment__offer")
        prepared = rows.for_list().select_related("commitments", "privacy", "advised", *people).with_urn()
        prepared = prepared.with_same_year().prefetch_related("offer__follows").with_priority().with_listed_reason()
        prepared = prepared.annotate(has_options=has_options("phase"), is_entered=is_entered("pk"))
        found: InterestQuerySet = prepared.with_keeper_named().with_bad_addresses()
        return found

    def get_heading(self) -> str:
        """The school, or who applied for themselves."""
        return str(self.object.who)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The hub also sees what to look at twice, the school's history and the journal."""
        found = super().get_context_data(**kwargs)
        interest, scope = self.object, self.request.user.scope
        as_hub = scope.oversees(interest.hub_id)
        is_year_over, may_decide = interest.is_of_past_year(clock.today()), scope.staffs(interest.hub_id)
        found |= {
            "as_hub": as_hub,
            "may_decide": may_decide,
            "may_correct": may_decide and interest.may_be_changed,
            "may_choose_option": may_decide and interest.has_options,
            "copies": [interest],
            "is_year_over": is_year_over,
        }
        if may_decide and interest.status == Interest.Status.INTERESTED and not interest.invited_at:
            found["not_invited"] = "open" if open_offers(interest, clock.today()) else "closed"
        thread = InterestMessage.objects.visible_to(self.request.user).of(interest)
        if found["may_decide"] and interest.status == Interest.Status.ACCEPTED and hasattr(interest, "enrolment"):
            found["held"] = interest.enrolment.place_for(self.request.user)
        found["thread"] = thread if interest.question else []  # else nothing was asked
        found["may_answer"] = bool(interest.question) and interest.takes_questions and not as_hub
        is_there = interest.is_standing and not interest.school.has_closed and not is_year_over
        found["head_left"] = has_left(interest, clock.today())
        found["may_ask_head"] = found["may_decide"] and is_there and not interest.only_tells_head
        this = Interest.objects.visible_to(self.request.user).filter(pk=interest.pk)
        found["may_answer_as_head"] = bool(answerable_by(this, self.request.user, clock.today()))
        found["waits_for_you"] = found["may_answer_as_head"] and interest.head_refused_at is None
        if not as_hub:
            sent = receipts_of(interest)["sent_receipt"] if interest.is_entered else None
            found |= {"outcome": outcome_told(interest), "own_url": self._own_url(), "sent_receipt": sent}
        if as_hub and interest.is_entered:
            of_both = Q(interest=interest) | Q(interest__duplicate_of=interest)
            found["may_read_evidence"] = scope.is_national or found["may_decide"]
            receipts = list(Receipt.objects.visible_to(self.request.user).filter(of_both).for_list())
            own = {f"{one.what}_receipt": one for one in receipts if one.interest_id == interest.pk}
            found |= {"receipts": receipts, **own}
        return found | self._known() if as_hub else found

    def _known(self) -> dict[str, Any]:
        """What only hubs read: the history, and whether the school has its place already."""
        interest = self.object
        known = known_about(interest, clock.today())
        copies, place = known.copies_of(interest), known.place_of(interest)
        return {
            "copies": [interest, *copies],
            "earlier": [one for one in known.sent if one not in copies],
            "known": known,
            "entries": JournalEntry.objects.visible_to(self.request.user).about(interest),
            "reminded": head_reminded(interest, known.sent, clock.now()),
            **({"in_place": place, "may_ask_head": False} if place else {}),
        }

    def _own_url(self) -> str:
        """Where a lead of the school changes, completes or withdraws what was sent; not for whoever looks as one."""
        interest, scope = self.object, self.request.user.scope
        leads = interest.school_id in scope.school_lead_ids or interest.school.trust_id in scope.trust_ids
        may = leads and interest.may_be_changed and not interest.for_person and self.request.viewing_as is None
        return contact_path(interest, clock.today()) if may else ""
