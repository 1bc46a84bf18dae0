"""The steps of a draft after its text: recipients, preview, test, sending; and taking back what has not left."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.decorators.http import require_POST

from hubportal.core import clock
from hubportal.core.access import role_required
from hubportal.core.forms import PortalForm
from hubportal.core.keys import given_key, keys_of, row_of
from hubportal.core.templatetags.portal import count, moment
from hubportal.core.views import PortalRequest, do
from hubportal.core.workflow import CannotMove
from schools.actions import contacts, letter_sorting, letters_again
from schools.actions import letters as actions
from schools.forms.letters import SendForm
from schools.models import Letter, LetterRecipient, User
from schools.notices.letters import preview
from schools.rules import letters as rules
from schools.views.letters import LetterStep, writable
from schools.views.writing import WRITERS

PER_PAGE = 100


class LetterRecipients(LetterStep):
    """Who gets it, to be ticked; and who does not, with the reason."""

    form_class = PortalForm
    template_name = "schools/letter_recipients.html"
    heading, tab = "Who gets this letter", "schools:letter-recipients"

    @cached_property
    def sorted(self) -> letter_sorting.Sorted:
        """All recipients as they stand now."""
        return letter_sorting.sort_out(self.record)

    def act(self, form: PortalForm) -> None:
        """Keep the ticks of the page that was shown."""
        sent = self.request.POST
        actions.tick(
            letter=self.record,
            shown=keys_of(sent.getlist("shown")),
            ticked=keys_of(sent.getlist("ticked")),
            by=self.request.user,
            seen=next(iter(keys_of([sent.get("seen", "")])), None),
        )

    def get_success_url(self) -> str:
        """The next page of recipients, or on to the preview."""
        following = given_key(self.request.POST.get("next_page", ""))
        if following and "go_on" not in self.request.POST:
            return f"{self.request.path}?page={following}"
        return reverse("schools:letter-preview", args=[self.record.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The page's recipients; all who are not written to on the first page."""
        found = self.sorted
        page = Paginator(found.offered, PER_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            going=len(found.going),
            page_obj=page,
            together=Paginator(_together(found), PER_PAGE).get_page(self.request.GET.get("together")),
            others=Paginator(_left_out(found), PER_PAGE).get_page(self.request.GET.get("others")),
            **_addressless(self.record, found, self.request.user),
            **kwargs,
        )


def _left_out(found: letter_sorting.Sorted) -> list[tuple[LetterRecipient, str]]:
    """Who gets no e-mail, not even together with somebody else."""
    return [(row, reason) for row, reason in found.others if reason != letter_sorting.SHARES]


def _together(found: letter_sorting.Sorted) -> list[tuple[LetterRecipient, LetterRecipient]]:
    """Who shares the e-mail of somebody who gets one, and whose it is."""
    first: dict[int | str, LetterRecipient] = {}
    for row in found.going:
        first |= {row.same_as_id or row.pk: row, row.address.lower(): row}
    shared = [row for row, reason in found.others if reason == letter_sorting.SHARES]
    return [(row, first.get(row.same_as_id or row.pk) or first[row.address.lower()]) for row in shared]


def _addressless(letter: Letter, found: letter_sorting.Sorted, by: User) -> dict[str, int]:
    """How many schools on the list have no address, and how many of those that had none have one by now."""
    bare = contacts.without_address(letter, found)
    reachable = len(contacts.reachable(bare, by=by, now=clock.now()))
    return {"reachable": reachable, "without_address": len({one.school_id for one in bare}) - reachable}


class LetterPreview(LetterStep):
    """The letter as each of its people gets it, one after the other."""

    form_class = PortalForm
    template_name = "schools/letter_preview.html"
    heading, tab = "Preview", "schools:letter-preview"

    def act(self, form: PortalForm) -> None:
        """Looking changes nothing."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A preview is not sent to."""
        return redirect(request.path)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One person's e-mail, who comes before and after, and for whom something is empty."""
        letter, found = self.record, letter_sorting.sort_out(self.record)
        going = found.going
        text = f"{letter.subject}\n{letter.text}"
        missing = [rules.empty_in(text, one.values) for one in going]
        asked = given_key(self.request.GET.get("n", "1"))
        number = min(max(asked or 1, 1), max(len(going), 1))
        shown = going[number - 1] if going else None
        subject, body = preview(letter, shown) if shown else ("", "")
        with_gaps = [place for place, names in enumerate(missing, 1) if names]
        return super().get_context_data(
            going=len(going),
            number=number,
            shown=shown,
            mail_subject=subject,
            body=body,
            missing=[f"{{{name}}}" for name in missing[number - 1]] if shown else [],
            with_gaps=len(with_gaps),
            next_gap=next((place for place in with_gaps if place > number), with_gaps[0] if with_gaps else None),
            is_written=bool(letter.subject and letter.text),
            tester=self.request.user.email,
            **_addressless(letter, found, self.request.user),
            **kwargs,
        )


