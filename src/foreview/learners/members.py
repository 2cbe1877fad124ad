"""The members of the ensemble. Their libraries load when a member is fitted, decoded or asked, not before."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from foreview.learners import boosting, forest, linear, xgb
from foreview.learners.matrix import Matrix, Vector
from foreview.options import DEFAULTS, Hyperparameters

# OpenMP threads that spin while they wait turn seconds into minutes on a busy machine. Read when the libraries load.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


class Fit(Protocol):
    """Fits a member."""

    def __call__(
        self, rows: Matrix, target: Vector, *, seed: int, threads: int, tuned: Hyperparameters = DEFAULTS
    ) -> Any:
        """Return the fitted model."""


@dataclass(frozen=True, slots=True)
class Member:
    """How one kind of model is fitted, asked, and kept as bytes; ``part`` names its file inside a release."""

    part: str
    fit: Fit
    predict: Callable[[Any, Matrix], Vector]
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Any]
    scales: bool
    """Whether it is fitted on all rows; the others get a seeded draw of ``max_forest_rows``."""


MEMBERS: Final[Mapping[str, Member]] = {
    "linear": Member("linear.json", linear.fit, linear.predict, linear.encode, linear.decode, scales=False),
    "forest": Member("forest.skops", forest.fit, forest.predict, forest.encode, forest.decode, scales=False),
    "boosting": Member(
        "boosting.skops", boosting.fit, boosting.predict, boosting.encode, boosting.decode, scales=False
    ),
    "xgb": Member("xgb.json", xgb.fit, xgb.predict, xgb.encode, xgb.decode, scales=True),
}
