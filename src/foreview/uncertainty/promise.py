"""What an interval can promise, given how many scores it was calibrated on."""

from __future__ import annotations


def promised_coverage(n: int, level: float, probability: float = 0.95) -> tuple[float, float]:
    """Return the range in which the true coverage of a conformal interval lies with ``probability``; (0, 1) below two scores.

    The ends of a central interval of ``level`` (0..1) are order statistics of ``n`` exchangeable scores, so that the share of all later
    outcomes it will cover is itself random: Beta(n + 1 − 2k, 2k), where k = (n + 1)(1 − level)/2 counts the gaps between the scores
    beyond either end (Vovk 2012, Proposition 2). Below one gap the ends are the lowest and the highest score, and the coverage falls short of
    the level.

    Examples
    --------
    >>> [round(share, 3) for share in promised_coverage(99, 0.8)]
    [0.717, 0.872]
    >>> [round(share, 3) for share in promised_coverage(3000, 0.8)]
    [0.786, 0.814]

    """
    from scipy.stats import beta

    if n < 2:
        return 0.0, 1.0
    beyond = max((n + 1) * (1 - level) / 2, 1.0)
    low, high = beta.interval(probability, n + 1 - 2 * beyond, 2 * beyond)
    return float(low), float(high)
