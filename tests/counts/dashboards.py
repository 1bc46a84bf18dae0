"""How many queries the pages of dashboards take; homes by role stand in tests/dashboards/test_home.py."""

from typing import Any

from schools.roles import HUB_LEAD, NATIONAL, TRUST_LEAD
from tests import factories as make
from tests.counts.everything import more_of_everything
from tests.counts.table import Count
from tests.world import Side


def _more_notices(side: Side) -> Any:
    return make.NoticeFactory(owner=side.hub)


def _more_found(side: Side) -> None:
    """One more of each kind that the search knows."""
    school = make.SchoolFactory(name="Seek Primary School", authority=side.school.authority)
    make.PersonFactory(name="Sam Seek", school=side.school)
    make.GroupFactory(name=f"Seek {school.pk}", offer=side.offer, hub=side.hub)
    make.InterestFactory(reference=f"HP-SEEK{school.pk}", school=side.school)
    make.OfferFactory(title="Seek")


def _more_staff(side: Side) -> Any:
    make.HubFactory()
    return make.make_user(HUB_LEAD, hub=side.hub)


def _change(side: Side) -> list[Any]:
    return [make.HubChangeFactory(hub=side.hub).pk]


def _hub(side: Side) -> list[Any]:
    return [side.hub.pk]


def _upload(side: Side) -> list[int]:
    return [_upload_of(side).pk]


def _upload_of(side: Side) -> Any:
    if "upload" not in side.things:
        side.things["upload"] = make.UploadFactory(owner=side.hub)
    return side.upload


def _more_schools(side: Side) -> Any:
    return make.SchoolFactory(authority=side.school.authority)


def _more_lines(side: Side) -> None:
    """One more line, one more word and one more school that must be asked about."""
    upload = _upload_of(side)
    make.UploadLineFactory(upload=upload)
    words = upload.unknown.setdefault("words", {}).setdefault("outcome", {})
    schools = upload.unknown.setdefault("schools", {})
    asked = [f"Hill {len(schools)}", "", "", ""]
    schools[asked[0]] = {"asked": asked, "candidates": [make.SchoolFactory().pk], "lines": 1}
    words[f"word {len(words)}"] = 1
    upload.save()


TABLE: dict[str, Count] = {
    "asked-list": Count(TRUST_LEAD, 12, more_of_everything),
    "own-schools": Count(TRUST_LEAD, 12, more_of_everything),
    "hub-table": Count(NATIONAL, 6, lambda side: make.HubFactory()),
    "notice-list": Count(HUB_LEAD, 6, _more_notices),
    "job-list": Count(HUB_LEAD, 6, lambda side: make.JobFactory(owner=side.hub)),
    "job-detail": Count(
        HUB_LEAD, 5, lambda side: make.JobFactory(owner=side.hub), lambda side: [make.JobFactory(owner=side.hub).pk]
    ),
    "hub-create": Count(NATIONAL, 7, lambda side: make.AuthorityFactory(hub=None)),
    "hub-edit": Count(NATIONAL, 8, lambda side: make.AuthorityFactory(hub=None), _hub),
    "hub-lead-school": Count(NATIONAL, 6, _more_staff, _hub),
    "hub-split": Count(NATIONAL, 9, _more_staff, _hub),
    "hub-merge": Count(NATIONAL, 6, _more_staff, _hub),
    "hub-change-take-back": Count(NATIONAL, 5, more_of_everything, _change),
    "hub-change": Count(HUB_LEAD, 12, _more_staff, _change),
    "record-list": Count(HUB_LEAD, 6, lambda side: make.UploadFactory(owner=side.hub)),
    "record-create": Count(HUB_LEAD, 6, lambda side: make.UploadFactory(owner=side.hub)),
    "contact-workbook": Count(HUB_LEAD, 5, _more_schools, query="?all=1"),
    "record-detail": Count(HUB_LEAD, 11, _more_lines, _upload),
    "record-columns": Count(HUB_LEAD, 7, _more_lines, _upload),
    "record-words": Count(HUB_LEAD, 7, _more_lines, _upload),
    "record-schools": Count(HUB_LEAD, 8, _more_lines, _upload),
    "record-lines": Count(HUB_LEAD, 8, _more_lines, _upload),
    "gias-upload-create": Count(NATIONAL, 4, lambda side: make.GiasUploadFactory()),
    "gias-upload": Count(
        NATIONAL, 7, lambda side: make.GiasUploadFactory(), lambda side: [make.GiasUploadFactory().pk]
    ),
    "search": Count(HUB_LEAD, 9, _more_found, query="?q=seek"),
    "notice-detail": Count(HUB_LEAD, 10, _more_notices, lambda side: [side.notice.pk]),
}
