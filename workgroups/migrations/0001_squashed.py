import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('workgroups', '0001_initial'), ('workgroups', '0002_leader_change'), ('workgroups', '0003_meeting_untold'), ('workgroups', '0004_leads_school_ends'), ('workgroups', '0005_meeting_numbers'), ('workgroups', '0006_known_end_and_length'), ('workgroups', '0007_unbooked_visits_end'), ('workgroups', '0008_group_cancelled'), ('workgroups', '0009_logged_day_stands'), ('workgroups', '0010_known_place'), ('workgroups', '0011_written_and_never_read'), ('workgroups', '0012_dates_accepted'), ('workgroups', '0013_people_change'), ('workgroups', '0014_records'), ('workgroups', '0015_co_leaders'), ('workgroups', '0016_application_words'), ('workgroups', '0017_visit_changed_by'), ('workgroups', '0018_what_passes_on')]

    initial = True

    dependencies = [
        ('programmes', '0001_squashed'),
        ('schools', '0001_squashed'),
        ('schools', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Group',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('forming', 'Forming'), ('running', 'Running'), ('completed', 'Completed'), ('cancelled', 'Cancelled')], default='forming', max_length=20)),
                ('name', models.CharField(max_length=100)),
                ('places_max', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('places_taken', models.PositiveSmallIntegerField(default=0)),
                ('start_reason', models.TextField(blank=True, help_text='Why it started below its minimum.')),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('ended_on', models.DateField(blank=True, null=True)),
                ('taken_over_at', models.DateTimeField(blank=True, null=True)),
                ('cancelled_at', models.DateTimeField(blank=True, null=True)),
                ('cancel_reason', models.TextField(blank=True)),
                ('host', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='hosted_groups', to='schools.school')),
                ('hub', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='groups', to='schools.hub')),
                ('leader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='groups', to='programmes.leader')),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='groups', to='programmes.offer')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('hub', 'offer', 'name'), name='group_name_once', violation_error_message='Your hub already has a group of this name in this programme and year.'), models.CheckConstraint(condition=models.Q(('places_max', None), ('places_taken__lte', models.F('places_max')), _connector='OR'), name='group_not_overfull', violation_error_message='The group is full.')],
            },
        ),
        migrations.CreateModel(
            name='CoLeader',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('leader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='co_leads', to='programmes.leader')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='co_leaders', to='workgroups.group')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('until', None)), fields=('group', 'leader'), name='co_leader_once', violation_error_message='This person leads the group beside its leader already.'), models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='co_leader_dates')],
            },
        ),
        migrations.CreateModel(
            name='LeaderChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('planned', 'Planned'), ('done', 'Done'), ('taken_back', 'Taken back')], default='planned', max_length=20)),
                ('from_on', models.DateField()),
                ('back_on', models.DateField(blank=True, help_text='Cover: from which day who led before leads again.', null=True)),
                ('reason', models.TextField()),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, help_text='When it was done or taken back.', null=True)),
                ('untold', models.JSONField(blank=True, default=list)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='leader_changes', to='workgroups.group')),
                ('leader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes_to', to='programmes.leader')),
                ('was', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programmes.leader')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'planned')), fields=('group',), name='leader_change_one_planned', violation_error_message='A change of leader is planned for this group already.'), models.CheckConstraint(condition=models.Q(('back_on', None), ('back_on__gt', models.F('from_on')), _connector='OR'), name='leader_change_cover_dates', violation_error_message='Cover ends after it begins.'), models.CheckConstraint(condition=models.Q(('leader', models.F('was')), _negated=True), name='leader_change_changes', violation_error_message='This person leads the group already.')],
            },
        ),
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('planned', 'Planned'), ('held', 'Held'), ('cancelled', 'Cancelled')], default='planned', max_length=20)),
                ('number', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('venue', models.CharField(blank=True, help_text='Where it is not at a school.', max_length=150)),
                ('topic', models.CharField(blank=True, max_length=150)),
                ('half_days', models.PositiveSmallIntegerField(default=1)),
                ('sequence', models.PositiveSmallIntegerField(default=0, help_text='Counts moves and cancellations.')),
                ('changed_at', models.DateTimeField(blank=True, null=True)),
                ('was_at', models.DateTimeField(blank=True, null=True)),
                ('was_ends_at', models.DateTimeField(blank=True, null=True)),
                ('was_place', models.CharField(blank=True, max_length=200)),
                ('change_note', models.TextField(blank=True)),
                ('added_at', models.DateTimeField(blank=True, help_text='When it was added to a running group.', null=True)),
                ('untold', models.JSONField(blank=True, default=dict)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='meetings', to='workgroups.group')),
                ('host', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='hosted_meetings', to='schools.school')),
            ],
            options={
                'indexes': [models.Index(fields=['status', 'starts_at'], name='meeting_next')],
                'constraints': [models.UniqueConstraint(fields=('group', 'number'), name='meeting_number_once'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='meeting_ends_after_start', violation_error_message='The meeting must end after it starts.')],
            },
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('coming', 'Coming'), ('cannot', "Can't come"), ('substitute', 'Sending a substitute')], max_length=10)),
                ('substitute_name', models.CharField(blank=True, max_length=150)),
                ('answered_at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='schools.person')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='workgroups.meeting')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('meeting', 'person'), name='answer_once')],
            },
        ),
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mark', models.CharField(choices=[('present', 'Present'), ('apologies', 'Apologies'), ('absent', 'Absent'), ('substitute', 'Substitute')], max_length=10)),
                ('substitute_name', models.CharField(blank=True, max_length=150)),
                ('marked_at', models.DateTimeField()),
                ('marked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendance', to='schools.person')),
                ('school', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='register', to='workgroups.meeting')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('meeting', 'person'), name='attendance_once'), models.CheckConstraint(condition=models.Q(models.Q(('mark', 'substitute'), _negated=True), models.Q(('substitute_name', ''), _negated=True), _connector='OR'), name='attendance_substitute_named', violation_error_message='Say who came as the substitute.')],
            },
        ),
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('placed_on', models.DateField()),
                ('left_on', models.DateField(blank=True, null=True)),
                ('dates_accepted_at', models.DateTimeField(blank=True, null=True)),
                ('dates_accepted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='programmes.enrolment')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='workgroups.group')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('left_on', None)), fields=('enrolment',), name='place_one_group', violation_error_message='This school already has a place in a group.')],
            },
        ),
        migrations.CreateModel(
            name='Participant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('entered_at', models.DateTimeField(blank=True, help_text='When that was known: dates were sent then.', null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='participations', to='schools.person')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='participants', to='workgroups.place')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('until', None)), fields=('place', 'person'), name='participant_once')],
            },
        ),
        migrations.CreateModel(
            name='Replacement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('planned', 'Planned'), ('done', 'Done'), ('taken_back', 'Taken back')], default='planned', max_length=20)),
                ('from_on', models.DateField()),
                ('leaves', models.BooleanField(default=False, help_text='They leave the school altogether.')),
                ('reason', models.TextField(blank=True)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, help_text='When it was done or taken back.', null=True)),
                ('hub', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.hub')),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replaced', to='schools.person')),
                ('school', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replacements', to='schools.school')),
                ('successor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaces', to='schools.person')),
            ],
            options={
                'indexes': [models.Index(fields=['status', 'from_on'], name='replacement_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('successor', None), models.Q(('successor', models.F('person')), _negated=True), _connector='OR'), name='replacement_changes', violation_error_message='Nobody takes over from themselves.')],
            },
        ),
        migrations.CreateModel(
            name='ReplacementPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('place', "Teacher's place"), ('role', 'Role at the school'), ('group', 'Group'), ('leader', 'Time as a leader'), ('contact', 'Contact of an application or interest'), ('nominee', 'Teacher named in an application'), ('draft', 'Form that is being filled in'), ('head', 'Headteacher of an application'), ('base', 'Belongs to the school')], max_length=10)),
                ('label', models.CharField(max_length=250)),
                ('was', models.JSONField(blank=True, default=dict)),
                ('change', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='workgroups.leaderchange')),
                ('enrolled', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='programmes.enrolledteacher')),
                ('given', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='schools.role')),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workgroups.group')),
                ('interest', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='programmes.interest')),
                ('leader', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='programmes.leader')),
                ('replacement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='workgroups.replacement')),
                ('role', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='schools.role')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('to_book', 'To book'), ('booked', 'Booked'), ('done', 'Done'), ('cancelled', 'Cancelled')], default='to_book', max_length=20)),
                ('number', models.PositiveSmallIntegerField(help_text='Counted from 1 over the year.')),
                ('term', models.PositiveSmallIntegerField()),
                ('book_from', models.DateField()),
                ('book_by', models.DateField()),
                ('on', models.DateField(blank=True, null=True)),
                ('starts_at', models.DateTimeField(blank=True, null=True)),
                ('half_days', models.PositiveSmallIntegerField(default=1)),
                ('sequence', models.PositiveSmallIntegerField(default=0, help_text='Counts bookings, moves and cancellations.')),
                ('changed_at', models.DateTimeField(blank=True, null=True)),
                ('was_at', models.DateTimeField(blank=True, null=True)),
                ('was_half_days', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('change_note', models.TextField(blank=True)),
                ('changed_by', models.ForeignKey(blank=True, help_text='Who booked, moved or cancelled it last: whoever leads hears of what others did.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='visits', to='workgroups.group')),
                ('leader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='programmes.leader')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='visits', to='workgroups.place')),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='schools.school')),
            ],
            options={
                'indexes': [models.Index(fields=['status', 'on'], name='visit_status_on')],
                'constraints': [models.UniqueConstraint(fields=('place', 'number'), name='visit_number_once'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'booked'), _negated=True), models.Q(('on__isnull', False), ('starts_at__isnull', False)), _connector='OR'), name='visit_booked_has_date', violation_error_message='A booked visit needs a date and a time.')],
            },
        ),
        migrations.CreateModel(
            name='VisitLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('half_days', models.PositiveSmallIntegerField()),
                ('people_met', models.TextField()),
                ('shared', models.TextField(verbose_name='what was seen')),
                ('private', models.TextField(blank=True, verbose_name='private note')),
                ('written_at', models.DateTimeField()),
                ('version', models.PositiveSmallIntegerField(default=1, help_text='Counts corrections: two at once cannot both win.')),
                ('tags', models.ManyToManyField(blank=True, related_name='+', to='programmes.tag')),
                ('visit', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='log', to='workgroups.visit')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('half_days__gte', 1)), name='visit_log_half_days')],
            },
        ),
        migrations.CreateModel(
            name='AgreedAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=250)),
                ('owner_name', models.CharField(blank=True, max_length=150)),
                ('due_on', models.DateField(blank=True, null=True)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='schools.person')),
                ('log', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='actions', to='workgroups.visitlog')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
    ]
