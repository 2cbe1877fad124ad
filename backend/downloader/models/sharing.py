"""Links that show the track record to whoever has them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class SharedLink(models.Model):
    """A link that opens the track record of some channels, and nothing else. As with a key, its token is shown once and kept as SHA-256."""

    name = models.CharField(help_text="whom it is for")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="foreview_links")
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256 of the token")
    channels = models.JSONField(null=True, help_text="list of channels; null: all that its owner sees at the time")
    with_titles = models.BooleanField(default=False, help_text="whether it shows titles of videos")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(help_text="from then on it opens nothing")
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="to the minute")

    class Meta:
        verbose_name = "shared link"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"link {self.pk} ({self.name})"

    @property
    def is_open(self) -> bool:
        """Whether it opens anything now, as far as it says itself."""
        return self.revoked_at is None and self.expires_at > timezone.now()
