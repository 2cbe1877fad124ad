"""How unusual a video was at its age when it was last judged."""

from __future__ import annotations

from django.db import models

from downloader.configuration import video_label


class VideoStanding(models.Model):
    """A video beside its channel's earlier ones of the format at the same age, and whether that is more than luck: one row a video."""

    class Place(models.TextChoices):
        NORMAL = "within normal range", "within normal range"
        ABOVE = "above", "above typical"
        BELOW = "below", "below typical"

    video = models.OneToOneField(video_label(), on_delete=models.CASCADE, related_name="ml_standing", primary_key=True)
    age_days = models.PositiveSmallIntegerField(
        help_text="whole days of age at which it was judged; 0: not counted yet"
    )
    ratio = models.FloatField(
        null=True, help_text="outlier score: its views over typical at that age; empty: nothing is typical yet"
    )
    low = models.FloatField(null=True, help_text="of the score, with 95 % probability")
    high = models.FloatField(null=True, help_text="of the score, with 95 % probability")
    luck = models.FloatField(
        null=True, help_text="0 to 1: probability that a normal video does as well, or as badly; empty: cannot be told"
    )
    place = models.CharField(choices=Place.choices, help_text="decided for many videos together")
    as_of = models.DateTimeField(help_text="when it was judged: nothing that became known later was used")

    class Meta:
        verbose_name = "standing"
        indexes = [
            models.Index(fields=["ratio", "video"], name="standing_ratio"),
            models.Index(fields=["place", "video"], name="standing_place"),
        ]

    def __str__(self) -> str:
        return f"{self.place}, judged at {self.age_days} d"

    @property
    def is_outside(self) -> bool:
        """Whether it is called an outlier."""
        return self.place != self.Place.NORMAL
