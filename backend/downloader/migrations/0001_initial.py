import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from downloader.configuration import video_label, video_migrations


class Migration(migrations.Migration):

    initial = True

    # A forecast belongs to the project's own videos where FOREVIEW maps them: model and migration ask the same setting.
    dependencies = video_migrations()

    operations = [
        migrations.CreateModel(
            name='VideoDownload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField()),
                ('description', models.TextField(blank=True, default='', null=True)),
                ('duration', models.FloatField(blank=True, help_text='length in seconds', null=True)),
                ('transcript', models.TextField(blank=True, default='')),
                ('has_transcript', models.BooleanField(blank=True, default=False, help_text='a transcript exists although its text is not kept here', null=True)),
                ('tags', models.JSONField(blank=True, default=list, help_text='list of texts', null=True)),
                ('ai_tags', models.JSONField(blank=True, default=list, help_text='list of texts, suggested by a model', null=True)),
                ('target_keywords', models.JSONField(blank=True, default=list, help_text='list of texts', null=True)),
                ('is_short', models.BooleanField(blank=True, help_text='format short or long; empty: derived from platform and duration', null=True)),
                ('status', models.CharField(db_index=True, default='success', help_text="'success' is usable; others are left alone")),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, help_text='of this row; says nothing about the video')),
                ('published_at', models.DateTimeField(blank=True, db_index=True, help_text='when it went public; empty: not yet, and never trained on', null=True)),
                ('source_id', models.CharField(blank=True, help_text="the video's id where it was imported from; imports find it by this", null=True, unique=True)),
                ('channel_id', models.CharField(blank=True, db_index=True, default='')),
                ('category', models.CharField(blank=True, default='')),
                ('language', models.CharField(blank=True, default='', help_text='BCP 47 tag of the spoken language')),
                ('platform', models.CharField(blank=True, default='', help_text='youtube, tiktok, instagram, …')),
                ('metric_regime', models.CharField(blank=True, default='', help_text='which definition of the metric its counts follow')),
                ('channel_followers', models.FloatField(blank=True, help_text='as known at publication', null=True)),
                ('channel_prior_videos', models.FloatField(blank=True, help_text='as known at publication', null=True)),
                ('channel_prior_views', models.FloatField(blank=True, help_text='as known at publication', null=True)),
                ('ml_predicted_views_30d', models.FloatField(blank=True, editable=False, help_text='views', null=True)),
                ('ml_predicted_revenue_30d', models.FloatField(blank=True, editable=False, help_text='USD', null=True)),
                ('ml_confidence', models.FloatField(blank=True, editable=False, help_text='0 to 1, see MLPrediction', null=True)),
            ],
            options={
                'verbose_name': 'video',
                'ordering': [models.F('published_at').desc(nulls_last=True), '-pk'],
            },
        ),
        migrations.CreateModel(
            name='MLPrediction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('predicted_views_7d', models.FloatField(help_text='views in the first 7 days')),
                ('predicted_views_30d', models.FloatField(help_text='views in the first 30 days')),
                ('predicted_engagement_rate', models.FloatField(help_text='percent: likes, comments and shares per view, first 30 days', null=True)),
                ('predicted_revenue_30d', models.FloatField(help_text='USD in the first 30 days', null=True)),
                ('confidence_score', models.FloatField(help_text='0 to 1: the lowest of the three')),
                ('views_confidence', models.FloatField(help_text='0 to 1: probability that the views after 30 days lie within a factor of two of the forecast')),
                ('engagement_confidence', models.FloatField(help_text='0 to 1: the same of the engagement rate', null=True)),
                ('revenue_confidence', models.FloatField(help_text='0 to 1: the same of the revenue', null=True)),
                ('by_target', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('features_used', models.JSONField(help_text='name → value and unit, as known at the issue time; unknown ones are left out')),
                ('as_of', models.DateTimeField(help_text='issue time: nothing that became known later was used')),
                ('issue_age_days', models.FloatField(help_text='age of the video at the issue time')),
                ('model_version', models.CharField(help_text='release that made it')),
                ('model_type', models.CharField(db_index=True, help_text="of the views after 30 days. ensemble: fitted models; typical: they showed no skill, so the channel's typical; prior: cold start, nothing was trained yet; observed: already known")),
                ('updated_at', models.DateTimeField(db_index=True, help_text='when this row was written')),
                ('video', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='ml_prediction', to=video_label())),
            ],
            options={
                'verbose_name': 'forecast',
                'ordering': ['-updated_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='VideoAnalytics',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateField()),
                ('views', models.BigIntegerField()),
                ('likes', models.BigIntegerField(blank=True, help_text='empty when hidden; likes taken back make it negative', null=True)),
                ('comments', models.BigIntegerField(blank=True, help_text='empty when disabled', null=True)),
                ('shares', models.BigIntegerField(blank=True, null=True)),
                ('watch_time_s', models.FloatField(blank=True, help_text='seconds watched', null=True)),
                ('impressions', models.BigIntegerField(blank=True, null=True)),
                ('video', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='analytics', to='downloader.videodownload')),
            ],
            options={
                'verbose_name': 'video analytics',
                'verbose_name_plural': 'video analytics',
                'constraints': [models.UniqueConstraint(fields=('video', 'date'), name='analytics_one_row_a_video_and_day'), models.CheckConstraint(condition=models.Q(('views__gte', 0)), name='analytics_views_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='AdSenseEarnings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateField()),
                ('revenue_usd', models.DecimalField(decimal_places=6, help_text='earned on that day; late corrections may be negative', max_digits=16)),
                ('video', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='earnings', to='downloader.videodownload')),
            ],
            options={
                'verbose_name': 'AdSense earnings',
                'verbose_name_plural': 'AdSense earnings',
                'constraints': [models.UniqueConstraint(fields=('video', 'date'), name='earnings_one_row_a_video_and_day')],
            },
        ),
        migrations.CreateModel(
            name='VideoSnapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('observed_at', models.DateTimeField()),
                ('views', models.BigIntegerField(help_text='total so far')),
                ('likes', models.BigIntegerField(blank=True, help_text='total so far; empty when hidden', null=True)),
                ('comments', models.BigIntegerField(blank=True, help_text='total so far; empty when disabled', null=True)),
                ('shares', models.BigIntegerField(blank=True, help_text='total so far', null=True)),
                ('video', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='snapshots', to='downloader.videodownload')),
            ],
            options={
                'verbose_name': 'snapshot',
                'constraints': [models.UniqueConstraint(fields=('video', 'observed_at'), name='snapshot_one_row_a_video_and_instant'), models.CheckConstraint(condition=models.Q(('views__gte', 0)), name='snapshot_views_not_negative')],
            },
        ),
    ]
