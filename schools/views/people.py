"""People: the list, the page, corrections, and looking at the portal as somebody else."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from hubportal.core import clock
from hubportal.core.access import may, role_required
from hubportal.core.models import JournalEntry
from hubportal.core.templatetags.portal import long_day
from hubportal.core.views import PortalDetail, PortalRequest, StepForm, do
from hubportal.core.workflow import CannotMove
from schools import roles, rules
from schools.actions import news, people, viewing
from schools.actions.giving import (
    has_sign_in,
    may_correct,
    may_end,
    may_give_any,
    may_invite_again,
    may_let_follow,
    named_places,
    reads_details,
)
from schools.actions.recipients import of_people
from schools.filters import PersonFilter
from schools.forms.people import PersonForm
from schools.middleware import end_view_as, start_view_as
from schools.models import LetterRecipient, MergedPerson, Person, PersonQuerySet, Role, User, cut_short
from schools.scope import Scope
from schools.views.writing import WritableList

LETTERS_SHOWN = 10


def _roles_of(person: Any) -> str:
    """For a file: the roles of today; who set the portal up counts as the national team."""
    user = getattr(person, "user", None)
    held = [str(role) for role in person.current_roles]
    return "; ".join(held or ([roles.LABELS[roles.NATIONAL]] if user is not None and user.is_superuser else []))


class PersonList(WritableList):
    """The people of a hub and its schools; all of them for the national team."""

    model = Person
    roles = (roles.NATIONAL, *roles.HUB_READERS)
    template_name = "schools/person_list.html"
    heading = "People"
    noun = "person,people"
    pick = staticmethod(of_people)
    filterset_class = PersonFilter
    sorts = {"name": ("name", "pk"), "email": ("email", "name", "pk")}
    export_name = "people"

    export_columns = [
        ("Name", lambda person: person.name),
        ("E-mail", lambda person: person.email),
        ("Telephone", lambda person: person.phone),
        ("Job title", lambda person: person.job_title),
        ("Roles", _roles_of),
    ]

    shown = ("pk", "name", "job_title", "email", "user", "user__is_superuser", "user__last_login", "bad_address")

    def prepare(self, rows: PersonQuerySet) -> PersonQuerySet:
        """A file reads whole records; the page plain values, and the roles of all its rows at once."""
        rows = rows.with_bad_address()
        return rows.for_list() if self.request.GET.get("export") else rows.order_by("name", "pk")

    def lines(self, rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """The people with their roles of today, read for all at once."""
        found = list(rows)
        held = _held([pk for pk, *_rest in found])
        return [_line(*values, held.get(values[0], [])) for values in found]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether one may invite."""
        scope, hub = self.request.user.scope, self.request.hub
        is_staff = hub is not None and scope.staffs(hub.pk)
        return super().get_context_data(may_invite=may_give_any(scope), is_staff=is_staff, **kwargs)


def _held(people: Sequence[int]) -> dict[int, list[str]]:
    """What these people are today, in words, by person."""
    held: dict[int, list[str]] = defaultdict(list)
    current = Role.objects.current(clock.today()).by_hand().filter(person__in=people).order_by("kind", "pk")
    for person, kind, *places in current.values_list("person", "kind", "hub__name", "school__name", "trust__name"):
        held[person].append(", ".join([roles.LABELS[kind], *filter(None, places)]))
    return held


def _line(*values: Any) -> tuple[Any, ...]:
    """Text for each column, each role on a line of its own."""
    pk, name, job_title, email, user, is_superuser, last_login, bad_address, held = values
    signs_in = "" if user is None else "yes" if last_login else "not yet"
    if is_superuser and not held:
        held = [roles.LABELS[roles.NATIONAL]]
    lines = SafeString("<br>".join(escape(role) for role in held))
    return str(pk), name, job_title, lines, email, bad_address is not None, signs_in


def _past_words(past: list[Role]) -> list[tuple[Role, str]]:
    """Each with when it was held; one that ended before it had lasted a day says so."""
    short, found = cut_short(past), []
    for role in past:
        words = f"{long_day(role.starts_on)} to {long_day(role.ends_on)}"
        if role.pk in short:
            began, ended = short[role.pk]
            words = f"was to begin on {long_day(began)}" if began > ended else f"{long_day(began)}, not for a whole day"
        found.append((role, words))
    return found


