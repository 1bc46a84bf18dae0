from django.db import migrations, models
from django.db.models import Q

# What the history called it where what was agreed became another's, with or before who they are.
APPLIED, MERGED = "Applied", "Another one was merged into this"
NAMED = ("contact_name", "contact_job")


def read_from_history(apps, _schema_editor):
    """Until now a contact who was corrected, or another, was shown as who had agreed: the history knows who had."""
    entries = apps.get_model("core", "JournalEntry").objects.filter(
        Q(what=APPLIED) | Q(changed__has_any_keys=NAMED), record__startswith="programmes.interest:"
    )
    agreed = {}
    for record, what, changed in entries.order_by("at", "pk").values_list("record", "what", "changed").iterator():
        pk = int(record.partition(":")[2])
        if what in (APPLIED, MERGED):
            agreed.pop(pk, None)
            continue
        first = agreed.setdefault(pk, {})
        for name in NAMED:
            if name in changed:
                first.setdefault(name, changed[name][0])
    interests = apps.get_model("programmes", "Interest").objects
    for pk, first in agreed.items():
        for interest in interests.filter(pk=pk):
            who = (first.get(name, getattr(interest, name)) for name in NAMED)
            interests.filter(pk=pk).update(agreed_by=", ".join(filter(None, who)))


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_squashed'),
        ('programmes', '0016_release_in_halves_and_who_had_begun'),
    ]

    operations = [
        migrations.AddField(
            model_name='interest',
            name='agreed_by',
            field=models.CharField(blank=True, editable=False, max_length=260),
        ),
        migrations.RunPython(read_from_history, migrations.RunPython.noop, elidable=True),
    ]
