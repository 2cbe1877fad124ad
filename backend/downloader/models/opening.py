"""What a secret opens for a time: the base of keys and links."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Opening(models.Model):
    """Something that its secret opens until it expires or is revoked."""

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(help_text="from then on it opens nothing")
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="to the minute")

    class Meta:
        abstract = True
        ordering = ["-pk"]

    @property
    def is_open(self) -> bool:
        """Whether it opens anything now, as far as it says itself."""
        return self.revoked_at is None and self.expires_at > timezone.now()
