"""A school's enrolment: who takes part, naming teachers, leaving."""

from datetime import date
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from hubportal.core import clock
from hubportal.core.access import may, role_required
from hubportal.core.forms import PortalForm
from hubportal.core.models import JournalEntry
from hubportal.core.templatetags.portal import long_day
from hubportal.core.views import PortalDetail, PortalRequest, StepForm, do
from programmes.actions import enrolments
from programmes.forms.decisions import EndForm, TeacherForm
from programmes.models import EnrolledTeacher, Enrolment, HeldPlace, has_options, places_with_turns, turns_of
from programmes.notices.enrolments import told_of_change, with_told
from programmes.rules.turns import opens_on
from schools.models import Person
from schools.roles import HUB_STAFF, SCHOOL_LEADS
from schools.rules import academic_year

NOT_YOURS = "Only the staff of the hub that runs this, or the leads of the school, name its teachers."
HUB_ONLY = "Only the staff of the hub that runs this can do it. Tell your hub."


class EnrolmentDetail(PortalDetail):
    """A school's year in an offer."""

    model = Enrolment
    template_name = "programmes/enrolment_detail.html"

    def prepare(self, rows: Any) -> Any:
        """With its teachers and what was agreed."""
        agreed = ("interest__commitments", "offer__commitments")
        return rows.for_list().with_naming().select_related(*agreed).annotate(has_options=has_options("offer__phase"))

    def get_heading(self) -> str:
        """The school and the offer."""
        return f"{self.object.who}: {self.object.offer.title}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What this person may do, and for the hub its history."""
        found = super().get_context_data(**kwargs)
        enrolment, scope = self.object, self.request.user.scope
        places = EnrolledTeacher.objects.visible_to(self.request.user).filter(enrolment=enrolment)
        teachers = places_with_turns(places, clock.today())
        as_hub = scope.oversees(enrolment.hub_id)
        return {
            **found,
            "teachers": teachers,
            "to_be_named": sum(one.person_id is None or bool(getattr(one, "opens_on", None)) for one in teachers),
            "lacks_lead_role": enrolment.offer.needs_lead_role and not any(one.has_lead_role for one in teachers),
            "may_name": enrolments.may_name(scope, enrolment) and not enrolment.has_ended,
            "is_staff": scope.staffs(enrolment.hub_id),
            "may_enter_again": scope.staffs(enrolment.hub_id) and _may_come_again(enrolment),
            "may_pause": enrolment.may_move_to(Enrolment.Status.PAUSED),
            "as_hub": as_hub,
            "held": enrolment.place_for(self.request.user),
            "asks_hub": not as_hub and not scope.led_school_ids & {enrolment.school_id},
            "may_choose_option": scope.staffs(enrolment.hub_id) and enrolment.has_options,
            "today": clock.today(),
            "entries": JournalEntry.objects.visible_to(self.request.user).about(enrolment) if as_hub else [],
        }


def _may_come_again(enrolment: Enrolment) -> bool:
    """Whether it was withdrawn, and what was sent can be entered anew."""
    interest = enrolment.interest
    is_over = enrolment.offer.year < academic_year(clock.today())
    return interest is not None and not is_over and interest.may_come_again


