"""What a person should look at, and what a person said about a metric."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from foreview.vocabulary import FORMATS


class Alert(models.Model):
    """Something that was noticed. It stands until somebody acknowledges it; noticed again meanwhile, it is the same alert."""

    class Kind(models.TextChoices):
        INPUT_DRIFT = "input_drift", "videos are not such as the champion was trained on"
        COVERAGE = "coverage", "outcomes lie outside their intervals more or less often than promised"
        REGIME = "regime", "outcomes shifted at once, as when a metric is redefined"
        JOB = "job", "a scheduled job failed"
        CONNECTION = "connection", "a connection needs to be connected again"

    kind = models.CharField(choices=Kind.choices)
    subject = models.CharField(help_text="what it is about, such as a feature or a target")
    text = models.TextField(help_text="what was noticed, and what to do")
    evidence = models.JSONField(default=dict, blank=True)
    raised_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(blank=True, default="")
    note = models.TextField(blank=True, default="", help_text="what was done about it")

    class Meta:
        ordering = ["-raised_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(acknowledged_at=None), name="alert_stands_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"


class MetricRegime(models.Model):
    """A platform changed on a date what it counts. Counts before and after are not mixed, and a label that the date cuts is missing."""

    name = models.CharField(unique=True, help_text="what the regime from then on is called")
    platform = models.CharField(help_text="youtube, tiktok, instagram, …")
    format = models.CharField(choices=[(name, name) for name in FORMATS])
    at = models.DateTimeField(help_text="videos published from then on are counted in the new way")
    source = models.TextField(help_text="where it was announced, or how it was found")
    by = models.CharField(blank=True, default="", help_text="who confirmed it")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.name}, from {self.at:%Y-%m-%d} on"
