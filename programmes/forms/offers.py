"""Forms about offers: the national ones, and a hub's own."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

from hubportal.core import clock
from hubportal.core.forms import DayField, Lines, OneLine, PortalForm, PortalModelForm, text_area
from programmes.models import AgreementText, Offer, Phase
from programmes.models.offer_numbers import CLOSES_TOO_SOON, LARGEST_TOO_SMALL
from programmes.rules import offers as rules
from schools.models import Hub, School

IN_ORDER = [(*pair, words) for pair, words in zip(rules.IN_ORDER, (CLOSES_TOO_SOON, LARGEST_TOO_SMALL), strict=True)]
NUMBER = {"inputmode": "numeric", "class": "govuk-input--width-3"}


def number_words(label: str, *, halves: bool = False) -> dict[str, str]:
    """What is said of a number that cannot be: which one, as it stands in the summary among many."""
    of, kind = label.replace("%", "%%"), "days in halves, for example 3 or 2.5" if halves else "a whole number"
    wrong = {"invalid": f"{label}: enter {kind}{'' if halves else ', for example 24'}."}
    if halves:
        wrong |= dict.fromkeys(("step_size", "max_decimal_places", "max_digits"), f"{of}: enter {kind}.")
    least, most = (f"{of}: enter a number of at {end} %(limit_value)s." for end in ("least", "most"))
    return {**wrong, "min_value": least, "max_value": most, "max_whole_digits": f"{of}: this number is too large."}


class CommitmentsChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A version of what schools agree to, told apart by which programme it is for."""

    def label_from_instance(self, text: AgreementText) -> str:
        """Which text, which version."""
        return str(text.label)


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that stand together; all but the first group are folded away until they are wanted."""

    title: str
    about: str
    fields: list[forms.BoundField]
    is_open: bool


# Title, what is in it, and the fields. What a local offer usually needs comes first.
GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "The offer",
        "",
        ("code", "title", "summary", "opens_on", "closes_on", "meetings", "visits", "group_min", "group_max"),
    ),
    (
        "Who may apply",
        "Schools or single people, phases of education, what must have gone before",
        (
            *("enrols", "eligibility", "school_phases", "state_funded_only", "is_once", "follows", "must_follow"),
            *("trn", "head_part"),
        ),
    ),
    ("Who is taken first", "Where places are scarce", ("priority_after", "priority_fsm")),
    (
        "How it is run",
        "Group or one school, leader, length and spread of meetings and visits, support and release days",
        (
            *("served_by", "leader_kind", "start_term", "meetings_per", "meeting_half_days", "head_at_first_meeting"),
            *("visits_per", "visit_half_days", "visit_tags", "support_days", "support_per", "release_days"),
        ),
    ),
    (
        "Teachers, what is agreed, and what things are called",
        "How many teachers and until when they are named, commitments, names of groups and teachers",
        (
            *("teachers_per_school", "names_by", "commitments", "needs_lead_role", "lead_role_label"),
            *("group_label", "teacher_label"),
        ),
    ),
)


class OfferForm(PortalModelForm):
    """All of an offer; once it is in use the page leaves out what stays as it is."""

    @property
    def groups(self) -> list[Group]:
        """Its fields by group; one opens by itself where something in it is wrong or has to be answered."""
        found: list[Group] = []
        for title, about, names in GROUPS:
            fields = [self[name] for name in names if name in self.fields]
            if fields:
                is_open = not found or any(self._wants_an_answer(field) for field in fields)
                found.append(Group(title, about, fields, is_open))
        return found

    def _wants_an_answer(self, field: forms.BoundField) -> bool:
        is_empty = not self.is_bound and field.field.required and field.initial in (None, "")
        return is_empty or bool(field.errors)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        texts = AgreementText.objects.for_offers_of(self.instance.hub_id, or_named=self.instance.commitments_id)
        self.fields["commitments"].queryset = texts  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            # Days in halves are no IntegerField; both are numbers to Django.
            if isinstance(field, forms.IntegerField):
                label = LABELS.get(name, str(field.label))
                field.error_messages |= number_words(label, halves=isinstance(field, forms.DecimalField))
        # Read once for all lists of phases.
        phases = [(phase.pk, str(phase)) for phase in Phase.objects.all()]
        for name in Offer.PHASE_SETS:
            self.fields[name].choices = phases  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What fits together; a value that is not asked for stays as it is in the offer."""
        found: dict[str, Any] = super().clean() or {}
        for least, most, words in IN_ORDER:
            low, high = (found.get(name, getattr(self.instance, name)) for name in (least, most))
            # Of numbers that are both asked for the database's own rule speaks, after each is within its bounds.
            is_left = least == "group_min" and {least, most} <= set(self.fields)
            if not is_left and None not in (low, high) and high < low:
                self.add_error(most if most in self.fields else least, words)
        return found

    def clean_code(self) -> str:
        """One that no other offer beside it has."""
        code = self.instance.code = str(self.cleaned_data["code"])
        if Offer.objects.of_code(self.instance).exists():
            raise forms.ValidationError(self.instance.code_taken)
        return code

    opens_on = DayField(label="Applications open on")
    closes_on = DayField(label="Applications close on")
    names_by = DayField(
        label="Teachers are named by (optional)",
        help_text="Until then places are held for names to come; schools are reminded. A hub may set its own day.",
        required=False,
    )
    commitments = CommitmentsChoice(
        label="What schools agree to",
        queryset=AgreementText.objects.filter(kind=AgreementText.Kind.COMMITMENTS),
        empty_label="Choose one",
    )
    school_phases = forms.TypedMultipleChoiceField(
        label="For schools of these phases of education",
        help_text="None ticked: for all. Where a school's own phase says nothing, its ages are looked at.",
        choices=School.Phase.choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Offer
        fields: ClassVar[tuple[str, ...]] = (
            "code",
            "title",
            "summary",
            "opens_on",
            "closes_on",
            "names_by",
            "commitments",
            "enrols",
            "eligibility",
            "school_phases",
            "state_funded_only",
            "is_once",
            "follows",
            "must_follow",
            "trn",
            "head_part",
            "priority_after",
            "priority_fsm",
            "served_by",
            "start_term",
            "group_min",
            "group_max",
            "teachers_per_school",
            "leader_kind",
            "meetings",
            "meetings_per",
            "meeting_half_days",
            "visits",
            "visits_per",
            "visit_half_days",
            "support_days",
            "support_per",
            "release_days",
            "head_at_first_meeting",
            "visit_tags",
            "needs_lead_role",
            "lead_role_label",
            "group_label",
            "teacher_label",
        )
        field_classes: ClassVar[dict[str, Any]] = {
            **dict.fromkeys(("code", "title", "lead_role_label", "group_label", "teacher_label"), OneLine),
            **dict.fromkeys(("summary", "eligibility"), Lines),
        }
        labels: ClassVar[dict[str, str]] = {
            "enrols": "Who enrols",
            "eligibility": "Who it is for (optional)",
            "follows": "Usually follows",
            "must_follow": "Only schools that have done one of these may apply",
            "trn": "Teacher reference number",
            "head_part": "The headteacher of somebody who applies for themselves",
            "priority_after": "Schools that come from one of these are taken first",
            "priority_fsm": "Schools with this percentage of free school meals or more are taken first",
            "served_by": "How schools are served",
            "start_term": "It starts in",
            "support_days": "Days of support in each school, in the whole year",
            "support_per": "Days of support are spread over each",
            "visit_tags": "What visits are tagged with",
            "group_min": "Smallest group (schools, or people)",
            "group_max": "Largest group (schools, or people; empty: open)",
            "teachers_per_school": "Teachers from each school",
            "leader_kind": "Who leads",
            "meetings": "Meetings in the whole year",
            "meetings_per": "Meetings are spread over each",
            "meeting_half_days": "Length of a meeting in half-days",
            "visits": "Visits to each school in the whole year",
            "visits_per": "Visits are spread over each",
            "visit_half_days": "Length of a visit in half-days",
            "release_days": "Days a school releases its teachers for",
            "head_at_first_meeting": "The headteacher comes to the first meeting",
            "state_funded_only": "For state-funded schools only",
            "is_once": "A school does it once",
            "needs_lead_role": "One of the teachers leads in the department",
            "lead_role_label": "What that role is called",
            "group_label": "What a group is called",
            "teacher_label": "What the teachers are called",
        }
        help_texts: ClassVar[dict[str, str]] = {
            **dict.fromkeys(labels, ""),
            "code": "For example NCP26-14a. No two offers that a hub reads in a year have the same one.",
            "priority_fsm": "Leave it empty to take no account of free school meals.",
            "follows": "A hub is told where a school has done none of these. Tick none where anybody may begin here.",
            "must_follow": "Without the tick your hub decides. With it the form says why a school cannot apply.",
            "eligibility": "In words that applicants read.",
            "trn": "Asked of people who apply for themselves.",
            "support_days": "Planned as full days beside the visits.",
            "release_days": "In halves, for example 3 or 2.5.",
        }
        widgets: ClassVar[dict[str, Any]] = {
            "summary": text_area(4),
            "follows": forms.CheckboxSelectMultiple,
            "eligibility": text_area(2),
            "priority_after": forms.CheckboxSelectMultiple,
            **{
                name: forms.TextInput(attrs=NUMBER)
                for name in (
                    "group_min",
                    "group_max",
                    "teachers_per_school",
                    "meetings",
                    "meeting_half_days",
                    "visits",
                    "visit_half_days",
                    "support_days",
                    "priority_fsm",
                )
            },
            "release_days": forms.TextInput(attrs={**NUMBER, "inputmode": "decimal"}),
        }


# What each field is called where nothing is asked.
LABELS = {name: str(field.label).removesuffix(" (optional)") for name, field in OfferForm.base_fields.items()}
LOCKABLE = [
    *((name, label) for name, label in LABELS.items() if name not in {"code", "title", "summary"}),
    (Offer.RATES, "What it pays a school, or a person"),
]


class LockForm(PortalForm):
    """What hubs leave as it is in versions of their own."""

    locked = forms.MultipleChoiceField(
        label="Hubs cannot change",
        choices=LOCKABLE,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class VersionReasonForm(PortalForm):
    """Why a hub needs a version of its own."""

    reason = Lines(
        label="Why does your hub offer it in its own way?",
        max_length=1000,
        widget=text_area(3),
        help_text="The national team reads this.",
    )


class OffersForm(PortalForm):
    """Which of some offers something is done with: all, unless ticks are taken away."""

    offers = forms.TypedMultipleChoiceField(
        coerce=int, widget=forms.CheckboxSelectMultiple, error_messages={"required": "Tick at least one offer."}
    )
    gone = ""

    def __init__(self, *args: Any, offers: Iterable[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = list(offers)
        self.fields["offers"].choices = [(offer.pk, str(offer)) for offer in found]  # type: ignore[attr-defined]
        self.fields["offers"].error_messages["invalid_choice"] = self.gone
        self.initial["offers"] = [offer.pk for offer in found if self.is_ticked(offer)]

    def is_ticked(self, offer: Offer) -> bool:
        """Whether it is ticked to begin with."""
        return True


class CopyForm(OffersForm):
    """Which offers are copied to the next year: all that are not there yet."""

    gone = "One of these is there already, or cannot be copied yet."


class PublishForm(OffersForm):
    """Which drafts are published: all that somebody has made to be."""

    gone = "One of these has just been published or taken away by a colleague. Look at the others once more."

    def is_ticked(self, offer: Offer) -> bool:
        """What is there only because a target was set for it is not looked through yet; what is over helps nobody."""
        return not offer.is_for_target and offer.closes_on >= clock.today()


class TargetsForm(PortalForm):
    """How many schools each hub is asked to recruit; empty: no target."""

    def __init__(self, *args: Any, hubs: Iterable[Hub], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for hub in hubs:
            self.fields[f"hub_{hub.pk}"] = forms.IntegerField(
                label=hub.name,
                min_value=0,
                max_value=5000,
                required=False,
                widget=forms.TextInput(attrs=NUMBER),
                error_messages=number_words(hub.name),
            )

    @property
    def schools(self) -> dict[int, int | None]:
        """Schools by the hub's key."""
        return {int(name.removeprefix("hub_")): number for name, number in self.cleaned_data.items()}
