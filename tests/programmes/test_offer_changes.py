"""What of an offer may still change: nobody has asked for it, somebody has applied, somebody is enrolled."""

import pytest

from programmes.forms.offers import OfferForm
from programmes.models import Offer
from programmes.rules.offers import why_not_change

# Which fields change: always, until somebody has applied, until somebody is enrolled.
ALWAYS = {
    *("title", "summary", "opens_on", "closes_on", "names_by", "eligibility", "trn"),
    *("school_phases", "state_funded_only", "is_once", "follows", "must_follow", "priority_after", "priority_fsm"),
    *("group_min", "group_max", "group_label", "teacher_label"),
}
UNTIL_ASKED = {"enrols", "head_part"}
UNTIL_ENROLLED = {
    *("commitments", "served_by", "start_term", "teachers_per_school", "leader_kind"),
    *("meetings", "meetings_per", "meeting_half_days", "visits", "visits_per", "visit_half_days"),
    *("support_days", "support_per", "release_days", "head_at_first_meeting", "visit_tags"),
    *("needs_lead_role", "lead_role_label"),
}
# Until somebody has applied for it, or for a version of it.
UNTIL_KNOWN = {"code"}
# What no form of an offer that is made changes.
FIXED = {
    "id",
    "phase",
    "year",
    "hub",
    "is_published",
    "stands_for",
    "hub_reason",
    "locked",
    "copied_from",
    "is_for_target",
}


def test_every_field_of_an_offer_is_in_one_list() -> None:
    names = {field.name for field in (*Offer._meta.concrete_fields, *Offer._meta.many_to_many)}
    listed = [*ALWAYS, *UNTIL_ASKED, *UNTIL_ENROLLED, *UNTIL_KNOWN, *FIXED]

    assert sorted(listed) == sorted(names)
    assert set(OfferForm.base_fields) == names - FIXED


@pytest.mark.parametrize("name", sorted(ALWAYS | UNTIL_ASKED | UNTIL_ENROLLED))
def test_field_of_an_offer_changes_until_somebody_relies_on_it(name: str) -> None:
    def may(*, is_asked_for: bool, is_in_use: bool) -> bool:
        return not why_not_change([name], is_asked_for=is_asked_for, is_in_use=is_in_use)

    stages = [
        may(is_asked_for=False, is_in_use=False),
        may(is_asked_for=True, is_in_use=False),
        may(is_asked_for=True, is_in_use=True),
        may(is_asked_for=False, is_in_use=True),
    ]

    assert stages == [True, name not in UNTIL_ASKED, name in ALWAYS, name in ALWAYS]


def test_code_changes_until_it_is_known() -> None:
    said = [why_not_change(["code"], is_asked_for=known, is_in_use=False, is_known=known) for known in (False, True)]

    assert said == ["", "Somebody has applied by now. Those who applied know it by this code."]


def test_each_reason_is_said_once() -> None:
    said = why_not_change(["meetings", "meetings_per", "visits", "title"], is_asked_for=True, is_in_use=True)

    assert said == (
        "Schools or people are enrolled in this offer by now. "
        "Schools book cover by these numbers. Schools are owed these."
    )
