"""What a video earned."""

from __future__ import annotations

from django.db import models

from downloader.models.video import VideoDownload


class AdSenseEarnings(models.Model):
    """One calendar day of one video, in the time zone of the source."""

    video = models.ForeignKey(VideoDownload, on_delete=models.CASCADE, related_name="earnings")
    date = models.DateField()
    revenue_usd = models.DecimalField(
        max_digits=16, decimal_places=6, help_text="earned on that day; late corrections may be negative"
    )

    class Meta:
        verbose_name = verbose_name_plural = "AdSense earnings"
        constraints = [models.UniqueConstraint(fields=["video", "date"], name="earnings_one_row_a_video_and_day")]

    def __str__(self) -> str:
        return f"{self.date}: {self.revenue_usd} USD"
