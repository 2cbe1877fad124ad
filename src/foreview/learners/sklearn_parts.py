"""scikit-learn models on disk: skops files, of which only a named type beyond its own list is ever built. Never a pickle."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def dump(model: Any) -> bytes:
    """Return ``model`` as a skops file."""
    import skops.io

    return bytes(skops.io.dumps(model))


def load(content: bytes, trusted: str) -> Any:
    """Return the model in ``content``; types but ``trusted`` and skops' own list are refused before anything is built."""
    import skops.io

    return skops.io.loads(content, trusted=[trusted])


def check_tree(children: npt.NDArray[np.integer[Any]], features: npt.NDArray[np.integer[Any]], n_features: int) -> None:
    """Raise ValueError unless a tree's inner nodes point at nodes and features that exist.

    skops leaves this to the caller: compiled code follows these numbers without looking.
    """
    nodes = children.shape[0]
    if children.size and (children.min() < 0 or children.max() >= nodes or features.min() < 0):
        raise ValueError(f"a tree of {nodes} nodes points outside itself")
    if features.size and features.max() >= n_features:
        raise ValueError(f"a tree over {n_features} features asks for feature {int(features.max())}")
