"""The hub's staff enter what came by phone, by e-mail or on paper."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from hubportal.core import clock, files
from hubportal.core.access import RoleRequired, role_required
from hubportal.core.keys import row_of
from hubportal.core.models import Notice
from hubportal.core.views import PortalRequest, StepForm
from programmes.actions import receipts as actions
from programmes.actions.interest import Application, NotOpen
from programmes.actions.light import Telling
from programmes.forms.receipts import APPLICATION, YES, EnterForm, HeadCameForm, Programme, as_sent_before
from programmes.models import AgreementText, Interest, Offer, PhaseOption, Receipt
from programmes.models.wishes import wishes_of
from programmes.rules import Named
from programmes.views.express_school import successors_of
from programmes.views.interest import OTHER_HUB
from schools.models import School
from schools.roles import HUB_STAFF, NATIONAL
from schools.rules import academic_year, listed

# Of other hubs only as many as the school that is meant is among.
MOST_SCHOOLS, MOST_OTHERS = 30, 3
NO_PRIVACY = "No privacy notice has been published yet, so nothing can be entered."
OTHER_SCHOOL = "Only the staff of the hub that serves this school can enter something for it."


class EnterSchool(RoleRequired, TemplateView):
    """For which school: by its name, town, postcode or URN."""

    roles = HUB_STAFF
    template_name = "programmes/enter_school.html"
    request: PortalRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The hub's own schools that fit; where none does, those of other hubs, with whom to ask."""
        text = self.request.GET.get("q", "").replace("\x00", "").strip()[:100]
        own = School.objects.visible_to(self.request.user).filter(hub__in=self.request.user.scope.staff_hub_ids).open()
        schools = list(own.matching(text).order_by("name", "pk")[:MOST_SCHOOLS]) if text else []
        others = School.objects.public().open().matching(text)[:MOST_OTHERS] if text and not schools else ()
        heading = "Add what came by phone or e-mail"
        found = {"heading": heading, "q": text, "schools": schools, "others": others}
        return super().get_context_data(**found, most=MOST_SCHOOLS, **kwargs)


class Enter(StepForm):
    """An application or an interest of one school, or of somebody who works there."""

    model = School
    form_class = EnterForm
    roles = HUB_STAFF
    failures = (actions.CannotEnter, NotOpen)
    template_name = "programmes/enter.html"
    submit_label = "Enter it"
    record: School
    result: Interest

    def why_not(self) -> str:
        """A school of a hub that one works for, and that is open: of another its successor is named."""
        if not self.request.user.scope.staffs(self.record.hub_id):
            return OTHER_SCHOOL
        if self.record.is_open:
            return ""
        after = listed(school.with_town for school in successors_of(self.record))
        return f"{self.record} is {self.record.get_gias_status_display().lower()}: nothing can be entered for it." + (
            f" It became {after}: enter it there." if after else ""
        )

    def get_heading(self) -> str:
        """Of which school."""
        return f"What came from {self.record}"

    @cached_property
    def programmes(self) -> dict[str, Programme]:
        """What the school, or its people, may apply for this year and the next, by key; and what it may tell of an
        interest in that has no offer yet.
        """
        today = clock.today()
        years = (academic_year(today), academic_year(today) + 1)
        offers = [
            Programme(offer.phase, offer.year, offer, suits=offer.fit_of(self.record).is_open)
            for enrols in Offer.Enrols.values
            for offer in Offer.objects.public_for(self.record, years, enrols)
        ]
        offered = {(one.phase.pk, one.year) for one in offers if one.offer and not one.offer.is_for_persons}
        wishes = [
            Programme(phase, wish.year)
            for phase, wish in wishes_of(self.record, today)
            if (phase.pk, wish.year) not in offered
        ]
        return {one.key: one for one in [*wishes, *offers]}

    def get_form_kwargs(self) -> dict[str, Any]:
        """The programmes; that applications have closed is the hub's to overlook."""
        phases = {one.phase.pk for one in self.programmes.values()}
        options = PhaseOption.objects.filter(phase__in=phases, is_offered=True).select_related("phase")
        about = {"programmes": self.programmes, "options": list(options)}
        return {**super().get_form_kwargs(), **about, "school": self.record}

    def get_initial(self) -> dict[str, Any]:
        """Empty, or what was sent before and is entered again."""
        sent = Interest.objects.visible_to(self.request.user).filter(school=self.record)
        before = row_of(sent.select_related("offer").prefetch_related("teachers"), self.request.GET.get("again", ""))
        is_ours = before is not None and self.request.user.scope.staffs(before.hub_id)
        again = as_sent_before(before, self.programmes.values()) if before and is_ours else {}
        return {"came_on": clock.today(), "kind": APPLICATION, **again}

    def act(self, form: EnterForm) -> Interest:
        """Enter it."""
        privacy = AgreementText.objects.privacy_on(clock.today()).first()
        if privacy is None:
            raise actions.CannotEnter(NO_PRIVACY)
        application = self._application(form, privacy) if form.cleaned_data["kind"] == APPLICATION else None
        what = application or self._telling(form, privacy)
        return actions.enter(what=what, came=form.came, by=self.request.user, now=clock.now())

    @staticmethod
    def _contact(form: EnterForm) -> dict[str, Any]:
        given = form.cleaned_data
        return {
            "reference": form.reference,
            "contact_name": given["name"],
            "contact_email": given["email"],
            "contact_phone": given["phone"],
            "contact_job": given["job_title"],
            "contact_is_head": given["is_head"],
            "option_id": form.option.pk if form.option else None,
        }

    def _application(self, form: EnterForm, privacy: AgreementText) -> Application | None:
        given, offer = form.cleaned_data, form.offer
        if offer is None:
            return None
        named = tuple(given["teachers"])
        held = (Named(),) * (offer.teachers_per_school - len(named))
        return Application(
            school=self.record,
            offer=offer,
            head_name=given["head_name"],
            head_email=given["head_email"],
            teachers=() if offer.is_for_persons else named + held,
            message=given["message"],
            commitments_id=offer.commitments_id,
            privacy_id=privacy.pk,
            agreed_at=clock.now(),
            trn=given["trn"] if offer.is_for_persons else "",
            **self._contact(form),
        )

    def _telling(self, form: EnterForm, privacy: AgreementText) -> Telling:
        chosen = self.programmes[form.cleaned_data["programme"]]
        return Telling(
            school=self.record,
            phase=chosen.phase,
            year=chosen.year,
            privacy_id=privacy.pk,
            message=form.cleaned_data["message"],
            **self._contact(form),
        )

    @property
    def done(self) -> str:  # type: ignore[override]
        """Who is told, as the outbox has it."""
        leaving = Notice.objects.about([self.result]).filter(due_at__lte=clock.now()).exclude(state="cancelled")
        told = [*dict.fromkeys(leaving.order_by("pk").values_list("email", flat=True))]
        who = f"{' and '.join(told)} {'is' if len(told) == 1 else 'are'} told by e-mail."
        return f"Entered as {self.result.reference}. {who if told else 'Nobody is told by e-mail.'}"

    def get_success_url(self) -> str:
        """What was entered."""
        return self.result.get_absolute_url()


