"""Questions about videos, what was observed of them, their forecasts, and jobs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import polars as pl
from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import connections
from django.db.models import BooleanField, Case, CharField, Count, F, Model, Q, QuerySet, UUIDField, Value, When
from django.db.models.functions import Cast

from downloader.configuration import Table, table, video_table
from downloader.frames import Schema, frame_of
from downloader.models import Job, MLPrediction, VideoDownload
from foreview.errors import UsageError
from foreview.tables.schema import TEXTS, TIME

VIDEO_SCHEMA: Final[Schema] = {
    "title": pl.String,
    "description": pl.String,
    "duration": pl.Float64,
    "is_short": pl.Boolean,
    "tags": TEXTS,
    "ai_tags": TEXTS,
    "target_keywords": TEXTS,
    "published_at": TIME,
    "channel_id": pl.String,
    "category": pl.String,
    "language": pl.String,
    "platform": pl.String,
    "channel_followers": pl.Float64,
    "channel_prior_videos": pl.Float64,
    "channel_prior_views": pl.Float64,
    "metric_regime": pl.String,
    "is_monetised": pl.Boolean,
}
_COUNTS: Final = dict.fromkeys(("views", "likes", "comments", "shares"), pl.Float64)
ROW_SCHEMAS: Final[dict[str, Schema]] = {
    "ANALYTICS": {"date": pl.Date, **_COUNTS, "watch_time_s": pl.Float64, "impressions": pl.Float64},
    "EARNINGS": {"date": pl.Date, "revenue_usd": pl.Float64},
    "SNAPSHOTS": {"observed_at": TIME, **_COUNTS},
}


class VideoUnknown(UsageError, ObjectDoesNotExist):  # noqa: N818  (Django's own says DoesNotExist)
    """There is no such video."""

    def __init__(self, fact: str) -> None:
        super().__init__("a video is named by its id", fact, "Check the id")


def video_model() -> type[Model]:
    """Return the model of the videos: the own one, or the mapped one."""
    return apps.get_model(video_table().model)


def key_of(video_id: str) -> Any:
    """Return the primary key that a catalogue's ``video_id`` stands for."""
    return video_model()._meta.pk.to_python(video_id)


def known_keys(video_ids: Iterable[Any]) -> list[Any]:
    """Return the primary keys ``video_ids``, each once.

    Raises
    ------
    VideoUnknown
        Where there is no video of that key.

    """
    model = video_model()
    try:
        keys = list(dict.fromkeys(model._meta.pk.clean(video_id, None) for video_id in video_ids))
    except ValidationError as error:
        raise VideoUnknown("; ".join(error.messages).rstrip(".")) from None
    known = set(model._default_manager.filter(pk__in=keys).values_list("pk", flat=True))
    if unknown := [str(key) for key in keys if key not in known]:
        shown = f"{', '.join(unknown[:3])}{f' and {len(unknown) - 3} more' if len(unknown) > 3 else ''}"
        raise VideoUnknown(f"there is none with the id {shown}")
    return keys


def videos(asked: Sequence[Any] | None = None) -> pl.DataFrame:
    """Return the usable videos: ``video_id``, what is mapped, ``has_transcript``.

    ``asked`` are keys: then those videos, usable or not, and the usable ones of their channels, whose history they share.
    """
    mapped = video_table()
    names = [name for name in VIDEO_SCHEMA if name in mapped.fields]
    rows = (
        video_model()
        ._default_manager.filter(_wanted(asked))
        .values_list("pk", *(F(mapped.fields[name]) for name in names), _transcript_exists(mapped))
    )
    schema = {"video_id": pl.String, **{name: VIDEO_SCHEMA[name] for name in names}, "has_transcript": pl.Boolean}
    return _with_ids(frame_of(rows, schema))


def rows(name: str, asked: Sequence[Any] | None = None) -> pl.DataFrame | None:
    """Return the rows of ANALYTICS, EARNINGS or SNAPSHOTS of the same videos, or None where the project keeps none."""
    if (mapped := table(name)) is None:
        return None
    names = [field for field in ROW_SCHEMAS[name] if field in mapped.fields]
    path = mapped.fields["video"]
    found = (
        apps.get_model(mapped.model)
        ._default_manager.filter(_wanted(asked, f"{path}__"))
        .values_list(f"{path}__pk", *(F(mapped.fields[field]) for field in names))
    )
    return _with_ids(frame_of(found, {"video_id": pl.String, **{field: ROW_SCHEMAS[name][field] for field in names}}))


