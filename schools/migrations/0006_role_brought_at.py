from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('schools', '0005_gias_import_told'),
    ]

    operations = [
        migrations.AddField(
            model_name='role',
            name='brought_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
