"""A video as its owner knows it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class VideoDownload(models.Model):
    """A video. Every field but the title may be left out; what is left out is not known, and never guessed in silence."""

    title = models.CharField()
    description = models.TextField(null=True, blank=True, default="")  # noqa: DJ001  (null: not known, "": there is none)
    duration = models.FloatField(null=True, blank=True, help_text="length in seconds")
    transcript = models.TextField(blank=True, default="")
    has_transcript = models.BooleanField(
        null=True, blank=True, default=False, help_text="a transcript exists although its text is not kept here"
    )
    tags = models.JSONField(null=True, blank=True, default=list, help_text="list of texts")
    ai_tags = models.JSONField(null=True, blank=True, default=list, help_text="list of texts, suggested by a model")
    target_keywords = models.JSONField(null=True, blank=True, default=list, help_text="list of texts")
    is_short = models.BooleanField(
        null=True, blank=True, help_text="format short or long; empty: derived from platform and duration"
    )
    status = models.CharField(default="success", db_index=True, help_text="'success' is usable; others are left alone")
    created_at = models.DateTimeField(
        default=timezone.now, editable=False, help_text="of this row; says nothing about the video"
    )
    published_at = models.DateTimeField(
        null=True, blank=True, db_index=True, help_text="when it went public; empty: not yet, and never trained on"
    )

    source_id = models.CharField(
        unique=True, null=True, blank=True, help_text="the video's id where it was imported from; imports find it by this"
    )  # fmt: skip
    channel_id = models.CharField(blank=True, default="", db_index=True)
    category = models.CharField(blank=True, default="")
    language = models.CharField(blank=True, default="", help_text="BCP 47 tag of the spoken language")
    platform = models.CharField(blank=True, default="", help_text="youtube, tiktok, instagram, …")
    metric_regime = models.CharField(
        blank=True, default="", help_text="which definition of the metric its counts follow"
    )
    is_monetised = models.BooleanField(
        null=True,
        blank=True,
        help_text="whether it can earn, as known at publication; no: its revenue is forecast as 0; empty: not known",
    )
    channel_followers = models.FloatField(null=True, blank=True, help_text="as known at publication")
    channel_prior_videos = models.FloatField(null=True, blank=True, help_text="as known at publication")
    channel_prior_views = models.FloatField(null=True, blank=True, help_text="as known at publication")

    # Copies of the forecast in MLPrediction, written with it in one transaction, so that lists need no join.
    ml_predicted_views_30d = models.FloatField(null=True, blank=True, editable=False, db_index=True, help_text="views")
    ml_predicted_revenue_30d = models.FloatField(null=True, blank=True, editable=False, db_index=True, help_text="USD")
    ml_confidence = models.FloatField(null=True, blank=True, editable=False, help_text="0 to 1, see MLPrediction")

    class Meta:
        verbose_name = "video"
        ordering = [models.F("published_at").desc(nulls_last=True), "-pk"]

    def __str__(self) -> str:
        return self.title
