"""What a hub should know about an interest before it decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import prefetch_related_objects

from programmes.actions.heads import contact_kind_of, others_beside
from programmes.models import Enrolment, Interest, Phase
from programmes.rules import Part, Standing, came_by, inviting
from programmes.rules.flags import Facts, Flag, flags_of, is_head_sure, shares_of
from programmes.rules.priority import Claims, reasons
from schools.models import Role, User
from schools.roles import HEADTEACHER, LABELS, TEACHER
from schools.rules import email_domain_of, is_outside_domain, is_person, year_label


@dataclass(frozen=True)
class Known:
    """All that the portal knows beside what was sent: the school's years, what else it sent, who is headteacher."""

    enrolments: list[Enrolment]
    sent: list[Interest]
    heads: list[Role]
    leads: list[Role]
    flags: list[Flag]
    is_head_sure: bool

    def copies_of(self, interest: Interest) -> list[Interest]:
        """The second copies among what was sent."""
        return [one for one in self.sent if one.duplicate_of_id == interest.pk]

    def place_of(self, interest: Interest) -> Enrolment | None:
        """What takes up the one place that the application is for, as ``EnrolmentQuerySet.in_place_of``."""
        if interest.for_person or interest.offer is None or not interest.is_undecided:
            return None
        base = interest.offer.base_id
        held = (one for one in self.enrolments if one.status != Enrolment.Status.WITHDRAWN)
        return next((one for one in held if one.offer.base_id == base), None)


def known_about(interest: Interest, today: date) -> Known:
    """What the hub's page of one interest shows, with the flags."""
    enrolments, sent = _history_of(interest)
    # Together: one query for the teachers of all.
    prefetch_related_objects([interest, *sent], "teachers")
    heads, leads = ([], []) if interest.for_person else others_beside(interest, today)
    copies = [one for one in sent if one.duplicate_of_id == interest.pk and one.status == Interest.Status.SECOND]
    facts = _facts(interest, enrolments, copies, heads)
    return Known(enrolments, sent, heads, leads, flags_of(facts), is_head_sure(facts))


@dataclass(frozen=True)
class Invitations:
    """Whom acceptance invites, and who of them can sign in: without the headteacher and with them."""

    without_head: list[inviting.Invited]
    with_head: list[inviting.Invited]
    leads_trust: bool
    # What whoever applied becomes as a rule; empty: nothing that is to choose.
    contact_kind: str


def invitations(interest: Interest, leads: Sequence[Role]) -> Invitations:
    """As ``actions.decisions.accept`` invites, in its order: the first of an address is who signs in with it.

    Reads ``with_trust_lead``; ``leads`` are the school's other maths leads.
    """
    head = [(interest.head_name, interest.head_email, LABELS[HEADTEACHER])]
    others = [(one.name, one.email, LABELS[TEACHER]) for one in interest.teachers.all() if one.name]
    kind = ""
    leads_trust = bool(getattr(interest, "leads_trust", False)) and not interest.for_person
    if interest.for_person:
        head, others = [], [(interest.contact_name, interest.contact_email, LABELS[TEACHER])]
    elif not interest.contact_is_head and not leads_trust:
        kind = contact_kind_of(interest, leads)
        others.insert(0, (interest.contact_name, interest.contact_email, LABELS[kind]))
    addresses = {email.lower() for _name, email, _role in (*head, *others)}
    users = User.objects.filter(email__in=addresses).values_list("email", "person__name", "last_login")
    holders, used = {}, set()
    for email, name, last_login in users:
        holders[email] = name
        used |= {email} if last_login else set()
    without, with_head = (inviting.invitations(some, holders, used) for some in (others, [*head, *others]))
    return Invitations(without, with_head, leads_trust and not interest.contact_is_head, kind)


def _history_of(interest: Interest) -> tuple[list[Enrolment], list[Interest]]:
    """What else the school (or who applies for themselves) has done and sent, newest first, whichever hub it was."""
    enrolments = Enrolment.objects.exclude(interest=interest)
    sent = Interest.objects.filter(for_person=interest.for_person).exclude(pk=interest.pk)
    if interest.for_person:
        name, email = interest.contact_name, interest.contact_email
        enrolments = enrolments.filter(person__name__iexact=name, person__email__iexact=email)
        sent = sent.filter(contact_name__iexact=name, contact_email__iexact=email)
    else:
        enrolments = enrolments.filter(school=interest.school_id, person=None)
        sent = sent.filter(school=interest.school_id)
    newest = ("-offer__year", "-pk")
    return list(enrolments.for_list().order_by(*newest)), list(sent.for_list().order_by("-year", "-pk"))


