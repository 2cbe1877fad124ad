"""What a method of the audit hands over: how unlikely an honest column is, and how much it would have to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from foreview.audit.columns import Audited

Numbers: TypeAlias = Mapping[str, float | int | str]

LEVEL: Final = 0.05
"""The chance that an audit of honest columns alone accuses one of them: over all its columns and methods (Holm)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Of one column by one method.

    ``p_value`` is that of "an honest column", already multiplied by the number of ways the method looked at the column;
    ``strong`` says whether the effect is beyond what an honest column can have; ``numbers`` is what was measured.
    """

    column: Audited
    method: str
    p_value: float
    strong: bool
    numbers: Numbers
    sentence: str


def holm(p_values: Sequence[float]) -> list[float]:
    """Return Holm's adjusted p-values, in the same order.

    Examples
    --------
    >>> holm([0.01, 0.5, 0.03])
    [0.03, 0.5, 0.06]

    """
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted
