"""How much of what runs goes with a hub that is split or goes on in another, and how much stays, in words."""

from hubportal.core.models import JournalEntry
from hubportal.core.templatetags.portal import count
from schools.models import HubChange
from workgroups.models.running import Running, running_at

# How the journal calls that what runs has followed, with how much of it did.
FOLLOWED = "What runs has followed"
GOES = "{} that {} running {} to {}."
STAYS = "{} {} with {}, because schools that stay sit in the same groups."


def what_goes(change: HubChange) -> str:
    """How much of what runs goes with a change, and how much stays: as it went, or else as it would go now.

    Nothing where there is none of it, the change was taken back, or it went when nobody counted.
    """
    if not change.takes_running or change.status == HubChange.Status.TAKEN_BACK:
        return ""
    kept = JournalEntry.objects.about(change).filter(what=FOLLOWED).first()
    if kept is not None:
        return kept.note
    is_all = change.kind == HubChange.Kind.MERGER
    if change.followed_at:
        return ""
    return words_of(change, running_at(change.hub, change.schools_going(), other=change.other, is_all=is_all))


def words_of(change: HubChange, running: Running) -> str:
    """The same of what runs, before it goes; of what there is none of, nothing."""
    many, words = running.counts(), []
    if goes := _both(many["groups"], many["enrolments"]):
        is_one = many["groups"] + many["enrolments"] == 1
        words.append(GOES.format(goes, *(("is", "goes") if is_one else ("are", "go")), change.other))
    if many["mixed"]:
        stays = _both(many["mixed"], many["in_mixed"])
        is_one = many["mixed"] + many["in_mixed"] == 1
        words.append(STAYS.format(stays, "stays" if is_one else "stay", change.hub))
    return " ".join(words)


def _both(groups: int, enrolments: int) -> str:
    counted = ((groups, "group"), (enrolments, "enrolment"))
    return " and ".join(count(number, noun) for number, noun in counted if number)
