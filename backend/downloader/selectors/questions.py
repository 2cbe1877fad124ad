"""Which videos a question is about that names none."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist

from downloader.configuration import video_table
from downloader.models import VideoDownload
from downloader.selectors.pages import Channels
from foreview.errors import UsageError


class ChannelUnknown(UsageError, ObjectDoesNotExist):  # noqa: N818  (Django's own says DoesNotExist)
    """There is no such channel, or it is not to be seen."""

    def __init__(self, channel: str) -> None:
        super().__init__(
            "a channel is one of the account's that has videos", f"there is no {channel!r}", "Check its id"
        )


def published_keys(channels: Channels, start: datetime | None, end: datetime, channel: str | None = None) -> list[int]:
    """Return the keys of the usable videos of these channels published from ``start`` (None: ever) on and before ``end``."""
    rows = VideoDownload.objects.filter(published_at__lt=end, **video_table().usable)
    rows = rows if start is None else rows.filter(published_at__gte=start)
    rows = rows if channels is None else rows.filter(channel_id__in=list(channels))
    rows = rows if channel is None else rows.filter(channel_id=channel)
    return list(rows.order_by("pk").values_list("pk", flat=True))
