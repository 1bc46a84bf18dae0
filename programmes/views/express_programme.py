"""The public form: which programmes, of those open for the school or schools."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.views.generic.edit import FormMixin

from hubportal.core import clock
from programmes.actions.starting import advice_for, known_each, start_among, start_for
from programmes.forms.express import StartForm
from programmes.models import Enrolment, Offer
from programmes.rules import (
    Advice,
    Answer,
    Known,
    Part,
    Question,
    Standing,
    Start,
    came_by,
    next_open,
    part_words,
    steps_between,
)
from programmes.views.applicant import PLACED, own_among, standing_of
from programmes.views.express import ExpressPage
from programmes.views.express_closed import choose_again, ticked_now
from programmes.views.express_versions import versions_of
from schools.models import Hub, School
from schools.rules import academic_year, listed

NONE_CHOSEN = "Choose one of the programmes that are open for {}."
TWO_OF_ONE = "Two of these are the same phase in the same year: only one of them can be joined. Choose one."
ONE_AFTER_ANOTHER = "{} and {} follow one another: in one year only one of them can be joined. Choose one."

Choice = dict[str, Any]


class ProgrammeStep(ExpressPage):
    """Which programmes are open for this school, and why others are not; several may be chosen."""

    name = "programme"
    template_name = "programmes/express/programme.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep the offers and go on."""
        ticked = set(request.POST.getlist("offer"))
        choices = self._choices()
        chosen = [one for one in choices if one["answer"].is_open and str(one["offer"].pk) in ticked]
        again = ticked_now(choices, ticked)
        if any(not one.is_open for one in again):
            problem = choose_again(self.draft, again)
            self.draft.save()
            self.pairs = []
            return self.render_to_response(self.get_context_data(problem=problem))
        problem = "" if chosen and len(chosen) == len(ticked) else NONE_CHOSEN.format(self._whom())
        pairs = [(school, offer) for one in chosen for school, offer in one["open_for"]]
        times = Counter((school.pk, offer.phase_id, offer.year) for school, offer in pairs)
        if any(number > 1 for number in times.values()):
            problem = TWO_OF_ONE
        elif both := self._one_after_another(pairs):
            problem = ONE_AFTER_ANOTHER.format(*both)
        if problem:
            self._keep_typed(request)
            ticks = [one["offer"].pk for one in chosen]
            return self.render_to_response(self.get_context_data(problem=problem, chosen=ticks))
        self.draft.answer_programmes([(school.pk, offer.pk) for school, offer in pairs])
        self.draft.save()
        self.pairs = pairs
        return self.go_on()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Open programmes to choose from, the others with the reason."""
        found = super().get_context_data(**kwargs)
        choices = self._choices()
        taken = {offer.base_id for offer in self.offers}
        begun = self.draft.begun(self.question)
        chosen = [one["offer"].pk for one in choices if one["key"] in taken]
        if begun is not None:
            ticked = set(begun.get("offer", []))
            chosen = [one["offer"].pk for one in choices if not ticked.isdisjoint(one["ticks"])]
        # What comes next for a school that is on its way stands first.
        open_choices = sorted((one for one in choices if one["answer"].is_open), key=lambda one: not one["came"])
        would = "you" if self.draft.is_person else self._whom()
        return {
            "heading": f"Which programme would {would} like to join?" if choices else "Programmes",
            "open_choices": open_choices,
            "whom": self._whom(),
            "closed_for_all": _closed_for_all(open_choices),
            "reasons": _by_reason(choices),
            "hubs": [] if choices or self.hubs else list(Hub.objects.open().order_by("name")),
            "chosen": chosen,
            "advice": self._advice(choices),
            "known": self._known(open_choices),
            **found,
        }

    def _whom(self) -> str:
        """For whom programmes are open, in words."""
        if self.draft.is_person:
            return "people who work at your school"
        return "your schools" if self.is_for_several else "your school"

    def _one_after_another(self, pairs: Sequence[tuple[School, Offer]]) -> tuple[str, str] | None:
        """Two that were chosen for one school and year, of which one comes before the other."""
        for (school, offer), (other_school, other) in combinations(pairs, 2):
            if school == other_school and offer.is_in_turn_with(other):
                return str(offer), str(other)
        return None

    def _advice(self, choices: Sequence[Choice]) -> Advice | None:
        """What is suggested where the school may begin with one phase or another."""
        if self.is_for_several or self.school.hub_id is None or self.draft.is_person:
            return None
        phases = {one["offer"].phase_id for one in choices if one["answer"].is_open}
        start = start_among(phases, Enrolment.objects.parts_of(self.school))
        answers = self.draft.answer_to(Question("start-point")) or {}
        return advice_for(self.school, start, answers) if start else None

    def _known(self, open_choices: Sequence[Choice]) -> list[tuple[list[School], Start, Known]]:
        """Of several schools, what the history of each says of where it begins."""
        if len(self.schools) == 1 or self.draft.is_person:
            return []
        open_to: dict[School, set[int]] = {}
        for school, offer in (pair for one in open_choices for pair in one["open_for"]):
            open_to.setdefault(school, set()).add(offer.phase_id)
        return known_each({school: open_to.get(school, set()) for school in self.schools}, self.parts_of, clock.today())

    @cached_property
    def own(self) -> set[int]:
        """The keys of those of which this person may read what is accepted and has not begun."""
        return set() if self.draft.is_person else own_among(self.request.user, self.schools)

    @cached_property
    def parts_of(self) -> dict[int, list[Part]]:
        """What each of the schools took part in, by their keys."""
        return {} if self.draft.is_person else Enrolment.objects.parts_of_each(self.schools, accepted_at=self.own)

    def _choices(self) -> list[Choice]:
        """Each public offer, once for all schools, with its answer and the schools that it is open for."""
        of_hub: dict[int, list[Offer]] = {}
        found: dict[int, list[Choice]] = {}
        standing = standing_of(self.request.user, self.own)
        for school in self.schools:
            if school.hub_id is None:
                continue
            if school.hub_id not in of_hub:
                this_year = academic_year(clock.today())
                of_hub[school.hub_id] = list(Offer.objects.public_for(school, (this_year, this_year + 1), self.enrols))
            parts = self.parts_of.get(school.pk, [])
            accepted = {(part.phase, part.year) for part in parts if part.is_own_to_come}
            parts = [part for part in parts if part.standing is not Standing.ACCEPTED]
            whose = str(school) if self.is_for_several else "your school"
            for one in _choices_of(school, of_hub[school.hub_id], parts, whose):
                key = one["offer"].phase_id, one["offer"].year
                one["stands"] = standing.get((school.pk, *key)) or (PLACED if key in accepted else None)
                found.setdefault(one["key"], []).append(one)
        return [_for_all(each, self.schools) for each in found.values()]


def _closed_for_all(choices: Sequence[Choice]) -> Choice | None:
    """One of which it is said for all: all are for one year, and where a year before has closed it is the same.

    What had no year before says nothing else.
    """
    closed = [version for one in choices for version in one["versions"] if version["closed"]]
    said = {(one["closed"].year, one["closed"].closes_on) for one in closed}
    return closed[0] if len(said) == 1 and len({one["offer"].year for one in choices}) == 1 else None


def _for_all(each: list[Choice], schools: Sequence[School]) -> Choice:
    """One programme for each of the schools: what is said of it is said for those that may join, where any may."""
    joining = [one for one in each if one["answer"].is_open]
    may_join = {one["school"] for one in joining}
    return {
        **(joining or each)[0],
        "each": each,
        "open_for": [(one["school"], one["offer"]) for one in joining],
        "not_for": [school for school in schools if school not in may_join],
        "names": list(dict.fromkeys(str(one["offer"]) for one in joining)),
        "ticks": {str(one["offer"].pk) for one in each},
        "versions": versions_of(joining),
        "parts": [words for one in joining for words in one["parts"]],
        "came": [words for one in joining for words in one["came"]],
        "remarks": list(dict.fromkeys(words for one in joining for words in one["remarks"])),
        "standing": [(capfirst(one["whose"]), one["stands"]) for one in joining if one["stands"]],
        "again": listed([one["whose"] for one in joining if one["parts"]]),
        "checked": listed([one["whose"] for one in joining if one["answer"] is Answer.OPEN_HUB_CHECKS]),
    }


def _choices_of(school: School, offers: Sequence[Offer], parts: list[Part], whose: str) -> list[Choice]:
    """Each offer with its answer for one school that took these parts; of one phase, the year to take instead of a
    closed one.

    :param whose: what the school is called: its name, where the form is for several.
    """
    today = clock.today()
    answers = {offer: offer.answer_to(school, today, parts) for offer in offers}
    said = _on_the_way(parts, offers, academic_year(today), whose)
    choices = []
    for offer, answer in answers.items():
        same = [(one.year, found) for one, found in answers.items() if one.phase_id == offer.phase_id]
        closed = [one for one, found in answers.items() if _is_before(one, offer) and found is Answer.CLOSED]
        leads_on = answer.is_about_dates or answer is Answer.ALREADY_IN
        choices.append(
            {
                "key": offer.base_id,
                "school": school,
                "whose": whose,
                "offer": offer,
                "answer": answer,
                "next_year": next_open(same, after=offer.year) if leads_on else None,
                "closed": closed[0] if closed else None,
                "parts": _words(parts, offer, academic_year(today), whose),
                **said[offer.pk],
                "after": [phase.name for phase in offer.follows.all()],
                "admits": [School.Phase(code).label for code in offer.school_phases if code in School.Phase.values],
                "recorded": _recorded(school, answer),
            }
        )
    return choices


def _recorded(school: School, answer: Answer) -> str:
    """As what a school is on record that does not suit."""
    kind = school.type_name or "independent"
    return (kind if answer is Answer.NOT_STATE_FUNDED else school.get_phase_code_display()).lower()


def _words(parts: list[Part], offer: Offer, this_year: int, whose: str) -> list[str]:
    """What to say of the parts taken in an offer's phase, the school's own in that very year first."""
    of_phase = [part for part in parts if part.phase == offer.phase_id]
    of_phase.sort(key=lambda part: (bool(part.school), part.year != offer.year))
    return [f"{part_words(part, this_year=this_year, whose=whose)}." for part in of_phase]


def _on_the_way(parts: list[Part], offers: Sequence[Offer], this_year: int, whose: str) -> dict[int, dict[str, Any]]:
    """By offer what to say to a school on its way: why it comes next (``came``), or what comes first, or came later."""
    follows = {one.phase_id: [phase.pk for phase in one.follows.all()] for one in offers}
    names = {phase.pk: phase.name for one in offers for phase in (one.phase, *one.follows.all())}
    found: dict[int, dict[str, Any]] = {one.pk: {"came": [], "remarks": []} for one in offers}
    for offer in offers:
        came, remarks = found[offer.pk].values()
        part = came_by(parts, [phase.pk for phase in offer.follows.all()], offer.year)
        between = [names[one] for one in steps_between(part.phase, offer.phase_id, follows)] if part else []
        if between:
            remarks.append(f"{listed(between)} {'comes' if len(between) == 1 else 'come'} before this.")
        elif part:
            words = part_words(part, this_year=this_year, whose=whose, what=names[part.phase])
            came.append(f"{words}, which comes before this.")
        after = next((one for one in parts if one.phase == offer.phase.prepares_for_id), None)
        if after and after.phase in names:
            words = part_words(after, this_year=this_year, whose=whose, what=names[after.phase])
            remarks.append(f"{words}, for which this prepares.")
    return found


def _by_reason(choices: list[Choice]) -> list[Choice]:
    """What none of the schools can join today, one entry a reason; what one never can is not repeated for each year."""
    found: dict[tuple[Any, ...], Choice] = {}
    for one in (each for choice in choices if not choice["answer"].is_open for each in choice["each"]):
        offer, answer = one["offer"], one["answer"]
        if one["next_year"]:
            continue
        why: tuple[Any, ...] = (*one["admits"], one["recorded"])
        if answer.is_about_dates:
            why = (offer.year, offer.opens_on, offer.closes_on)
        if answer is Answer.NEEDS_FIRST:
            why = tuple(one["after"])
        if answer.is_about_parts:
            why = tuple(one["parts"])
        reason = found.setdefault((answer, why), {**one, "titles": {}, "schools": []})
        title = str(offer) if answer.is_about_dates else offer.title
        reason["titles"].setdefault(title, offer)
        if one["school"] not in reason["schools"]:
            reason["schools"].append(one["school"])
    for reason in found.values():
        reason["titles"] = _titles(reason["titles"], is_of_a_year=reason["answer"].is_about_dates)
    return sorted(found.values(), key=lambda reason: not reason["answer"].is_about_dates)


def _titles(offers: dict[str, Offer], *, is_of_a_year: bool) -> list[str]:
    """A hub's version of one year and the national offer of another are one programme: the version names it."""
    versions = set() if is_of_a_year else {one.phase_id for one in offers.values() if one.stands_for_id}
    return [title for title, one in offers.items() if one.hub_id is not None or one.phase_id not in versions]


