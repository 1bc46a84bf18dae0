from django.db import migrations, models

# What the history calls it.
ENDED = "Headteacher no longer asked"


def read_from_history(apps, _schema_editor):
    """Until now that nobody was asked any more was read from the number, which a correction raises too."""
    interests = apps.get_model("programmes", "Interest").objects
    interests = interests.filter(head_asked_at=None, head_confirmed_at=None, status__in=("submitted", "waiting", "accepted"))
    ended = apps.get_model("core", "JournalEntry").objects.filter(what=ENDED).order_by("at", "pk")
    for record, at in ended.values_list("record", "at").iterator():
        kind, _colon, pk = record.partition(":")
        if kind == "programmes.interest":
            interests.filter(pk=int(pk), head_asked__gt=1).update(head_ended_at=at)


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0002_squashed"),
        ("programmes", "0021_interest_head_no_entered_at"),
    ]

    operations = [
        migrations.AddField(
            model_name="interest",
            name="head_ended_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.RunPython(read_from_history, migrations.RunPython.noop, elidable=True),
    ]
