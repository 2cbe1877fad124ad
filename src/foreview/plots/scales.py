"""From values to places: axes, their round numbers, and where a value lies between the ends of one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["linear", "log", "root"]

_SCALES: Final[dict[Kind, Callable[[float], float]]] = {"linear": float, "log": math.log, "root": math.sqrt}
_STEPS: Final = (1.0, 2.0, 5.0, 10.0)
_ROUNDING: Final = 1e-9
"""Share of a step below which a value lies on the step."""
_ALIKE: Final = 1e-9
"""Distance between numbers, as a share of them or of 1, that no round numbers fit into."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What is drawn along one side: its label with the unit, its ends, and the values that are named."""

    label: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    kind: Kind = "linear"


def place(axis: Axis, value: float, start: float, stop: float) -> float:
    """Return where ``value`` lies between ``start`` (the axis's low end) and ``stop``; what lies beyond an end is put there.

    Examples
    --------
    >>> place(log_axis("views", [1, 100]), 10, 0, 200)
    100.0

    """
    scale = _SCALES[axis.kind]
    low, high = scale(axis.low), scale(axis.high)
    share = (scale(min(max(value, axis.low), axis.high)) - low) / (high - low)
    return round(start + (stop - start) * share, 2)


def linear_axis(label: str, values: Sequence[float], most: int = 5) -> Axis:
    """Return an axis around ``values`` that starts and ends at round numbers, at most about ``most`` of them.

    Examples
    --------
    >>> [text for _, text in linear_axis("error", [0.12, 0.58]).ticks]
    ['0.1', '0.2', '0.3', '0.4', '0.5', '0.6']

    """
    low, high = _apart(min(values), max(values))
    step = _round_step((high - low) / most)
    first, last = math.floor(low / step + _ROUNDING), math.ceil(high / step - _ROUNDING)
    digits = max(0, -math.floor(math.log10(step) + _ROUNDING))
    ticks = tuple((round(n * step, 10), f"{n * step:,.{digits}f}") for n in range(first, last + 1))
    return Axis(label, ticks[0][0], ticks[-1][0], ticks)


def share_axis(label: str, values: Sequence[float], most: int = 5) -> Axis:
    """Return an axis of shares (0..1), named in percent.

    Examples
    --------
    >>> share_axis("covered", [0.5, 1]).ticks[0]
    (0.5, '50')

    """
    inner = linear_axis(label, [min(max(100 * value, 0), 100) for value in values], most)
    ticks = tuple((round(value / 100, 10), text) for value, text in inner.ticks)
    return Axis(f"{label} [%]", inner.low / 100, inner.high / 100, ticks)


def log_axis(label: str, values: Sequence[float]) -> Axis:
    """Return a logarithmic axis around ``values`` (> 0) with 1, 2 and 5 of each power of ten, or the powers alone.

    Examples
    --------
    >>> [text for _, text in log_axis("÷", [0.6, 3]).ticks]
    ['0.5', '1', '2', '5']

    """
    powers = range(math.floor(math.log10(min(values))), math.ceil(math.log10(max(values))) + 1)
    parts = (1, 2, 5) if len(powers) <= 4 else (1,)
    numbers = [part * 10.0**power for power in powers for part in parts]
    low = max([number for number in numbers if number <= min(values) * (1 + _ROUNDING)], default=numbers[0])
    high = min([number for number in numbers if number >= max(values) * (1 - _ROUNDING)], default=numbers[-1])
    if low == high:
        low, high = low / 2, high * 2
    inside = [number for number in numbers if low <= number <= high] or [low, high]
    return Axis(label, low, high, tuple((number, f"{number:,.10g}") for number in inside), "log")


def root_axis(label: str, values: Sequence[float]) -> Axis:
    """Return an axis that names each of ``values`` (≥ 0) and gives small ones more room, as the square root does."""
    named = sorted(set(values))
    low, high = (named[0], named[-1]) if len(named) > 1 else (0.0, 2 * named[0] + 1)
    return Axis(label, low, high, tuple((value, f"{value:g}") for value in named), "root")


def _apart(low: float, high: float) -> tuple[float, float]:
    """Return two different ends: where all values are one, or differ by rounding alone, some room around them."""
    size = max(abs(low), abs(high))
    if high - low > _ALIKE * max(size, 1.0):
        return low, high
    room = size / 10 if size > _ALIKE else 0.5
    return low - room, high + room


def _round_step(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(part * power for part in _STEPS if part * power >= step * (1 - _ROUNDING))
