from django.db import migrations, models
from django.db.migrations.state import StateApps


def say_how_they_ended(apps: StateApps, schema_editor: object) -> None:
    """Until now a record was written at the end only."""
    imports = apps.get_model("schools", "GiasImport").objects
    imports.filter(problem="").update(state="done")
    imports.exclude(problem="").update(state="refused")


class Migration(migrations.Migration):

    dependencies = [
        ('schools', '0003_past_addresses'),
    ]

    operations = [
        migrations.AddField(
            model_name='giasimport',
            name='ran_as',
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name='giasimport',
            name='state',
            field=models.CharField(choices=[('running', 'Running'), ('done', 'Loaded'), ('refused', 'Refused'), ('failed', 'Failed')], default='running', max_length=10),
        ),
        migrations.RunPython(say_how_they_ended, migrations.RunPython.noop),
    ]
