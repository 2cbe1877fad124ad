"""Method 1: the column tells what came later, also when the days before are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
from scipy import stats

from foreview.audit.columns import MOST_LEVELS, Audited
from foreview.audit.compared import FEWEST, Compared, Rows
from foreview.audit.evidence import Evidence, Numbers
from foreview.curves.curve import Floats

METHOD: Final = "tells what came later"
Compare: TypeAlias = Callable[[float, Rows], Sequence[Compared]]
AFTER_WAIT: Final = "partial_correlation_after_wait"
FEWEST_OF_A_KIND: Final = 40
"""Videos on either side of a division: with fewer the share of pairs is itself a matter of luck."""
BELIEVED_OF_A_NUMBER: Final = 0.78
BELIEVED_OF_A_DIVISION: Final = 0.85
"""Share of pairs of videos of one channel and format that an honest column may put in the right order. The mean from
which the simulated world draws, the best that can be known, orders 0.61 to 0.67 of them; docs/explanation/leakage-audit.md tells more."""


@dataclass(frozen=True, slots=True)
class _Look:
    """One way of looking at a column: the share of pairs it orders, the share that is believed, and what is left after the wait."""

    how: str
    against: Compared
    ordered: float
    believed: float
    pairs: int
    correlation: float
    p_value: float

    @property
    def strong(self) -> bool:
        return self.ordered > self.believed


def telling(column: Audited, compare: Compare) -> Evidence | None:
    """Return the strongest evidence that the values, or their absence, tell one of the outcomes; None where too few videos.

    ``compare`` returns the outcomes that were known of the marked videos after a claimed age.
    """
    present = ~np.isnan(column.values)
    looks = [look for one in compare(column.known_after_days, present) for look in _looks(column, column.values, one)]
    if present.any() and not present.all():
        gaps, everyone = replace(column, kind="boolean", values=column.missing), np.ones_like(present)
        found = compare(column.known_after_days, everyone)
        looks += [replace(look, how="its absence") for one in found for look in _looks(gaps, gaps.values, one)]
    if not looks:
        return None
    # One look is tested, chosen by what was known before the wait, so no p-value is shopped for: of those that order more than is
    # believed the one with the most pairs, else the one that comes closest.
    best = max(looks, key=lambda look: (look.strong, look.pairs * look.strong, look.ordered - look.believed))
    numbers: Numbers = {
        "compared_with": best.against.outcome.says,
        "looked_at": best.how,
        "videos": int(best.against.rows.sum()),
        "pairs_ordered": best.ordered,
        AFTER_WAIT: best.correlation,
    }
    sentence = (
        f"of two videos of one channel and format, {best.how} tells in {best.ordered:.0%} of cases which one had more of "
        f"{best.against.outcome.says}, and still correlates {best.correlation:+.2f} with it when the views of the next day are known"
    )
    return Evidence(column, METHOD, best.p_value, best.strong, numbers, sentence)


def _looks(column: Audited, values: Floats, against: Compared) -> Iterator[_Look]:
    one, other = against.one, against.other
    sooner = np.sign(against.surprise[one] - against.surprise[other])
    for how, reading, is_division in _readings(column, values[against.rows], against.surprise):
        step = np.sign(reading[one] - reading[other]) * sooner
        decided = int(np.count_nonzero(step))
        if decided < FEWEST:
            continue
        share = float(np.count_nonzero(step > 0) / decided)
        ordered = max(share, 1 - share)
        correlation, p_value = _correlation(against.after.residual(reading), against.growth, against.after.freedom)
        believed = BELIEVED_OF_A_DIVISION if is_division else BELIEVED_OF_A_NUMBER
        yield _Look(how, against, ordered, believed, decided, correlation, p_value)


def _readings(column: Audited, values: Floats, surprise: Floats) -> Iterator[tuple[str, Floats, bool]]:
    """Yield name, numbers and whether they are a division in two, for each way to read a column."""
    levels, code = np.unique(values, return_inverse=True)
    if len(levels) < 2:
        return
    if column.kind == "category":
        # Levels in the order of what they came to: an order chosen from the data, which a division must beat by far.
        code = np.argsort(np.argsort([surprise[code == level].mean() for level in range(len(levels))]))[code]
    elif len(levels) > 2:
        yield "the value", stats.norm.ppf((stats.rankdata(values) - 0.5) / len(values)), False
    if len(levels) <= MOST_LEVELS + 1:
        for cut in range(1, len(levels)):
            above = code >= cut
            if min(above.sum(), (~above).sum()) >= FEWEST_OF_A_KIND:
                yield _named(column, levels, cut), above.astype(np.float64), True


def _named(column: Audited, levels: Floats, cut: int) -> str:
    if column.kind == "category":
        return f"a division of its levels ({len(levels) - cut} of {len(levels)})"
    return "the value" if len(levels) == 2 else f"whether it is at least {levels[cut]:g}"


def _correlation(one: Floats, other: Floats, freedom: int) -> tuple[float, float]:
    """Return the correlation of two residuals and its two-sided p-value."""
    size = float(np.sqrt((one @ one) * (other @ other)))
    if freedom < 3 or size < 1e-9:
        return 0.0, 1.0
    found = float(np.clip(one @ other / size, -1 + 1e-12, 1 - 1e-12))
    t = found * np.sqrt((freedom - 1) / (1 - found**2))
    return found, float(2 * stats.t.sf(abs(t), freedom - 1))
