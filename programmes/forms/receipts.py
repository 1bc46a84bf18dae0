"""Forms for what came by phone, by e-mail or on paper."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from django import forms
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.html import escape

from hubportal.core import clock
from hubportal.core.file_fields import UploadField
from hubportal.core.forms import DayField, Lines, OneLine, Phone, PortalForm, text_area
from hubportal.core.templatetags.portal import long_day
from programmes.actions.interest import new_reference
from programmes.actions.receipts import Came
from programmes.forms.express import AddressField
from programmes.models import Interest, Offer, Phase, PhaseOption, Receipt
from programmes.rules import Named, make_reference
from schools.forms.people import TrnField
from schools.forms.spelt import LONGEST, SpeltForm
from schools.rules import name_key, year_label

APPLICATION, INTEREST = "application", "interest"
KINDS = [(APPLICATION, "An application"), (INTEREST, "An interest only: nothing is agreed yet")]
NEEDED = "Needed for an application."
TOO_MANY = "This programme takes {most} from each school."
NO_NAME = "Enter the name first, then the e-mail address."
ALONE = "In this programme the contact takes part, alone: leave this empty."
SHARED = "You have given {} and {} one address. Give each their own, or tick that they share it."
OTHER_PHASE = "This is an option of {phase}. Choose one of the programme above, or “Not known yet”."
NOT_YET = "An interest has no {what} yet: put this under “Anything else”, or enter an application."
NO_NUMBER = "Enter a telephone number: without an e-mail address, you ring them."
NO_OFFER = "There is no offer of this programme for that year yet: enter an interest only."


class CameForm(PortalForm):
    """How something came, when, and what there is to show for it."""

    how = forms.ChoiceField(
        label="How did it come?",
        choices=[(key, label.capitalize()) for key, label in Receipt.How.choices],
        widget=forms.RadioSelect,
    )
    came_on = DayField(label="On which day?")
    note = Lines(label="What was said, and to whom? (optional)", max_length=2000, required=False, widget=text_area(3))
    evidence = UploadField(label="Evidence (optional)", required=False)

    def clean_came_on(self) -> date:
        """Not to come yet.

        :raises ValidationError: for a day that lies ahead.
        """
        day: date = self.cleaned_data["came_on"]
        if day > clock.today():
            raise forms.ValidationError("This day has not come yet.")
        return day

    @property
    def came(self) -> Came:
        """As the action takes it."""
        given = self.cleaned_data
        return Came(given["how"], given["came_on"], given["note"], given.get("evidence"))


YES, NO = "yes", "no"


class HeadCameForm(CameForm):
    """The headteacher's answer, a yes or a no: with a file, or with what was said."""

    answer = forms.ChoiceField(label="What is the headteacher's answer?", widget=forms.RadioSelect)
    asked = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    field_order = ("answer", "how", "came_on", "evidence", "note", "asked")

    def __init__(self, *args: Any, who: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answer = self.fields["answer"]
        if isinstance(answer, forms.ChoiceField):
            answer.choices = [
                (YES, escape(f"They confirm that {who} takes part")),
                (NO, escape(f"{who} does not take part")),
            ]
        self.fields["note"].label = "What did the headteacher say, and to whom?"
        self.fields["note"].help_text = "Leave it empty where the evidence says it."

    def clean(self) -> dict[str, Any]:
        """Something must show it."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if not found.get("evidence") and not found.get("note") and "evidence" not in self.errors:
            self.add_error("note", "Say what the headteacher said, or add a file that shows it.")
        return found


@dataclass(frozen=True, slots=True)
class Programme:
    """What something may be entered for: a phase in a year, and its offer where there is one yet."""

    phase: Phase
    year: int
    offer: Offer | None = None
    suits: bool = True

    @property
    def key(self) -> str:
        """As the form sends it: a phase may have several offers in one year, a hub's own beside the national one."""
        return f"offer-{self.offer.pk}" if self.offer else f"phase-{self.phase.pk}-{self.year}"

    def is_of(self, interest: Interest) -> bool:
        """Whether it is the phase and year of what was sent, and for whom."""
        is_for_person = self.offer is not None and self.offer.is_for_persons
        spot = (interest.phase_id, interest.year, interest.for_person)
        return (self.phase.pk, self.year, is_for_person) == spot

    def opens_in(self, today: date) -> int:
        """0 while applications are open, 1 before, 2 where there is no offer yet, 3 once they have closed."""
        if self.offer is None:
            return 2
        return 0 if self.offer.takes_applications(today) else 1 if today < self.offer.opens_on else 3

    def label(self, today: date, *, with_code: bool = False) -> str:
        """Its name, and what to know of it; with its code where another is called the same."""
        offer = self.offer
        if offer is None:
            return f"{self.phase} {year_label(self.year)} (interest only for now)"
        notes = [offer.code] if with_code else []
        notes += ["for one person"] if offer.is_for_persons else []
        notes += [f"not open before {long_day(offer.opens_on)}"] if today < offer.opens_on else []
        notes += [f"closed on {long_day(offer.closes_on)}"] if today > offer.closes_on else []
        notes += [] if self.suits else ["meant for other schools"]
        return f"{offer} ({'; '.join(notes)})" if notes else str(offer)


def by_year(programmes: Sequence[Programme], today: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """The choices of each year, one that is open first; in each what is open first and what has closed last."""
    years: dict[int, list[Programme]] = {}
    for one in sorted(programmes, key=lambda one: one.opens_in(today)):
        years.setdefault(one.year, []).append(one)
    order = sorted(years, key=lambda year: (years[year][0].opens_in(today) > 0, year))
    names = Counter(str(one.offer) for one in programmes)
    labels = {one.key: one.label(today, with_code=names[str(one.offer)] > 1) for one in programmes}
    return [(year_label(year), [(one.key, labels[one.key]) for one in years[year]]) for year in order]


def _same_programme(interest: Interest, programmes: Iterable[Programme]) -> str:
    """What was sent once, by its key: the same offer, or the version of it that stands now, else one of its phase."""
    same = [one for one in programmes if one.is_of(interest)]
    base = interest.offer.base_id if interest.offer else None
    own = [one for one in same if one.offer and one.offer.base_id == base]
    return next((one.key for one in [*own, *same]), "")


def as_sent_before(interest: Interest, programmes: Iterable[Programme]) -> dict[str, Any]:
    """The form filled in with what was sent once and is closed by now."""
    named = [one for one in interest.teachers.all() if one.name]
    return {
        "kind": INTEREST if interest.is_light else APPLICATION,
        "programme": _same_programme(interest, programmes),
        "option": interest.option_id,
        "name": interest.contact_name,
        "email": interest.contact_email,
        "has_no_email": not interest.contact_email,
        "phone": interest.contact_phone,
        "job_title": interest.contact_job,
        "is_head": interest.contact_is_head,
        "trn": interest.trn,
        "head_name": interest.head_name,
        "head_email": interest.head_email,
        "teachers": "\n".join(f"{one.name}, {one.email}, {one.job_title}".rstrip(", ") for one in named),
        "message": interest.message,
    }


def _parts(line: str) -> list[str]:
    """Name, address and job of a line; where a comma was forgotten, its last word is the address."""
    if "@" in line and "," not in line:
        *names, email = line.split()
        return [" ".join(names).rstrip(" ;"), email, ""]
    return [part.strip() for part in [*line.split(",", 2), "", ""][:3]]


def _sharing(text: str) -> tuple[str, str] | None:
    """Two of other names who are given one address; it is asked about, as in the public form."""
    owners: dict[str, str] = {}
    for name, email, _job in map(_parts, filter(None, map(str.strip, text[:LONGEST].splitlines()))):
        owner = owners.setdefault(email.lower(), name) if email else name
        if name_key(owner) != name_key(name):
            return owner, name
    return None


class EnterForm(SpeltForm, CameForm):
    """What a school, or somebody who works there, told the hub; asks for more where it is an application."""

    kind = forms.ChoiceField(label="What came?", choices=KINDS, widget=forms.RadioSelect, initial=APPLICATION)
    name = OneLine(label="Contact's full name", max_length=150)
    email = AddressField(label="Contact's e-mail address", required=False)
    has_no_email = forms.BooleanField(label="They have no e-mail address", required=False)
    phone = OneLine(label="Telephone (optional)", max_length=30, required=False)
    job_title = OneLine(label="Job at the school (optional)", max_length=100, required=False)
    is_head = forms.BooleanField(label="They are the headteacher", required=False)
    trn = TrnField(required=False)
    head_name = OneLine(label="Headteacher's full name", max_length=150, required=False, help_text=NEEDED)
    head_email = AddressField(label="Headteacher's e-mail address", required=False, help_text=NEEDED)
    teachers = Lines(
        label="Teachers who take part, one a line (optional)",
        help_text="Name, then a comma, then the e-mail address; the job after another comma, where you know it. "
        "Places of those not named yet are held.",
        max_length=2000,
        required=False,
        widget=text_area(3),
    )
    message = Lines(label="Anything else (optional)", max_length=2000, required=False, widget=text_area(3))
    agreed = forms.BooleanField(
        label="They know the commitments and the privacy notice as they are now, and agree", required=False
    )
    addresses = ("email", "head_email", "teachers")
    press = OneLine(widget=forms.HiddenInput, required=False, max_length=64)
    field_order = (
        *("kind", "programme", "option", "name", "email", "has_no_email", "phone", "job_title", "is_head", "trn"),
        *(
            "head_name",
            "head_email",
            "teachers",
            "is_shared",
            "message",
            "agreed",
            "how",
            "came_on",
            "note",
            "evidence",
        ),
    )

    def __init__(
        self,
        *args: Any,
        programmes: Mapping[str, Programme],
        options: Sequence[PhaseOption],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._programmes, self._options = programmes, {str(one.pk): one for one in options}
        if options:
            ways = [(key, f"{one.phase}: {one}") for key, one in self._options.items()]
            self.fields["option"] = forms.ChoiceField(
                label="Option (where the programme has several)",
                choices=[("", "Not known yet"), *ways],
                required=False,
            )
        self.fields["press"].initial = get_random_string(32)
        self.fields["phone"] = Phone(label="Telephone (optional)", max_length=30, required=False)
        choices = by_year(list(programmes.values()), clock.today())
        self.fields["programme"] = forms.ChoiceField(label="Programme", choices=[("", "Choose one"), *choices])
        self._sharing = _sharing(str(self.data.get("teachers") or self.initial.get("teachers") or ""))
        if self._sharing:
            self.fields["is_shared"] = forms.BooleanField(label="They share this address", required=False)
        self.order_fields(self.field_order)
        if self._meant:
            self._put_tick()

    @property
    def reference(self) -> str:
        """The same for the same entry of the same page: pressed twice it is entered once."""
        given = self.cleaned_data
        if not given["press"]:
            return new_reference()
        told = [given[name] for name in ("press", "kind", "programme", "name", "email")]
        drawn = Random(salted_hmac("programmes.entering", json.dumps(told)).digest())  # noqa: S311 (keyed above)
        return make_reference(drawn.choice)

    @property
    def programme(self) -> Programme | None:
        """What was chosen."""
        return self._programmes.get(self.cleaned_data.get("programme", ""))

    @property
    def offer(self) -> Offer | None:
        """Of the chosen phase and year, if there is one."""
        return self.programme.offer if self.programme else None

    @property
    def option(self) -> PhaseOption | None:
        """In which way the programme is done, None where that is not known."""
        return self._options.get(self.cleaned_data.get("option", ""))

    def clean_teachers(self) -> list[Named]:
        """A name, an address and a job a line.

        :raises ValidationError: for a line that is something else.
        """
        found = []
        for line in filter(None, map(str.strip, self.cleaned_data["teachers"].splitlines())):
            name, email, job = _parts(line)
            try:
                address = AddressField(required=False).clean(email)
            except forms.ValidationError as wrong:
                raise forms.ValidationError(f"“{line[:60]}”: {wrong.messages[0]}") from wrong
            if not name or "@" in name:
                raise forms.ValidationError(f"“{line[:60]}”: {NO_NAME}")
            found.append(Named(name[:150], address, job[:100]))
        return found

    def clean(self) -> dict[str, Any]:
        """What an application has, and an interest need not."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        is_application, offer = found.get("kind") == APPLICATION, self.offer
        if self.option and self.programme and self.option.phase_id != self.programme.phase.pk:
            self.add_error("option", OTHER_PHASE.format(phase=self.option.phase))
        if self._sharing and not found.get("is_shared") and "teachers" not in self.errors:
            self.add_error("teachers", SHARED.format(*self._sharing))
        self._check_email(found, needs_it=is_application and offer is not None and offer.is_for_persons)
        if found.get("kind") == INTEREST:
            self._check_interest(found)
        if is_application and found.get("programme"):
            if offer is None:
                self.add_error("programme", NO_OFFER)
            else:
                self._check_head(found)
                self._check_application(found, offer)
        return found

    def _check_interest(self, found: dict[str, Any]) -> None:
        """What only an application has is not kept with an interest: it is not lost without a word."""
        for name, what in (("head_name", "headteacher"), ("head_email", "headteacher"), ("teachers", "teachers")):
            if found.get(name) and name not in self.errors:
                self.add_error(name, NOT_YET.format(what=what))
        if found.get("has_no_email") and not found.get("phone") and "phone" not in self.errors:
            self.add_error("phone", NO_NUMBER)

    def _check_head(self, found: dict[str, Any]) -> None:
        """Whoever is the headteacher need not be named twice."""
        if found.get("is_head"):
            found |= {"head_name": found.get("name", ""), "head_email": found.get("email", "")}
        for name, label in (("head_name", "the headteacher's name"), ("head_email", "the headteacher's address")):
            beside = "email" if found.get("is_head") else name
            if not found.get(name) and name not in self.errors and beside not in self.errors:
                self.add_error(beside, f"Enter {label}.")

    def _check_application(self, found: dict[str, Any], offer: Offer) -> None:
        if not found.get("agreed"):
            self.add_error("agreed", "Make sure that they agree: without it this is an interest only.")
        if offer.is_for_persons and found.get("teachers"):
            self.add_error("teachers", ALONE)
        elif len(found.get("teachers", ())) > offer.teachers_per_school:
            self.add_error("teachers", TOO_MANY.format(most=offer.teachers_per_school))
        if offer.trn == Offer.Trn.REQUIRED and offer.is_for_persons and not found.get("trn"):
            self.add_error("trn", "This programme needs the teacher reference number.")

    def _check_email(self, found: dict[str, Any], *, needs_it: bool) -> None:
        has_none = found.get("has_no_email")
        if "email" in self.errors:
            return
        if found.get("email") and has_none:
            self.add_error("has_no_email", "You have given an address: take the tick away.")
        elif not found.get("email") and (needs_it or not has_none):
            words = "Enter an address: all that follows goes there." if needs_it else "Enter an address, or tick below."
            self.add_error("email", words)
