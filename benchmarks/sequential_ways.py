"""Ways to follow paired differences that were tried beside the one that serves: each from pairs (worlds, n) to the ln of the evidence after each.

The evidence is that the mean is above 0. Within ``± clip``; bets and bounds use only the pairs before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from foreview.experiments.sequential import Declaration, log_stakes
from foreview.metrics.point import Floats

HEDGED: Final = (0.6, 1.0, 2.0)
"""Bets beside each other, as multiples of the one for the most pairs."""


def served(pairs: Floats, declared: Declaration) -> Floats:
    """Return that of the way that serves: a bet whose size follows the spread alone."""
    return log_stakes(pairs, declared)[0]


def several_bets(pairs: Floats, declared: Declaration) -> Floats:
    """Return that of three such bets, a third of the stake on each."""
    _, spread = _before(pairs, declared)
    size = np.sqrt(2 * np.log(2 / declared.alpha) / declared.most_pairs)
    bets = [np.minimum(multiple * size / spread, 0.49 / declared.clip) for multiple in HEDGED]
    return _shared(bets, pairs)


def growing_bets(pairs: Floats, declared: Declaration) -> Floats:
    """Return that of bets that follow mean and spread, to grow fastest (aGRAPA, Waudby-Smith and Ramdas 2023, section 4.5)."""
    mean, spread = _before(pairs, declared)
    bets = np.clip(mean / spread**2, 0.0, 0.49 / declared.clip)
    return np.log1p(bets * pairs).cumsum(axis=1)


def spread_of_bets(pairs: Floats, declared: Declaration) -> Floats:
    """Return that of eight bets of fixed size, from tiny to large (a discrete universal portfolio, Orabona and Jun 2023)."""
    bets = 0.49 / declared.clip * 2.0 ** (-np.arange(8) / 1.5)
    return _shared(list(bets), pairs)


def plug_in_bernstein(pairs: Floats, declared: Declaration) -> Floats:
    """Return that of the predictable plug-in empirical-Bernstein sequence (Waudby-Smith and Ramdas 2023, theorem 2)."""
    mean, spread = _before(pairs, declared)
    seen = np.arange(1, pairs.shape[1] + 1)
    bets = np.sqrt(2 * np.log(2 / declared.alpha) / (seen * np.log(1 + seen))) / spread
    bets = np.minimum(bets, 0.25 / declared.clip)
    return _bernstein_evidence(pairs, mean, bets, declared)


def tuned_bernstein(pairs: Floats, declared: Declaration) -> Floats:
    """Return that of an empirical-Bernstein sequence tuned to the most pairs (Howard et al. 2021, theorem 4, with predictable bets)."""
    mean, spread = _before(pairs, declared)
    bets = np.minimum(np.sqrt(2 * np.log(2 / declared.alpha) / declared.most_pairs) / spread, 0.25 / declared.clip)
    return _bernstein_evidence(pairs, mean, bets, declared)


WAYS: Final[Mapping[str, Callable[[Floats, Declaration], Floats]]] = {
    "one bet by the spread (serves)": served,
    "three bets by the spread": several_bets,
    "growing bets (aGRAPA)": growing_bets,
    "eight bets of fixed size": spread_of_bets,
    "plug-in empirical Bernstein": plug_in_bernstein,
    "tuned empirical Bernstein": tuned_bernstein,
}


def t_statistics(pairs: Floats) -> Floats:
    """Return Student's t after each pair; 0 for the first nine."""
    seen = np.arange(1, pairs.shape[1] + 1)
    mean = pairs.cumsum(axis=1) / seen
    variance = np.maximum((pairs**2).cumsum(axis=1) / seen - mean**2, 1e-12)
    return np.where(seen < 10, 0.0, mean / np.sqrt(variance / np.maximum(seen - 1, 1)))


def _shared(bets: Sequence[Floats], pairs: Floats) -> Floats:
    """Return the ln of the evidence of bets that share the stake."""
    stakes = np.stack([np.log1p(bet * pairs).cumsum(axis=1) for bet in bets])
    found: Floats = np.logaddexp.reduce(stakes, axis=0) - np.log(len(bets))
    return found


def _bernstein_evidence(pairs: Floats, mean: Floats, bets: Floats, declared: Declaration) -> Floats:
    # A pair and its forecast mean may differ by twice the clip.
    wide = 2 * declared.clip
    cost = (-np.log1p(-wide * bets) - wide * bets) / wide**2
    evidence: Floats = (bets * pairs - cost * (pairs - mean) ** 2).cumsum(axis=1)
    return evidence


def _before(pairs: Floats, declared: Declaration) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of the pairs before each, with a first guess that is worth ten pairs."""
    seen = 10 + np.arange(pairs.shape[1])
    total, squares = np.zeros_like(pairs), np.zeros_like(pairs)
    total[:, 1:], squares[:, 1:] = pairs[:, :-1].cumsum(axis=1), (pairs[:, :-1] ** 2).cumsum(axis=1)
    mean = total / seen
    return mean, np.sqrt(np.maximum((10 * (declared.clip / 2) ** 2 + squares) / seen - mean**2, 1e-12))
