"""The public form: what was answered so far, and what has to be asked again when an answer changes. Pure."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from programmes.rules.application import (
    AS,
    CONTACT,
    HEAD,
    LATER,
    Asking,
    Named,
    Question,
    Wanted,
    first_unanswered,
    nth,
    places_of,
    questions,
)

# Of what is put by as it was typed: longer than any field takes.
LONGEST_NAME, LONGEST_VALUE = 50, 5000

# A school applies, tells of an interest, or somebody who works there applies for themselves.
APPLY, TELL, PERSON = "apply", "tell", "person"
KINDS = (APPLY, TELL, PERSON)
Pairs = Sequence[tuple[int, int]]
Wishes = Sequence[tuple[int, int, int]]


class Answers:
    """The answers given so far, in ``data`` as they are kept; whoever changes one sees to its being kept.

    :param is_change: whether they change an application that was sent.
    """

    def __init__(self, data: dict[str, Any], *, is_change: bool = False) -> None:
        self.data, self.is_change = data, is_change

    @property
    def is_light(self) -> bool:
        """Whether it only tells of an interest."""
        return bool(self.data.get("kind") == TELL)

    @property
    def is_person(self) -> bool:
        """Whether somebody applies for themselves."""
        return bool(self.data.get("kind") == PERSON)

    def answer(self, question: Question, value: Any) -> None:
        """Keep one answer."""
        self.data.setdefault("answers", {})[_name(question)] = value
        self.data.get("begun", {}).pop(_name(question), None)

    def put_by(self, question: Question, typed: Mapping[str, list[str]]) -> None:
        """Keep what stands on a page as it was typed; it is looked at when the page is sent."""
        kept = {name[:LONGEST_NAME]: [_plain(one) for one in values] for name, values in typed.items()}
        self.data.setdefault("begun", {})[_name(question)] = kept

    def begun(self, question: Question) -> dict[str, list[str]] | None:
        """What was put by of a page, None where nothing was or the page has been sent since."""
        found: dict[str, list[str]] | None = self.data.get("begun", {}).get(_name(question))
        return found

    def answer_to(self, question: Question) -> Any:
        """What was answered, None where nothing was."""
        return self.data.get("answers", {}).get(_name(question))

    def answer_contact(self, value: dict[str, Any]) -> None:
        """Keep the contact; a place that was the headteacher's is open again when the contact is the headteacher."""
        answers = self.data.setdefault("answers", {})
        if value["is_head"]:
            answers = {name: answer for name, answer in answers.items() if answer != {"who": HEAD}}
            self.data["answers"] = answers
        self.answer(Question("contact"), value)

    def answer_place(self, question: Question, value: dict[str, Any]) -> None:
        """Keep who takes a place; whether they hold a lead role is asked again."""
        if value != self.answer_to(question):
            self.forget("lead-role")
        self.answer(question, value)

    def answer_schools(self, schools: Sequence[int], trusts: Mapping[int, int | None] | None = None) -> None:
        """Keep the schools; others' programmes are chosen again. Of several, what was said of those that stay is kept.

        :param trusts: the trusts of those that were chosen by whoever leads their trust.
        """
        before = self.schools
        stay = [school for school in before if school in schools] if len(before) > 1 and len(schools) > 1 else []
        if stay:
            self.leave_out(set(before) - set(stay))
            self._ask_of_more([school for school in schools if school not in before])
        elif before != list(schools):
            several = ["head"] if len(schools) > 1 or len(before) > 1 else []
            self.forget("start-point", "programme", "wish", "agree", *several)
        self.data["schools"] = [*stay, *(school for school in schools if school not in stay)]
        self.data["trusts"] = {str(school): trust for school, trust in (trusts or {}).items()}

    def _ask_of_more(self, added: Collection[int]) -> None:
        """Programmes are chosen for all schools together: when they are asked again, those of the others are ticked."""
        if added:
            offers = dict.fromkeys(str(offer) for _school, offer in self.pairs)
            self.forget("programme", "wish", "agree")
            if offers:
                self.put_by(Question("programme"), {"offer": [*offers]})

    def leave_out(self, gone: Collection[int]) -> None:
        """Go on without schools that are not what they were; what was said of the others stays."""
        before, offers = self.schools, {offer for _school, offer in self.pairs}
        left = [at for at, school in enumerate(before, start=1) if school not in gone]
        for kind in ("answers", "begun"):
            kept = self.data.get(kind, {})
            heads = [kept.get(_name(Question("head", nth(at)))) for at in left]
            others = {name: value for name, value in kept.items() if not name.startswith("head")}
            numbered = {_name(Question("head", nth(at))): head for at, head in enumerate(heads, start=1) if head}
            self.data[kind] = others | numbered
        self.data["schools"] = [before[at - 1] for at in left]
        pairs = [list(pair) for pair in self.pairs if pair[0] not in gone]
        if {offer for _school, offer in pairs} != offers:
            self.forget("option", "lead-role", "agree", *([] if pairs else ["programme"]))
        if pairs:
            self.data["answers"]["programme"] = {"pairs": pairs}
        if self.told:
            self.answer_wishes([one for one in self.told if one[0] not in gone])

    def answer_programmes(self, pairs: Pairs) -> None:
        """Keep which school applies for which offer; other offers have their own commitments and wishes."""
        value = {"pairs": [list(pair) for pair in pairs]}
        if value != self.answer_to(Question("programme")):
            self.forget("option", "lead-role", "agree")
        self.answer(Question("programme"), value)

    def answer_wishes(self, told: Wishes) -> None:
        """Keep which school tells of an interest in which phase and year."""
        self.answer(Question("wish"), {"told": [list(one) for one in told]})

    def answer_start(self, asks: bool) -> None:
        """Whether the school has the choice to begin with one phase or another; asked once for each school."""
        self.data["asks_start"] = asks

    def take_over(self, now: dict[str, Any]) -> None:
        """Of what was sent take over what somebody else has changed; what was typed here stays.

        :param now: the answers as they would begin with what was sent as it is now; ``was`` keeps them.
        """
        self.data["answers"] = _merged(self.data["was"], now, self.data.get("answers", {})) or {}
        self.data["was"] = now

    def forget(self, *names: str) -> None:
        """Answers that have to be given anew."""
        for kind in ("answers", "begun"):
            kept = self.data.get(kind, {})
            self.data[kind] = {key: value for key, value in kept.items() if key.rstrip("0123456789") not in names}

    @property
    def sent(self) -> dict[str, Any] | None:
        """What the confirmation shows, where it was sent."""
        return self.data.get("sent")

    @property
    def schools(self) -> list[int]:
        """The keys of the schools it is for."""
        return list(self.data.get("schools", []))

    @property
    def trusts(self) -> dict[int, int | None]:
        """By school the trust whose lead chose it."""
        return {int(school): trust for school, trust in self.data.get("trusts", {}).items()}

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Which school (its key) applies for which offer (its key)."""
        chosen = self.answer_to(Question("programme")) or {"pairs": []}
        return [(school, offer) for school, offer in chosen["pairs"]]

    @property
    def told(self) -> list[tuple[int, int, int]]:
        """Which school (its key) tells of an interest in which phase (its key) and year."""
        answer = self.answer_to(Question("wish")) or {}
        return [(school, phase, year) for school, phase, year in answer.get("told", ())]

    @property
    def joining(self) -> list[int]:
        """The keys of the schools that something is sent for; all, until it is said what."""
        said = {one[0] for one in (self.told if self.is_light else self.pairs)}
        return [school for school in self.schools if school in said] or self.schools

    @property
    def _numbers(self) -> list[int]:
        """Their numbers among all schools of the form."""
        joining = self.joining
        return [at for at, school in enumerate(self.schools, start=1) if school in joining]

    @property
    def contact(self) -> dict[str, Any]:
        """The contact's answers."""
        return self.answer_to(Question("contact")) or {}

    @property
    def typed_contact(self) -> dict[str, list[str]]:
        """Who the contact is as it would be typed anew, for another form; not what only this one asks for."""
        answered = {name: ["on" if value is True else value] for name, value in self.contact.items() if value}
        typed = self.begun(Question("contact")) or answered
        return {name: values for name, values in typed.items() if name != "trn"}

    @property
    def head(self) -> dict[str, Any]:
        """The headteacher's name and e-mail address, of the first school where there are several."""
        return self.head_of(0)

    def head_of(self, number: int) -> dict[str, Any]:
        """The name and address of one school's headteacher: the contact's where it is they."""
        is_contact = self.contact.get("is_head") and len(self.schools) < 2
        return self.contact if is_contact else self.answer_to(Question("head", number)) or {}

    def heads_beside(self, number: int) -> dict[str, str]:
        """Whose the addresses are that were given for the headteachers of the other schools."""
        numbers = (nth(at) for at in self._numbers)
        heads = (self.head_of(one) for one in numbers if one != number and len(self.schools) > 1)
        return {one["email"].lower(): one["name"] for one in heads if one}

    @property
    def owners(self) -> dict[str, str]:
        """Whose the addresses are that were given for the contact and the headteacher."""
        return {one["email"].lower(): one["name"] for one in (self.head, self.contact) if one}

    @property
    def domains(self) -> list[str]:
        """Where the contact and the headteacher have their mail: a colleague's is likely to be there too."""
        return [address.rpartition("@")[2] for address in self.owners]

    def places(self, programmes: Sequence[Wanted]) -> dict[int, str]:
        """How each of the programmes' places is filled so far."""
        numbers = [number for places in places_of(programmes) for number in places]
        answers = {number: self.answer_to(Question("teachers", number)) for number in numbers}
        return {number: answer["who"] for number, answer in answers.items() if answer}

    def questions(self, programmes: Sequence[Wanted]) -> list[Question]:
        """The pages of this form in their order."""
        asking = Asking(
            contact_is_head=bool(self.contact.get("is_head")),
            schools=len(self.schools),
            joining=self._numbers,
            programmes=programmes,
            places=self.places(programmes),
            is_light=self.is_light,
            is_change=self.is_change,
            asks_start=bool(self.data.get("asks_start")),
        )
        return questions(asking)

    def next_question(self, programmes: Sequence[Wanted]) -> Question:
        """Where to go on."""
        asked = self.questions(programmes)
        return first_unanswered(asked, [one for one in asked if self._is_answered(one, programmes)])

    def _is_answered(self, question: Question, programmes: Sequence[Wanted]) -> bool:
        """Whether there is an answer that was sent and says all that these programmes ask for."""
        answer = self.answer_to(question)
        if answer is None or self.begun(question) is not None:
            return False
        if question.name == "wish":
            return bool(self.told)
        needs_trn = self.is_person and any(one.needs_trn for one in programmes)
        return not (question.name == "contact" and needs_trn and not answer.get("trn"))

    def teacher(self, number: int, how: str) -> Named:
        """Who takes a place."""
        has_lead_role = str(number) in self._holders()
        if how == LATER:
            return Named(has_lead_role=has_lead_role)
        if how.startswith(AS):
            number = int(how.removeprefix(AS))
        known = {CONTACT: self.contact, HEAD: {"job_title": "Headteacher", **self.head}}
        person = known.get(how) or self.answer_to(Question("teacher", number)) or {}
        return Named(person.get("name", ""), person.get("email", ""), person.get("job_title", ""), has_lead_role)

    def _holders(self) -> set[str]:
        answers = self.data.get("answers", {}).items()
        return {one for key, value in answers if key.startswith("lead-role") for one in value["holders"]}

    def teachers(self, programmes: Sequence[Wanted]) -> dict[int, Named]:
        """All places of the programmes with who takes them."""
        return {number: self.teacher(number, how) for number, how in self.places(programmes).items()}


def _merged(was: Any, now: Any, ours: Any) -> Any:
    """Ours where it is not what it was, else what it is now; of answers with parts, part by part."""
    if not all(isinstance(one, dict) for one in (was, now, ours)):
        return now if ours == was else ours
    parts = {name: _merged(was.get(name), now.get(name), ours.get(name)) for name in {**now, **ours}}
    return {name: value for name, value in parts.items() if value is not None}


def _plain(text: str) -> str:
    """What every database keeps."""
    return text[:LONGEST_VALUE].replace("\x00", "").encode(errors="ignore").decode()


def _name(question: Question) -> str:
    return f"{question.name}{question.number or ''}"
