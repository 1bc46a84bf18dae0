"""An enrolment keeps what it was before its pause; of those paused now, the journal says it."""

from django.db import migrations, models

STATUSES = [
    ("accepted", "Accepted"),
    ("active", "Active"),
    ("completed", "Completed"),
    ("paused", "Paused"),
    ("withdrawn", "Withdrawn"),
]


def say_what_it_was(apps, schema_editor):
    """The last pause of each, as it was written down."""
    journal = apps.get_model("core", "JournalEntry").objects.filter(moved_to="paused").order_by("-pk")
    for enrolment in apps.get_model("programmes", "Enrolment").objects.filter(status="paused"):
        paused = journal.filter(record=f"programmes.enrolment:{enrolment.pk}").first()
        enrolment.paused_from = paused.moved_from if paused else "accepted"
        enrolment.save(update_fields=["paused_from"])


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_initial"),
        ("programmes", "0002_offer_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="enrolment",
            name="paused_from",
            field=models.CharField(
                blank=True, choices=STATUSES, help_text="What it was before its pause.", max_length=20
            ),
        ),
        migrations.RunPython(say_what_it_was, migrations.RunPython.noop),
    ]
