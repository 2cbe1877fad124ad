"""Fits that are done once: a slow member fitted again to the same rows in the same way is the model from before.

Tuning fits the forest and scikit-learn's boosting dozens of times, mostly as before. A fit is known by the hash of everything that went
into it, so remembering changes no result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict
from typing import Any, Final

from foreview.learners.matrix import Matrix, Vector
from foreview.learners.members import MEMBERS
from foreview.options import Hyperparameters

SLOW: Final = ("forest", "boosting")
_KEPT: ContextVar[dict[str, Any] | None] = ContextVar("kept", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Remember the fits of slow members until the block is left."""
    token = _KEPT.set({})
    try:
        yield
    finally:
        _KEPT.reset(token)


def fit_once(name: str, rows: Matrix, target: Vector, *, seed: int, threads: int, tuned: Hyperparameters) -> Any:
    """Return the member ``name`` fitted to ``target`` (n) given ``rows`` (n, k), from memory where it was fitted so before."""
    kept = _KEPT.get()
    if kept is None or name not in SLOW:
        return MEMBERS[name].fit(rows, target, seed=seed, threads=threads, tuned=tuned)
    own = {key: value for key, value in asdict(tuned).items() if key.startswith(f"{name}_")}
    said = repr((name, rows.shape, seed, threads, own)).encode()
    key = hashlib.sha256(said + rows.tobytes() + target.tobytes()).hexdigest()
    if key not in kept:
        kept[key] = MEMBERS[name].fit(rows, target, seed=seed, threads=threads, tuned=tuned)
    return kept[key]
