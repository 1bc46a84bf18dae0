"""Visits that were never booked are no longer asked for where their group has ended."""

from django.db import migrations


def cancel(apps, schema_editor):
    """As completing and cancelling a group do from now on; nobody is written to."""
    visits = apps.get_model("workgroups", "Visit").objects.filter(status="to_book")
    for status, why in (
        ("completed", "The group's year is complete."),
        ("cancelled", "The group has been cancelled."),
    ):
        visits.filter(group__status=status).update(status="cancelled", change_note=why)


class Migration(migrations.Migration):

    dependencies = [
        ("workgroups", "0006_known_end_and_length"),
    ]

    operations = [migrations.RunPython(cancel, migrations.RunPython.noop, elidable=True)]
