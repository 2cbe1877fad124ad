"""What if its title, length or hour were another? How the forecast would differ, where that can be told: association only, not a cause.

Both videos meet the same chance, so the noise of outcomes is not in their difference. What is uncertain is whether the models' difference is
one of outcomes: that is measured out of time, lever by lever (:mod:`foreview.learners.association`), and by how far the members disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import polars as pl

from foreview.errors import UsageError
from foreview.features.content import content_features
from foreview.features.matrix import feature_table
from foreview.features.text import text_features
from foreview.features.timing import timing_features
from foreview.learners.association import LEVERS, MEASURED, Associations
from foreview.learners.ensemble import Ensemble, combine, member_predictions
from foreview.learners.location import with_horizon
from foreview.learners.structure import formats_of, slices_of
from foreview.releases.manifest import Release
from foreview.releases.models import models_of
from foreview.tables.catalogue import Catalogue
from foreview.vocabulary import WORDING, Target

ASSOCIATION: Final = "association only, not a cause"
Answer: TypeAlias = Literal["difference", "no difference", "no change", "outside", "not held", "no skill"]
ANSWERS: Final[dict[Answer, str]] = {
    "difference": "the forecasts differ",
    "no difference": "no difference that can be told",
    "no change": "nothing was changed",
    "outside": "no answer: the models have not seen such a video",
    "not held": "no answer: such differences have not held out of time",
    "no skill": "no answer: at publication the models do not beat typical for this format",
}
_Z: Final = 1.959964
"""Of a 95 % interval."""
LEAST_SHARE: Final = 0.01
"""Share of the videos learnt from below which an hour (with its neighbours) or a weekday counts as not seen."""
_WEEK: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is changed; None: it stays."""

    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] | None = None
    duration_s: float | None = None
    hour: int | None = None
    """0 to 23, in the source's time zone."""
    weekday: int | None = None
    """0 (Monday) to 6."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """How views at the horizon would differ: ``ratio`` times, with a 95 % interval. Without an answer all three are None."""

    answer: Answer
    ratio: float | None
    low: float | None
    high: float | None
    because: str
    """A sentence for the reader."""
    says: str = ASSOCIATION


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a row of features is judged by."""

    ensemble: Ensemble
    kept: Associations
    target: Target


def what_if(
    catalogue: Catalogue, release: Release, video_id: str, changes: Sequence[Change], *, target: Target = "views_30d"
) -> tuple[WhatIf, ...]:
    """Return for each change how the forecast of ``video_id`` at its publication would differ.

    The video is taken as it stood at publication, before anything was counted: what a title does it does through the early views. Channel and
    format stay, and so does what the channel had done. A video that does not exist yet stands in the catalogue as a plan
    (:func:`~foreview.forecasting.planning.with_plans`). A lever moves the answer by the models' difference times what of such
    differences has held, at most once; levers changed together are changed one after the other.

    Raises
    ------
    UsageError
        Where the video is not in the catalogue, the target is not views, or hour, weekday or length cannot be.

    """
    _check(changes, target)
    facts = catalogue.videos.filter(video_id=video_id)
    if facts.is_empty():
        raise UsageError("a what-if is asked of a video of the catalogue", f"{video_id!r} is not in it")
    own = feature_table(_own_channel(catalogue, facts), facts.select("video_id", as_of="published_at"))
    model = models_of(release)["views"]
    ensemble = model.location.ensembles.get("unseen")
    if ensemble is None or slices_of(own, target)[0] in model.location.unskilled:
        return tuple(_without_answer("no skill") for _ in changes)
    if model.associations is None:
        return tuple(
            _without_answer("not held", "the release kept too few late videos to judge them by") for _ in changes
        )
    asked = _Asked(ensemble, model.associations, target)
    return tuple(_answer(asked, own, facts, catalogue.clock.timezone, change) for change in changes)


def _own_channel(catalogue: Catalogue, facts: pl.DataFrame) -> Catalogue:
    """Return the catalogue of the video's channel: a publication is told of by nothing else, and a channel is read fast."""
    by = "video_id" if facts["channel_id"][0] is None else "channel_id"
    return catalogue.only(catalogue.videos.filter(pl.col(by) == facts[by][0])["video_id"])


def _check(changes: Sequence[Change], target: Target) -> None:
    if target not in ("views_7d", "views_30d"):
        raise UsageError("a what-if is about views", f"found {target!r}", "Ask for views_7d or views_30d")
    for change in changes:
        hour, weekday, length = change.hour, change.weekday, change.duration_s
        if not (hour is None or 0 <= hour < 24) or not (weekday is None or 0 <= weekday < _WEEK):
            raise UsageError("an hour is 0 to 23 and a weekday 0 (Monday) to 6", f"found {hour} and {weekday}")
        if length is not None and not 0 <= length < float("inf"):
            raise UsageError("a length is a number of seconds", f"found {length}")


def _answer(asked: _Asked, own: pl.DataFrame, facts: pl.DataFrame, timezone: str, change: Change) -> WhatIf:
    steps = _steps(own, facts, timezone, change)
    if not steps:
        return WhatIf("no change", 1.0, 1.0, 1.0, ANSWERS["no change"])
    if outside := _outside(asked, own, steps):
        return _without_answer("outside", outside)
    total, variance, before = 0.0, 0.0, own
    for lever, after in steps:
        said, apart = _difference(asked, before, after)
        held = asked.kept.held.get(lever)
        if held is None or held.slope - _Z * held.error <= 0:
            if said != 0:
                return _without_answer("not held", _not_held(lever, asked.kept))
            held = None
        share = 0.0 if held is None else min(held.slope, 1.0)
        total += share * said
        variance += (0.0 if held is None else held.error * said) ** 2 + (share * apart) ** 2
        before = after
    reach = _Z * variance**0.5
    low, high = total - reach, total + reach
    answer: Answer = "no difference" if low <= 0 <= high else "difference"
    ratio, least, most = (float(np.exp(part)) for part in (total, low, high))
    return WhatIf(answer, ratio, least, most, ANSWERS[answer])


