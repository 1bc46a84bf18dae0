from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr


def tell_apart(apps, _schema_editor):
    """The e-mail about an interest was kept as that about an application: it counts as told, and is not sent anew."""
    keys = apps.get_model("programmes", "Interest").objects.filter(offer=None).values_list("pk", flat=True)
    targets = [f"programmes.interest:{pk}" for pk in keys]
    for at in range(0, len(targets), 1_000):
        rows = apps.get_model("core", "Notice").objects.filter(
            kind="interest-received", target__in=targets[at : at + 1_000], occurrence__startswith="sent@"
        )
        rows.update(occurrence=Concat(Value("told@"), Substr(F("occurrence"), 6)))


class Migration(migrations.Migration):

    dependencies = [("programmes", "0008_teacherturn_has_lead_role"), ("core", "0002_squashed")]

    operations = [migrations.RunPython(tell_apart, migrations.RunPython.noop, elidable=True)]
