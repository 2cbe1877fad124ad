"""The feature table once more: one issue at a time, in plain Python, from a catalogue whose future was really thrown away."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from foreview.tables.schema import DeclaredColumn
from tests.oracles.slow_curves import (
    DAY,
    Point,
    Raw,
    Row,
    as_known,
    matured,
    mixes_regimes,
    regime,
    revenue_points,
    slow_labels,
    value_at,
    view_points,
)


def slow_features(whole: Raw, declared: tuple[DeclaredColumn, ...], video_id: str, as_of: datetime) -> Row:
    """One row of the feature table by name; None where missing."""
    raw = as_known(whole, as_of)
    video = raw.video(video_id)
    return {
        **_content(video),
        "wording": _wording(video),
        **_text(video["title"]),
        **_timing(video["published_at"].astimezone(ZoneInfo(raw.clock.timezone))),
        **_standing(video),
        **_channel(raw, video),
        **_cadence(raw, video),
        **_early(raw, video),
        **{c.name: _declared(video, c, as_of) for c in declared},
    }


def _standing(video: Row) -> Row:
    followers, videos, views = (video[f"channel_{name}"] for name in ("followers", "prior_videos", "prior_views"))

    def ln_ratio(of: float | None, by: float | None) -> float | None:
        return None if of is None or by is None else math.log((of + 1) / (by + 1))

    return {
        "channel_followers": followers,
        "channel_prior_videos": videos,
        "channel_prior_views": views,
        "channel_views_per_video": ln_ratio(views, videos),
        "channel_followers_per_video": ln_ratio(followers, videos),
        "channel_views_per_follower": ln_ratio(views, followers),
    }


def _declared(video: Row, column: DeclaredColumn, as_of: datetime) -> Any:
    value = video[column.name]
    if as_of < video["published_at"] + timedelta(days=column.known_after_days) or value is None:
        return None
    return float(value) if column.kind == "boolean" else value


def _content(video: Row) -> Row:
    platform, transcript, ai_tags = video["platform"], video["has_transcript"], video["ai_tags"]
    description = video["description"]
    return {
        "duration_s": video["duration_s"],
        "is_short": float(video["format"] == "short"),
        "has_transcript": None if transcript is None else float(transcript),
        "has_ai_tags": None if ai_tags is None else float(len(ai_tags) > 0),
        "tag_count": _length(video["tags"]),
        "keyword_count": _length(video["target_keywords"]),
        "description_length": _length(description),
        "description_links": None if description is None else float(len(re.findall("https?://", description))),
        "category": video["category"],
        "language": video["language"],
        "platform": None if platform is None else platform.lower(),
        "metric_regime": regime(video),
        "is_monetised": None if video["is_monetised"] is None else float(video["is_monetised"]),
    }


def _length(value: Any) -> float | None:
    return None if value is None else float(len(value))


def _wording(video: Row) -> str | None:
    title, tags, description = video["title"], video["tags"], video["description"]
    parts = [title, None if tags is None else " ".join(tags), None if description is None else description[:500]]
    given = [part for part in parts if part is not None]
    return "\n".join(given) if given else None


def _text(title: str | None) -> Row:
    names = ("length", "words", "capitals", "digits", "question", "exclamation", "hashtags")
    if title is None:
        return {f"title_{name}": None for name in names}
    letters = [c for c in title if c.isalpha()]
    values = (
        len(title),
        len(title.split()),
        sum(c.isupper() for c in letters) / len(letters) if letters else None,
        sum(c.isdecimal() for c in title),
        "?" in title or "？" in title,
        "!" in title or "！" in title,
        len(re.findall(r"#\w", title)),
    )
    return {f"title_{n}": None if v is None else float(v) for n, v in zip(names, values, strict=True)}


def _timing(local: datetime) -> Row:
    time_of_day, weekday = (local.hour + local.minute / 60) / 24, local.weekday() / 7
    return {
        "hour_posted": float(local.hour),
        "hour_sin": math.sin(math.tau * time_of_day),
        "hour_cos": math.cos(math.tau * time_of_day),
        "day_of_week": float(local.weekday()),
        "weekday_sin": math.sin(math.tau * weekday),
        "weekday_cos": math.cos(math.tau * weekday),
    }


def _early(raw: Raw, video: Row) -> Row:
    published = video["published_at"]
    curve, revenue = view_points(raw, video["video_id"]), revenue_points(raw, video["video_id"])
    row: Row = dict.fromkeys(("initial_views", "initial_engagement", "views_fall"))
    row |= {"observed_age_days": 0.0, "observations": float(len(curve))}
    row["initial_revenue"] = revenue[-1].value if revenue else None
    row |= {f"views_ln_{day}d": _ln(value_at(curve, published, published + day * DAY, "peak")) for day in _GRID}
    row |= {f"growth_{day}d": None for day in _STEPS} | {f"change_{day}d": None for day in range(1, 8)}
    if curve:
        last = curve[-1]
        row["observed_age_days"] = (last.at - published) / DAY
        row["initial_views"] = last.peak
        row["views_fall"] = math.log1p(last.peak) - math.log1p(last.value)
        if last.peak > 0 and last.interactions is not None:
            row["initial_engagement"] = 100.0 * last.interactions / last.peak
        for day in _STEPS:
            if last.at - day * DAY >= published:
                before = _ln(value_at(curve, published, last.at - day * DAY, "peak"))
                assert before is not None
                row[f"growth_{day}d"] = math.log1p(last.peak) - before
        for day in range(1, 8):
            if last.at - day * DAY >= published:
                row[f"change_{day}d"] = _signed_ln(_change(curve, published, last.at - day * DAY))
    return row


def _change(curve: list[Point], published: datetime, start: datetime) -> float:
    """How much the counter changed in the day from ``start`` on."""
    newer = value_at(curve, published, start + DAY, "value")
    older = value_at(curve, published, start, "value")
    assert newer is not None
    assert older is not None
    return newer - older


def _signed_ln(value: float) -> float:
    return math.copysign(math.log1p(abs(value)), value) if value else 0.0


_GRID, _STEPS = (1, 2, 3, 5, 7, 10, 14), (1, 2, 3, 7)


def _ln(value: float | None) -> float | None:
    return None if value is None else math.log1p(value)


def _channel(raw: Raw, video: Row) -> Row:
    """What the others of the channel, format and regime came to: the last twenty to mature, the latest first."""
    others = [other for other in raw.videos if other["video_id"] != video["video_id"] and _same(other, video)]
    if video["channel_id"] is None:
        others = []
    week, month = _history(raw, others, "views_7d"), _history(raw, others, "views_30d")
    earning = [other for other in others if other["is_monetised"] is not False]
    paid = _history(raw, earning, "revenue_30d")
    first = _quantile_of_first_day(raw, others)
    row = first | _spread("7d", [math.log1p(v) for v in week]) | _spread("30d", [math.log1p(v) for v in month])
    del row["channel_trend_30d"]
    row["channel_engagement"] = _weighed_rate(raw, others)
    row["channel_revenue"] = _quantile(paid, 1 / 2)
    row["channel_paid_share"] = sum(v > 0 for v in paid) / len(paid) if paid else None
    row["channel_rpm"] = _quantile(_rpm(raw, earning), 1 / 2)
    return row


def _same(other: Row, video: Row) -> bool:
    return all(other[key] == video[key] for key in ("channel_id", "format")) and regime(other) == regime(video)


def _history(raw: Raw, others: list[Row], target: str) -> list[float]:
    found = []
    for order, other in enumerate(others):
        row = slow_labels(raw, other["video_id"])
        if row[target] is not None:
            found.append((row[f"{target}_matured_at"], order, row[target]))
    return [value for _, _, value in sorted(found, reverse=True)][:20]


def _quantile_of_first_day(raw: Raw, others: list[Row]) -> Row:
    found = []
    for order, other in enumerate(others):
        published = other["published_at"]
        if mixes_regimes(other, 1):
            continue
        value, known = matured(view_points(raw, other["video_id"]), published, 1, "peak")
        if value is not None:
            found.append((known, order, math.log1p(value)))
    latest = [value for _, _, value in sorted(found, reverse=True)][:20]
    return {"channel_n_1d": float(len(latest)), "channel_median_1d": _quantile(latest, 1 / 2)}


def _weighed_rate(raw: Raw, others: list[Row]) -> float | None:
    found = []
    for order, other in enumerate(others):
        row = slow_labels(raw, other["video_id"])
        if row["engagement_rate"] is not None:
            weight = row["views_30d"] / (row["views_30d"] + 200)
            found.append((row["engagement_rate_matured_at"], order, weight, math.log1p(row["engagement_rate"])))
    latest = sorted(found, reverse=True)[:20]
    total = sum(weight for _, _, weight, _ in latest)
    return math.expm1(sum(weight * rate for _, _, weight, rate in latest) / total) if latest else None


def _rpm(raw: Raw, others: list[Row]) -> list[float]:
    found = []
    for order, other in enumerate(others):
        row = slow_labels(raw, other["video_id"])
        if (row["revenue_30d"] or 0.0) > 0 and (row["views_30d"] or 0.0) > 0:
            known = max(row["revenue_30d_matured_at"], row["views_30d_matured_at"])
            found.append((known, order, 1000.0 * row["revenue_30d"] / row["views_30d"]))
    return [value for _, _, value in sorted(found, reverse=True)][:20]


def _spread(horizon: str, history: list[float]) -> Row:
    middle, recent = _quantile(history, 1 / 2), _quantile(history[:5], 1 / 2)
    return {
        f"channel_n_{horizon}": float(len(history)),
        f"channel_median_{horizon}": middle,
        f"channel_low_third_{horizon}": _quantile(history, 1 / 3),
        f"channel_high_third_{horizon}": _quantile(history, 2 / 3),
        f"channel_trend_{horizon}": None if middle is None or recent is None else recent - middle,
    }


def _quantile(values: list[float], q: float) -> float | None:
    """Linear between order statistics."""
    if not values:
        return None
    ordered = sorted(values)
    at = q * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def _cadence(raw: Raw, video: Row) -> Row:
    if video["channel_id"] is None:
        return {"channel_idle_days": None, "channel_recent_videos": None}
    now = video["published_at"]
    before = [
        v["published_at"] for v in raw.videos if v["channel_id"] == video["channel_id"] and v["published_at"] < now
    ]
    return {
        "channel_idle_days": (now - max(before)) / DAY if before else None,
        "channel_recent_videos": float(sum(now - time <= 28 * DAY for time in before)),
    }
