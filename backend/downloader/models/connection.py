"""Accounts that numbers are read from, what was read of each video, and how much of the quota that took."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from downloader.models.video import VideoDownload


class ConnectionKind(models.TextChoices):
    """What is connected."""

    YOUTUBE = "youtube", "YouTube channel"
    ADSENSE = "adsense", "AdSense account"


class ConnectionState(models.TextChoices):
    """Whether it can be read."""

    CONNECTED = "connected"
    AGAIN = "again", "needs to be connected again"


class Connection(models.Model):
    """A channel or an account whose owner agreed that it is read.

    What opens it is encrypted at rest with ``FOREVIEW["TOKEN_KEYS"]``, and shown nowhere.
    """

    kind = models.CharField(choices=ConnectionKind.choices)
    account = models.CharField(help_text="id of the channel or account at the platform")
    title = models.CharField(blank=True, default="")
    who = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="foreview_connections")
    scopes = models.JSONField(default=list, editable=False, help_text="what its owner agreed to")
    sealed_token = models.TextField(editable=False, help_text="the refresh token, encrypted")

    state = models.CharField(choices=ConnectionState.choices, default=ConnectionState.CONNECTED, editable=False)
    said = models.TextField(blank=True, default="", editable=False, help_text="what hinders it, and what to do")
    connected_at = models.DateTimeField(default=timezone.now, editable=False)
    synced_at = models.DateTimeField(null=True, editable=False, help_text="when it was last read to its end")
    read_until = models.DateField(null=True, editable=False, help_text="last day that was read of all its videos")
    whole_at = models.DateTimeField(null=True, editable=False, help_text="when all days were last begun to be read")
    reading = models.JSONField(null=True, editable=False, help_text="the pass that was begun and is not done")
    totals = models.JSONField(default=dict, editable=False, help_text="month → USD, of AdSense and of the videos")

    retention_days = models.PositiveIntegerField(
        null=True, blank=True, default=30, help_text="what was not refreshed for so long is deleted; empty: kept"
    )
    delete_on_disconnect = models.BooleanField(default=True, help_text="disconnecting deletes what was read")
    label_derived = models.BooleanField(
        default=True, help_text="figures derived from its data are marked as Foreview's"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "account"], name="connection_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.title or self.account}"


class ConnectedVideo(models.Model):
    """What a connection has read of a video: all days from ``first_day`` to ``last_day``."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="videos")
    video = models.ForeignKey(VideoDownload, on_delete=models.CASCADE, related_name="+")
    brought = models.BooleanField(help_text="whether the video was not here before")
    pass_at = models.DateTimeField(help_text="beginning of the pass in which it was last asked for")
    seen_at = models.DateTimeField(help_text="when the platform last told anything of it")
    whole_at = models.DateTimeField(null=True, help_text="when all its days were last read; empty: none are kept")
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "video"], name="connected_video_once")]

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day} of video {self.video_id}"


class ConnectionReading(models.Model):
    """An instant at which a connection read counters: by it its snapshots are told from those of other sources."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="readings")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "at"], name="connection_reading_once")]

    def __str__(self) -> str:
        return f"{self.at}"


class QuotaUse(models.Model):
    """Units that a method took on a day of Los Angeles, where YouTube's quota begins anew at midnight."""

    day = models.DateField()
    api = models.CharField(help_text="whose quota it is")
    method = models.CharField()
    units = models.PositiveIntegerField(default=0)
    refused = models.BooleanField(default=False, help_text="whether Google said that nothing is left")

    class Meta:
        verbose_name = "quota"
        verbose_name_plural = "quota"
        ordering = ["-day", "method"]
        constraints = [models.UniqueConstraint(fields=["day", "method"], name="quota_one_row_a_day_and_method")]

    def __str__(self) -> str:
        return f"{self.day} {self.method}: {self.units}"
