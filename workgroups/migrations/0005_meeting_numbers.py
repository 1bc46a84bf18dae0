"""Standing meetings are numbered 1, 2, 3 … in the order of their dates; cancelled ones have no number."""

from itertools import groupby

from django.db import migrations, models


def number_by_date(apps, schema_editor):
    """Number what stands anew."""
    meetings = apps.get_model("workgroups", "Meeting").objects
    standing = meetings.exclude(status="cancelled").order_by("group_id", "starts_at", "pk")
    renumbered = []
    for _group, of_group in groupby(standing, key=lambda one: one.group_id):
        for number, meeting in enumerate(of_group, start=1):
            meeting.number = number
            renumbered.append(meeting)
    meetings.update(number=None)
    meetings.bulk_update(renumbered, ["number"], batch_size=500)


def number_all(apps, schema_editor):
    """Cancelled meetings get the numbers after the last one that stands."""
    meetings = apps.get_model("workgroups", "Meeting").objects
    for meeting in meetings.filter(number=None).order_by("group_id", "starts_at", "pk"):
        last = meetings.filter(group_id=meeting.group_id).aggregate(last=models.Max("number"))["last"]
        meeting.number = (last or 0) + 1
        meeting.save(update_fields=["number"])


class Migration(migrations.Migration):

    dependencies = [
        ('workgroups', '0004_leads_school_ends'),
    ]

    operations = [
        migrations.AlterField(
            model_name='meeting',
            name='number',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.RunPython(number_by_date, number_all, elidable=True),
    ]
