"""The forecast that stands for a video."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from downloader.configuration import video_label
from foreview.vocabulary import CLASSES, INTERVALS, MODEL_TYPES, Target


class MLPrediction(models.Model):
    """The current forecast of a video: one row a video, replaced by the next.

    The columns are the headline; ``by_target`` holds the whole forecast of ``views_7d``, ``views_30d``, ``engagement_rate`` and
    ``revenue_30d``: ``point``, ``point_mrse``, the quantiles ``p2_5`` … ``p97_5``, the class probabilities ``p_low``, ``p_medium``,
    ``p_high`` with ``class_source``, ``typical``, ``p_beats_typical``, ``confidence``, ``p_above_zero`` and ``model_type``.
    """

    video = models.OneToOneField(video_label(), on_delete=models.CASCADE, related_name="ml_prediction")

    predicted_views_7d = models.FloatField(help_text="views in the first 7 days")
    predicted_views_30d = models.FloatField(help_text="views in the first 30 days")
    predicted_engagement_rate = models.FloatField(
        null=True, help_text="percent: likes, comments and shares per view, first 30 days"
    )
    predicted_revenue_30d = models.FloatField(null=True, help_text="USD in the first 30 days")

    confidence_score = models.FloatField(help_text="0 to 1: the lowest of the three")
    views_confidence = models.FloatField(
        help_text="0 to 1: probability that the views after 30 days lie within a factor of two of the forecast"
    )
    engagement_confidence = models.FloatField(null=True, help_text="0 to 1: the same of the engagement rate")
    revenue_confidence = models.FloatField(null=True, help_text="0 to 1: the same of the revenue")

    p_beats_typical = models.FloatField(
        null=True, help_text="0 to 1: probability that the views after 30 days are more than typical"
    )

    by_target = models.JSONField(encoder=DjangoJSONEncoder)
    features_used = models.JSONField(
        help_text="name → value and unit, as known at the issue time; unknown ones are left out"
    )

    as_of = models.DateTimeField(help_text="issue time: nothing that became known later was used")
    issue_age_days = models.FloatField(help_text="age of the video at the issue time")
    model_version = models.CharField(help_text="release that made it")
    model_type = models.CharField(
        db_index=True,
        help_text="of the views after 30 days. ensemble: fitted models; typical: they showed no skill, so the channel's typical; "
        "prior: cold start, nothing was trained yet; observed: already known",
    )
    updated_at = models.DateTimeField(db_index=True, help_text="when this row was written")

    class Meta:
        verbose_name = "forecast"
        ordering = ["-updated_at", "pk"]
        indexes = [models.Index(fields=["p_beats_typical", "video"], name="prediction_beats_typical")]

    def __str__(self) -> str:
        low, high = self.interval("views_30d", 80)
        return (
            f"{self.predicted_views_30d:,.0f} views after 30 days (80 %: {low:,.0f} to {high:,.0f}), {self.model_type}"
        )

    def interval(self, target: Target, percent: int) -> tuple[float, float]:
        """Return the ends of the 50, 80 or 95 % interval, in the unit of the target."""
        low, high = INTERVALS[percent]
        return self.by_target[target][low], self.by_target[target][high]

    def why(self, target: Target) -> str:
        """Return in words what serves this target, such as that a video is known not to be monetised."""
        return MODEL_TYPES[self.by_target[target]["model_type"]]

    def likely_class(self, target: Target = "views_30d") -> str:
        """Return low, medium or high: which third of its channel-format's own history is the likeliest."""
        return max(CLASSES, key=lambda name: self.by_target[target][f"p_{name}"])
