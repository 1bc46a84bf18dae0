"""What a school is asked for now: each thing with the page where it is done; counted in lines, or told one by one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import F, Q
from django.urls import reverse

from funding.models import Award
from hubportal.core import clock
from hubportal.core.templatetags.portal import count, long_day, moment, money
from hubportal.dashboards.figures.space import Space, unnamed
from hubportal.dashboards.figures.work import Item
from programmes.actions.agreements import may_answer
from programmes.models import Interest
from programmes.models.agreements import asks_head, said_by
from programmes.rules.turns import A_DAY
from schools import roles
from schools.models import School
from workgroups.models import Answer, Meeting, Participant

ANSWER_AHEAD = timedelta(days=21)

# What is asked, most urgent first: what the line says, and what its button does.
KINDS: dict[str, tuple[str, str]] = {
    "confirm": ("To confirm as headteacher", "Confirm"),
    "question": ("Questions of the hub to answer", "Answer"),
    "agree": ("To agree to as headteacher", "Read and agree"),
    "anew": ("To confirm anew, as you are headteacher now", "Read and confirm"),
    "dates": ("Dates to accept", "Look at them"),
    "answer": ("Meetings soon: can you come?", "Answer"),
    "name": ("Teachers to name", "Name them"),
    "claim": ("Money to claim", "Claim"),
    "office": ("No school office is named", "Name it"),
    "cover": ("Nobody is named who books cover", "Name them"),
}
# Who is to be named, by the kind of what is asked, and what they get.
APPOINTED = {
    "office": (roles.OFFICE, "Who gets all dates and claims the money"),
    "cover": (roles.COVER, "Who gets all dates and changes by e-mail"),
}
OF_HEAD = ("confirm", "agree", "anew")


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that is asked of a school: since when, or by when; ``is_own``: of whoever reads it, not of the head."""

    kind: str
    school: School
    label: str
    url: str
    since: date | None = None
    by: date | None = None
    is_own: bool = True

    @property
    def title(self) -> str:
        """What is asked, in a few words."""
        return (
            KINDS[self.kind][0] if self.is_own else "For the headteacher" if self.kind in OF_HEAD else "For the leads"
        )

    @property
    def action(self) -> str:
        """What its button does."""
        return KINDS[self.kind][1] if self.is_own else "See"

    @property
    def order(self) -> tuple[int, date, str, str]:
        """By kind, the most urgent first."""
        return list(KINDS).index(self.kind), self.by or self.since or date.max, self.school.name, self.label


def asked_of(space: Space) -> list[Ask]:
    """All that is asked of somebody's schools, as this person reads it, the most urgent first."""
    found = [
        *_to_confirm(space),
        *_to_agree(space),
        *_to_name(space),
        *_to_accept(space),
        *_to_answer(space),
        *_to_claim(space),
        *_to_appoint(space),
    ]
    return sorted(found, key=lambda ask: ask.order)


def lines(asks: Sequence[Ask]) -> list[Item]:
    """What is asked of the reader, counted: one thing leads to its own page, several to their list."""
    found, is_many = [], len({ask.school.pk for ask in asks}) > 1
    for kind, (title, action) in KINDS.items():
        own = [ask for ask in asks if ask.kind == kind and ask.is_own]
        if not own:
            continue
        first = own[0]
        several = f"{reverse('dashboards:asked-list')}?{urlencode({'kind': kind})}"
        found.append(
            Item(
                count=len(own),
                title=title,
                oldest=_example(first, is_many),
                since=first.by or first.since,
                by="by" if first.by else "",
                url=first.url if len(own) == 1 else several,
                action=action,
                is_late=False,
            )
        )
    return found


def _example(first: Ask, is_many: bool) -> str:
    """What the first is about; of several schools that lack the same, which one is named."""
    if not is_many:
        return first.label
    return first.school.name if first.kind in APPOINTED else f"{first.label}, {first.school.name}"


def _day(at: datetime | None) -> date | None:
    return at.astimezone(clock.LONDON).date() if at else None


def _to_confirm(space: Space) -> Iterable[Ask]:
    """What the headteacher has to confirm, and what the hub has asked about something that was sent."""
    sent = Interest.objects.visible_to(space.user).filter(school__in=space.open_ids, year__gte=space.this_year)
    unconfirmed = Q(head_confirmed_at=None, head_refused_at=None, status__in=Interest.OPEN)
    for one in sent.filter(unconfirmed | Q(question=Interest.Question.ASKED)).with_place().for_list():
        school = space.schools[one.school_id]
        label = f"{one.programme}, {one.contact_name}" if one.for_person else one.programme
        if one.question == Interest.Question.ASKED and one.takes_questions:
            yield Ask("question", school, label, reverse("programmes:interest-answer", args=[one.pk]))
        if one.head_refused_at is None and may_answer(one, space.today):
            is_own = space.is_head(one.school_id)
            url = reverse("programmes:interest-confirm", args=[one.pk]) if is_own else one.get_absolute_url()
            since = _day(one.head_asked_at or one.submitted_at)
            yield Ask("confirm", school, label, url, since=since, is_own=is_own)


