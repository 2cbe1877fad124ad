"""Which of two models errs less, followed video by video: one may look after every one of them.

Each video gives a *pair*: the champion's ln error minus the challenger's, clipped to ``± clip``. Against every mean ``m`` that the difference could
have somebody bets who gains where the pairs lie above it, and somebody who gains where they lie below; neither can expect to win
where ``m`` is the truth. Who has multiplied his stake by ``2 / alpha`` at *any* moment has refuted ``m``, for by Ville's
inequality that happens with probability ``alpha / 2`` at most, however often one looks. The means that nobody refuted are the
confidence sequence (Waudby-Smith and Ramdas 2023, *Estimating means of bounded random variables by betting*; Howard, Ramdas, McAuliffe and
Sekhon 2021, *Time-uniform, nonparametric, nonasymptotic confidence sequences*).

The size of a bet is ``sqrt(2 ln(2 / alpha) / n)`` over the standard deviation of the pairs before it. It does not follow the mean. For that
reason a decision also holds in a world that changes: with probability 1 − alpha no model is called better at a moment at which the mean of
what could be expected of the pairs so far (each weighted by the size of its bet, all about equal) says otherwise. As 1 + x ≤ exp(x), the
stake is at most a martingale times the exponential of that mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from foreview.errors import UsageError
from foreview.metrics.point import Floats

Outcome: TypeAlias = Literal["undecided", "challenger_better", "champion_better", "harmful", "no_difference"]
"""``harmful``: the challenger is worse by more than was allowed; ``no_difference``: the most pairs were seen and neither is better."""

TUNED_AT: Final = 2 / 3
"""Share of the most pairs for which the size of the bets is best: where decisions fall, if there is something to find."""
LARGEST_BET: Final = 0.49
"""Largest bet, times the clip: a pair may differ from a mean by twice the clip, and nobody may lose all."""
GUESSED_PAIRS: Final = 10
"""Pairs that the first guess of the standard deviation, half the clip, is worth."""
STEPS: Final = 500
"""Means that are tried on either side of 0, up to the clip. Bounds are rounded outwards to one of them."""

CLIP: Final = 1.5
"""Of the champion's MAE ln: differences beyond it count as this, where nothing else is declared."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is laid down before an experiment begins, and not changed afterwards.

    Raises
    ------
    UsageError
        Unless ``0 < alpha < 1``, ``1 <= least_pairs <= most_pairs``, ``clip > 0`` and ``0 <= allowed_harm < clip``.

    """

    alpha: float = 0.05
    """Probability of calling either model better where neither is."""
    least_pairs: int = 50
    """Pairs before which neither model is called better."""
    most_pairs: int = 400
    """Pairs at which the experiment ends."""
    clip: float = 1.0
    """Differences of ln errors beyond this count as this: one freak decides nothing. 1 is a factor of e. It should be about as large as the champion's MAE
    ln or twice that: no bet exceeds half its inverse, so that a much wider one hides small differences."""
    allowed_harm: float = 0.1
    """Mean difference of ln errors; a challenger known to be worse by more ends the experiment at once, before ``least_pairs`` too."""

    def __post_init__(self) -> None:
        sound = 0 < self.alpha < 1 and 1 <= self.least_pairs <= self.most_pairs and 0 <= self.allowed_harm < self.clip
        if not sound or self.clip == float("inf"):
            raise UsageError(
                "a declaration has 0 < alpha < 1, 1 ≤ least_pairs ≤ most_pairs and 0 ≤ allowed_harm < clip",
                f"found {self}",
            )


def usual_declaration(mae_ln: float) -> Declaration:
    """Return the usual declaration for a champion whose MAE ln [> 0] is known: it clips at :data:`CLIP` times that, and allows a tenth of the clip as harm."""
    return Declaration(clip=CLIP * mae_ln, allowed_harm=CLIP * mae_ln / 10)


@dataclass(frozen=True, slots=True)
class Running:
    """What was known after each of n pairs: their mean, and the bounds of the mean difference [ln], all of shape (n,).

    Above 0 the challenger errs less. The bounds hold at all moments at once with probability 1 − alpha.
    """

    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Decision:
    """What an experiment came to, and its evidence."""

    outcome: Outcome
    pairs: int
    """Pairs on which it rests: those up to the moment at which it fell, or all so far."""
    mean: float | None
    """Of these pairs [ln]; none where there are no pairs."""
    low: float
    high: float
    """Bounds of the mean difference [ln]: ± clip where nothing is known."""


def paired_differences(champion: Floats, challenger: Floats, clip: float) -> Floats:
    """Return the ln errors of the champion minus those of the challenger on the same n videos, clipped to ``± clip``.

    Examples
    --------
    >>> paired_differences(np.array([0.5, 3.0]), np.array([0.4, 0.2]), clip=1.0).round(3).tolist()
    [0.1, 1.0]

    """
    if champion.shape != challenger.shape or not np.isfinite([champion, challenger]).all():
        raise UsageError(
            "a pair is two finite ln errors of one video", f"found {champion.size} and {challenger.size} errors"
        )
    return np.clip(champion - challenger, -clip, clip)


def log_stakes(differences: Floats, declaration: Declaration, mean: float = 0.0) -> tuple[Floats, Floats]:
    """Return the ln of what the two who bet on means above and below ``mean`` have made of 1 after each pair.

    ``differences`` (…, n) are pairs within ``± clip`` in the order in which they became known, along the last axis; so are both results.

    Examples
    --------
    >>> above, below = log_stakes(np.full(400, 0.1), Declaration())
    >>> bool(above[-1] > np.log(2 / 0.05)), bool(below[-1] < 0)
    (True, True)

    """
    bets = _bets(differences, declaration)
    gains = bets * (differences - mean)
    return np.log1p(gains).cumsum(axis=-1), np.log1p(-gains).cumsum(axis=-1)


def follow(differences: Floats, declaration: Declaration) -> Running:
    """Return the running mean and its confidence sequence; ``differences`` (n) as of :func:`log_stakes`.

    Examples
    --------
    >>> running = follow(np.tile([0.3, -0.1], 200), Declaration())
    >>> [round(float(bound[-1]), 3) for bound in (running.low, running.mean, running.high)]
    [0.07, 0.1, 0.13]

    """
    _check(differences, declaration)
    # Exactly 0 in the middle, or a decision would hang on how it was rounded.
    means = declaration.clip * np.arange(-STEPS, STEPS + 1) / STEPS
    refuted = np.log(2 / declaration.alpha)
    below, above = np.zeros(differences.size, dtype=np.int64), np.zeros(differences.size, dtype=np.int64)
    for mean in means.tolist():
        larger, smaller = log_stakes(differences, declaration, mean)
        below += larger >= refuted
        above += smaller >= refuted
    # The stake of who bets on larger means falls with the mean, so that what was refuted are the first and the last means.
    low, high = means[np.maximum(below - 1, 0)], means[np.minimum(means.size - above, means.size - 1)]
    return Running(differences.cumsum() / np.arange(1, differences.size + 1), low, high)


def decide(differences: Floats, declaration: Declaration) -> Decision:
    """Return the decision after these pairs: the first that fell, whatever came later. ``differences`` (n) as of :func:`log_stakes`.

    Pairs beyond ``most_pairs`` are not looked at.

    Raises
    ------
    UsageError
        Where a difference is not finite or lies outside ``± clip``.

    Examples
    --------
    >>> found = decide(np.tile([0.3, -0.1], 200), Declaration())
    >>> found.outcome, found.pairs
    ('challenger_better', 87)
    >>> decide(np.tile([0.1, -0.1], 200), Declaration()).outcome
    'no_difference'

    """
    pairs = differences[: declaration.most_pairs]
    running = follow(pairs, declaration)
    enough = np.arange(1, pairs.size + 1) >= declaration.least_pairs
    falls: dict[Outcome, np.ndarray] = {
        "harmful": running.high <= -declaration.allowed_harm,
        "champion_better": (running.high <= 0) & enough,
        "challenger_better": (running.low >= 0) & enough,
    }
    first = {outcome: int(np.argmax(at)) for outcome, at in falls.items() if at.any()}
    if first:
        outcome = min(first, key=lambda name: first[name])
        return _decision(outcome, running, first[outcome] + 1, declaration)
    ended = pairs.size >= declaration.most_pairs
    return _decision("no_difference" if ended else "undecided", running, pairs.size, declaration)


def _decision(outcome: Outcome, running: Running, pairs: int, declaration: Declaration) -> Decision:
    if not pairs:
        return Decision(outcome, 0, None, -declaration.clip, declaration.clip)
    mean, low, high = (float(found[pairs - 1]) for found in (running.mean, running.low, running.high))
    return Decision(outcome, pairs, mean, low, high)


def _bets(differences: Floats, declaration: Declaration) -> Floats:
    """Return the size of each bet, from the pairs before it."""
    size = np.sqrt(2 * np.log(2 / declaration.alpha) / (TUNED_AT * declaration.most_pairs))
    before = np.zeros_like(differences)
    before[..., 1:] = (differences[..., :-1] ** 2).cumsum(axis=-1)
    guess = GUESSED_PAIRS * (declaration.clip / 2) ** 2
    spread = np.sqrt((guess + before) / (GUESSED_PAIRS + np.arange(differences.shape[-1])))
    bets: Floats = np.minimum(size / spread, LARGEST_BET / declaration.clip)
    return bets


def _check(differences: Floats, declaration: Declaration) -> None:
    # Written so that nan fails it too.
    if not (np.abs(differences) <= declaration.clip).all():
        raise UsageError(
            f"paired differences are finite and lie within ± {declaration.clip:g}",
            "at least one does not",
            "Clip them with paired_differences",
        )
