"""Pathways, their phases and families, and what meetings and visits can be tagged with."""

PATHWAYS: tuple[tuple[str, str], ...] = (
    ("primary", "Primary"),
    ("secondary", "Secondary"),
    ("training", "Specialist training"),
    ("other", "Other programmes"),
)

PREPARATORY = "Secondary preparatory groups"
TRAINED = "Secondary specialist training"

# Code, pathway, family, name, short name, step on the ladder (its colour). What a phase is called may change from year
# to year; what is counted over the years is counted by its family.
PHASES: tuple[tuple[str, str, str, str, str, int], ...] = (
    ("primary-readiness", "primary", "Primary Readiness", "Primary Mastery Readiness", "Readiness", 1),
    ("primary-development", "primary", "Primary Development", "Primary Development", "Development", 2),
    ("primary-embedding", "primary", "Primary Embedding", "Primary Embedding", "Embedding", 3),
    ("primary-sustaining", "primary", "Primary Sustaining", "Primary Sustaining", "Sustaining", 4),
    # The newer shape seen at one hub: two years for schools that never took part, then lasting groups.
    ("primary-introductory", "primary", "Primary Development", "Primary Introductory", "Introductory", 2),
    ("primary-lasting", "primary", "Primary Sustaining", "Primary Teaching for Mastery", "Lasting groups", 4),
    ("secondary-thinking", "secondary", PREPARATORY, "Mathematical Thinking for GCSE", "GCSE thinking", 1),
    ("secondary-coherence", "secondary", PREPARATORY, "Years 7–11 Coherence", "Coherence", 1),
    ("secondary-continuity", "secondary", PREPARATORY, "Years 5–8 Continuity", "Continuity", 1),
    ("secondary-leadership", "secondary", PREPARATORY, "Secondary Subject Leadership", "Leadership", 1),
    ("secondary-development", "secondary", "Secondary Development", "Secondary Development", "Development", 2),
    ("secondary-embedding", "secondary", "Secondary Embedding", "Secondary Embedding", "Embedding", 3),
    ("secondary-sustaining", "secondary", "Secondary Sustaining", "Secondary Sustaining", "Sustaining", 4),
    (
        "primary-specialist",
        "training",
        "Primary specialist training",
        "Primary Specialist Training",
        "Specialist year",
        1,
    ),
    ("secondary-specialist-1", "training", TRAINED, "Secondary Specialist Training, year 1", "Specialist year 1", 1),
    ("secondary-specialist-2", "training", TRAINED, "Secondary Specialist Training, year 2", "Specialist year 2", 2),
    ("subject-knowledge", "other", "Subject knowledge", "Specialist Knowledge for Teaching Mathematics", "SKTM", 1),
    ("mastering-number", "other", "Mastering Number", "Mastering Number", "Mastering Number", 2),
)

# Ways in which schools may do a phase.
OPTIONS: dict[str, tuple[str, ...]] = {
    "primary-sustaining": ("Lesson design", "Early intervention", "Mixed-age classes"),
}

# Where a school may begin with one phase or go straight to the next: the phase, which it prepares for, from how many
# yes a school goes straight there, and the questions. They follow the five key areas; the threshold is an assumption.
STARTS: tuple[tuple[str, str, int, tuple[str, ...]], ...] = (
    (
        "primary-readiness",
        "primary-development",
        4,
        (
            "Is maths already a priority for the whole school?",
            "Do teachers believe that all pupils can do well in maths?",
            "Are most teachers confident in the maths that they teach?",
            "Can your school release two teachers for every meeting?",
            "Do most pupils know their number facts by heart?",
        ),
    ),
)

TAG_SETS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "five-big-ideas",
        "Five Big Ideas",
        ("Coherence", "Representation and structure", "Mathematical thinking", "Fluency", "Variation"),
    ),
    (
        "five-key-areas",
        "Five key areas",
        (
            "Vision and culture underpinning maths learning",
            "Mathematical mindsets",
            "Subject expertise",
            "School systems",
            "Arithmetical proficiency",
        ),
    ),
)
