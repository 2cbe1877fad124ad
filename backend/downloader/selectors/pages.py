"""Pages of lists: what lies before a cursor, the youngest first, as far as somebody may see it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, Q, QuerySet

from downloader.models import (
    AdSenseEarnings,
    Alert,
    Experiment,
    Job,
    LedgerRow,
    MLPrediction,
    Release,
    VideoAnalytics,
    VideoDownload,
)
from downloader.models.job import ACTIVE
from downloader.selectors.videos import VideoUnknown
from foreview.errors import UsageError

M = TypeVar("M", bound=Model)
D = TypeVar("D", VideoAnalytics, AdSenseEarnings)
_MOST_KEYS: Final = 20_000
"""Values that a query of SQLite may be given, with some to spare."""
_LARGEST_KEY: Final = 2**63 - 1
"""Of any table; an address may hold a larger number, which a database cannot even be asked for among others."""
Channels = Collection[str] | None
"""The channels that may be seen; None: all."""


class JobUnknown(UsageError, ObjectDoesNotExist):  # noqa: N818  (Django's own says DoesNotExist)
    """There is no such job, or it is not to be seen."""


class AlertUnknown(UsageError, ObjectDoesNotExist):  # noqa: N818  (Django's own says DoesNotExist)
    """There is no such alert."""


class ForecastUnknown(UsageError, ObjectDoesNotExist):  # noqa: N818  (Django's own says DoesNotExist)
    """The video has no forecast yet."""


@dataclass(frozen=True, slots=True)
class VideoFilter:
    """Which videos are listed; None: whatever it is."""

    channel: str | None = None
    format: str | None = None
    """short or long, as the video says it itself."""
    status: str | None = None
    search: str | None = None
    """A part of the title, in whatever case."""
    source_id: str | None = None
    """The video's id where it comes from."""
    published_from: datetime | None = None
    published_before: datetime | None = None

    @property
    def wanted(self) -> Q:
        """The filter as a condition."""
        conditions: dict[str, Any] = {
            "channel_id": self.channel,
            "is_short": None if self.format is None else self.format == "short",
            "status": self.status,
            "title__icontains": self.search,
            "source_id": self.source_id,
            "published_at__gte": self.published_from,
            "published_at__lt": self.published_before,
        }
        return Q(**{lookup: value for lookup, value in conditions.items() if value is not None})


def video_page(channels: Channels, wanted: VideoFilter, before: int | None, limit: int) -> list[VideoDownload]:
    """Return ``limit`` videos, and one more where there are more, without their long texts."""
    rows = _seen(channels).filter(wanted.wanted).defer("transcript", "description")
    return list(_before(rows, before)[: limit + 1])


def video_seen(channels: Channels, key: int) -> VideoDownload:
    """Return one video.

    Raises
    ------
    VideoUnknown
        If there is none, or it is of another channel: the two are not told apart.

    """
    found = _seen(channels).filter(pk=key).first()
    if found is None:
        raise VideoUnknown(f"there is none with the id {key}")
    return found


def videos_seen(channels: Channels, keys: Iterable[int]) -> set[int]:
    """Return which of these videos are there and of these channels."""
    asked, seen = sorted(key for key in set(keys) if key <= _LARGEST_KEY), set[int]()
    for start in range(0, len(asked), _MOST_KEYS):
        part = asked[start : start + _MOST_KEYS]
        seen |= set(_seen(channels).filter(pk__in=part).values_list("pk", flat=True))
    return seen


def day_page(channels: Channels, model: type[D], video: int, before: int | None, limit: int) -> list[D]:
    """Return ``limit`` days of a video, and one more where there are more, the youngest first; ``before`` is an ordinal day.

    Raises
    ------
    VideoUnknown
        If there is no such video for these channels.

    """
    check_videos_seen(channels, [video])
    rows = model._default_manager.filter(video_id=video).order_by("-date")
    return list((rows if before is None else rows.filter(date__lt=date.fromordinal(before)))[: limit + 1])


def check_videos_seen(channels: Channels, keys: Iterable[int]) -> None:
    """Raise VideoUnknown where one of these videos is not there, or of another channel."""
    asked = list(dict.fromkeys(keys))
    seen = videos_seen(channels, asked)
    for key in asked:
        if key not in seen:
            raise VideoUnknown(f"there is none with the id {key}")