def keys_by_source_id() -> pl.DataFrame:
    """Return ``video_id`` (the id where a video was imported from) and ``video`` (the key here) of the own videos."""
    known = VideoDownload.objects.filter(source_id__isnull=False).values_list("source_id", "pk")
    found = frame_of(known, {"video_id": pl.String, "video": pl.Float64})
    return found.with_columns(pl.col("video").cast(pl.Int64))


def prediction_of(video: Any) -> MLPrediction:
    """Return the forecast that stands for the video with this key, the video with it."""
    return MLPrediction.objects.select_related("video").get(video_id=video)


def with_younger_forecast(keys: Collection[Any] | None, as_of: datetime) -> set[str]:
    """Return the keys, as texts, of those of the videos, or of all for None, of which a forecast of an issue time after ``as_of`` stands."""
    younger = MLPrediction.objects.filter(as_of__gt=as_of)
    found = younger if keys is None else younger.filter(video_id__in=keys)
    return {str(key) for key in found.values_list("video_id", flat=True)}


def youngest_forecasts(limit: int) -> QuerySet[MLPrediction]:
    """Return the forecasts of the youngest videos with their videos."""
    return MLPrediction.objects.select_related("video").order_by("issue_age_days", "pk")[:limit]


def latest_jobs(limit: int) -> QuerySet[Job]:
    """Return the jobs that were asked for last, the youngest first, without their logs."""
    return Job.objects.defer("log", "result")[:limit]


def count_by_source(prefix: str) -> tuple[int, int]:
    """Return how many of the own videos were imported under an id that begins with ``prefix``, and how many others there are."""
    begins = Q(source_id__startswith=prefix)
    counts = VideoDownload.objects.aggregate(with_it=Count("pk", filter=begins), all=Count("pk"))
    return counts["with_it"], counts["all"] - counts["with_it"]


def count_without_forecast_of(model_version: str) -> int:
    """Return how many usable videos have no forecast of this release."""
    forecast = MLPrediction.objects.filter(model_version=model_version).values("video")
    return video_model()._default_manager.filter(_wanted(None)).exclude(pk__in=forecast).count()


def usable_by_key(keys: Iterable[Any]) -> dict[Any, bool]:
    """Return for each of these videos that is there whether it is usable."""
    videos = video_model()._default_manager.filter(pk__in=list(keys)).order_by()
    usable = Case(When(_wanted(None), then=Value(value=True)), default=Value(value=False), output_field=BooleanField())
    return dict(videos.annotate(foreview_usable=usable).values_list("pk", "foreview_usable"))


def _wanted(asked: Sequence[Any] | None, prefix: str = "") -> Q:
    """Return the filter of :func:`videos`, seen from the end of ``prefix``."""
    mapped = video_table()
    usable = Q(**{f"{prefix}{lookup}": value for lookup, value in mapped.usable.items()})
    if asked is None:
        return usable
    themselves = Q(**{f"{prefix}pk__in": list(asked)})
    if "channel_id" not in mapped.fields:
        return themselves
    path = mapped.fields["channel_id"]
    channels = (
        video_model()
        ._default_manager.filter(pk__in=list(asked))
        .annotate(foreview_channel=Cast(F(path), CharField()))
        .exclude(foreview_channel="")
        .order_by()
        .values(path)
    )
    return themselves | (usable & Q(**{f"{prefix}{path}__in": channels}))


def _transcript_exists(mapped: Table) -> Case:
    """Return whether there is a transcript, asked of the database: the texts themselves stay there."""
    conditions = (
        [When(Q(**{f"{mapped.fields['transcript']}__gt": ""}), then=Value(value=True))]
        if "transcript" in mapped.fields
        else []
    )
    known = (
        F(mapped.fields["has_transcript"])
        if "has_transcript" in mapped.fields
        else Value(None if not conditions else False)
    )
    return Case(*conditions, default=known, output_field=BooleanField(null=True))


def _with_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """Return ``frame`` with the ids of videos spelt as ``str`` of their keys: a database without UUIDs drops the hyphens."""
    native = connections[video_model()._default_manager.db].features.has_native_uuid_field
    if not isinstance(video_model()._meta.pk, UUIDField) or native:
        return frame
    return frame.with_columns(pl.col("video_id").str.replace(r"^(.{8})(.{4})(.{4})(.{4})(.{12})$", "$1-$2-$3-$4-$5"))
