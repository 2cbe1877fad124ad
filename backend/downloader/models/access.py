"""Who may use the API: keys, the channels an account sees, and what was asked of it to be changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from downloader.models.opening import Opening
from downloader.models.permanent import Permanent


class ApiKey(Opening):
    """A key of an account. Its secret is shown once, when it is made; what is kept is its SHA-256.

    A password is hashed slowly because people choose it from a small set that can be tried. This secret is 256 random bits: no speed of
    hashing lets anybody try them, and a slow hash would be paid for by every request.
    """

    name = models.CharField(help_text="what it is for")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="foreview_keys")
    prefix = models.CharField(unique=True, help_text="beginning of the key, by which it is told from others")
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256 of the whole key")
    scopes = models.JSONField(help_text="list of read, write and operate; never more than its owner may")

    class Meta(Opening.Meta):
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.prefix} ({self.name})"


class Membership(models.Model):
    """A user sees the videos of a channel, and what belongs to them."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="foreview_memberships")
    channel_id = models.CharField(db_index=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "channel_id"], name="membership_once")]

    def __str__(self) -> str:
        return f"user {self.user_id} of {self.channel_id}"


class AuditEntry(Permanent):
    """A request that would change something. It is written before anything is done, and what came of it once, afterwards.

    An entry without a status is one whose process was killed meanwhile. Names are kept as text: the entry outlives user and key.
    """

    changeable = frozenset({"status", "object"})

    at = models.DateTimeField(default=timezone.now, db_index=True)
    who = models.CharField(help_text="name of the user")
    key = models.CharField(blank=True, default="", help_text="prefix of the key; empty: a session")
    method = models.CharField()
    path = models.CharField()
    status = models.PositiveSmallIntegerField(null=True, help_text="of the answer")
    object = models.CharField(blank=True, default="", help_text="address of what came of it")

    class Meta:
        verbose_name = "audit entry"
        verbose_name_plural = "audit log"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.who}: {self.method} {self.path}"
