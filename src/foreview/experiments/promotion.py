"""The gate before a release serves: it must err less than what serves now, and less than typical, on videos it has not learnt from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from foreview.errors import CannotPromote, NotEnoughHistory, UsageError
from foreview.metrics.bootstrap import Estimate, bootstrap_means
from foreview.metrics.point import Floats, Strings

LEAST_VIDEOS: Final = 30
"""Videos below which an interval means nothing."""
OLD_DAYS: Final = 30.0
"""Days of labels that a champion has not learnt from, beyond which a candidate need not beat it."""
OLD_ALLOWANCE: Final = 1.02
"""How much of an old champion's error the candidate's may be: it has learnt from a newer world."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How a candidate did beside the champion and typical, on the same videos, none of which either release was trained on."""

    videos: int
    mae_ln: float
    """Of the candidate."""
    against_typical: Estimate
    """Its MAE ln over typical's, with a 95 % interval; below 1 when the candidate is better."""
    against_champion: Estimate | None
    """The same over the champion's; none where nothing serves yet."""
    champion_age_days: float
    """From the champion's training cutoff to when the newest label matured [d]; 0 where nothing serves yet."""


def evidence(
    candidate: Floats,
    champion: Floats | None,
    typical: Floats,
    owner: Strings,
    *,
    champion_age_days: float = 0.0,
    seed: int = 0,
) -> Evidence:
    """Return the evidence in the ln errors of candidate, champion and typical on the same n videos of the channels ``owner`` (n).

    The intervals are of a paired bootstrap that draws whole channels, and of one that draws single videos: each end is the farther
    one of the two, since few channels say little of how much channels differ, and a single one nothing.

    Raises
    ------
    NotEnoughHistory
        Where there is no video.
    UsageError
        Where the errors are not of the same videos, or not finite.

    Examples
    --------
    >>> typical, owner = np.linspace(0.2, 1.0, 60), np.repeat(["a", "b", "c"], 20)
    >>> found = evidence(0.8 * typical, 0.9 * typical, typical, owner)
    >>> round(found.against_typical.high, 3), round(found.against_champion.high, 3), can_promote(found)
    (0.8, 0.889, True)

    """
    errors = [candidate, typical] + ([] if champion is None else [champion])
    if not owner.size:
        raise NotEnoughHistory(
            "a release is judged on videos that it was not trained on", "none has an outcome yet", "Wait until one has"
        )
    if any(part.shape != owner.shape or not np.isfinite(part).all() for part in errors):
        raise UsageError("each video has one finite ln error of each method", f"found {[part.size for part in errors]}")
    losses = np.column_stack(errors)
    return Evidence(
        videos=owner.size,
        mae_ln=float(candidate.mean()),
        against_typical=_ratio(losses, owner, 1, seed),
        against_champion=None if champion is None else _ratio(losses, owner, 2, seed),
        champion_age_days=champion_age_days,
    )


def check_can_promote(found: Evidence) -> None:
    """Raise unless the candidate may serve.

    Its error must be below typical's and below the champion's (or not above 1.02 of it, where the champion has not learnt from the last
    30 days of labels), both with the upper end of the interval, on 30 videos at least. Where nothing serves yet it must not be above
    typical's: whatever is refused then leaves the prior to serve.

    Raises
    ------
    CannotPromote
        With all reasons.

    """
    if reasons := _reasons(found):
        raise CannotPromote(
            "a release serves only where it errs less than the champion and than typical, on videos it was not trained on",
            "; ".join(reasons),
            "Train on more videos, or promote it by hand with a reason, which the log keeps",
        )


def can_promote(found: Evidence) -> bool:
    """Return whether :func:`check_can_promote` lets the candidate pass."""
    try:
        check_can_promote(found)
    except CannotPromote:
        return False
    return True


def _reasons(found: Evidence) -> list[str]:
    champion, typical = found.against_champion, found.against_typical
    # Written as "not below", so that nan, where the other erred nowhere, is a reason too.
    if champion is None:
        return [] if typical.value <= 1 else [f"its error is {typical.value:.3f} × typical's"]
    reasons = []
    if found.videos < LEAST_VIDEOS:
        reasons.append(f"it was judged on {found.videos} videos, and {LEAST_VIDEOS} are needed")
    if not typical.high < 1:
        reasons.append(_told(typical, "typical's", 1.0))
    limit = OLD_ALLOWANCE if found.champion_age_days > OLD_DAYS else 1.0
    if not champion.high < limit:
        reasons.append(_told(champion, "the champion's", limit))
    return reasons


def _told(ratio: Estimate, whose: str, limit: float) -> str:
    return f"its error is {ratio.value:.3f} × {whose} (95 %: {ratio.low:.3f} to {ratio.high:.3f}), and all of it must be below {limit:g}"


def _ratio(losses: Floats, owner: Strings, other: int, seed: int) -> Estimate:
    """Return the mean of the first column over that of ``other``, with the wider interval of both ways to draw."""
    channels = bootstrap_means(losses, owner, seed=seed).ratio(0, other)
    videos = bootstrap_means(losses, np.arange(owner.size).astype(str), seed=seed).ratio(0, other)
    ends = min(channels.low, videos.low), max(channels.high, videos.high)
    return Estimate(channels.value, *ends, channels.clusters)
