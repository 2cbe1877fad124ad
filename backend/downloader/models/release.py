"""Releases as the database knows them, and the log of which of them served when."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from downloader.models.permanent import Permanent


class Release(Permanent):
    """A release that was published: what it is, and who wanted it. Its folder, named by the version, holds the models themselves.

    Nothing of it ever changes but ``state``. Which release is the champion is no state of a row: the newest :class:`Promotion` says it.
    """

    class State(models.TextChoices):
        CANDIDATE = "candidate", "candidate: trained"
        SHADOW = "shadow", "shadow: its forecasts are recorded, not shown"
        CHALLENGER = "challenger", "challenger: in an experiment"
        RETIRED = "retired", "retired"

    changeable = frozenset({"state"})

    version = models.CharField(unique=True, help_text="day of the cutoff and the hash of the content")
    parent = models.CharField(blank=True, default="", help_text="release that served when this one was trained")
    state = models.CharField(
        choices=State.choices, default=State.CANDIDATE, db_index=True, help_text="what it is while it does not serve"
    )
    as_of = models.DateTimeField(help_text="training cutoff: nothing that became known later was used")
    trained_at = models.DateTimeField()
    data_window = models.JSONField(encoder=DjangoJSONEncoder, help_text="which videos it was trained on")
    kinds = models.JSONField(help_text="what serves views, engagement and revenue, and why")
    metrics = models.JSONField(help_text="scores out of time, as the release's manifest has them")
    files = models.JSONField(help_text="SHA-256 and size of each file")
    seal = models.CharField(max_length=64, help_text="SHA-256 of the manifest, which holds those of the files")
    by = models.CharField(blank=True, default="", help_text="who asked for it; empty: the program itself")
    reason = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(help_text="when it was registered")

    class Meta:
        ordering = ["-as_of", "-pk"]

    def __str__(self) -> str:
        return self.version


class Promotion(Permanent):
    """From when on a release served: one row of a log that is only ever added to. The newest says which release serves."""

    class Kind(models.TextChoices):
        PROMOTION = "promotion", "promotion"
        ROLLBACK = "rollback", "rollback"

    number = models.PositiveBigIntegerField(
        primary_key=True,
        help_text="one more than that of the row before: two promotions at once cannot both be the next",
    )
    at = models.DateTimeField(help_text="from then on it serves; never before that of the row before")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="promotions")
    previous = models.ForeignKey(
        Release, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="what served until then"
    )
    kind = models.CharField(choices=Kind.choices)
    by = models.CharField(blank=True, default="", help_text="who did it; empty: the program itself")
    reason = models.TextField()
    evidence = models.JSONField(null=True, blank=True, help_text="what the gate saw, and what it said against it")

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number}: {self.kind} of {self.release_id} at {self.at.isoformat()}"
