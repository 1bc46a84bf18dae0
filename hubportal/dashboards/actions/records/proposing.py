"""What the name of a sheet, or what stands above its headings, says of all its lines."""

import re
from collections.abc import Iterable

from hubportal.core.models import Upload
from hubportal.dashboards.rules import headings
from hubportal.dashboards.rules.kinds import Kind
from hubportal.dashboards.rules.reading import folded
from workgroups.models import Group

# What a title has beside the name of a group: Register – North Work Group – 2026/27.
_BETWEEN = re.compile(r"\s*[:|,;\n]\s*|\s+[-–—]\s+")


def said_of_all(upload: Upload, columns: Iterable[str], kind: Kind) -> dict[str, str]:
    """The school year and the group, as far as no column says them."""
    columns = [*columns]
    found = headings.constants_of(upload.sheet, columns, kind)
    if "group" not in columns and any(one.key == "group" and one.constant for one in kind.fields):
        found |= {"group": name} if (name := _group(upload)) else {}
    return found


def _group(upload: Upload) -> str:
    """The one group of the hub that is named there; empty where none is, or several are."""
    titles = [upload.sheet, *upload.titles]
    said = {folded(part) for title in titles for part in (title, *_BETWEEN.split(title))} - {""}
    names = {folded(name): name for name in Group.objects.filter(hub=upload.owner_id).values_list("name", flat=True)}
    found = [name for key, name in names.items() if key in said]
    return found[0] if len(found) == 1 else ""
