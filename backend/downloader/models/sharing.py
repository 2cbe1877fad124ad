"""Links that show the track record to whoever has them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from downloader.models.opening import Opening


class SharedLink(Opening):
    """A link that opens the track record of some channels, and nothing else. As with a key, its token is shown once and kept as SHA-256."""

    name = models.CharField(help_text="whom it is for")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="foreview_links")
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256 of the token")
    channels = models.JSONField(null=True, help_text="list of channels; null: all that its owner sees at the time")
    with_titles = models.BooleanField(default=False, help_text="whether it shows titles of videos")

    class Meta(Opening.Meta):
        verbose_name = "shared link"

    def __str__(self) -> str:
        return f"link {self.pk} ({self.name})"
