"""Two releases compared in service: what was declared before, and what came of it."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import Q

from downloader.models.permanent import Permanent
from downloader.models.release import Release

MOST_PAIRS: Final = 1_000_000
"""Pairs up to which a stop rule can be declared: more videos than two releases will ever both have forecast."""


class Experiment(Permanent):
    """A champion and its challenger, followed video by video. What is declared at the start is never changed; what it came to is written once."""

    class Mode(models.TextChoices):
        SHADOW = "shadow", "shadow: the champion serves every video"
        SPLIT = "split", "split: a stable hash says which of the two serves a video"

    class State(models.TextChoices):
        RUNNING = "running", "running"
        DECIDED = "decided", "decided: the stop rule ended it"
        STOPPED = "stopped", "stopped: by hand, or because another release serves"

    changeable = frozenset({"state", "ended_at", "outcome", "evidence", "ending"})

    name = models.CharField(unique=True)
    champion = models.ForeignKey(
        Release, on_delete=models.PROTECT, related_name="+", help_text="what served at the start"
    )
    challenger = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="experiments")
    mode = models.CharField(choices=Mode.choices, default=Mode.SHADOW)
    share = models.FloatField(default=0.5, help_text="of the videos that the challenger serves, where they are split")
    salt = models.CharField(help_text="what the split is hashed with")
    target = models.CharField(default="views_7d", help_text="whose forecasts are compared")
    most_age_days = models.FloatField(
        default=3.0, help_text="age up to which a forecast counts: of each video the first that both made"
    )
    alpha = models.FloatField(help_text="probability of calling either better where neither is")
    least_pairs = models.PositiveIntegerField(help_text="videos before which neither is called better")
    most_pairs = models.PositiveIntegerField(help_text="videos at which it ends")
    clip = models.FloatField(help_text="differences of ln errors beyond this count as this")
    allowed_harm = models.FloatField(help_text="mean difference of ln errors at which it ends at once")
    promotes = models.BooleanField(
        default=False, help_text="whether a challenger that is better is promoted, if it passes the gate"
    )
    by = models.CharField(blank=True, default="", help_text="who began it; empty: the program itself")
    reason = models.TextField()
    started_at = models.DateTimeField(help_text="forecasts issued from then on count")

    state = models.CharField(choices=State.choices, default=State.RUNNING)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(blank=True, default="", help_text="what the stop rule said")
    evidence = models.JSONField(null=True, blank=True, help_text="pairs, their mean and its bounds when it ended")
    ending = models.TextField(blank=True, default="", help_text="why it ended, and what was done")

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="running"), name="experiment_one_at_a_time")
        ]

    def __str__(self) -> str:
        return self.name