def _to_agree(space: Space) -> Iterable[Ask]:
    for one in space.going_on:
        has_word = bool(said_by(one)) or (one.interest is not None and one.interest.head_confirmed_at is not None)
        # Who is headteacher themselves reads what they are asked, not what is asked of one beside them.
        is_head = space.is_head(one.school_id)
        for role in space.heads(one.school_id):
            is_own = role.person_id == space.user.person_id
            if (is_own or not is_head) and asks_head(one, role.person):
                url = reverse(f"programmes:enrolment-{'agree' if is_own else 'commitments'}", args=[one.pk])
                since = max(role.starts_on, one.accepted_on)
                kind = "anew" if has_word else "agree"
                yield Ask(kind, space.schools[one.school_id], str(one.offer), url, since=since, is_own=is_own)


def _to_name(space: Space) -> Iterable[Ask]:
    for one in space.going_on:
        if unnamed(one):
            school = space.schools[one.school_id]
            held, last_day, latest_day = one.held, one.last_day, one.latest_day  # type: ignore[attr-defined]
            first = "the next " if held else "the first " if last_day != latest_day else ""
            opens = f", {first}from {long_day(last_day + A_DAY)}" if last_day else ""
            label = f"{count(unnamed(one), one.offer.teacher_label)}, {one.offer}{opens}"
            is_own = space.leads(school)
            url = reverse(f"programmes:enrolment-{'teachers' if is_own else 'detail'}", args=[one.pk])
            by = None if held else last_day
            yield Ask("name", school, label, url, since=one.accepted_on, by=by, is_own=is_own)


def _to_accept(space: Space) -> Iterable[Ask]:
    for place in space.dates[0]:
        school = space.schools[place.enrolment.school_id]
        if place.is_to_accept and school.is_open:  # type: ignore[attr-defined]
            url = reverse("workgroups:school-dates", args=[school.pk])
            since = max(filter(None, (_day(place.group.started_at), _day(place.dates_accepted_at), place.placed_on)))
            yield Ask("dates", school, place.group.name, url, since=since)


def _to_answer(space: Space) -> Iterable[Ask]:
    """For whoever takes part themselves: what has no answer yet, three weeks ahead."""
    person, (places, meetings, _visits) = space.user.person_id, space.dates
    own = [
        one for one in places if person in {who.person_id for who in one.participants.all() if _is_on(who, space.today)}
    ]
    by_group = {one.group_id: space.schools[one.enrolment.school_id] for one in own}
    soon = [one for one in meetings if one.group_id in by_group and _is_soon(one, space.now)]
    answers = Answer.objects.filter(person=person, meeting__in=[one.pk for one in soon])
    said = set(answers.values_list("meeting", flat=True)) if soon else set()
    for one in soon:
        if one.pk not in said:
            label = f"{one.group.name}, {moment(one.starts_at)}"
            yield Ask("answer", by_group[one.group_id], label, one.get_absolute_url(), by=_day(one.starts_at))


def _is_on(who: Participant, day: date) -> bool:
    return who.since <= day and (who.until is None or who.until >= day)


def _is_soon(meeting: Meeting, now: datetime) -> bool:
    return meeting.status == Meeting.Status.PLANNED and now < meeting.starts_at < now + ANSWER_AHEAD


def _to_claim(space: Space) -> Iterable[Ask]:
    # Of every year: a grant that was not claimed by the summer is not lost.
    awards = Award.objects.visible_to(space.user).filter(enrolment__school__in=space.schools, claimed__lt=F("amount"))
    for one in awards.for_list():
        if not one.is_of_leaver:
            label = f"{money(one.left)}, {one.label}, {one.enrolment.offer}"
            url = reverse("funding:claim-create", args=[one.pk])
            yield Ask("claim", space.schools[one.enrolment.school_id], label, url, since=_day(one.made_at))


def _to_appoint(space: Space) -> Iterable[Ask]:
    """Whoever gets the dates and claims the money, and whoever books cover, of schools that take part."""
    for pk in dict.fromkeys(one.school_id for one in space.going_on):
        school, kinds = space.schools[pk], {role.kind for role in space.held.get(pk, [])}
        for kind, (lacking, label) in APPOINTED.items():
            if lacking not in kinds:
                url = reverse("schools:person-create") + f"?{urlencode({'school': pk, 'kind': lacking})}"
                is_own = space.leads(school)
                people = reverse("schools:school-people", args=[pk])
                yield Ask(kind, school, label, url if is_own else people, is_own=is_own)
