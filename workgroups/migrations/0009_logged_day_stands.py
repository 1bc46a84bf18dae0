"""A visit whose log was corrected to another day keeps no start of the day it was booked for."""

from zoneinfo import ZoneInfo

from django.db import migrations


def forget_start(apps, schema_editor):
    """Where the day of the log is not the day of the start, the start is of a booking."""
    visits = apps.get_model("workgroups", "Visit").objects
    london = ZoneInfo("Europe/London")
    done = visits.filter(status="done", starts_at__isnull=False).values_list("pk", "on", "starts_at")
    wrong = [pk for pk, on, starts_at in done.iterator() if starts_at.astimezone(london).date() != on]
    for start in range(0, len(wrong), 500):
        visits.filter(pk__in=wrong[start : start + 500]).update(starts_at=None)


class Migration(migrations.Migration):

    dependencies = [
        ("workgroups", "0008_group_cancelled"),
    ]

    operations = [migrations.RunPython(forget_start, migrations.RunPython.noop, elidable=True)]
