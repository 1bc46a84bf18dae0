import django.db.models.deletion
from django.db import migrations, models


def give_each_phase_its_family(apps, schema_editor):
    """What was counted by phase so far goes on to be counted so, until somebody joins two of them."""
    Phase, PhaseFamily = apps.get_model("programmes", "Phase"), apps.get_model("programmes", "PhaseFamily")
    for phase in Phase.objects.order_by("pk"):
        family = PhaseFamily.objects.create(pathway=phase.pathway, name=phase.name, position=phase.position)
        Phase.objects.filter(pk=phase.pk).update(family=family)


class Migration(migrations.Migration):

    dependencies = [("programmes", "0005_head_refused")]

    operations = [
        migrations.CreateModel(
            name="PhaseFamily",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("pathway", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="families", to="programmes.pathway")),
            ],
            options={
                "ordering": ("pathway__position", "position", "pk"),
                "verbose_name_plural": "phase families",
                "constraints": [models.UniqueConstraint(fields=("pathway", "name"), name="phase_family_once", violation_error_message="This pathway has a family of this name already.")],
            },
        ),
        migrations.AddField(
            model_name="phase",
            name="family",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="phases", to="programmes.phasefamily"),
        ),
        migrations.RunPython(give_each_phase_its_family, migrations.RunPython.noop),
    ]