def _is_before(one: Offer, other: Offer) -> bool:
    """The same phase, a year earlier: national offers and versions of them, or a hub's own, each among themselves."""
    is_own = [each.hub_id is not None and each.stands_for_id is None for each in (one, other)]
    return one.phase_id == other.phase_id and one.year < other.year and is_own[0] == is_own[1]


class StartStep(FormMixin, ExpressPage):  # type: ignore[type-arg] # takes none while it runs
    """Where the school is now, so that a programme can be suggested; every question may be left out."""

    name = "start-point"
    template_name = "programmes/express/start_questions.html"
    form_class = StartForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """The questions of the phase that it may begin with."""
        start = start_for(self.school, clock.today())
        return {**super().get_form_kwargs(), "questions": start.questions if start else ()}

    def get_initial(self) -> dict[str, Any]:
        """What was answered before, or put by."""
        begun = self.draft.begun(self.question)
        if begun is not None:
            return {name: values[-1] for name, values in begun.items() if values}
        answered = self.draft.answer_to(self.question) or {}
        return {f"q{key}": value for key, value in answered.items()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The heading."""
        return {"heading": "Where is your school now?", **super().get_context_data(**kwargs)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep the answers and go on to the programmes."""
        form = self.get_form()
        if not form.is_valid():
            self._keep_typed(request)
            return self.form_invalid(form)
        answers = {name.removeprefix("q"): value for name, value in form.cleaned_data.items() if value}
        self.draft.answer(self.question, answers)
        self.draft.save()
        return self.go_on()
