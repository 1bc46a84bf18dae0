from zoneinfo import ZoneInfo

from django.db import migrations, models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import TruncDate


def say_what_was_open(apps, _schema_editor):
    """Of what schools only told of until now: whether they could have applied that day, as far as the windows say.

    One UPDATE of the few rows that are still an interest alone.
    """
    Interest, Offer = (apps.get_model("programmes", name) for name in ("Interest", "Offer"))
    of_hub = Q(hub=None) | Q(hub=OuterRef("hub"))
    window = {"opens_on__lte": OuterRef("told_on"), "closes_on__gte": OuterRef("told_on")}
    offers = Offer.objects.filter(of_hub, is_published=True, enrols="schools", **window)
    told = Interest.objects.filter(offer=None).annotate(
        told_on=TruncDate("submitted_at", tzinfo=ZoneInfo("Europe/London"))
    )
    told.filter(Exists(offers.filter(phase=OuterRef("phase"), year=OuterRef("year")))).update(could_apply=True)


class Migration(migrations.Migration):

    dependencies = [("programmes", "0010_teacher_news")]

    operations = [
        migrations.AddField(
            model_name="interest",
            name="could_apply",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="interest",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, help_text="When whoever sent it withdrew it.", null=True),
        ),
        migrations.AddField(
            model_name="interest",
            name="former_email",
            field=models.EmailField(blank=True, default="", max_length=254),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="interest",
            name="email_changed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunPython(say_what_was_open, migrations.RunPython.noop, elidable=True),
    ]
