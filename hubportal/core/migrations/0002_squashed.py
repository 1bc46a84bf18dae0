import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('core', '0001_initial'), ('core', '0002_notice_target_index'), ('core', '0003_notice_about_and_order'), ('core', '0004_notice_owner_index'), ('core', '0005_notice_owner_and_no_created_at'), ('core', '0006_files_and_jobs'), ('core', '0007_bad_addresses'), ('core', '0008_records'), ('core', '0009_upload_back')]

    initial = True

    dependencies = [
        ('core', '0001_squashed'),
        ('schools', '0001_squashed'),
        ('schools', '__first__'),
    ]

    operations = [
        migrations.AddField(
            model_name='badaddress',
            name='owner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schools.hub'),
        ),
        migrations.AddConstraint(
            model_name='clockshift',
            constraint=models.CheckConstraint(condition=models.Q(('pk', 1)), name='clock_shift_one_row'),
        ),
        migrations.AddField(
            model_name='job',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='job',
            name='owner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.hub'),
        ),
        migrations.AddField(
            model_name='journalentry',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='journalentry',
            name='owner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.hub'),
        ),
        migrations.AddField(
            model_name='journalentry',
            name='seen_as',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='notice',
            name='owner',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.hub'),
        ),
        migrations.AddField(
            model_name='remembered',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='remembered',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schools.hub'),
        ),
        migrations.AddField(
            model_name='storedfile',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='job',
            name='file',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.storedfile'),
        ),
        migrations.AddField(
            model_name='upload',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='upload',
            name='file',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.storedfile'),
        ),
        migrations.AddField(
            model_name='upload',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.hub'),
        ),
        migrations.AddField(
            model_name='uploadline',
            name='upload',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='core.upload'),
        ),
        migrations.AddConstraint(
            model_name='badaddress',
            constraint=models.UniqueConstraint(fields=('email', 'owner'), name='bad_address_once'),
        ),
        migrations.AddConstraint(
            model_name='badaddress',
            constraint=models.UniqueConstraint(condition=models.Q(('owner', None)), fields=('email',), name='bad_address_once_alone'),
        ),
        migrations.AddIndex(
            model_name='journalentry',
            index=models.Index(fields=['record', '-at'], name='journal_record'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('state__in', ('planned', 'sending'))), fields=['due_at', 'id'], name='notice_due'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(models.F('owner'), models.OrderBy(models.Func('state', output_field=models.SmallIntegerField(), template="CASE %(expressions)s WHEN 'failed' THEN 0 WHEN 'planned' THEN 1 WHEN 'sending' THEN 1 ELSE 2 END")), models.OrderBy(models.Func('state', 'due_at', arg_joiner=" IN ('planned', 'sending') THEN ", output_field=models.DateTimeField(), template='CASE WHEN %(expressions)s END')), models.OrderBy(models.F('due_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='notice_owner'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(models.OrderBy(models.Func('state', output_field=models.SmallIntegerField(), template="CASE %(expressions)s WHEN 'failed' THEN 0 WHEN 'planned' THEN 1 WHEN 'sending' THEN 1 ELSE 2 END")), models.OrderBy(models.Func('state', 'due_at', arg_joiner=" IN ('planned', 'sending') THEN ", output_field=models.DateTimeField(), template='CASE WHEN %(expressions)s END')), models.OrderBy(models.F('due_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='notice_outbox'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['thread', 'due_at'], name='notice_thread'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('kind', 'target', 'recipient', 'occurrence'), name='notice_once'),
        ),
        migrations.AddConstraint(
            model_name='remembered',
            constraint=models.UniqueConstraint(fields=('owner', 'topic', 'given'), name='remembered_once'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('state__in', ('waiting', 'running'))), fields=['state', 'id'], name='job_open'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('waiting', 'running'))), fields=('kind', 'about'), name='job_one_at_a_time', violation_error_message='This is being worked on already.'),
        ),
        migrations.AddIndex(
            model_name='upload',
            index=models.Index(fields=['owner', '-at'], name='upload_owner'),
        ),
        migrations.AddIndex(
            model_name='uploadline',
            index=models.Index(fields=['upload', 'outcome', 'number'], name='upload_line_outcome'),
        ),
        migrations.AddConstraint(
            model_name='uploadline',
            constraint=models.UniqueConstraint(fields=('upload', 'number'), name='upload_line_once'),
        ),
    ]
