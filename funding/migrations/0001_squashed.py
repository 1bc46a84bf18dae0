import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('funding', '0001_initial'), ('funding', '0002_claim_decided_at'), ('funding', '0003_rate_reason'), ('funding', '0004_records')]

    initial = True

    dependencies = [
        ('programmes', '0001_squashed'),
        ('schools', '0001_squashed'),
        ('schools', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Award',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(max_length=80)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=9)),
                ('claimed', models.DecimalField(decimal_places=2, default=0, max_digits=9)),
                ('made_at', models.DateTimeField()),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='awards', to='programmes.enrolment')),
                ('hub', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='awards', to='schools.hub')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('enrolment', 'label'), name='award_once'), models.CheckConstraint(condition=models.Q(('claimed__gte', 0), ('claimed__lte', models.F('amount'))), name='award_not_overclaimed', violation_error_message='This is more than is left of the award.')],
            },
        ),
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('raised', 'To approve'), ('approved', 'Approved'), ('returned', 'Returned'), ('paid', 'Paid')], default='raised', max_length=20)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=9)),
                ('invoice', models.CharField(blank=True, max_length=60, verbose_name='your invoice number')),
                ('raised_at', models.DateTimeField()),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('return_reason', models.TextField(blank=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('paid_on', models.DateField(blank=True, null=True)),
                ('is_taken_over', models.BooleanField(default=False, help_text='Paid before the portal: nobody is told of it.')),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('award', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='funding.award')),
                ('raised_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['status', 'raised_at'], name='claim_status')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='claim_positive'), models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(('approved_by', models.F('raised_by')), _negated=True), _connector='OR'), name='claim_two_people', violation_error_message='Whoever raised a claim cannot approve it.'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'paid'), _negated=True), ('paid_on__isnull', False), _connector='OR'), name='claim_paid_has_date')],
            },
        ),
        migrations.CreateModel(
            name='Rate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(default='Teacher release', max_length=80)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=9)),
                ('reason', models.TextField(blank=True, help_text='Why a hub pays another amount than the national one.')),
                ('hub', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='rates', to='schools.hub')),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rates', to='programmes.offer')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('offer', 'hub', 'label'), name='rate_once'), models.UniqueConstraint(condition=models.Q(('hub', None)), fields=('offer', 'label'), name='rate_once_national'), models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='rate_not_negative')],
            },
        ),
    ]
