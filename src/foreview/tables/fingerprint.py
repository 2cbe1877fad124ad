"""A hash of what tables say, whatever they look like in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import polars as pl


def fingerprint_of(said: str, frames: Iterable[pl.DataFrame]) -> str:
    """Return the SHA-256 [hex] of a text and of the values of ``frames``.

    Hashed are names, types and values: two frames that hold the same agree even where their buffers differ, as they do after
    being written and read.
    """
    digest = hashlib.sha256(said.encode())
    for frame in frames:
        digest.update(repr(frame.schema).encode())
        for series in frame:
            for content in _content(series.rechunk()):
                digest.update(content)
    return digest.hexdigest()


def _content(series: pl.Series) -> Iterator[bytes]:
    yield series.is_null().to_numpy().tobytes()
    if isinstance(series.dtype, pl.List):
        yield series.list.len().fill_null(0).to_numpy().tobytes()
        yield from _content(series.explode())
    elif series.dtype == pl.String():
        filled = series.fill_null("")
        yield filled.str.len_bytes().to_numpy().tobytes()
        yield "".join(filled).encode()
    else:
        kind = pl.Float64 if series.dtype.is_float() else pl.Int64
        yield series.to_physical().cast(kind).fill_null(0).to_numpy().tobytes()
