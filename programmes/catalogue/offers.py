"""The numbers of each phase as it is offered in a year.

They follow the programme's public descriptions. Where those are silent a number is our assumption, said beside it; the
national team edits the offer. Codes are those of the yearly projects where known (11 primary Sustaining, 14 secondary
Sustaining); the others are numbered around them.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from schools.roles import READINESS_LEAD

# GIAS phases of education.
PRIMARY = [2, 3]
SECONDARY = [4, 5]

_HALF_TERM, _TERM, _YEAR = "half_term", "term", "year"

BIG_IDEAS, KEY_AREAS = "five-big-ideas", "five-key-areas"
DEPARTMENT_LEAD = "Head or second of department, Key Stage 3 lead or similar"
PERSONS: dict[str, Any] = {
    "enrols": "persons",
    "teachers_per_school": 1,
    "group_min": 4,
    "group_max": 20,
    "trn": "required",
}
ADVOCATES: dict[str, Any] = {"teacher_label": "Mastery Advocate", "school_phases": SECONDARY}


@dataclass(frozen=True, slots=True)
class Plan:
    """One phase's offer: project number, texts and tags by code, phases that it follows or takes first, its fields."""

    phase: str
    number: int
    title: str
    summary: str
    commitments: str
    tags: str = BIG_IDEAS
    follows: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    numbers: dict[str, Any] = field(default_factory=dict)


def code_of(year: int, number: int) -> str:
    """The project's code in a year: 2026, 9 is NCP26-09."""
    return f"NCP{year % 100:02d}-{number:02d}"


def window_of(year: int) -> tuple[date, date]:
    """Applications are taken from the October before the year until the September in which it begins (late places).

    So a year that has closed leads to the next, which opens on the day after.
    """
    return date(year - 1, 10, 1), date(year, 9, 30)


def naming_day_of(year: int) -> date:
    """Teachers may resign until the end of May for September: by the end of June a school knows who it has."""
    return date(year, 6, 30)


def _preparatory(code: str, number: int, title: str, summary: str, **numbers: Any) -> Plan:
    """A short group before or alongside the pathway; three meetings, one a term, are an assumption."""
    usual = {
        "group_min": 2,
        "group_max": None,
        "meetings": 3,
        "meetings_per": _TERM,
        "release_days": 3,
        "school_phases": SECONDARY,
        "teacher_label": "Participant",
    }
    text = "secondary-group" if {**usual, **numbers}["school_phases"] == SECONDARY else "across-phases-group"
    return Plan(code, number, title, summary, text, numbers={**usual, **numbers})


def _example(
    code: str,
    number: int,
    title: str,
    summary: str,
    text: str = "primary",
    *,
    follows: tuple[str, ...] = (),
    **numbers: Any,
) -> Plan:
    """A programme that not every hub runs: there to be looked at, changed and published by the national team."""
    return Plan(code, number, title, summary, text, follows=follows, numbers={"is_published": False, **numbers})


