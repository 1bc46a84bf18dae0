from django.db import migrations, models


def read_from_roles(apps, _schema_editor):
    """Until now it was taken from the role that a file gave a teacher: so nobody is told anything anew."""
    place = apps.get_model("workgroups", "Place").objects.filter(pk=models.OuterRef(models.OuterRef("place")))
    role = apps.get_model("schools", "Role").objects.filter(
        kind="teacher",
        brought_at__isnull=False,
        person=models.OuterRef("person"),
        school__in=place.values("enrolment__school"),
    )
    by_file = models.Subquery(role.order_by("pk").values("brought_at")[:1])
    apps.get_model("workgroups", "Participant").objects.filter(entered_at=None).update(brought_at=by_file)


class Migration(migrations.Migration):

    dependencies = [
        ('schools', '0006_role_brought_at'),
        ('workgroups', '0007_replacement_news'),
    ]

    operations = [
        migrations.AddField(
            model_name='participant',
            name='brought_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.RunPython(read_from_roles, migrations.RunPython.noop, elidable=True),
    ]
