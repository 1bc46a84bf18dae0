from django.db import migrations, models

# What the history called it when it was read from there.
SAID_NO = "Refused by the headteacher"


def read_from_history(apps, _schema_editor):
    """Until now it was looked for in the history whenever a headteacher confirmed."""
    interests = apps.get_model("programmes", "Interest").objects
    said = apps.get_model("core", "JournalEntry").objects.filter(what=SAID_NO).order_by("at", "pk")
    for record, at in said.values_list("record", "at").iterator():
        kind, _colon, pk = record.partition(":")
        if kind == "programmes.interest":
            interests.filter(pk=int(pk)).update(head_said_no_at=at)


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_squashed'),
        ('programmes', '0013_heads_asked_each'),
    ]

    operations = [
        migrations.AddField(
            model_name='interest',
            name='head_said_no_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.RunPython(read_from_history, migrations.RunPython.noop, elidable=True),
    ]
