from django.db import migrations

LEFT = ("sending", "sent")


def name_the_decision(apps, _schema_editor):
    """What a stranger was told of a decision was kept as settled@day: it counts as told of that decision."""
    notices = apps.get_model("core", "Notice").objects
    decided = apps.get_model("programmes", "Interest").objects.filter(duplicate_of__status__in=("accepted", "declined"))
    rows = notices.filter(kind="interest-second", occurrence__startswith="settled@", state__in=LEFT)
    for row in rows.order_by("pk"):
        for status in decided.filter(pk=row.target.partition(":")[2]).values_list("duplicate_of__status", flat=True):
            occurrence = f"{status}@{row.occurrence.partition('@')[2]}"
            same = notices.filter(kind=row.kind, target=row.target, recipient=row.recipient, occurrence=occurrence)
            same.exclude(state__in=LEFT).delete()
            if not same.exists():
                notices.filter(pk=row.pk).update(occurrence=occurrence)


class Migration(migrations.Migration):

    dependencies = [("programmes", "0018_link_requests"), ("core", "0002_squashed")]

    operations = [migrations.RunPython(name_the_decision, migrations.RunPython.noop, elidable=True)]
