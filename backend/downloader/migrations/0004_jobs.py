import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('downloader', '0003_releases_and_ledger'),
    ]

    operations = [
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(db_index=True, help_text='what is done, such as train')),
                ('arguments', models.JSONField(blank=True, default=dict, help_text='of that kind; {} for the usual')),
                ('key', models.CharField(blank=True, default='', help_text='of jobs with one key only one is queued or running')),
                ('asked_by', models.CharField(blank=True, default='', help_text='who asked, such as the schedule')),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('succeeded', 'Succeeded'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], db_index=True, default='queued')),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now, help_text='not before')),
                ('ticket', models.UUIDField(blank=True, help_text='its place in the queue', null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('most_attempts', models.PositiveIntegerField(default=3)),
                ('cancel_requested', models.BooleanField(default=False, help_text='it ends at its next step')),
                ('owner', models.CharField(blank=True, default='', help_text='the attempt that holds it')),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('suspected_at', models.DateTimeField(blank=True, help_text='when its worker was first taken for dead', null=True)),
                ('step', models.CharField(blank=True, default='', help_text='what is being done')),
                ('done', models.PositiveBigIntegerField(default=0)),
                ('total', models.PositiveBigIntegerField(default=0, help_text='0: not known')),
                ('log', models.TextField(blank=True, default='', help_text='its last lines')),
                ('result', models.JSONField(blank=True, null=True)),
                ('error', models.JSONField(blank=True, help_text='rule, fact and next step', null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('started_at', models.DateTimeField(blank=True, help_text='of the last attempt', null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
                'indexes': [models.Index(fields=['state', 'due_at'], name='job_state_and_due')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('queued', 'running')), models.Q(('key', ''), _negated=True)), fields=('key',), name='job_one_active_a_key')],
            },
        ),
        migrations.CreateModel(
            name='DueTime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.CharField(help_text='name of the line in the schedule')),
                ('due_at', models.DateTimeField()),
                ('job', models.ForeignKey(blank=True, help_text='what was queued; empty: due before a worker first looked', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='due_times', to='downloader.job')),
            ],
            options={
                'ordering': ['-due_at'],
                'constraints': [models.UniqueConstraint(fields=('line', 'due_at'), name='due_time_seen_once')],
            },
        ),
    ]
