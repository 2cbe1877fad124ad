"""A forecast beside its channel-format's history: typical, and low, medium or high, as read off and as said by the classifier."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from foreview.forecasting.known import Known
from foreview.learners.classifier import passing
from foreview.learners.location import with_horizon
from foreview.learners.matrix import Vector
from foreview.learners.structure import slices_of, thirds, typical
from foreview.releases.models import KindModel
from foreview.uncertainty.classes import Chances, Marks, class_probabilities, kept_within, read_off
from foreview.vocabulary import CLASSES, Target

_CLASSES: Final = tuple(f"p_{name}" for name in CLASSES)


def history_columns(
    model: KindModel, table: pl.DataFrame, target: Target, values: Vector, known: Known
) -> dict[str, npt.NDArray[np.generic]]:
    """Return what n distributions (n, 79) say of their channel-format's history.

    ``typical`` and the bounds ``low_third`` and ``high_third``, in the target's unit; ``p_beats_typical``; ``p_low``, ``p_medium`` and
    ``p_high`` as served, with ``class_source``; and the three either way: ``p_low_distribution`` … read off, and where one was fitted
    ``p_low_classifier`` … said by the classifier, which serves the slices in which it was better out of time.
    """
    marks = _marks(model, table, target, known)
    chances = read_off(values, marks)
    columns = served = _named(chances)
    found = {f"{name}_distribution": chance for name, chance in columns.items()}
    source = np.full(table.height, "distribution")
    if model.classes is not None:
        slices, rows = slices_of(table, target), with_horizon(table, target)
        low = passing(model.classes, rows, slices, marks.low, chances.low, high=False)
        high = passing(model.classes, rows, slices, marks.high, chances.high, high=True)
        said = _named(kept_within(low, high, values, marks))
        found |= {f"{name}_classifier": chance for name, chance in said.items()}
        mine = np.isin(slices, sorted(model.classes.slices))
        served = {name: np.where(mine, said[name], chance) for name, chance in columns.items()}
        source = np.where(mine, "classifier", source)
    return {
        **served,
        **found,
        "class_source": np.where(np.isnan(known.value), source, "observed"),
        "typical": np.expm1(marks.typical),
        "p_beats_typical": chances.typical,
        "low_third": np.expm1(marks.low),
        "high_third": np.expm1(marks.high),
    }


def _marks(model: KindModel, table: pl.DataFrame, target: Target, known: Known) -> Marks:
    structure = model.location.structure
    low, high = thirds(structure, table, target)
    unknown = np.isnan(known.value)
    least, most = (np.log1p(np.where(unknown, end, known.value)) for end in (known.lower, known.upper))
    return Marks(low, typical(structure, table, target), high, least, most)


def _named(chances: Chances) -> dict[str, Vector]:
    return dict(zip(_CLASSES, class_probabilities(chances), strict=True))