class EnrolmentTeachers(StepForm):
    """Name the teacher of a place that is held."""

    model = Enrolment
    form_class = TeacherForm
    roles = (*HUB_STAFF, *SCHOOL_LEADS)
    template_name = "programmes/name_teacher.html"
    submit_label = "Name this teacher"
    failures = (enrolments.CannotName,)
    record: Enrolment
    result: Person

    @property
    def done(self) -> str:  # type: ignore[override]
        """From when they begin, or whether they can sign in; to a school the same words either way."""
        if self.opens > clock.today():
            told = "They are told by e-mail on that day how to sign in, unless the address is somebody else's."
            return f"{self.result} is named from {long_day(self.opens)}. {told}"
        if not may(self.request.user, *HUB_STAFF):
            return f"{self.result} is named. They are told by e-mail, unless the address is somebody else's."
        if hasattr(self.result, "user"):
            return f"{self.result} is named. They get an e-mail that says how to sign in."
        return f"{self.result} is named, but has no sign-in of their own: somebody else signs in with this address."

    def why_not(self) -> str:
        """Staff of the hub and leads of the school."""
        return "" if enrolments.may_name(self.request.user.scope, self.record) else NOT_YOURS

    def get_heading(self) -> str:
        """In the offer's own word for its teachers."""
        return f"Name a {self.record.offer.teacher_label}"

    @property
    def lede(self) -> str:  # type: ignore[override]
        """Where somebody has the place until a day, from when it is, and when whoever follows signs in."""
        if self.place is None or self.place.person is None:
            return ""
        begins = "Whoever you name begins and signs in then, and gets the dates now."
        return f"From {long_day(self.opens)}, when {self.place.person} has left. {begins}"

    @cached_property
    def place(self) -> EnrolledTeacher | None:
        """Which place is filled."""
        return enrolments.next_place(self.record)

    @cached_property
    def opens(self) -> date:
        """Whose first day it is: today, or when somebody has left."""
        today = clock.today()
        return (opens_on(turns_of(self.place), today) if self.place is not None else None) or today

    def get_form_kwargs(self) -> dict[str, Any]:
        """The offer says whether one of them leads; nobody takes the address of who takes part already."""
        others = Person.objects.filter(enrolled__enrolment=self.record)
        about = {
            "offer": self.record.offer,
            "others": list(others),
            "by": self.request.user,
            "school": self.record.school,
        }
        return {**super().get_form_kwargs(), **about}

    def act(self, form: TeacherForm) -> Person:
        """Fill the first place that is free."""
        given, _opens = form.cleaned_data, self.opens  # as it was before
        return enrolments.name_next_teacher(
            enrolment=self.record,
            name=given["name"],
            email=given["email"],
            job_title=given["job_title"],
            has_lead_role=given.get("has_lead_role"),
            by=self.request.user,
            now=clock.now(),
        )