class PersonDetail(PortalDetail):
    """One person: how to reach them, what they are and were, their sign-in."""

    model = Person
    template_name = "schools/person_detail.html"
    object: Person

    def get(self, request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """The page; of a record that was merged into another one, that one's.

        :raises Http404: where one does not see them.
        """
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            merged = MergedPerson.objects.visible_to(request.user).filter(number=kwargs["pk"]).select_related("kept")
            if (found := merged.first()) is None:
                raise
            return redirect(found.kept)

    def prepare(self, rows: PersonQuerySet) -> PersonQuerySet:
        """With whether the address works."""
        return rows.for_list().with_bad_address()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Roles with what one may do about each; the journal where one reads it."""
        person, by, today = self.object, self.request.user, clock.today()
        scope = by.scope
        is_ours = person.pk == by.person_id or scope.has(roles.NATIONAL, *roles.HUB_READERS)
        is_from_here = person.school_id in scope.school_ids | scope.led_school_ids
        all_held = list(person.roles.by_hand().with_places())
        # A school and a leader read what somebody is with them, not what they are elsewhere.
        held = [role for role in all_held if is_ours or _is_within(scope, role)]
        past = [role for role in held if role.ends_on is not None and role.ends_on < today]
        user = getattr(person, "user", None)
        merged = list(person.merged.all())
        entries = JournalEntry.objects.visible_to(by).about(person, *held, *(Person(pk=one.number) for one in merged))
        may_fix = may_correct(by, person, held=all_held)
        signs_in = has_sign_in(all_held, user)
        return super().get_context_data(
            person=person,
            account=user,
            is_superuser=user is not None and user.is_superuser,
            current=[(role, may_end(by.scope, role)) for role in held if role not in past],
            past=_past_words(past),
            may_correct=may_fix,
            reads_details=reads_details(by, person, held=all_held),
            is_from_here=is_from_here,
            sees_school=is_from_here or (person.school is not None and scope.oversees(person.school.hub_id)),
            may_give=may_give_any(by.scope),
            may_invite=bool(person.email)
            and may_invite_again(by, person, held=all_held)
            and person.pk != by.person_id
            and signs_in,
            signs_in=signs_in,
            may_look=user is not None and user != by and _may_look(by, user),
            replace_url=_url("workgroups:person-replace", person.pk) if _may_replace(by, held, today) else "",
            advocate_url=_advocate_url(by, person, held, today),
            leader_url=_url("programmes:leader-create")
            if _may_make_leader(scope, [role for role in held if role not in past])
            else "",
            entries=entries.select_related("by__person", "seen_as__person"),
            reads_history=by.scope.has(roles.NATIONAL, *roles.HUB_READERS),
            **self._mail(is_ours),
            **kwargs,
        )

    def _mail(self, is_ours: bool) -> dict[str, Any]:
        """For the person and the hub: the last letters, whether they want news, and whether the address works."""
        person, by = self.object, self.request.user
        if not is_ours:
            return {}
        written = LetterRecipient.objects.visible_to(by).of_person(person).logged()[:LETTERS_SHOWN]
        may_say_no = by.scope.has(roles.NATIONAL, *roles.HUB_STAFF)
        return {
            "shows_mail": True,
            "letters": written,
            "news": news.choice_of(person, person.email),
            "may_choose_news": person.pk == by.person_id and self.request.viewing_as is None,
            "may_say_no": may_say_no,
        }


def _is_within(scope: Scope, role: Role) -> bool:
    """Whether a role is held at a school or trust that is one's own, or that one leads a group of."""
    trusts = scope.trust_ids
    is_own_trust = role.trust_id in trusts or (role.school is not None and role.school.trust_id in trusts)
    return role.school_id in scope.school_ids | scope.led_school_ids or is_own_trust


def _may_look(by: User, user: User) -> bool:
    """Whether the button to look as somebody is worth showing; whether they see more is asked when it is pressed."""
    return by.scope.has(roles.NATIONAL, roles.HUB_LEAD) and rules.may_look_as(by.scope, user.scope)


def _may_make_leader(scope: Scope, held: Sequence[Role]) -> bool:
    """Staff of a hub in which somebody does not lead yet."""
    led = {role.hub_id for role in held if role.kind in roles.LEADERS}
    return bool(scope.staff_hub_ids - led)


def _may_replace(by: User, held: Sequence[Role], today: date) -> bool:
    """Whether somebody else may follow in a role at a school, or as a leader of a hub, by this person's doing."""
    scope = by.scope
    current = [role for role in held if role.ends_on is None or role.ends_on >= today]
    leads = any(role.kind in roles.LEADERS and scope.staffs(role.hub_id) for role in current)
    if leads or any(role.school_id is not None and may_let_follow(scope, role) for role in current):
        return True
    # Where another hub runs what they take part in, that one passes their place on.
    here = {role.person_id for role in current} if scope.staff_hub_ids else set()
    return bool(here) and named_places().filter(person__in=here, enrolment__hub__in=scope.staff_hub_ids).exists()


def _advocate_url(by: User, person: Person, held: Sequence[Role], today: date) -> str:
    """Where a headteacher agrees to speak for the programme, for themselves and for the staff of their hub."""
    heads = [role for role in held if role.kind == roles.HEADTEACHER and role.is_held_on(today)]
    is_theirs = person.pk == by.person_id or any(by.scope.staffs(role.owner_id) for role in heads)
    return reverse("schools:advocate", args=[person.pk]) if heads and is_theirs else ""


def _url(name: str, *args: int) -> str:
    """A page of an upper app: linked by name where it exists."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


class PersonEdit(StepForm):
    """Correct what is known of a person."""

    changes_what_stands = True
    model, form_class = Person, PersonForm
    done = "Details corrected."
    failures = (people.CannotChangePeople,)
    record: Person

    def why_not(self) -> str:
        """Oneself, and those whose every role one may give or end."""
        by = self.request.user
        if by.person_id == self.record.pk or may_correct(by, self.record):
            return ""
        return people.NOT_YOURS.format(person=self.record)

    def get_heading(self) -> str:
        """Whose."""
        own = self.request.user.person_id == self.record.pk
        return "Correct your details" if own else f"Correct the details of {self.record}"

    def get_form_kwargs(self) -> dict[str, Any]:
        """One's own address is moved by somebody else: it is what one signs in with."""
        may_change_email = self.request.user.person_id != self.record.pk
        return {**super().get_form_kwargs(), "instance": self.record, "may_change_email": may_change_email}

    def act(self, form: PersonForm) -> None:
        """Correct them."""
        facts = {name: value for name, value in form.cleaned_data.items() if name not in form.asked_besides}
        people.correct_person(person=self.record, by=self.request.user, facts=facts, now=clock.now())


@require_POST
@role_required()
def person_invite_again(request: PortalRequest, pk: int) -> HttpResponse:
    """Send the invitation again."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    if not may_invite_again(request.user, person):
        raise PermissionDenied(f"Only people who may give {person} their roles can invite them.")
    if not has_sign_in(person.roles.by_hand(), getattr(person, "user", None)):
        messages.error(request, f"{person} is only written to. Give them a role to sign in with first.")
        return redirect(person)
    try:
        was_sent = people.invite_again(person=person, by=request.user, now=clock.now())
    except CannotMove as problem:
        messages.error(request, str(problem))
        return redirect(person)
    if not may(request.user, roles.NATIONAL, *roles.HUB_READERS):
        # A school learns from no page whether an address is in use at another place.
        messages.success(request, f"{person} is sent the invitation, unless the address is somebody else's.")
    elif was_sent:
        messages.success(request, f"{person} is sent the invitation.")
    else:
        messages.error(request, "There is no address here that only this person signs in with: correct it first.")
    return redirect(person)


@require_POST
@role_required(roles.NATIONAL, roles.HUB_LEAD)
def view_as(request: PortalRequest, pk: int) -> HttpResponse:
    """Begin to look at the portal as a person."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)

    def start() -> None:
        start_view_as(request, viewing.start_looking(person=person, by=request.user))

    began = do(request, start, done=f"You now see what {person} sees.", failures=(viewing.CannotLook,))
    return redirect("/" if began else person)


@require_POST
@role_required()
def view_as_stop(request: PortalRequest) -> HttpResponse:
    """Look with one's own eyes again."""
    if getattr(request, "viewing_as", None) is None:
        return redirect("/")
    return redirect(end_view_as(request).person)