def _steps(own: pl.DataFrame, facts: pl.DataFrame, timezone: str, change: Change) -> list[tuple[str, pl.DataFrame]]:
    """Return the levers that are really changed, each with the features after it and those before it."""
    values: dict[str, str | float | list[str] | None] = {
        "title": change.title,
        "description": change.description,
        "duration_s": change.duration_s,
        "tags": None if change.tags is None else list(change.tags),
    }
    steps, row, moved = [], facts, own
    for name, value in values.items():
        if value is None or row[name].to_list() == [value]:
            continue
        lever = "duration" if name == "duration_s" else name
        row = row.with_columns(pl.Series(name, [value], dtype=row.schema[name]))
        moved = _with(moved, lever, row.select(*content_features(), *text_features()))
        steps.append((lever, moved))
    if change.hour is not None or change.weekday is not None:
        then = _with(moved, "timing", _moved(facts, timezone, change).select(timing_features("UTC")))
        steps += [] if then.equals(moved) else [("timing", then)]
    return steps


def _with(table: pl.DataFrame, lever: str, features: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(features[name].alias(name) for name in LEVERS[lever] if name in features.columns)


def _moved(facts: pl.DataFrame, timezone: str, change: Change) -> pl.DataFrame:
    """Return ``published_at`` on the source's clock at the hour and weekday asked for, called UTC."""
    local = pl.col("published_at").dt.convert_time_zone(timezone).dt.replace_time_zone(None).dt.replace_time_zone("UTC")
    row = facts.select(published_at=local)
    at = row["published_at"][0]
    days = 0 if change.weekday is None else change.weekday - at.weekday()
    hours = 0 if change.hour is None else change.hour - at.hour
    return row.with_columns(pl.col("published_at") + pl.duration(days=days, hours=hours))


def _difference(asked: _Asked, before: pl.DataFrame, after: pl.DataFrame) -> tuple[float, float]:
    """Return what the models say of a step [ln units], and how far the members disagree (one standard deviation of them)."""
    both = with_horizon(pl.concat([before, after]), asked.target)
    slices = slices_of(both, asked.target)
    each = member_predictions(asked.ensemble, asked.ensemble.encoder.matrix(both), slices)
    placed = combine(asked.ensemble, each, slices)
    weights = asked.ensemble.weights.get(str(slices[0]), asked.ensemble.weights[""])
    total = sum(weights.values())
    if not total:
        return 0.0, 0.0
    said = float(placed[1] - placed[0])
    spread = sum(weight * (each[name][1] - each[name][0] - said / total) ** 2 for name, weight in weights.items())
    # The weights may add up to less than 1: what is missing is the baseline, which no lever moves.
    return said, float(np.sqrt(spread / total)) * total


def _outside(asked: _Asked, own: pl.DataFrame, steps: Sequence[tuple[str, pl.DataFrame]]) -> str:
    """Return where the changed video leaves what was learnt from; empty where it does not."""
    kind, last = str(formats_of(own)[0]), steps[-1][1]
    for lever, _ in steps:
        for name in LEVERS[lever]:
            if name in MEASURED and (said := _beyond(asked, last, kind, name)):
                return said
    if steps[-1][0] != "timing":
        return ""
    hour, weekday = int(last["hour_posted"][0]), int(last["day_of_week"][0])
    hours, days = (asked.kept.shares.get(f"{kind}/{name}", ()) for name in ("hour_posted", "day_of_week"))
    if not hours or sum(hours[(hour + step) % 24] for step in (-1, 0, 1)) < LEAST_SHARE:
        return f"next to no {kind} video was published around {hour}:00"
    return "" if days and days[weekday] >= LEAST_SHARE else f"next to no {kind} video was published on that weekday"


def _beyond(asked: _Asked, table: pl.DataFrame, kind: str, name: str) -> str:
    known = asked.kept.ranges.get(f"{kind}/{name}")
    if name not in asked.ensemble.encoder.columns:
        return ""
    if name == WORDING:
        value: float | None = float(asked.ensemble.encoder.matrix(with_horizon(table, asked.target))[0, -1])
    else:
        value = table[name].cast(pl.Float64)[0]
    if known is None:
        return f"no {kind} video with a known {name} was learnt from"
    if value is None or known[0] - 1e-6 <= value <= known[1] + 1e-6:
        return ""
    return f"{name} would be {value:.3g}; {kind} videos were learnt from between {known[0]:.3g} and {known[1]:.3g}"


def _not_held(lever: str, kept: Associations) -> str:
    held = kept.held.get(lever)
    if held is None:
        return f"the models tell nothing by {lever}"
    return f"of what the models say by {lever} a share of {held.slope:.2f} held, ± {_Z * held.error:.2f}, on {held.videos} later videos"


def _without_answer(answer: Answer, because: str = "") -> WhatIf:
    said = f"{ANSWERS[answer]}: {because}" if because else ANSWERS[answer]
    return WhatIf(answer, None, None, None, said)
