"""What a school has to cover while its teachers are away: counted in half-days of teachers. Pure."""

LENGTHS = {1: "half a day", 2: "a full day"}


def cover_words(teachers: int, half_days: int) -> str:
    """How much cover a date takes: 2 teachers, half a day each; empty where nobody is away."""
    if teachers < 1 or half_days < 1:
        return ""
    length = LENGTHS.get(half_days, f"{half_days} half-days")
    return f"1 teacher, {length}" if teachers == 1 else f"{teachers} teachers, {length} each"


def cover_days(teachers: int, half_days: int) -> float:
    """The same in days of one teacher."""
    return max(teachers, 0) * max(half_days, 0) / 2


def days_words(days: float) -> str:
    """Days in words: half a day, 1 day, 2½ days."""
    whole, half = int(days), days % 1 >= 0.5
    if not whole:
        return "half a day" if half else "no days"
    return f"{whole}{'½' if half else ''} {'day' if days == 1 else 'days'}"
