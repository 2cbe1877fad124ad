"""Curves and labels once more: one video at a time, in plain Python, after docs/explanation/main-job.md and the design's rules."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from foreview.tables.catalogue import Catalogue, SourceClock

Row = dict[str, Any]
MS = timedelta(milliseconds=1)
DAY = timedelta(days=1)
MAX_GAP = {1: timedelta(days=1.5), 7: 2 * DAY, 30: 4 * DAY}
REDEFINED = datetime(2025, 3, 31, tzinfo=UTC)


@dataclass(frozen=True)
class Raw:
    """The rows of a catalogue as dictionaries, those of other tables by video."""

    clock: SourceClock
    videos: list[Row]
    snapshots: dict[str, list[Row]]
    daily: dict[str, list[Row]]
    earnings: dict[str, list[Row]]

    def video(self, video_id: str) -> Row:
        return next(video for video in self.videos if video["video_id"] == video_id)


@dataclass(frozen=True)
class Point:
    """What was counted until ``at`` and known from ``known`` on; interactions None where likes are hidden."""

    at: datetime
    known: datetime
    value: float
    interactions: float | None = None
    peak: float = 0.0


def raw_of(catalogue: Catalogue) -> Raw:
    def by_video(frame: Any) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {video_id: [] for video_id in catalogue.videos["video_id"]}
        for row in frame.iter_rows(named=True):
            found[row["video_id"]].append(row)
        return found

    videos = list(catalogue.videos.iter_rows(named=True))
    return Raw(
        catalogue.clock, videos, by_video(catalogue.snapshots), by_video(catalogue.daily), by_video(catalogue.earnings)
    )


def day_end(clock: SourceClock, day: date) -> datetime:
    """The first instant of the next day; `fold=0` is the first of two midnights and the end of a gap that holds midnight."""
    tomorrow = day + DAY
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=ZoneInfo(clock.timezone)).astimezone(UTC)


def known_at(clock: SourceClock, day: date) -> datetime:
    return day_end(clock, day) + timedelta(hours=clock.delay_hours)


def as_known(raw: Raw, cutoff: datetime) -> Raw:
    """Everything that was not known at the cutoff is thrown away."""

    def kept(rows: dict[str, list[Row]], known: Callable[[Row], datetime]) -> dict[str, list[Row]]:
        return {video_id: [row for row in found if known(row) <= cutoff] for video_id, found in rows.items()}

    return Raw(
        raw.clock,
        [video for video in raw.videos if video["published_at"] <= cutoff],
        kept(raw.snapshots, lambda row: row["observed_at"]),
        kept(raw.daily, lambda row: known_at(raw.clock, row["date"])),
        kept(raw.earnings, lambda row: known_at(raw.clock, row["date"])),
    )


def view_points(raw: Raw, video_id: str) -> list[Point]:
    """Snapshots and sums of daily rows in the order in which they became known; a count older than one read before is dropped."""
    published = raw.video(video_id)["published_at"]
    points = [
        Point(row["observed_at"], row["observed_at"], row["views"], _interactions(row))
        for row in raw.snapshots[video_id]
    ]
    points += [
        Point(day_end(raw.clock, day), known_at(raw.clock, row_day), sums["views"], _interactions(sums))
        for day, row_day, sums in _cumulated(
            raw, published, raw.daily[video_id], ("views", "likes", "comments", "shares")
        )
    ]
    curve: list[Point] = []
    for point in sorted(points, key=lambda p: (p.known, p.at)):
        if not curve or point.at > curve[-1].at:
            peak = max(point.value, curve[-1].peak if curve else 0.0)
            curve.append(Point(point.at, point.known, point.value, point.interactions, peak))
    return curve


def revenue_points(raw: Raw, video_id: str) -> list[Point]:
    published = raw.video(video_id)["published_at"]
    return [
        Point(day_end(raw.clock, day), known_at(raw.clock, row_day), sums["revenue_usd"])
        for day, row_day, sums in _cumulated(raw, published, raw.earnings[video_id], ("revenue_usd",))
    ]


def _cumulated(
    raw: Raw, published: datetime, rows: list[Row], measures: tuple[str, ...]
) -> list[tuple[date, date, Row]]:
    """The day, the day whose row made it known, and the sums since publication.

    They end at the first missing day (other than that of publication); or each missing day is a zero, known with the next row. A
    missing value is missing in all later sums.
    """
    day = published.astimezone(ZoneInfo(raw.clock.timezone)).date()
    found: list[tuple[date, date, Row]] = []
    sums: Row = dict.fromkeys(measures, 0.0)
    for row in sorted(rows, key=lambda r: r["date"]):
        while raw.clock.missing_day_is_zero and day < row["date"]:
            found.append((day, row["date"], sums))
            day += DAY
        if row["date"] > day + (DAY if not found else 0 * DAY):
            break
        sums = {m: None if sums[m] is None or row[m] is None else sums[m] + row[m] for m in measures}
        found.append((row["date"], row["date"], sums))
        day = row["date"] + DAY
    return found


def _interactions(row: Row) -> float | None:
    if row["likes"] is None:
        return None
    return float(row["likes"] + (row["comments"] or 0.0) + (row["shares"] or 0.0))


def value_at(curve: list[Point], published: datetime, at: datetime, measure: str) -> float | None:
    """On the scale ln(1+y) between two points, exact at them; 0 at publication; None beyond the last."""
    before, left_value = published, 0.0
    if not curve:
        return None
    for point in curve:
        value = getattr(point, measure)
        if point.at == at:
            return value  # type: ignore[no-any-return]  # one of the floats of Point
        if point.at > at:
            if at == before:
                return left_value
            return _between(left_value, value, (at - before) / (point.at - before))
        before, left_value = point.at, value
    return left_value if at == before else None


def _between(left: float | None, right: float | None, share: float) -> float | None:
    if left is None or right is None:
        return None
    left, right = max(left, 0.0), max(right, 0.0)
    low, high = math.log1p(left), math.log1p(right)
    return min(max(math.expm1(low + share * (high - low)), min(left, right)), max(left, right))


def matured(curve: list[Point], published: datetime, days: int, measure: str) -> tuple[float | None, datetime | None]:
    """Value at the horizon and when it was known, if observed there or on both sides closely enough."""
    horizon = published + days * DAY
    for point in curve:
        if point.at == horizon:
            return getattr(point, measure), point.known
    left = [point for point in curve if point.at < horizon]
    right = [point for point in curve if point.at > horizon]
    if not left or not right or right[0].at - left[-1].at > MAX_GAP[days]:
        return None, None
    return value_at(curve, published, horizon, measure), right[0].known


def slow_labels(raw: Raw, video_id: str) -> Row:
    """The label of each target and when it matured; None where missing."""
    video = raw.video(video_id)
    published = video["published_at"]
    views, revenue = view_points(raw, video_id), revenue_points(raw, video_id)
    found = {
        "views_7d": matured(views, published, 7, "peak"),
        "views_30d": matured(views, published, 30, "peak"),
        "revenue_30d": matured(revenue, published, 30, "value"),
        "engagement_rate": (None, None),
    }
    earned, earned_known = found["revenue_30d"]
    if earned is not None:
        found["revenue_30d"] = (max(earned, 0.0), earned_known)
    counted, known = found["views_30d"]
    interactions, _ = matured(views, published, 30, "interactions")
    if counted and interactions is not None:
        found["engagement_rate"] = (100.0 * max(interactions, 0.0) / counted, known)
    row: Row = {"video_id": video_id}
    for target, (value, at) in found.items():
        mixed = mixes_regimes(video, 7 if target == "views_7d" else 30)
        row[target] = None if mixed else value
        row[f"{target}_matured_at"] = None if mixed or value is None else at
    return row


def regime(video: Row) -> str:
    if video["metric_regime"] is not None:
        return str(video["metric_regime"])
    redefined = _is_youtube_short(video) and video["published_at"] >= REDEFINED
    return "youtube-short-2025-03-31" if redefined else ""


def mixes_regimes(video: Row, days: int) -> bool:
    """Whether views were redefined between publication and the horizon."""
    end, told = video["published_at"] + days * DAY, video["metric_redefined_at"]
    if told is not None and video["published_at"] < told < end:
        return True
    return video["metric_regime"] is None and _is_youtube_short(video) and video["published_at"] < REDEFINED < end


def _is_youtube_short(video: Row) -> bool:
    return (video["platform"] or "").lower() == "youtube" and video["format"] == "short"