class EndStep(StepForm):
    """A step of the hub's staff that ends or pauses a school's year."""

    model = Enrolment
    form_class = EndForm
    roles = HUB_STAFF
    template_name = "programmes/enrolment_end.html"
    record: Enrolment

    def prepare(self, rows: Any) -> Any:
        """With those who are told."""
        return with_told(rows.for_list())

    def why_not(self) -> str:
        """Staff of the hub that runs it."""
        return "" if self.request.user.scope.staffs(self.record.hub_id) else HUB_ONLY

    @cached_property
    def held(self) -> HeldPlace | None:
        """Its place in a group."""
        return self.record.place_for(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Who is told, where it takes part, and which meetings it hosts there."""
        told, hosting = told_of_change(self.record, clock.now()), self.record.hosting(clock.now())
        return super().get_context_data(told=told, held=self.held, hosting=hosting, **kwargs)


class EnrolmentWithdraw(EndStep):
    """Withdraw a school, with the reason."""

    submit_label = "Withdraw this school"
    done = "Withdrawn. The school may apply again while applications are open, and you can enter it again at any time."

    @property
    def lede(self) -> str:  # type: ignore[override]
        """What is given up, and how the school comes back."""
        freed = f"Its place in {self.held.group} becomes free, and what" if self.held else "What"
        return (
            f"{freed} was planned for it is cancelled. That does not come back, "
            "but you can enter the application again and accept it anew."
        )

    def get_heading(self) -> str:
        """The school and the offer."""
        return f"Withdraw {self.record.who} from {self.record.offer}?"

    def act(self, form: EndForm) -> None:
        """Withdraw."""
        enrolments.withdraw(
            enrolment=self.record, by=self.request.user, now=clock.now(), reason=form.cleaned_data["reason"]
        )


class EnrolmentPause(EndStep):
    """Pause a school's year, with the reason."""

    submit_label = "Pause"

    @property
    def lede(self) -> str:  # type: ignore[override]
        """What stays, what is given up, and how the school comes back."""
        if self.held is None or not self.record.offer.runs_in_groups:
            return "What the school has done stays. You can take this year up again."
        return (
            f"What the school has done stays. Its place in {self.held.group} becomes free for another school, "
            "and its visits that lie ahead are cancelled. You can take this year up again; the school then needs "
            "a place again, in a group that has room."
        )

    def get_heading(self) -> str:
        """The school and the offer."""
        return f"Pause {self.record.who} in {self.record.offer}?"

    def act(self, form: EndForm) -> None:
        """Pause; what has been given up with it is known before."""
        freed = self.held if self.record.offer.runs_in_groups else None
        self.done = f"Paused.{f' Its place in {freed.group} becomes free for another school.' if freed else ''}"
        enrolments.pause(
            enrolment=self.record, by=self.request.user, now=clock.now(), reason=form.cleaned_data["reason"]
        )


@require_POST
@role_required(*HUB_STAFF)
def enrolment_resume(request: PortalRequest, pk: int) -> HttpResponse:
    """Take up a paused year again."""
    enrolment = get_object_or_404(Enrolment.objects.visible_to(request.user).for_list(), pk=pk)
    if not request.user.scope.staffs(enrolment.hub_id):
        raise PermissionDenied(HUB_ONLY)
    place = enrolment.last_place() if enrolment.offer.runs_in_groups else None
    again = ""
    if place is not None:
        left, held = f" It had left {place.group}: place it in a group again.", f" It has its place in {place.group}."
        again = left if place.left_on else held
    do(
        request,
        lambda: enrolments.resume(enrolment=enrolment, by=request.user, now=clock.now()),
        done=f"{enrolment.who} takes part again.{again} Whoever has heard of the pause is told by e-mail.",
    )
    return redirect(enrolment)


class TeacherLeave(StepForm):
    """Hold a teacher's place as "to be named" again, from today: asked once, as they are told of it."""

    model, form_class, roles = EnrolledTeacher, PortalForm, (*HUB_STAFF, *SCHOOL_LEADS)
    failures = (enrolments.CannotName,)
    changes_what_stands = True
    submit_label, cancel_label = "Free the place from today", "Leave it as it is"
    done = "The place is free: name another teacher when you know."
    record: EnrolledTeacher

    def prepare(self, rows: Any) -> Any:
        """With whose it is, and where."""
        return rows.select_related("person", "enrolment__school", "enrolment__offer", "enrolment__person")

    def why_not(self) -> str:
        """Whoever names its teachers."""
        return "" if enrolments.may_name(self.request.user.scope, self.record.enrolment) else NOT_YOURS

    def get_heading(self) -> str:
        """Who, and what they take part in."""
        return f"Does {self.record.person or 'this teacher'} leave {self.record.enrolment.offer} from today?"

    @property
    def lede(self) -> str:  # type: ignore[override]
        """What follows, and what to do where it is another day."""
        who, enrolment = self.record.person or "They", self.record.enrolment
        return (
            f"From today {who} no longer takes part from {enrolment.who}, and gets no more e-mails as its teacher. "
            "The place is held, to be named; what they attended stays. They are told by e-mail, if they had been told "
            "of taking part. If it is another day, or you know who follows, choose “Replace” instead."
        )

    def how_far(self) -> str:
        """Whose place it is: whoever was named meanwhile keeps it."""
        return str(self.record.person_id)

    def act(self, form: PortalForm) -> None:
        """Free it."""
        enrolments.free_place(enrolled=self.record, by=self.request.user, now=clock.now())

    def get_success_url(self) -> str:
        """The enrolment's page."""
        return self.record.enrolment.get_absolute_url()

    def get_cancel_url(self) -> str:
        """Back to it."""
        return self.get_success_url()