# None must follow what it follows: a portal that begins knows nothing of the years before, so the hub decides.
PLANS: tuple[Plan, ...] = (
    Plan(
        "primary-readiness",
        8,
        "Primary Mastery Readiness",
        "A preparatory year with a Mastery Readiness Lead, for schools that want strong foundations first. Your school "
        "works on five key areas, with workshops and about six support visits. Schools that finish have priority for "
        "Development.",
        "primary-readiness",
        KEY_AREAS,
        numbers={
            "leader_kind": READINESS_LEAD,
            "group_min": 2,  # assumption
            "group_max": 8,
            "meetings": 3,  # "regular workshops": one a term is an assumption
            "meetings_per": _TERM,
            "visits": 6,
            "visits_per": _HALF_TERM,
            "release_days": 3,
            "head_at_first_meeting": True,
            "school_phases": PRIMARY,
        },
    ),
    Plan(
        "primary-development",
        9,
        "Primary Development",
        "The main year. Two teachers from each of six or seven local schools meet every half-term with a Mastery "
        "Specialist, observe lessons together and try things out in between. Every school has a visit each term.",
        "primary",
        first=("primary-readiness",),
        numbers={
            "priority_fsm": 30,  # "high disadvantage": an assumption
            "is_once": True,
            "group_min": 6,
            "group_max": 7,
            "meetings": 6,
            "meetings_per": _HALF_TERM,
            "visits": 3,
            "visits_per": _TERM,
            "release_days": 6,  # two teachers, six half-days
            "school_phases": PRIMARY,
        },
    ),
    Plan(
        "primary-embedding",
        10,
        "Primary Embedding",
        "The second year. Your group stays together with a lighter touch, while you make teaching for mastery part of "
        "every classroom and of how your school works.",
        "primary-group",
        follows=("primary-development",),
        numbers={
            "group_min": 4,  # the same group of six or seven, when some have left: an assumption
            "group_max": 7,
            "meetings": 3,  # "lighter touch": one a term, without visits, is an assumption
            "meetings_per": _TERM,
            "release_days": 3,
            "school_phases": PRIMARY,
        },
    ),
    Plan(
        "primary-sustaining",
        11,
        "Primary Sustaining",
        "From the third year on, for as long as you wish: about six workshops a year in different schools, built round "
        "your school's own action plan. For schools that have done Development or have a specialist of their own.",
        "primary-sustaining",
        follows=("primary-development", "primary-embedding"),
        numbers={
            "group_min": 2,  # "varies": an assumption
            "group_max": None,
            "meetings": 6,
            "meetings_per": _HALF_TERM,
            "release_days": 6,
            "school_phases": PRIMARY,
        },
    ),
    Plan(
        "secondary-development",
        12,
        "Secondary Development",
        "The first year for a department. Two Mastery Advocates from each of two or more schools work with a Secondary "
        "Mastery Specialist: at least four half-day meetings, and work in your own school, beginning with Key Stage 3.",
        "secondary",
        numbers={
            **ADVOCATES,
            "is_once": True,
            "group_min": 2,
            "group_max": None,
            "meetings": 4,
            "meetings_per": _YEAR,
            # Six half-days in school with both Advocates are six days between the two ("about four to six").
            "visits": 6,
            "visits_per": _HALF_TERM,
            "release_days": 10,  # four days for meetings, six for work in school
            "needs_lead_role": True,
            "lead_role_label": DEPARTMENT_LEAD,
        },
    ),
    Plan(
        "secondary-embedding",
        13,
        "Secondary Embedding",
        "The second year: three days of support for your department in your own school, and membership of a Work Group "
        "of usually four to six departments.",
        "secondary-embedding",
        follows=("secondary-development",),
        numbers={
            **ADVOCATES,
            "served_by": "both",
            "group_min": 4,
            "group_max": 6,
            "meetings": 3,  # assumption: one a term
            "meetings_per": _TERM,
            "support_days": 3,
            "support_per": _TERM,
            "release_days": 6,  # assumption
        },
    ),
    Plan(
        "secondary-sustaining",
        14,
        "Secondary Sustaining",
        "From the third year on: a lasting community of usually four to six departments, with meetings led by a "
        "specialist and a plan of your department's own.",
        "secondary-group",
        follows=("secondary-development", "secondary-embedding"),
        numbers={
            **ADVOCATES,
            "group_min": 4,
            "group_max": 6,
            "meetings": 3,  # assumption: one a term
            "meetings_per": _TERM,
            "release_days": 3,
        },
    ),
    _preparatory(
        "secondary-thinking",
        15,
        "Mathematical Thinking for GCSE",
        "A short group for departments on how students think their way into problems at GCSE.",
    ),
    _preparatory(
        "secondary-coherence",
        16,
        "Years 7–11 Coherence",
        "A short group for departments on a curriculum in which each year builds on the last.",
    ),
    _preparatory(
        "secondary-continuity",
        17,
        "Years 5–8 Continuity",
        "A short group for primary and secondary teachers together, on what students bring with them when they change "
        "schools.",
        school_phases=[*PRIMARY, *SECONDARY],
    ),
    _preparatory(
        "secondary-leadership",
        18,
        "Secondary Subject Leadership",
        "A short group for heads of department.",
        teachers_per_school=1,
        release_days=2,
        needs_lead_role=True,
        lead_role_label="Head of department",
    ),
    _example(
        "primary-introductory",
        19,
        "Primary Introductory",
        "Two years for schools that have not taken part before, in groups of six to twelve.",
        group_min=6,
        group_max=12,
        meetings=6,
        meetings_per=_HALF_TERM,
        visits=3,
        visits_per=_TERM,
        release_days=6,
        school_phases=PRIMARY,
    ),
    _example(
        "primary-lasting",
        20,
        "Primary Teaching for Mastery",
        "After the introductory phase: lasting groups of six to twelve schools.",
        "primary-group",
        group_min=6,
        group_max=12,
        meetings=6,
        meetings_per=_HALF_TERM,
        release_days=6,
        school_phases=PRIMARY,
    ),
    _example(
        "primary-specialist",
        21,
        "Primary Specialist Training",
        "A year of training for a practising teacher who is to lead Work Groups.",
        "single-people",
        **PERSONS,
        meetings=6,
        meetings_per=_HALF_TERM,
        release_days=12,  # assumption
        school_phases=PRIMARY,
        teacher_label="Specialist in training",
    ),
    *(
        _example(
            f"secondary-specialist-{year}",
            21 + year,
            f"Secondary Specialist Training, year {year}",
            summary,
            "single-people",
            follows=("secondary-specialist-1",) if year == 2 else (),
            **PERSONS,
            meetings=6,
            meetings_per=_HALF_TERM,
            release_days=12,  # assumption
            school_phases=SECONDARY,
            teacher_label="Specialist in training",
        )
        for year, summary in (
            (1, "The first of two years of training for a practising teacher, which end with accreditation."),
            (2, "The second year of training for a practising teacher, which ends with accreditation."),
        )
    ),
    _example(
        "subject-knowledge",
        24,
        "Specialist Knowledge for Teaching Mathematics",
        "Three to six days for single teachers and teaching assistants who wish to strengthen their own mathematics.",
        "single-people",
        # Teaching assistants have no number, and a headteacher need not sign for three days: assumptions.
        **{**PERSONS, "group_max": 30, "trn": "optional", "head_part": "told"},
        eligibility="For anybody who teaches or supports mathematics and would like to know more of it.",
        start_term=3,  # "some starting in summer"
        meetings=4,
        meetings_per=_YEAR,
        meeting_half_days=2,
        release_days=4,
        teacher_label="Participant",
    ),
    _example(
        "mastering-number",
        25,
        "Mastering Number",
        "Number sense in the first years of school: short meetings online, and daily sessions in class.",
        "mastering-number",
        group_max=None,
        teachers_per_school=3,
        meetings=6,
        meetings_per=_HALF_TERM,
        release_days=3,  # assumption
        school_phases=PRIMARY,
        teacher_label="Participant",
    ),
)
