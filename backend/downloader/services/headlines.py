"""What a release says of itself in a few figures: its error out of time beside typical, and what its intervals can promise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from downloader.models import Release
from foreview.uncertainty.promise import promised_coverage
from foreview.vocabulary import INTERVALS

HEADLINE_TARGET: Final = "views_30d"
HEADLINE_LEVEL: Final = 80


@dataclass(frozen=True, slots=True)
class Slice:
    """One format and issue age on which a release was judged out of time, for one target."""

    format: str
    days_seen: int
    rows: int
    videos: int
    mae_ln: float
    """Of what serves: the baseline's own where the models have shown no skill."""
    baseline: float
    ratio: tuple[float, float, float] | None
    """The error over the baseline's, with its 95 % interval; None where the baseline serves."""
    promises: dict[int, tuple[float, float]]
    """For each interval [%] the range in which its true coverage lies with 95 % probability, if later videos are like these."""


@dataclass(frozen=True, slots=True)
class Headline:
    """Views after 30 days, forecast at publication, both formats together."""

    rows: int
    mae_ln: float
    typical: float
    skill: bool
    """Whether the models serve at publication, for either format."""
    low: float
    high: float
    """What an 80 % interval truly covers: from the least to the most that is promised for a format."""


def slices(release: Release, target: str) -> list[Slice]:
    """Return the slices of a target on which the release was judged, by format and issue age."""
    found = (_slice(name, score) for name, score in _judged(release, target))
    return sorted(found, key=lambda one: (one.format, one.days_seen))


def headline(release: Release) -> Headline | None:
    """Return the release in one line; None where it was not judged at publication."""
    parts = [one for one in slices(release, HEADLINE_TARGET) if one.days_seen == 0]
    rows = sum(one.rows for one in parts)
    if not rows:
        return None
    promises = [one.promises[HEADLINE_LEVEL] for one in parts]
    return Headline(
        rows=rows,
        mae_ln=sum(one.rows * one.mae_ln for one in parts) / rows,
        typical=sum(one.rows * one.baseline for one in parts) / rows,
        skill=any(one.ratio is not None for one in parts),
        low=min(low for low, _ in promises),
        high=max(high for _, high in promises),
    )


def _judged(release: Release, target: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the scores of the manifest that are of a format and issue age."""
    for name, score in release.metrics.get(target, {}).items():
        if isinstance(score, dict) and "mae_ln" in score and name.count("/") == 2 and "//" not in name:
            yield name, score


def _slice(name: str, score: dict[str, Any]) -> Slice:
    _, form, days = name.split("/")
    videos = int(score.get("videos", score["n"]))
    return Slice(
        format=form,
        days_seen=int(days),
        rows=int(score["n"]),
        videos=videos,
        mae_ln=score["mae_ln"],
        baseline=score["mae_ln_baseline"],
        ratio=_ratio(score) if score["skill"] else None,
        promises={level: promised_coverage(videos, level / 100) for level in INTERVALS},
    )


def _ratio(score: dict[str, Any]) -> tuple[float, float, float] | None:
    """Return the error over the baseline's with its interval; None where a release says none, as those before there were any."""
    value, low, high = (score.get(f"mae_ln_ratio{end}") for end in ("", "_low", "_high"))
    return None if value is None or low is None or high is None else (value, low, high)
