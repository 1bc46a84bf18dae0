import hubportal.core.models.file
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('core', '0001_initial'), ('core', '0002_notice_target_index'), ('core', '0003_notice_about_and_order'), ('core', '0004_notice_owner_index'), ('core', '0005_notice_owner_and_no_created_at'), ('core', '0006_files_and_jobs'), ('core', '0007_bad_addresses'), ('core', '0008_records'), ('core', '0009_upload_back')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='BadAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254)),
                ('is_hard', models.BooleanField(default=False, help_text='Refused for good, not only for a while.')),
                ('times', models.PositiveIntegerField(default=0, help_text='How often since it was last cleared.')),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('problem', models.TextField(blank=True)),
                ('cleared_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name_plural': 'bad addresses',
            },
        ),
        migrations.CreateModel(
            name='ClockShift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seconds', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, unique=True)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('about', models.CharField(max_length=80)),
                ('label', models.CharField(max_length=200)),
                ('params', models.JSONField(blank=True, default=dict)),
                ('result', models.JSONField(blank=True, default=dict)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('refused', 'Refused'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='waiting', max_length=10)),
                ('stage', models.CharField(blank=True, max_length=100)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('problem', models.TextField(blank=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('lease', models.CharField(blank=True, max_length=32)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='JournalEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('what', models.CharField(max_length=80)),
                ('record', models.CharField(max_length=80)),
                ('label', models.CharField(max_length=200)),
                ('moved_from', models.CharField(blank=True, max_length=30)),
                ('moved_to', models.CharField(blank=True, max_length=30)),
                ('changed', models.JSONField(blank=True, default=dict)),
                ('note', models.TextField(blank=True)),
            ],
            options={
                'verbose_name_plural': 'journal entries',
                'ordering': ('-at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('target', models.CharField(max_length=60)),
                ('recipient', models.CharField(max_length=100)),
                ('occurrence', models.CharField(max_length=60)),
                ('thread', models.CharField(blank=True, max_length=60)),
                ('about', models.CharField(blank=True, max_length=200)),
                ('name', models.CharField(max_length=150)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('due_at', models.DateTimeField()),
                ('until', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('sending', 'Being sent'), ('sent', 'Sent'), ('failed', 'Failed'), ('missed', 'Missed'), ('cancelled', 'Cancelled')], default='planned', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('lease', models.CharField(blank=True, max_length=32)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('next_try_at', models.DateTimeField(blank=True, null=True)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('bounced_at', models.DateTimeField(blank=True, null=True)),
                ('problem', models.TextField(blank=True)),
                ('subject', models.CharField(blank=True, max_length=200)),
                ('body', models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name='Remembered',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(max_length=40)),
                ('given', models.CharField(max_length=300)),
                ('meant', models.JSONField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'remembered',
            },
        ),
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('kind', models.CharField(max_length=10)),
                ('size', models.PositiveBigIntegerField(help_text='Bytes.')),
                ('digest', models.CharField(help_text='SHA-256 of the content.', max_length=64)),
                ('content', models.FileField(storage=hubportal.core.models.file.private_storage, upload_to=hubportal.core.models.file.fresh_path)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('new', 'To be matched'), ('ready', 'Checked'), ('done', 'Brought in'), ('undone', 'Taken back'), ('dropped', 'Dropped')], default='new', max_length=10)),
                ('kind', models.CharField(max_length=40)),
                ('file_name', models.CharField(max_length=200)),
                ('digest', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
                ('sheets', models.JSONField(default=list)),
                ('sheet', models.CharField(blank=True, max_length=200)),
                ('counts_from_1904', models.BooleanField(default=False)),
                ('first_lines', models.JSONField(default=list, help_text='What the page of columns shows.')),
                ('headings', models.JSONField(default=dict)),
                ('columns', models.JSONField(default=dict)),
                ('constants', models.JSONField(blank=True, default=dict)),
                ('unknown', models.JSONField(blank=True, default=dict, help_text='Words and schools that somebody must be asked about.')),
                ('counts', models.JSONField(blank=True, default=dict)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('back', models.CharField(blank=True, max_length=2000)),
            ],
        ),
        migrations.CreateModel(
            name='UploadLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('cells', models.JSONField()),
                ('outcome', models.CharField(blank=True, choices=[('create', 'New'), ('change', 'Changes'), ('same', 'Already there'), ('ask', 'To decide'), ('error', 'To mend')], max_length=10)),
                ('what', models.TextField(blank=True, help_text='What becomes of it, or what to mend.')),
                ('made', models.JSONField(blank=True, default=list, help_text='Records it created, each with a digest of its fields.')),
                ('changed', models.JSONField(blank=True, default=list, help_text='Records it changed: fields, old and new values.')),
                ('kept', models.TextField(blank=True, help_text='What could not be taken back, and why.')),
            ],
        ),
    ]