class LetterSend(LetterStep):
    """Send it, now or later; once."""

    form_class = SendForm
    template_name = "schools/letter_send.html"
    heading, submit_label, tab = "Send the letter", "Send", "schools:letter-preview"
    is_twice = False

    def get_initial(self) -> dict[str, Any]:
        """What whoever sends it has looked at."""
        return {**super().get_initial(), "seen": self.record.version}

    def act(self, form: SendForm) -> int:
        """Hand it to the outbox; whoever pressed twice reads what the first press did."""
        given = form.cleaned_data
        try:
            return actions.send(
                letter=self.record, by=self.request.user, now=clock.now(), seen=given["seen"], due_at=form.due_at
            )
        except actions.SentAlready as already:
            self.is_twice = True
            return already.mails

    @property
    def done(self) -> str:  # type: ignore[override]
        """How many e-mails leave when."""
        letter = Letter.objects.visible_to(self.request.user).select_related("sent_by").get(pk=self.record.pk)
        if self.is_twice:
            who = "You have" if letter.sent_by == self.request.user else f"{letter.sent_by} has"
            return f"{who} sent it already: {count(self.result, 'e-mail')}, {moment(letter.due_at)}. It leaves once."
        when = f"on {moment(letter.due_at)}" if letter.due_at and letter.due_at > clock.now() else "now"
        return f"{count(self.result, 'e-mail')} {'leaves' if self.result == 1 else 'leave'} {when}."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """To how many; what would stand in the way."""
        letter, found = self.record, letter_sorting.sort_out(self.record)
        text = f"{letter.subject}\n{letter.text}"
        return super().get_context_data(
            going=len(found.going),
            others=len(_left_out(found)),
            with_gaps=sum(bool(rules.empty_in(text, one.values)) for one in found.going),
            answers_to=letter.hub.email if letter.hub else "",
            without_part=0 if letter.is_marketing else letter_sorting.parts_of(letter, found.going).without,
            **kwargs,
        )


@require_POST
@role_required(*WRITERS)
def letter_test(request: PortalRequest, pk: int) -> HttpResponse:
    """Send it to oneself as one of its people gets it."""
    letter = writable(request, pk)
    rows = LetterRecipient.objects.visible_to(request.user).filter(letter=letter)
    recipient = row_of(rows, request.POST.get("recipient", ""))
    if recipient is None:
        raise Http404
    do(
        request,
        lambda: actions.test(letter=letter, recipient=recipient, by=request.user, now=clock.now()),
        done=f"A test is on its way to {request.user.email}, as {recipient.name} would get it.",
        failures=(actions.CannotWrite,),
    )
    place = given_key(request.POST.get("n", "")) or 1
    return redirect(f"{reverse('schools:letter-preview', args=[letter.pk])}?n={place}")


def _taken_back(found: actions.TakenBack) -> str:
    """How many have left, and that those under way stop; a few more may leave until they have."""
    had_left = f"{count(found.left, 'e-mail')} had left" if found.left else "No e-mail had left"
    if not found.stopping:
        return f"Taken back. {had_left}; the others are not sent."
    return (
        f"Taken back. {had_left}; the others are not sent. {found.stopping} of them were just being sent: they stop "
        "within moments, and a few may still leave. This page counts them."
    )


@require_POST
@role_required(*WRITERS)
def letter_cancel(request: PortalRequest, pk: int) -> HttpResponse:
    """Take back what has not left."""
    letter = writable(request, pk)
    try:
        messages.success(request, _taken_back(actions.cancel(letter=letter, by=request.user)))
    except CannotMove as problem:
        messages.error(request, str(problem))
    return redirect(letter)


@require_POST
@role_required(*WRITERS)
def letter_again(request: PortalRequest, pk: int) -> HttpResponse:
    """Write again to those whom a letter has not reached."""
    letter = writable(request, pk)
    begun: list[Letter] = []
    done = do(
        request,
        lambda: begun.append(letters_again.write_again(letter=letter, by=request.user, now=clock.now())),
        done="A new draft with the same text, to those whom the letter has not reached.",
        failures=(actions.CannotWrite,),
    )
    return redirect("schools:letter-recipients", begun[0].pk) if done else redirect(letter)


@require_POST
@role_required(*WRITERS)
def letter_discard(request: PortalRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    letter = writable(request, pk)
    thrown = do(
        request,
        lambda: actions.discard(letter=letter, by=request.user),
        done="The draft is thrown away.",
        failures=(actions.CannotWrite,),
    )
    return redirect("schools:letter-list") if thrown else redirect(letter)