class HeadAnswer(StepForm):
    """The headteacher's answer came by phone, by e-mail or on paper."""

    model = Interest
    form_class = HeadCameForm
    roles = HUB_STAFF
    failures = (actions.CannotEnter,)
    heading, submit_label = "Enter the headteacher's answer", "Enter the answer"
    record: Interest

    @property
    def lede(self) -> str:  # type: ignore[override]
        """Who is told what."""
        return f"{self.record.head_name} is told at {self.record.head_email} what you record in their name."

    @property
    def done(self) -> str:  # type: ignore[override]
        """The same, done."""
        return f"Recorded. {self.record.head_name} is told by e-mail."

    def why_not(self) -> str:
        """Staff of the hub that it came to; of an application."""
        if not self.request.user.scope.staffs(self.record.hub_id):
            return OTHER_HUB
        return "This is an interest only: there is nothing to confirm." if self.record.is_light else ""

    def get_form_kwargs(self) -> dict[str, Any]:
        """Of which asking it is."""
        initial = {"asked": self.record.head_asked, "came_on": clock.today()}
        who = self.record.contact_name if self.record.for_person else str(self.record.school)
        return {**super().get_form_kwargs(), "initial": initial, "who": who}

    def act(self, form: HeadCameForm) -> None:
        """Enter it."""
        given = form.cleaned_data
        confirms, who = given["answer"] == YES, {"by": self.request.user, "now": clock.now()}
        actions.enter_head(interest=self.record, asked=given["asked"], came=form.came, confirms=confirms, **who)


@require_safe
@role_required(*HUB_STAFF, NATIONAL)
def receipt_file(request: PortalRequest, pk: int) -> FileResponse:
    """The evidence, to the hub's staff and the national team alone."""
    receipt = get_object_or_404(Receipt.objects.visible_to(request.user).for_list(), pk=pk)
    scope = request.user.scope
    if not scope.is_national and not scope.staffs(receipt.interest.hub_id):
        raise PermissionDenied(OTHER_HUB)
    if receipt.evidence is None:
        raise Http404
    return files.hand_out(receipt.evidence)
