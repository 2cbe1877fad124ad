"""The ledger: what was forecast and what happened, each row hashed with the one before."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from downloader.models.permanent import Permanent


class LedgerRow(Permanent):
    """A forecast of one video by one release, or the outcome of one target of a video.

    ``record`` is what counts, and what is hashed; the other columns repeat parts of it so that rows can be found. A video is named by its
    key alone: its row in the ledger outlives it.
    """

    class Kind(models.TextChoices):
        FORECAST = "forecast", "forecast"
        OUTCOME = "outcome", "outcome"

    class Role(models.TextChoices):
        SERVED = "served", "served"
        SHADOW = "shadow", "shadow: recorded, not shown"

    number = models.PositiveBigIntegerField(primary_key=True, help_text="1, 2, 3, … without gaps")
    kind = models.CharField(choices=Kind.choices)
    video = models.CharField(help_text="key of the video")
    written_at = models.DateTimeField(db_index=True)
    as_of = models.DateTimeField(null=True, help_text="issue time of a forecast; when an outcome matured, if it did")
    release = models.CharField(blank=True, default="", help_text="version that made the forecast")
    role = models.CharField(choices=Role.choices, blank=True, default="")
    issue_age_days = models.FloatField(null=True)
    format = models.CharField(blank=True, default="", help_text="short or long")
    target = models.CharField(blank=True, default="", help_text="of an outcome")
    fingerprint = models.CharField(
        max_length=64, blank=True, default="", help_text="SHA-256 of the features and of what was settled"
    )
    record = models.TextField(help_text="JSON in its one spelling")
    previous = models.CharField(max_length=64, help_text="digest of the row before")
    digest = models.CharField(max_length=64, help_text="SHA-256 of that digest, the number and the record")

    class Meta:
        verbose_name = "row of the ledger"
        verbose_name_plural = "ledger"
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["video", "kind"], name="ledger_video"),
            models.Index(fields=["release", "as_of"], name="ledger_release"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["video", "target"], condition=Q(kind="outcome"), name="ledger_one_outcome_a_video_and_target"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.kind} of video {self.video}"


class LedgerHead(models.Model):
    """The one row that says where the ledger ends, and where it begins since rows were last removed by the retention rule."""

    number = models.PositiveBigIntegerField(default=0, help_text="of the last row")
    digest = models.CharField(max_length=64, default="0" * 64, help_text="of the last row")
    first_after = models.PositiveBigIntegerField(default=0, help_text="number of the last row that was removed")
    first_after_digest = models.CharField(max_length=64, default="0" * 64, help_text="its digest")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="ledger_has_one_head")]

    def __str__(self) -> str:
        return f"row {self.number}"