def forecast_seen(channels: Channels, key: int) -> MLPrediction:
    """Return the forecast that stands for a video.

    Raises
    ------
    VideoUnknown, ForecastUnknown
        If there is no such video for these channels, or it has no forecast yet.

    """
    check_videos_seen(channels, [key])
    found = MLPrediction.objects.filter(video_id=key).first()
    if found is None:
        raise ForecastUnknown("a forecast is one that was made", f"video {key} has none yet", "Ask for one")
    return found


def forecasts_of(keys: Iterable[int]) -> list[MLPrediction]:
    """Return the forecasts of these videos, by the video's key."""
    return list(MLPrediction.objects.filter(video_id__in=list(keys)).order_by("video_id"))


def forecast_page(channels: Channels, keys: Iterable[int], before: int | None, limit: int) -> list[MLPrediction]:
    """Return ``limit`` forecasts of these videos, and one more where there are more, those of the videos entered last first."""
    rows = MLPrediction.objects.filter(video_id__in=list(keys)).order_by("-video_id")
    rows = rows if channels is None else rows.filter(video__channel_id__in=list(channels))
    return list((rows if before is None else rows.filter(video_id__lt=before))[: limit + 1])


def release_page(before: int | None, limit: int) -> list[Release]:
    """Return ``limit`` releases, and one more where there are more, the one that was registered last first."""
    return list(_before(Release.objects.all(), before)[: limit + 1])


def experiment_page(state: str | None, before: int | None, limit: int) -> list[Experiment]:
    """Return ``limit`` experiments with their releases, and one more where there are more, the one begun last first."""
    rows = Experiment.objects.select_related("champion", "challenger")
    return list(_before(rows if state is None else rows.filter(state=state), before)[: limit + 1])


def alert_page(standing: bool | None, before: int | None, limit: int) -> list[Alert]:
    """Return ``limit`` alerts, and one more where there are more, the one raised last first."""
    rows = Alert.objects.all()
    wanted = rows if standing is None else rows.filter(acknowledged_at__isnull=standing)
    return list(_before(wanted, before)[: limit + 1])


def alert_seen(number: int) -> Alert:
    """Return one alert.

    Raises
    ------
    AlertUnknown
        If there is none.

    """
    found = Alert.objects.filter(pk=number).first()
    if found is None:
        raise AlertUnknown("an alert is one that was raised", f"there is none with the number {number}")
    return found


def ledger_page(video: str, role: str, before: int | None, limit: int) -> list[LedgerRow]:
    """Return ``limit`` forecasts of a video that the ledger holds, and one more where there are more, the last one first."""
    rows = LedgerRow.objects.filter(video=video, kind=LedgerRow.Kind.FORECAST, role=role)
    return list(_before(rows, before)[: limit + 1])


def job_page(asked_by: str | None, state: str | None, before: int | None, limit: int) -> list[Job]:
    """Return ``limit`` jobs that ``asked_by`` asked for (None: anybody), and one more where there are more."""
    rows = Job.objects.defer("log")
    rows = rows if asked_by is None else rows.filter(asked_by=asked_by)
    return list(_before(rows if state is None else rows.filter(state=state), before)[: limit + 1])


def job_seen(asked_by: str | None, number: int) -> Job:
    """Return one job.

    Raises
    ------
    JobUnknown
        If there is none, or somebody else asked for it: the two are not told apart.

    """
    rows = Job.objects.filter(pk=number)
    found = (rows if asked_by is None else rows.filter(asked_by=asked_by)).first()
    if found is None:
        raise JobUnknown("a job is one that this account asked for", f"there is none with the number {number}")
    return found


def job_applying(asked_by: str | None, number: int) -> Job | None:
    """Return the job that applies the import of that number or will, of those that ``asked_by`` asked for (None: anybody)."""
    rows = Job.objects.filter(kind="apply_import", state__in=ACTIVE, arguments__number=number)
    return (rows if asked_by is None else rows.filter(asked_by=asked_by)).first()


def _seen(channels: Channels) -> QuerySet[VideoDownload]:
    rows = VideoDownload.objects.all()
    return rows if channels is None else rows.filter(channel_id__in=list(channels))


def _before(rows: QuerySet[M], cursor: int | None) -> QuerySet[M]:
    rows = rows.order_by("-pk")
    return rows if cursor is None else rows.filter(pk__lt=cursor)
