from django.db import migrations, models
from django.db.models import Exists, F, OuterRef


def read_from_receipts(apps, _schema_editor):
    """Of a no that stands, how it came says that the hub entered it."""
    entered = apps.get_model("programmes", "Receipt").objects.filter(interest=OuterRef("pk"), what="head")
    refused = apps.get_model("programmes", "Interest").objects.filter(head_refused_at__isnull=False)
    refused.filter(Exists(entered)).update(head_no_entered_at=F("head_refused_at"))


class Migration(migrations.Migration):

    dependencies = [
        ("programmes", "0020_accepted_where_it_runs"),
    ]

    operations = [
        migrations.AddField(
            model_name="interest",
            name="head_no_entered_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.RunPython(read_from_receipts, migrations.RunPython.noop, elidable=True),
    ]
