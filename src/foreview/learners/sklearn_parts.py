"""scikit-learn models on disk: skops files, of which only a named type beyond its own list is ever built. Never a pickle."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import PurePath
from typing import Any

import numpy as np
import numpy.typing as npt

_SCHEMA = "schema.json"


def dump(model: Any) -> bytes:
    """Return ``model`` as a skops file; equal models give equal bytes, wherever they lay in memory and whenever it is."""
    import skops.io

    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(model))) as archive:
        schema = json.loads(archive.read(_SCHEMA))
        numbers: dict[str, int] = {}
        _number_anew(schema, numbers)
        parts = {_renamed(name, numbers): archive.read(name) for name in archive.namelist() if name != _SCHEMA}
    parts[_SCHEMA] = json.dumps(schema).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(parts):
            archive.writestr(zipfile.ZipInfo(name), _without_padding(parts[name]))
    return buffer.getvalue()


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


def _number_anew(node: Any, numbers: dict[str, int]) -> None:
    """Replace what skops numbers objects and their files by, their addresses, with the order of their first mention."""
    if isinstance(node, list):
        for item in node:
            _number_anew(item, numbers)
    elif isinstance(node, dict):
        for key, item in node.items():
            if key == "__id__":
                node[key] = numbers.setdefault(str(item), len(numbers))
            elif key == "file":
                numbers.setdefault(PurePath(item).stem, len(numbers))
                node[key] = _renamed(item, numbers)
            else:
                _number_anew(item, numbers)


def _renamed(name: str, numbers: dict[str, int]) -> str:
    path = PurePath(name)
    return f"{numbers[path.stem]}{path.suffix}"


def _without_padding(part: bytes) -> bytes:
    """Return an array file with zeros between the fields of its records, where otherwise memory shows through."""
    if not part.startswith(b"\x93NUMPY"):
        return part
    array = np.load(io.BytesIO(part), allow_pickle=False)
    if array.dtype.names is None:
        return part
    clean = np.zeros(array.shape, array.dtype)
    for field in array.dtype.names:
        clean[field] = array[field]
    buffer = io.BytesIO()
    np.save(buffer, clean, allow_pickle=False)
    return buffer.getvalue()
