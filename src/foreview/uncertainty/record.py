"""What became of the last videos of a training, kept with the release: questions about many videos at once need more than quantiles.

A calibration says how far outcomes lie from forecasts, one by one. Whether the outcomes of a channel's videos miss together, and how often a
video looked weak early and was not, is in the single outcomes alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from foreview.uncertainty.conformal import Vector

MAX_VIDEOS: Final = 1_000
"""Videos kept, a seeded draw of more: as many as tell a correlation and a rate of a twentieth well enough."""
_DIGITS: Final = 5

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Record:
    """n outcomes out of time, one an issue that was replayed, named by numbers alone.

    ``score`` is the conformal score, (outcome - location) / spread; ``typical`` where typical lay on that scale, (typical - location) /
    spread, so that an outcome above typical is a score above it (of views; empty for other kinds).
    """

    slices: np.ndarray
    video: Ints
    owner: Ints
    """A number for each channel, or for the video where none is known."""
    day: Ints
    """Day of publication (UTC), counted from 1970."""
    score: Vector
    typical: Vector


def plain(record: Record) -> dict[str, Any]:
    """Return the record in JSON's own types."""
    names, code = np.unique(record.slices, return_inverse=True)
    return {
        "names": names.tolist(),
        "slice": code.tolist(),
        "video": record.video.tolist(),
        "owner": record.owner.tolist(),
        "day": record.day.tolist(),
        "score": np.round(record.score, _DIGITS).tolist(),
        "typical": np.round(record.typical, _DIGITS).tolist(),
    }


def record_from(found: Mapping[str, Any]) -> Record:
    """Return the record that :func:`plain` wrote.

    Raises
    ------
    ValueError
        Where the columns do not fit each other.

    """
    whole = [np.array(found[name], dtype=np.int64) for name in ("slice", "video", "owner", "day")]
    score, typical = (np.array(found[name], dtype=np.float64) for name in ("score", "typical"))
    if {column.size for column in (*whole, score)} != {score.size} or typical.size not in (0, score.size):
        raise ValueError("the columns of a record are of one length")
    names = np.array(found["names"], dtype=np.str_)
    if score.size and not (whole[0].min() >= 0 and whole[0].max() < names.size):
        raise ValueError("a record names the slices of its rows")
    code, video, owner, day = whole
    return Record(names[code], video, owner, day, score, typical)
