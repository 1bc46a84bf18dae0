"""Forms of groups: make, place, start, leave."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html

from hubportal.core import clock
from hubportal.core.forms import Lines, OneLine, PortalForm, RecordsField, text_area
from hubportal.core.templatetags.portal import long_day
from programmes.models import Enrolment, Leader, Offer, called_apart
from programmes.models.same_programme import told_apart
from workgroups.actions.candidates import load_of
from workgroups.models import Group


class _OfferChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of several offers, the national ones told apart from the hub's own versions."""

    def offer_each(self, offers: QuerySet[Offer]) -> None:
        """Read once, for their number and for what they are called."""
        self.queryset = offers
        self.choices = list(told_apart(offers).items())


class OfferChoiceForm(PortalForm):
    """Which programme the group belongs to."""

    offer = _OfferChoice(
        label="Which programme is the group for?",
        queryset=Offer.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, offers: QuerySet[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offer"].offer_each(offers)  # type: ignore[attr-defined]
        self.fields["offer"].error_messages["required"] = "Choose a programme."


FULL = (
    "Not offered, because they lead as many groups as they can: {}. "
    '<a href="{}">Change how many groups are agreed with them</a>'
)


class LeaderChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Who is to lead a group, of leaders with ``led``; ``is_anybody``: whether there is one, with room or without."""

    is_anybody = False
    called: Mapping[int, str] = {}

    def label_from_instance(self, obj: Leader) -> str:
        """Name, from when, and load, so that nobody is asked to lead too many."""
        since = f", from {long_day(obj.starts_on)}" if obj.starts_on > clock.today() else ""
        return f"{self.called.get(obj.person_id, obj.person.name)}{since}, {load_of(obj)}"

    def offer_those_with_room(self, leaders: QuerySet[Leader]) -> None:
        """Choose among who may lead one more; who is chosen all the same, from an older page, is told why not."""
        self.queryset = leaders
        with_led: list[Any] = list(leaders)
        self.called = called_apart(with_led)
        self.is_anybody = bool(with_led)
        self.choices = [(one.pk, self.label_from_instance(one)) for one in with_led if one.led < one.max_groups]
        full = [self.called[one.person_id] for one in with_led if one.led >= one.max_groups]
        if full:
            self.help_text = format_html(FULL, ", ".join(full), reverse("programmes:leader-list"))


class GroupForm(PortalForm):
    """Name and leader of a new group."""

    name = OneLine(label="Name of the group", max_length=100, help_text="Schools read it in every e-mail.")
    leader = LeaderChoice(
        label="Who leads it?", queryset=Leader.objects.none(), empty_label=None, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, leaders: QuerySet[Leader], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leader"].offer_those_with_room(leaders)  # type: ignore[attr-defined]


class SupportForm(PortalForm):
    """Who supports one school."""

    leader = LeaderChoice(
        label="Who supports the school?", queryset=Leader.objects.none(), empty_label=None, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, leaders: QuerySet[Leader], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leader"].offer_those_with_room(leaders)  # type: ignore[attr-defined]


class PlaceForm(PortalForm):
    """Which accepted schools join the group; the page draws them as a table."""

    enrolments = RecordsField(
        label="Which schools join?", queryset=Enrolment.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, waiting: QuerySet[Enrolment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["enrolments"].queryset = waiting  # type: ignore[attr-defined]
        self.fields["enrolments"].error_messages["required"] = "Tick at least one school."


class _GroupChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    which: dict[int, str] = {}

    def label_from_instance(self, obj: Group) -> str:
        """Name, leader and what is taken."""
        of = f" of {obj.places_max} places" if obj.places_max else " places"
        words = f"{obj.name}, led by {obj.leader.person.name}: {obj.places_taken}{of} taken"
        return words + self.which.get(obj.offer_id, "")

    def offer_each(self, groups: QuerySet[Group]) -> None:
        """Read once: the widget asks for their number and then for them. Of two offers it is said which is whose."""
        self.queryset = groups
        of = {one.offer_id: " (your hub’s version)" if one.offer.stands_for_id else " (national)" for one in groups}
        self.which = of if len(of) > 1 else {}
        self.choices = [(one.pk, self.label_from_instance(one)) for one in groups]


class GroupChoiceForm(PortalForm):
    """Which group a school joins."""

    group = _GroupChoice(
        label="Which group?", queryset=Group.objects.none(), empty_label=None, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, groups: QuerySet[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].offer_each(groups)  # type: ignore[attr-defined]


class ReasonForm(PortalForm):
    """Why; kept in the history."""

    reason = Lines(label="Why?", max_length=2000, widget=text_area(3))


class StartForm(PortalForm):
    """A reason is asked for only below the minimum."""

    reason = Lines(label="Why does it start with fewer schools?", max_length=2000, required=False, widget=text_area(3))

    def __init__(self, *args: Any, is_below: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_below:
            del self.fields["reason"]


class CompleteForm(PortalForm):
    """A reason is asked for only where something is missing."""

    reason = Lines(
        label="Why is the group completed all the same?",
        max_length=2000,
        widget=text_area(3),
        help_text="Kept in the group's history.",
    )

    def __init__(self, *args: Any, asks_why: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_why:
            del self.fields["reason"]
