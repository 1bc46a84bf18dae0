"""Pathways and their phases, and what meetings and visits can be tagged with."""

PATHWAYS: tuple[tuple[str, str], ...] = (
    ("primary", "Primary"),
    ("secondary", "Secondary"),
)

# Code, pathway, name, short name, step on the ladder (its colour).
PHASES: tuple[tuple[str, str, str, str, int], ...] = (
    ("primary-readiness", "primary", "Primary Mastery Readiness", "Readiness", 1),
    ("primary-development", "primary", "Primary Development", "Development", 2),
    ("primary-embedding", "primary", "Primary Embedding", "Embedding", 3),
    ("primary-sustaining", "primary", "Primary Sustaining", "Sustaining", 4),
    ("secondary-thinking", "secondary", "Mathematical Thinking for GCSE", "GCSE thinking", 1),
    ("secondary-coherence", "secondary", "Years 7–11 Coherence", "Coherence", 1),
    ("secondary-continuity", "secondary", "Years 5–8 Continuity", "Continuity", 1),
    ("secondary-leadership", "secondary", "Secondary Subject Leadership", "Leadership", 1),
    ("secondary-development", "secondary", "Secondary Development", "Development", 2),
    ("secondary-embedding", "secondary", "Secondary Embedding", "Embedding", 3),
    ("secondary-sustaining", "secondary", "Secondary Sustaining", "Sustaining", 4),
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
