"""Slices of forecasts that are alike: by how much of the video has been seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

SEEN_DAYS: Final = (0, 1, 3, 7, 14)
"""Names of the buckets of the age of the last known count [d]."""
Stage: TypeAlias = Literal["unseen", "young", "older", "seen"]
STAGES: Final[Mapping[Stage, tuple[int, ...]]] = {
    "unseen": (0,),
    "young": (1,),
    "older": (3, 7, 14),
    "seen": (1, 3, 7, 14),
}
"""Which days seen have an ensemble together. What can be learnt at publication, in the first two days and later has little in common;
where rows are few, all that is seen is learnt together."""
MIN_AGE_DAYS: Final = 1.0 / 24.0
"""Age [d] below which a count says nothing yet of where the video goes."""
_EDGES: Final = np.array([MIN_AGE_DAYS, 2.0, 5.0, 10.5])


def seen_bucket(observed_age_days: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return for n ages of the last known count [d] the position of their bucket in :data:`SEEN_DAYS`.

    Examples
    --------
    >>> seen_bucket(np.array([0.0, 1.2, 2.9, 7.0, 29.0])).tolist()
    [0, 1, 2, 3, 4]

    """
    return np.searchsorted(_EDGES, observed_age_days, side="right").astype(np.int64)


def slice_names(target: str, formats: npt.NDArray[np.str_], bucket: npt.NDArray[np.int64]) -> npt.NDArray[np.str_]:
    """Return ``target/format/days seen`` for n forecasts: the finest slice that calibration knows."""
    seen = np.array([str(day) for day in SEEN_DAYS])[bucket]
    joined = np.char.add(np.char.add(np.char.add(f"{target}/", formats.astype(str)), "/"), seen)
    return np.asarray(joined, dtype=np.str_)


def in_stage(slices: npt.NDArray[np.str_], stage: Stage) -> npt.NDArray[np.bool_]:
    """Return for n slices whether they belong to ``stage``.

    Examples
    --------
    >>> in_stage(np.array(["views_7d/short/0", "views_7d/long/3"]), "unseen").tolist()
    [True, False]

    """
    endings = np.array([f"/{day}" for day in STAGES[stage]])
    return np.asarray(np.char.endswith(slices.astype(np.str_)[:, None], endings).any(axis=1), dtype=np.bool_)