def _facts(
    interest: Interest, enrolments: Sequence[Enrolment], copies: Sequence[Interest], heads: Sequence[Role]
) -> Facts:
    taking = {one.offer.phase_id for one in enrolments if one.status != Enrolment.Status.WITHDRAWN}
    parts = [] if interest.for_person else Enrolment.objects.parts_of(interest.school, with_accepted=True)
    others = [part.school for part in parts if part.phase == interest.phase_id]
    follows = list(interest.offer.follows.all()) if interest.offer else []
    website, head = interest.school.website, (interest.head_name, interest.head_email)
    contact = (interest.contact_name, interest.contact_email)
    applied = interest.is_head_contact or is_person(contact, head)
    teachers = [(teacher.name, teacher.email) for teacher in interest.teachers.all() if teacher.name]
    addresses = dict.fromkeys(filter(None, (interest.contact_email.lower(), interest.head_email.lower())))
    outside = tuple(address for address in addresses if is_outside_domain(address, website))
    return Facts(
        is_light=interest.is_light,
        head_name=interest.head_name,
        head_confirmed=interest.head_confirmed_at is not None,
        head_refused=interest.head_refused_at is not None,
        head_applied=applied,
        head_outside=interest.head_email.lower() in outside,
        head_shares=tuple(shares_of(head, None if applied else contact, teachers)),
        known_heads=tuple(role.person.name for role in heads),
        register_head=interest.school.head_name,
        outside=outside,
        has_address=bool(addresses),
        website_known=bool(email_domain_of(website)),
        school_open=interest.school.is_open,
        follows=tuple(str(phase) for phase in follows),
        came_by=_came_by(interest, enrolments, parts, follows),
        has_same_phase=interest.phase_id in taking,
        same_phase_in=next(filter(None, others), ""),
        missing_lead_role=_lacking_role(interest),
        copies=sum(not one.is_light for one in copies),
        told_of=sum(one.is_light for one in copies),
        same_year=interest.same_year,
        priority=_priority(interest) if interest.is_undecided else (),
        advised_otherwise=interest.advised_otherwise,
        who=interest.contact_name if interest.for_person else "The school",
        head_only_told=interest.only_tells_head and not interest.is_head_contact,
        needs_note=interest.is_undecided and interest.needs_note,
    )


def _came_by(interest: Interest, enrolments: Sequence[Enrolment], parts: Sequence[Part], follows: list[Phase]) -> str:
    """What they did, or do in a year before, of the phases that usually come before; empty: nothing of them."""
    if interest.for_person:
        stood = [one for one in enrolments if one.status != Enrolment.Status.WITHDRAWN]
        parts = [Part(one.offer.phase_id, one.offer.year, Standing(one.status)) for one in stood]
    names = {phase.pk: str(phase) for phase in follows}
    part = came_by(parts, names, interest.year)
    if part is None:
        return ""
    did = "has completed" if part.standing is Standing.COMPLETED else "takes part in"
    where = f" as {part.school}, which it follows or became" if part.school else ""
    return f"{did} {names[part.phase]} in {year_label(part.year)}{where}"


def _priority(interest: Interest) -> tuple[str, ...]:
    """Why it is taken first, as the list says it, where it was read ``with_priority`` and ``with_listed_reason``.

    By which phase it comes first another line says: naming it here would take more queries.
    """
    claims = Claims(
        listed=getattr(interest, "listed_reason", None),
        fsm=interest.school.fsm_percent,
        fsm_from=interest.offer.priority_fsm if interest.offer else None,
        before=["Comes from the phase before"] if getattr(interest, "comes_from_phase_before", False) else [],
    )
    return tuple(reasons(claims))


def _lacking_role(interest: Interest) -> str:
    """The leading role that the offer asks for and none of the teachers holds."""
    offer = interest.offer
    if (
        offer is None
        or interest.for_person
        or not offer.needs_lead_role
        or any(one.has_lead_role for one in interest.teachers.all())
    ):
        return ""
    return offer.lead_role_label
