from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def let_it_follow(apps, _schema_editor):
    """Until now what was accepted stayed with the hub that had decided, where a split or a merger took what runs."""
    enrolments = apps.get_model("programmes", "Enrolment").objects
    interests = apps.get_model("programmes", "Interest").objects
    went = interests.filter(enrolment__isnull=False).exclude(hub=F("enrolment__hub"))
    pks = list(went.values_list("pk", flat=True))
    for key, rows in (("duplicate_of", interests.filter(duplicate_of__in=pks)), ("pk", interests.filter(pk__in=pks))):
        rows.update(hub=Subquery(enrolments.filter(interest=OuterRef(key)).values("hub")))


class Migration(migrations.Migration):

    dependencies = [
        ("programmes", "0019_second_copies_told"),
    ]

    operations = [
        migrations.RunPython(let_it_follow, migrations.RunPython.noop, elidable=True),
    ]
