"""What was observed of a video: counts of a day, or counters read at an instant."""

from __future__ import annotations

from django.db import models

from downloader.models.video import VideoDownload


class VideoAnalytics(models.Model):
    """One calendar day of one video, in the time zone of the source: what that day added, not a total."""

    video = models.ForeignKey(VideoDownload, on_delete=models.CASCADE, related_name="analytics")
    date = models.DateField()
    views = models.BigIntegerField()
    likes = models.BigIntegerField(
        null=True, blank=True, help_text="empty when hidden; likes taken back make it negative"
    )
    comments = models.BigIntegerField(null=True, blank=True, help_text="empty when disabled")
    shares = models.BigIntegerField(null=True, blank=True)
    watch_time_s = models.FloatField(null=True, blank=True, help_text="seconds watched")
    impressions = models.BigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "video analytics"
        constraints = [
            models.UniqueConstraint(fields=["video", "date"], name="analytics_one_row_a_video_and_day"),
            models.CheckConstraint(condition=models.Q(views__gte=0), name="analytics_views_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.views} views"


class VideoSnapshot(models.Model):
    """The counters of a video as they stood at an instant.

    Scrapes and the platforms' public APIs know totals only. Turned into daily rows they would pretend that each day was
    seen, so they are kept as what they are.
    """

    video = models.ForeignKey(VideoDownload, on_delete=models.CASCADE, related_name="snapshots")
    observed_at = models.DateTimeField()
    views = models.BigIntegerField(help_text="total so far")
    likes = models.BigIntegerField(null=True, blank=True, help_text="total so far; empty when hidden")
    comments = models.BigIntegerField(null=True, blank=True, help_text="total so far; empty when disabled")
    shares = models.BigIntegerField(null=True, blank=True, help_text="total so far")

    class Meta:
        verbose_name = "snapshot"
        constraints = [
            models.UniqueConstraint(fields=["video", "observed_at"], name="snapshot_one_row_a_video_and_instant"),
            models.CheckConstraint(condition=models.Q(views__gte=0), name="snapshot_views_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.observed_at}: {self.views} views so far"
