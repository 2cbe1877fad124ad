"""The host's own models: other names, other keys, a channel of its own."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models


class Show(models.Model):
    handle = models.SlugField(unique=True)
    followers = models.IntegerField(null=True)
    objects: ClassVar[models.Manager[Show]] = models.Manager()

    class Meta:
        app_label = "library"

    def __str__(self) -> str:
        return self.handle


class Clip(models.Model):
    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    show = models.ForeignKey(Show, on_delete=models.CASCADE, null=True)
    name = models.CharField(max_length=200)
    blurb = models.TextField(default="")
    seconds = models.IntegerField(null=True)
    labels = models.TextField(default="", help_text="between commas")
    spoken_words = models.TextField(default="")
    released = models.DateTimeField(null=True)
    state = models.CharField(max_length=20, default="public")
    expected_views = models.FloatField(null=True)
    objects: ClassVar[models.Manager[Clip]] = models.Manager()

    class Meta:
        app_label = "library"

    def __str__(self) -> str:
        return self.name


class ClipDay(models.Model):
    clip = models.ForeignKey(Clip, on_delete=models.CASCADE)
    day = models.DateField()
    plays = models.IntegerField(null=True)
    hearts = models.IntegerField(null=True)
    objects: ClassVar[models.Manager[ClipDay]] = models.Manager()

    class Meta:
        app_label = "library"

    def __str__(self) -> str:
        return f"{self.day}"


class ClipIncome(models.Model):
    clip = models.ForeignKey(Clip, on_delete=models.CASCADE)
    day = models.DateField()
    dollars = models.DecimalField(max_digits=12, decimal_places=4)
    objects: ClassVar[models.Manager[ClipIncome]] = models.Manager()

    class Meta:
        app_label = "library"

    def __str__(self) -> str:
        return f"{self.day}"
