"""How the portal writes dates, money, counts and statuses; usable from Python too."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from hubportal.core import clock
from hubportal.core.sheets.lines import day_first

register = template.Library()
register.filter(day_first)

OK_STATUSES = frozenset({"accepted", "active", "completed", "running", "held", "done", "approved", "paid", "sent"})
WARN_STATUSES = frozenset({"waiting", "paused", "submitted", "raised", "to_book", "missed", "second"})
SEPTEMBER = 9
LONGEST_IN_DAYS, LONGEST_IN_MONTHS, DAYS_A_MONTH = 60, 24, 30.44
CURRENT = mark_safe(' aria-current="true"')
BAD_STATUSES = frozenset({"declined", "withdrawn", "cancelled", "failed", "returned", "absent"})


@register.filter
def day(value: date | datetime | None) -> str:
    """Tuesday 12 January 2027."""
    local = _local(value)
    return "" if local is None else f"{local:%A} {local.day} {local:%B %Y}"


@register.filter
def short_day(value: date | datetime | None, today: date | None = None) -> str:
    """12 Jan; 12 Jan 2025 where it is not in the present school year."""
    local = _local(value)
    if local is None:
        return ""
    is_present = _school_year(local) == _school_year(today or clock.today())
    return f"{local.day} {local:%b}" if is_present else f"{local.day} {local:%b %Y}"


@register.filter
def long_day(value: date | datetime | None) -> str:
    """12 January 2027."""
    local = _local(value)
    return "" if local is None else f"{local.day} {local:%B %Y}"


@register.filter
def by_day(value: date | None) -> str:
    """By Tuesday 12 January 2027; as soon as you know, where there is no such day or it is over."""
    return f"by {day(value)}" if value and value >= clock.today() else "as soon as you know"


@register.filter
def clock_time(value: datetime | None) -> str:
    """1.30pm; 9am on the hour."""
    local = _local(value)
    if not isinstance(local, datetime):
        return ""
    hour = local.hour % 12 or 12
    minutes = f".{local.minute:02d}" if local.minute else ""
    return f"{hour}{minutes}{'am' if local.hour < 12 else 'pm'}"


@register.filter
def moment(value: datetime | None) -> str:
    """Tuesday 12 January 2027, 1.30pm."""
    local = _local(value)
    return f"{day(local)}, {clock_time(local)}" if isinstance(local, datetime) else ""


@register.filter
def money(value: Decimal | float | None) -> str:
    """£2,000.00."""
    return "" if value is None else f"£{value:,.2f}"


@register.filter
def year_label(value: int | None) -> str:
    """2026/27 for the academic year that starts in 2026."""
    return "" if value is None else f"{value}/{(value + 1) % 100:02d}"


@register.filter
def count(number: int | Decimal | None, noun: str) -> str:
    """1 school, 3 schools; an irregular plural after a comma: ``{{ n|count:"person,people" }}``."""
    one, _, many = noun.partition(",")
    return f"{number or 0:,} {one if number == 1 else many or one + 's'}"


@register.filter
def count_or_no(number: int | None, noun: str) -> str:
    """As ``count``, and no school where there is none."""
    return count(number, noun) if number else f"no {noun.partition(',')[0]}"


@register.filter
def thousands(number: int | None) -> str:
    """20,880; nothing where there is no number."""
    return "" if number is None else f"{number:,}"


@register.filter
def ago(value: date | datetime | None, today: date | None = None) -> str:
    """today, yesterday, 6 days ago, tomorrow, in 3 days; months from two on, then years."""
    local = _local(value)
    if local is None:
        return ""
    then = local.date() if isinstance(local, datetime) else local
    days = ((today or clock.today()) - then).days
    near = {0: "today", 1: "yesterday", -1: "tomorrow"}
    return near.get(days) or (f"{_length(days)} ago" if days > 0 else f"in {_length(-days)}")


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """A dictionary's value, where a template needs a key that is a variable."""
    return mapping.get(key)


@register.simple_tag
def status_tag(record: Any, field: str = "status") -> SafeString:
    """The status of a record as a coloured tag that also says it in words."""
    return tag(getattr(record, field), getattr(record, f"get_{field}_display")())


@register.simple_tag
@lru_cache(maxsize=256)
def tag(value: str, label: str = "") -> SafeString:
    """A tag in the colour of a status."""
    tone = (
        "ok" if value in OK_STATUSES else "warn" if value in WARN_STATUSES else "bad" if value in BAD_STATUSES else ""
    )
    return format_html('<span class="tag {}">{}</span>', tone, label or value)


@register.simple_tag(takes_context=True)
def qs(context: dict[str, Any], **changes: Any) -> str:
    """The page's query string with some parameters changed (empty value: left out)."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        params.pop(name, None)
        if value not in (None, ""):
            params[name] = str(value)
    encoded = params.urlencode()
    return f"?{encoded}" if encoded else "?"


@register.simple_tag
@lru_cache(maxsize=256)
def menu_buttons(name: str, choices: tuple[tuple[str, str, bool], ...]) -> SafeString:
    """A menu's buttons from (value, label, whether it is the current one), kept: every page draws the 40 hubs."""
    return format_html_join(
        "",
        '<button name="{}" value="{}"{}>{}</button>',
        ((name, value, CURRENT if is_current else "", label) for value, label, is_current in choices),
    )


@register.simple_tag(takes_context=True)
def sort_header(context: dict[str, Any], name: str, label: str) -> SafeString:
    """A column's heading that sorts the list by it, and the other way round when pressed again."""
    sort = context.get("sort", "")
    aria = {name: ' aria-sort="ascending"', f"-{name}": ' aria-sort="descending"'}.get(sort, "")
    link = qs(context, sort=f"-{name}" if sort == name else name, page="")
    return format_html('<th scope="col"{}><a href="{}">{}</a></th>', mark_safe(aria), link, label)  # noqa: S308 - ours


def _length(days: int) -> str:
    """How long, in the unit in which people would say it."""
    months = round(days / DAYS_A_MONTH)
    if days <= LONGEST_IN_DAYS:
        return f"{days} days"
    return f"{months} months" if months < LONGEST_IN_MONTHS else count(months // 12, "year")


def _school_year(day: date) -> int:
    """The year in which the school year of a day starts (``schools.rules.academic_year``, which lies above)."""
    return day.year if day.month >= SEPTEMBER else day.year - 1


def _local(value: date | datetime | None) -> date | datetime | None:
    """Moments are shown in London's time."""
    return value.astimezone(clock.LONDON) if isinstance(value, datetime) else value
