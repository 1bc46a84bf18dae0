import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("programmes", "0006_phase_family")]

    operations = [
        migrations.AlterField(
            model_name="phase",
            name="family",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="phases", to="programmes.phasefamily"),
        ),
    ]
