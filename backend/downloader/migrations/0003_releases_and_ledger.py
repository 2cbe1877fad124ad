import django.core.serializers.json
import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def begin_the_ledger(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model('downloader', 'LedgerHead').objects.create(pk=1)


class Migration(migrations.Migration):

    dependencies = [
        ('downloader', '0002_videodownload_is_monetised'),
    ]

    operations = [
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(help_text='day of the cutoff and the hash of the content', unique=True)),
                ('parent', models.CharField(blank=True, default='', help_text='release that served when this one was trained')),
                ('state', models.CharField(choices=[('candidate', 'candidate: trained'), ('shadow', 'shadow: its forecasts are recorded, not shown'), ('challenger', 'challenger: in an experiment'), ('retired', 'retired')], db_index=True, default='candidate', help_text='what it is while it does not serve')),
                ('as_of', models.DateTimeField(help_text='training cutoff: nothing that became known later was used')),
                ('trained_at', models.DateTimeField()),
                ('data_window', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, help_text='which videos it was trained on')),
                ('kinds', models.JSONField(help_text='what serves views, engagement and revenue, and why')),
                ('metrics', models.JSONField(help_text="scores out of time, as the release's manifest has them")),
                ('files', models.JSONField(help_text='SHA-256 and size of each file')),
                ('seal', models.CharField(help_text='SHA-256 of the manifest, which holds those of the files', max_length=64)),
                ('by', models.CharField(blank=True, default='', help_text='who asked for it; empty: the program itself')),
                ('reason', models.TextField(blank=True, default='')),
                ('created_at', models.DateTimeField(help_text='when it was registered')),
            ],
            options={
                'ordering': ['-as_of', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='LedgerHead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField(default=0, help_text='of the last row')),
                ('digest', models.CharField(default='0000000000000000000000000000000000000000000000000000000000000000', help_text='of the last row', max_length=64)),
                ('first_after', models.PositiveBigIntegerField(default=0, help_text='number of the last row that was removed')),
                ('first_after_digest', models.CharField(default='0000000000000000000000000000000000000000000000000000000000000000', help_text='its digest', max_length=64)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='ledger_has_one_head')],
            },
        ),
        migrations.CreateModel(
            name='LedgerRow',
            fields=[
                ('number', models.PositiveBigIntegerField(help_text='1, 2, 3, … without gaps', primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('forecast', 'forecast'), ('outcome', 'outcome')])),
                ('video', models.CharField(help_text='key of the video')),
                ('written_at', models.DateTimeField(db_index=True)),
                ('as_of', models.DateTimeField(help_text='issue time of a forecast; when an outcome matured, if it did', null=True)),
                ('release', models.CharField(blank=True, default='', help_text='version that made the forecast')),
                ('role', models.CharField(blank=True, choices=[('served', 'served'), ('shadow', 'shadow: recorded, not shown')], default='')),
                ('issue_age_days', models.FloatField(null=True)),
                ('format', models.CharField(blank=True, default='', help_text='short or long')),
                ('target', models.CharField(blank=True, default='', help_text='of an outcome')),
                ('fingerprint', models.CharField(blank=True, default='', help_text='SHA-256 of the features and of what was settled', max_length=64)),
                ('record', models.TextField(help_text='JSON in its one spelling')),
                ('previous', models.CharField(help_text='digest of the row before', max_length=64)),
                ('digest', models.CharField(help_text='SHA-256 of that digest, the number and the record', max_length=64)),
            ],
            options={
                'verbose_name': 'row of the ledger',
                'verbose_name_plural': 'ledger',
                'ordering': ['-number'],
                'indexes': [models.Index(fields=['video', 'kind'], name='ledger_video'), models.Index(fields=['release', 'as_of'], name='ledger_release')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'outcome')), fields=('video', 'target'), name='ledger_one_outcome_a_video_and_target')],
            },
        ),
        migrations.RunPython(begin_the_ledger, migrations.RunPython.noop),
        migrations.CreateModel(
            name='Promotion',
            fields=[
                ('number', models.PositiveBigIntegerField(help_text='one more than that of the row before: two promotions at once cannot both be the next', primary_key=True, serialize=False)),
                ('at', models.DateTimeField(help_text='from then on it serves; never before that of the row before')),
                ('kind', models.CharField(choices=[('promotion', 'promotion'), ('rollback', 'rollback')])),
                ('by', models.CharField(blank=True, default='', help_text='who did it; empty: the program itself')),
                ('reason', models.TextField()),
                ('evidence', models.JSONField(blank=True, help_text='what the gate saw, and what it said against it', null=True)),
                ('previous', models.ForeignKey(blank=True, help_text='what served until then', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='downloader.release')),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='promotions', to='downloader.release')),
            ],
            options={
                'ordering': ['-number'],
            },
        ),
    ]
