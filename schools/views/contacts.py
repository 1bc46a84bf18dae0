"""Schools where one has nobody to write to: addresses typed in, or filled into a workbook and brought."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from hubportal.core import clock
from hubportal.core.access import role_required
from hubportal.core.keys import keys_of
from hubportal.core.templatetags.portal import count_or_no
from hubportal.core.views import PER_PAGE, PortalRequest, StepForm, chosen_rows, do, shown_rows
from schools.actions import contacts
from schools.actions.letters import CannotWrite
from schools.forms.contacts import ContactsForm
from schools.models import Letter, School, SchoolQuerySet, without_contact
from schools.roles import HUB_STAFF
from schools.views.letters import writable
from schools.views.schools import SchoolList, website_of
from schools.views.writing import WRITERS

NONE_CHOSEN = "Tick at least one of your own hub's schools first."
TOO_LATE = (
    "The letter is no draft any more, so they are kept for the next one. “Write again” on its page sends it on to whom "
    "it has not reached."
)
ALL_REACHED = "Each of these schools has an address to write to."


def chosen_letter(request: PortalRequest) -> Letter | None:
    """The letter whose schools without an address the page's address asks for; it may have left since.

    :raises Http404: for one that one does not write.
    """
    keys = keys_of(request.GET.getlist("letter"))
    if not keys:
        return None
    found = Letter.objects.visible_to(request.user).writable_by(request.user).filter(pk=keys[0]).first()
    if found is None:
        raise Http404
    return found


def schools_to_complete(request: PortalRequest) -> SchoolQuerySet:
    """Those of a letter that has no address for them, or those of a list; of one's own hubs, by name.

    Of all that fit a filter, only those where a letter reaches nobody; what somebody ticked is what they mean.
    """
    letter, staffed = chosen_letter(request), request.user.scope.staff_hub_ids
    if letter is not None:
        rows = contacts.without_address(letter)
        # Of a draft those who are known by now are put on its list; of one that has left they are known all the same.
        known = {} if letter.is_draft else contacts.reachable(rows, by=request.user, now=clock.now())
        keys = {row.school_id for row in rows if row.school_id} - known.keys()
        found: Any = School.objects.visible_to(request.user).filter(pk__in=keys)
    else:
        found = chosen_rows(request, SchoolList)
        if request.GET.get("all"):
            found = without_contact(found, clock.today())
    schools: SchoolQuerySet = found.filter(hub__in=staffed).open().for_list()
    return schools


class SchoolContacts(StepForm):
    """Type addresses, as many as one has, or take the list along as a workbook."""

    form_class = ContactsForm
    roles = HUB_STAFF
    template_name = "schools/school_contacts.html"
    heading, submit_label, done = "Addresses to write to", "Keep these addresses", ""

    @cached_property
    def letter(self) -> Letter | None:
        """The letter that they are for."""
        return chosen_letter(self.request)

    @cached_property
    def page(self) -> Any:
        """Fifty schools."""
        return Paginator(schools_to_complete(self.request), PER_PAGE).get_page(self.request.GET.get("page"))

    @cached_property
    def schools(self) -> list[School]:
        """Those of the page; of a form that was sent those that it showed, also where somebody was faster with some."""
        if self.request.method != "POST":
            return list(self.page.object_list)
        return list(shown_rows(self.request, School).for_list())  # type: ignore[attr-defined]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Back to where one came from where there is nothing to do."""
        if not self.page.object_list:
            is_chosen = self.letter or self.request.GET.get("all") or self.request.GET.get("pk")
            messages.info(request, ALL_REACHED) if is_chosen else messages.error(request, NONE_CHOSEN)
            return redirect(self.get_cancel_url())
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """The schools of the page."""
        return {**super().get_form_kwargs(), "schools": self.schools}

    def form_valid(self, form: Any) -> HttpResponse:
        """One that cannot be kept says so in its row, and none of them is."""
        try:
            return super().form_valid(form)
        except contacts.CannotKeep as problem:
            form.add_error(f"email_{problem.contact.school.pk}", f"{problem.contact.school}: {problem}")
            return self.form_invalid(form)

    def act(self, form: ContactsForm) -> None:
        """Keep them, and put them on the letter that they are for."""
        kept = contacts.keep(contacts=form.contacts, letter=self.letter, by=self.request.user, now=clock.now())
        many = capfirst(count_or_no(len(kept.people), "address,addresses"))
        late = TOO_LATE if self.letter is not None and not kept.is_on_letter else ""
        messages.success(self.request, f"{many} kept. Nobody is invited by that. {late}".strip())

    def get_success_url(self) -> str:
        """On with the rest; from one school's page back there."""
        return self.get_cancel_url() if self._is_one_school() else self.request.get_full_path()

    def get_cancel_url(self) -> str:
        """The letter's recipients, the school's people, or the list as it was filtered."""
        if self.letter is not None:
            page = "schools:letter-recipients" if self.letter.is_draft else "schools:letter-detail"
            return reverse(page, args=[self.letter.pk])
        query = self.request.GET.copy()
        if self._is_one_school():
            return reverse("schools:school-people", args=keys_of(query.getlist("pk")))
        for name in ("pk", "all", "page"):
            query.pop(name, None)
        asked = query.urlencode()
        return reverse("schools:school-list") + (f"?{asked}" if asked else "")

    def _is_one_school(self) -> bool:
        """Whether a school's own page led here."""
        asked = self.request.GET
        return set(asked) == {"pk"} and len(keys_of(asked.getlist("pk"))) == 1

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Each school with how to find it out, and who is known there."""
        found = super().get_context_data(**kwargs)
        known = contacts.known_at([one.pk for one in self.schools], by=self.request.user, now=clock.now())
        lines = [(one, website_of(one), known.get(one.pk, []), *fields) for one, *fields in found["form"].lines()]
        return {"lines": lines, "page_obj": self.page, "letter": self.letter, **found}


@require_POST
@role_required(*WRITERS)
def letter_complete(request: PortalRequest, pk: int) -> HttpResponse:
    """Put on the letter who can be written to by now."""
    letter = writable(request, pk)
    do(
        request,
        lambda: contacts.complete(letter=letter, by=request.user, now=clock.now()),
        done="Who can be written to by now is on the list.",
        failures=(CannotWrite,),
    )
    return redirect("schools:letter-recipients", letter.pk)
