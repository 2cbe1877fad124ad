"""What other apps may listen to."""

from __future__ import annotations

from typing import Final

from django.dispatch import Signal

alert_raised: Final = Signal()
"""A new alert stands: ``alert``, an :class:`~downloader.models.Alert`. Sent when it is committed, once an alert."""
