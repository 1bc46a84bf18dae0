"""Every status × every status of every model with a MOVES table."""

from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from hubportal.core.models import JournalEntry
from hubportal.core.records import record_key
from hubportal.core.workflow import CannotMove, StatusModel
from tests import factories as make

FACTORIES = {
    "schools.Letter": make.LetterFactory,
    "schools.HubMove": make.HubMoveFactory,
    "schools.Succession": make.SuccessionFactory,
    "schools.HubChange": make.HubChangeFactory,
    "programmes.Interest": make.InterestFactory,
    "programmes.Enrolment": make.EnrolmentFactory,
    "workgroups.Group": make.GroupFactory,
    "workgroups.LeaderChange": make.LeaderChangeFactory,
    "workgroups.Meeting": make.MeetingFactory,
    "workgroups.Replacement": make.ReplacementFactory,
    "workgroups.Visit": make.VisitFactory,
    "funding.Claim": make.ClaimFactory,
}
MODELS = {model._meta.label: model for model in apps.get_models() if issubclass(model, StatusModel)}
# What a move must bring along, because a constraint asks for it.
_WHOLE = ("offer", "commitments", "agreed_at", "head_name", "head_email")
_LIGHT = dict.fromkeys(("offer", "commitments", "agreed_at")) | {"head_name": "", "head_email": ""}
WITH: dict[tuple[str, str], dict[str, Any]] = {
    ("programmes.Interest", "interested"): _LIGHT,
    ("workgroups.Visit", "booked"): {"on": "2027-01-20", "starts_at": "2027-01-20T09:00Z"},
    ("funding.Claim", "paid"): {"paid_on": "2027-01-20"},
}


def test_every_status_model_is_walked() -> None:
    assert set(MODELS) == set(FACTORIES)


@pytest.mark.parametrize("label", sorted(MODELS))
def test_moves_name_every_status(label: str) -> None:
    model = MODELS[label]
    statuses = set(model.Status.values)  # type: ignore[attr-defined]

    assert set(model.MOVES) == statuses
    assert set().union(*model.MOVES.values()) <= statuses


def _with(record: models.Model, status: str) -> dict[str, Any]:
    """What the move brings along; an application as the factory made it."""
    label = record._meta.label
    whole = {name: getattr(record, name) for name in _WHOLE} if label == "programmes.Interest" else {}
    return whole | WITH.get((label, status), {})


@pytest.mark.django_db
@pytest.mark.parametrize("label", sorted(MODELS))
def test_moves_follow_the_table(label: str) -> None:
    """Each pair of statuses: moved and journalled, or refused with nothing changed."""
    model = MODELS[label]
    record: models.Model = FACTORIES[label]()  # type: ignore[assignment]
    wrong = []
    for old, new in product(model.MOVES, repeat=2):
        model._base_manager.filter(pk=record.pk).update(status=old, **_with(record, old))
        fresh = model._base_manager.get(pk=record.pk)
        JournalEntry.objects.all().delete()
        try:
            fresh.move_to(new, by=None, **_with(record, new))
        except CannotMove:
            moved = False
        else:
            moved = True
        now_stands = model._base_manager.get(pk=record.pk).status
        written = JournalEntry.objects.filter(record=record_key(record), moved_from=old, moved_to=new).count()
        if (moved, now_stands, written) != ((True, new, 1) if new in model.MOVES[old] else (False, old, 0)):
            wrong.append((old, new, moved, now_stands, written))

    assert wrong == []


@pytest.mark.django_db
def test_move_lost_to_somebody_else_says_who_was_first() -> None:
    first = make.InterestFactory()
    second = type(first).objects.get(pk=first.pk)
    first.move_to("declined", by=make.make_user(name="Sam Decider"))

    with pytest.raises(CannotMove, match="Sam Decider has just done this: declined"):
        second.move_to("accepted", by=None)

    assert type(first).objects.get(pk=first.pk).status == "declined"
