"""What makes an application of an interest, and which of them one e-mail asks a headteacher about."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models.functions import Coalesce, Greatest

from hubportal.core.clock import LONDON
from programmes.models.same_programme import programme_at
from programmes.rules import HEAD_LINK_LASTS
from schools.models import School
from schools.rules import academic_year

if TYPE_CHECKING:
    from programmes.models.interest import Interest


def is_whole() -> models.Q:
    """All that an application has and a light interest has not."""
    named = ~models.Q(head_name="") & ~models.Q(head_email="")
    return models.Q(offer__isnull=False, commitments__isnull=False, agreed_at__isnull=False) & named


def is_light() -> models.Q:
    """Nothing of what makes an application."""
    return models.Q(offer=None, commitments=None, agreed_at=None, head_name="", head_email="", head_asked_at=None)


def asked_before() -> models.QuerySet["Interest"]:
    """What was sent before the row around, in the same form, and asks the same headteacher in one e-mail with it.

    In a query of rows that are annotated with ``form``.
    """
    same = {"school": models.OuterRef("school"), "head_email__iexact": models.OuterRef("head_email")}
    return _sent_before(**same, head_asked_at__isnull=False)


def corrected_before() -> models.QuerySet["Interest"]:
    """What was sent before the row around, in the same form, and got its contact's address in one step with it.

    In a query of rows that are annotated with ``form``.
    """
    email, at = models.OuterRef("contact_email"), models.OuterRef("contact_corrected_at")
    return _sent_before(contact_email__iexact=email, contact_corrected_at=at)


def _sent_before(**same: Any) -> models.QuerySet["Interest"]:
    # By name: the module of interest imports this one.
    rows = apps.get_model("programmes.Interest")._base_manager.annotate(form=form_of())
    return rows.filter(form=models.OuterRef("form"), pk__lt=models.OuterRef("pk"), **same)


def has_place() -> models.Q:
    """Rows for whose school another enrolment takes up the one place, as ``EnrolmentQuerySet.in_place_of``."""
    # By name: the module of enrolments imports that of interest.
    held = apps.get_model("programmes.Enrolment")._base_manager.exclude(status="withdrawn")
    held = held.filter(school=models.OuterRef("school"), person=None).exclude(interest=models.OuterRef("pk"))
    held = held.alias(programme=programme_at("offer")).filter(programme=programme_at("offer", outer=True))
    return models.Q(models.Exists(held), for_person=False)


def form_of() -> Coalesce:
    """The first of what one form sent."""
    return Coalesce("sent_with_id", "pk")


def refusal_came_at() -> Coalesce:
    """When the no became news for the hub that has the application: said to it, or come with it from another hub."""
    return Coalesce(Greatest("head_refused_at", "came_at"), "head_refused_at")


class AskingQuerySet(models.QuerySet["Interest"]):
    """What one form sent for several programmes asks the same headteacher in one e-mail."""

    def of_same_form(self, interest: "Interest") -> Self:
        """What one form sent, this among it."""
        form = interest.sent_with_id or interest.pk
        return self.filter(models.Q(sent_with=form) | models.Q(pk=form)).order_by("pk")

    def asked_with(self, interest: "Interest") -> Self:
        """What one e-mail asks a headteacher to confirm: of one form, for one school, at one address."""
        return self.named_with(interest).filter(head_asked_at__isnull=False)

    def named_with(self, interest: "Interest") -> Self:
        """What one form sent for one school that names the same headteacher, who is asked, or was until they left."""
        same = self.of_same_form(interest).filter(school=interest.school_id, head_email__iexact=interest.head_email)
        return same.filter(models.Q(head_asked_at__isnull=False) | models.Q(head_ended_at__isnull=False))

    def linked_with(self, interest: "Interest") -> Self:
        """What the link in that e-mail answers for: one that was answered signed in since may have another address."""
        of_school = self.of_same_form(interest).filter(school=interest.school_id, head_asked_at__isnull=False)
        asked_at_once = {"head_asked": interest.head_asked, "head_asked_at": interest.head_asked_at}
        return of_school.filter(models.Q(head_email__iexact=interest.head_email) | models.Q(**asked_at_once))

    def corrected_with(self, interest: "Interest") -> Self:
        """Of one form what got the same address of the contact in one step of the hub, this among it."""
        at = {"contact_corrected_at": interest.contact_corrected_at, "contact_email__iexact": interest.contact_email}
        return self.of_same_form(interest).filter(**at)

    def with_place(self) -> Self:
        """Annotate ``has_place``: whether the school has its place in the programme already, by another enrolment."""
        return self.annotate(has_place=has_place())

    def with_asking(self) -> Self:
        """Annotate ``is_asked_by_another`` and ``shared_first_email``: the first that waits for an answer asks for all.

        Whoever was answered asks for nobody, nor does one whose school has its place already; the first e-mail of
        that moment has still named them all. With ``is_refused_with_another``, where one press said no to both, and
        ``is_refused_there_with_another``, where the same hub has heard of both at one moment.
        """
        earlier = asked_before()
        unanswered = {"head_confirmed_at": None, "head_refused_at": None, "status__in": self.model.OPEN}
        refused_with = earlier.filter(head_refused_at=models.OuterRef("head_refused_at"))
        return self.annotate(
            form=form_of(),
            refusal_came_at=refusal_came_at(),
            is_asked_by_another=models.Exists(earlier.filter(~has_place(), **unanswered)),
            shared_first_email=models.Exists(earlier.filter(head_asked_at=models.OuterRef("head_asked_at"))),
            is_refused_with_another=models.Exists(refused_with),
            is_refused_there_with_another=models.Exists(
                refused_with.alias(came=refusal_came_at()).filter(
                    hub=models.OuterRef("hub"), came=models.OuterRef("refusal_came_at")
                )
            ),
        )

    def refused(self) -> Self:
        """Open, and the headteacher has said no."""
        return self.filter(status__in=self.model.OPEN, head_refused_at__isnull=False)

    def refused_since(self, now: datetime) -> Self:
        """Of those of no past year the ones about which the hub has decided nothing with the no before it.

        At a school that has closed what is open is settled first.
        """
        undecided = models.Q(decided_at=None) | models.Q(decided_at__lt=models.F("head_refused_at"))
        rows = self.refused().filter(undecided, year__gte=academic_year(now.astimezone(LONDON).date()))
        return rows.exclude(school__gias_status=School.GiasStatus.CLOSED)

    def asking_nobody(self) -> Self:
        """Open; the headteacher was asked and has not answered, and nobody is any more: they left, nobody follows."""
        rows = self.filter(status__in=self.model.OPEN, head_ended_at__isnull=False)
        return rows.filter(~has_place(), head_confirmed_at=None, head_refused_at=None)

    def without_answer(self, now: datetime) -> Self:
        """Open, of no past year; the headteacher was asked, reminded, and has not answered while the link lasted.

        Of a school that has closed nobody is asked again: what is open there is settled first; nor of one that has its
        place already.
        """
        this_year = academic_year(now.astimezone(LONDON).date())
        asked = self.filter(year__gte=this_year, head_asked_at__lte=now - HEAD_LINK_LASTS)
        asked = asked.filter(status__in=("submitted", "waiting", "accepted"))
        asked = asked.exclude(school__gias_status=School.GiasStatus.CLOSED)
        return asked.filter(~has_place(), head_confirmed_at=None, head_refused_at=None)
