"""The contact and the teachers whom an application names, corrected by the hub."""

from abc import abstractmethod
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from hubportal.core import clock
from hubportal.core.views import StepForm
from programmes.actions.changes import CannotChange
from programmes.actions.corrections import (
    MEANWHILE,
    Contact,
    contact_of,
    correct_contact,
    correct_teacher,
    named_beside,
    why_not_people,
)
from programmes.actions.heads import CannotCorrect
from programmes.forms.corrections import ContactCorrectionForm, TeacherCorrectionForm
from programmes.models import Interest, InterestMessage, InterestTeacher
from programmes.views.interest import OTHER_HUB
from schools.models import User
from schools.roles import HUB_STAFF
from schools.rules import email_domain_of, is_person, listed

NOBODY = "Nobody is named in this place any more. Please look at it again; nothing was changed."


class Correction(StepForm):
    """Correct somebody who is named in what waits for a decision."""

    model = Interest
    roles = HUB_STAFF
    changes_what_stands = True
    submit_label = "Correct"
    failures = (CannotCorrect, CannotChange)
    record: Interest
    result: list[Interest]

    def prepare(self, rows: Any) -> Any:
        """With the teachers."""
        return super().prepare(rows).prefetch_related("teachers")

    def why_not(self) -> str:
        """Staff of the hub that it came to."""
        return "" if self.request.user.scope.staffs(self.record.hub_id) else OTHER_HUB

    def too_late(self) -> str:
        """Why nobody is corrected here any more."""
        return why_not_people(self.record)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Nobody is asked about what is settled."""
        if why := self.too_late():
            messages.error(request, why)
            return redirect(self.record)
        return super().get(request, *args, **kwargs)

    @property
    @abstractmethod
    def who(self) -> tuple[str, str]:
        """Name and address as they stand."""

    def get_form_kwargs(self) -> dict[str, Any]:
        """Whose addresses the others have, and where addresses are likely to be."""
        one = self.record
        people = [(teacher.name, teacher.email) for teacher in one.teachers.all()]
        people += [(one.head_name, one.head_email), (one.contact_name, one.contact_email)]
        owners = {email.lower(): name for name, email in people if email and not is_person((name, email), self.who)}
        domains = [email_domain_of(one.school.website), *(address.rpartition("@")[2] for address in owners)]
        return {**super().get_form_kwargs(), "owners": owners, "domains": domains}

    @property
    def also(self) -> str:
        """What the same form had sent and is corrected with it."""
        others = [one.reference for one in self.result if one.pk != self.record.pk]
        return f" The same is done in {listed(others)}, which came with it." if others else ""


class ContactCorrection(Correction):
    """The contact: a wrong address above all, to which nothing goes any more."""

    form_class = ContactCorrectionForm
    template_name = "programmes/correct_contact.html"
    heading = "Correct the contact"

    @property
    def who(self) -> tuple[str, str]:
        """The contact."""
        return self.record.contact_name, self.record.contact_email

    @property
    def done(self) -> str:  # type: ignore[override]
        """Where they are told of it."""
        was, now = self.record.contact_email, next(one for one in self.result if one.pk == self.record.pk)
        if was.lower() == now.contact_email.lower():
            return f"The contact is corrected.{self.also}"
        told = f"{now.contact_name} gets the reference by e-mail, at {now.contact_email}."
        return f"{told} Older links work no more.{self.also}"

    def get_initial(self) -> dict[str, Any]:
        """As they stand; who is named elsewhere too is corrected there as well."""
        stands = contact_of(self.record)
        return {
            "name": stands.contact_name,
            "email": stands.contact_email,
            "phone": stands.contact_phone,
            "job_title": stands.contact_job,
            "everywhere": True,
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        """As what else they are named."""
        return {**super().get_form_kwargs(), "beside": named_beside(self.record, self.who)}

    def what_stands(self, form: BaseForm) -> dict[str, Any]:
        """The contact, as whom else they are named, and who that is: the form may ask for a tick besides."""
        return {**self.get_initial(), "beside": named_beside(self.record, self.who)}

    def act(self, form: ContactCorrectionForm) -> list[Interest]:
        """Correct."""
        given = form.cleaned_data
        return correct_contact(
            interest=self.record,
            contact=Contact(given["name"], given["email"], given["phone"], given["job_title"]),
            everywhere=bool(given.get("everywhere")),
            how=given["how"],
            by=self.request.user,
            now=clock.now(),
        )


class TeacherCorrection(Correction):
    """A teacher who is named in one of the places, by its number: what is sent anew has other keys."""

    form_class = TeacherCorrectionForm
    template_name = "programmes/correct_teacher.html"
    heading = "Correct a teacher"

    @property
    def done(self) -> str:  # type: ignore[override]
        """Where else."""
        return f"The teacher is corrected.{self.also}"

    @property
    def teacher(self) -> InterestTeacher | None:
        """Who has the place now."""
        places = list(self.record.teachers.all())
        found = places[self.kwargs["at"] - 1] if 0 < self.kwargs["at"] <= len(places) else None
        return found if found and found.name else None

    def too_late(self) -> str:
        """Also where nobody is named in the place."""
        return super().too_late() or ("" if self.teacher else NOBODY)

    @property
    def who(self) -> tuple[str, str]:
        """The teacher."""
        return (self.teacher.name, self.teacher.email) if self.teacher else ("", "")

    def get_initial(self) -> dict[str, Any]:
        """As they stand."""
        name, email = self.who
        return {"name": name, "email": email}

    def get_form_kwargs(self) -> dict[str, Any]:
        """The people who already have a place."""
        others = [one for one in self.record.teachers.all() if one != self.teacher and one.name]
        taken = frozenset((one.name.lower(), one.email.lower()) for one in others)
        return {**super().get_form_kwargs(), "others": taken}

    def what_stands(self, form: BaseForm) -> dict[str, Any]:
        """The teacher: the form may ask for a tick besides."""
        return self.get_initial()

    def act(self, form: TeacherCorrectionForm) -> list[Interest]:
        """Correct.

        :raises CannotCorrect: where nobody has the place any more.
        """
        if self.teacher is None:
            raise CannotCorrect(MEANWHILE)
        given = form.cleaned_data
        return correct_teacher(
            interest=self.record,
            teacher=self.teacher,
            name=given["name"],
            email=given["email"],
            how=given["how"],
            by=self.request.user,
            now=clock.now(),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """As what else they are named: it is corrected there by itself."""
        one = self.record
        return super().get_context_data(
            place=f"{one.offer.teacher_label if one.offer else 'teacher'} {self.kwargs['at']}",
            is_contact=is_person(self.who, (one.contact_name, one.contact_email)),
            is_head=is_person(self.who, (one.head_name, one.head_email)) and one.may_correct_head,
            **kwargs,
        )


def mending_step(user: User, about: object, email: str) -> str:
    """The page on which an address is corrected that an e-mail about this could not reach; empty for whom it is not."""
    interest = about.interest if isinstance(about, InterestMessage) else about
    if not isinstance(interest, Interest) or not email or not user.scope.staffs(interest.hub_id):
        return ""
    is_contact, is_head = (one.lower() == email.lower() for one in (interest.contact_email, interest.head_email))
    if is_contact and interest.may_be_changed:
        return reverse("programmes:interest-contact", args=[interest.pk])
    if is_head and interest.may_correct_head:
        return reverse("programmes:interest-head", args=[interest.pk])
    is_accepted = interest.status == Interest.Status.ACCEPTED and (is_contact or is_head)
    return reverse("schools:school-people", args=[interest.school_id]) if is_accepted else ""
