"""Scores of what a forecast says of its channel-format's history: beats typical, and low, medium or high, whichever way they came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from foreview.metrics.bootstrap import Estimate, bootstrap_means
from foreview.metrics.classes import Ints, brier_scores, log_losses
from foreview.metrics.point import Floats
from foreview.metrics.ranking import ReliabilityBin, auc, reliability
from foreview.vocabulary import CLASSES

WAYS: Final = {"distribution": "_distribution", "classifier": "_classifier", "served": ""}
"""The ways to the class probabilities, and how the names of their columns end. What is served is one of the others, slice by slice."""


@dataclass(frozen=True, slots=True)
class ClassScores:
    """One class against the other two: does its probability order the videos, and does it mean what it says."""

    name: str
    share: float
    auc: float
    calibration_error: float
    bins: tuple[ReliabilityBin, ...]


@dataclass(frozen=True, slots=True)
class WayScores:
    """The class probabilities of one way (see :data:`WAYS`), on the rows where every way has them."""

    way: str
    rows: int
    log_loss: float
    """Mean of −ln of the probability given to what happened [nats]; 1.099 for saying a third each time."""
    brier: float
    """Mean squared distance of the three probabilities from what happened, 0 to 2."""
    auc_low: float
    auc_high: float
    calibration_error: float
    """Expected calibration error, mean of the three classes."""
    log_loss_ratio: Estimate | None
    """Log loss over that of the distribution, with the 95 % interval of a paired bootstrap by channel; None of the distribution itself."""


def class_scores(rows: pl.DataFrame) -> tuple[ClassScores, ...]:
    """Return the scores of each served class; none where the bounds of the classes were not given."""
    if not {"low_third", "high_third"} <= set(rows.columns):
        return ()
    bounded = rows.drop_nulls(["low_third", "high_third"])
    came = _came(bounded)
    return tuple(
        _class_score(name, came == place, _numbers(bounded, f"p_{name}")) for place, name in enumerate(CLASSES)
    )


def beats_typical(rows: pl.DataFrame) -> ClassScores:
    """Return the scores of the probability to beat typical."""
    known = rows.drop_nulls(["typical", "p_beats_typical"])
    happened = _numbers(known, "actual") > _numbers(known, "typical")
    return _class_score("beats typical", happened, _numbers(known, "p_beats_typical"))


def way_scores(rows: pl.DataFrame, cluster: npt.NDArray[np.object_], *, seed: int) -> tuple[WayScores, ...]:
    """Return the scores of each way that there is, on the same rows; none where the forecasts do not tell the ways apart.

    ``cluster`` (n) is what the bootstrap draws whole.
    """
    names = {way: [f"p_{name}{end}" for name in CLASSES] for way, end in WAYS.items()}
    given = {way: columns for way, columns in names.items() if _is_given(rows, columns)}
    if "distribution" not in given or "low_third" not in rows.columns:
        return ()
    whole = rows.select(pl.all_horizontal(pl.col(c).is_not_null() for part in given.values() for c in part)).to_series()
    return tuple(_way_scores(rows.filter(whole), cluster[whole.to_numpy()], given, seed))


def _way_scores(
    rows: pl.DataFrame, cluster: npt.NDArray[np.object_], given: dict[str, list[str]], seed: int
) -> Iterator[WayScores]:
    came = _came(rows)
    said = {way: rows.select(columns).to_numpy() for way, columns in given.items()}
    losses = np.column_stack([log_losses(came, p) for p in said.values()])
    means = bootstrap_means(losses, cluster, seed=seed)
    for place, (way, p) in enumerate(said.items()):
        shares = [reliability(came == k, np.clip(p[:, k], 0.0, 1.0)).error for k in range(len(CLASSES))]
        yield WayScores(
            way=way,
            rows=rows.height,
            log_loss=float(means.means[place]),
            brier=float(brier_scores(came, p).mean()),
            auc_low=auc(came == 0, p[:, 0]),
            auc_high=auc(came == len(CLASSES) - 1, p[:, -1]),
            calibration_error=float(np.mean(shares)),
            log_loss_ratio=None if way == "distribution" else means.ratio(place, 0),
        )


def _is_given(rows: pl.DataFrame, columns: list[str]) -> bool:
    return set(columns) <= set(rows.columns) and rows[columns[0]].null_count() < rows.height


def _came(rows: pl.DataFrame) -> Ints:
    """Return the class that each outcome was in, by its position."""
    actual = _numbers(rows, "actual")
    return 1 - (actual < _numbers(rows, "low_third")).astype(np.int64) + (actual > _numbers(rows, "high_third"))


def _class_score(name: str, happened: npt.NDArray[np.bool_], probability: Floats) -> ClassScores:
    share = float(happened.mean()) if happened.size else float("nan")
    said = reliability(happened, probability)
    return ClassScores(name, share, auc(happened, probability), said.error, said.bins)


def _numbers(rows: pl.DataFrame, column: str) -> Floats:
    return rows[column].cast(pl.Float64).to_numpy().astype(np.float64)
