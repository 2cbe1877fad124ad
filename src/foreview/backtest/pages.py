"""The report for people, in Markdown."""

from __future__ import annotations

import math
from itertools import groupby
from typing import Final

from foreview.backtest.goals import ASKED, GOAL_HEAD, goal_cells, verdicts
from foreview.backtest.replay import Backtest
from foreview.backtest.scores import SliceScores
from foreview.metrics.bootstrap import Estimate
from foreview.metrics.interval import Share
from foreview.plots.markdown import table
from foreview.vocabulary import INTERVALS, TARGET_UNITS, Target

NAMES: Final = {
    "forecast": "**forecast**",
    "typical": "typical",
    "szabo_huberman": "Szabo–Huberman",
    "pinto_ml": "Pinto ML",
    "pinto_mrbf": "Pinto MRBF",
}

_PROBABILITY_COLUMNS: Final = (
    *(column for name in ("low", "medium", "high", "beats typical") for column in (f"{name} AUC", "ECE")),
    "confidence ECE",
)

_SHARPNESS: Final = """\
Sharpness: interval score of the forecasts ÷ that of the best constant width around the same points; CRPS ÷ that of the best single shape
around the same points, and around each baseline's. The best in hindsight: no calibration could have made better ones."""
_SHARPNESS_COLUMNS: Final = {
    **{(f"interval_{level}", "constant_width"): f"{level} % ÷ constant width" for level in INTERVALS},
    ("crps", "residuals"): "CRPS ÷ one shape",
    **{("crps", name): f"CRPS ÷ {shown}" for name, shown in NAMES.items() if name != "forecast"},
}
_WAY_COLUMNS: Final = (
    *("format", "age d", "rows", "way", "log loss", "÷ distribution (95 %)"),
    *("Brier", "low AUC", "high AUC", "ECE"),
)


def report_page(backtest: Backtest) -> str:
    """Return ``report.md``: what was done, then for each target the errors, the intervals and the probabilities."""
    plan = backtest.plan
    warning = "> **EMBARGO NONE**" if plan.embargo == "none" else "> Full embargo"
    parts = [
        f"# Backtest: trained until {plan.train_until}, tested from {plan.test_from}",
        "\n".join([f"{warning}", *(f"> {sentence}" for sentence in backtest.sentences)]),
        _release(backtest),
    ]
    for target, slices in groupby(backtest.scores, key=lambda scores: scores.target):
        parts += _target(target, list(slices))
    parts.append(_READING)
    return "\n\n".join(parts) + "\n"


def _release(backtest: Backtest) -> str:
    facts = table(["release", ""], [[str(name), str(value)] for name, value in backtest.release.items()])
    return f"{facts}\n\nWritten {backtest.created_at:%Y-%m-%d %H:%M} UTC."


def _target(target: Target, slices: list[SliceScores]) -> list[str]:
    return [
        f"## {target} [{TARGET_UNITS[target]}]",
        "Errors of every method on the rows where all of them are defined; *all rows* is the forecast where some baseline is not.",
        table(
            ["format", "age d", "rows", "method", "MAE ln", "forecast ÷ it (95 %)", "mRSE", "median APE %", "Spearman"],
            [line for scores in slices for line in _errors(scores)],
        ),
        "Intervals: share covered (exact 95 % interval of that share), mean interval score of ln(1+y).",
        table(
            ["format", "age d", "rows", "50 %", "score", "80 %", "score", "95 %", "score", "CRPS ln"],
            [_intervals(scores) for scores in slices],
        ),
        _SHARPNESS,
        table(
            ["format", "age d", *_SHARPNESS_COLUMNS.values()],
            [[*_where(scores), *_sharpness(scores)] for scores in slices],
        ),
        "Probabilities: area under the curve (AUC) and expected calibration error (ECE).",
        table(
            ["format", "age d", *_PROBABILITY_COLUMNS],
            [_probabilities(scores) for scores in slices],
        ),
        *_ways(slices),
        "Confidence: said → happened (rows), by tenth.",
        table(["format", "age d", "said → happened"], [_confidence(scores) for scores in slices]),
        ASKED,
        table(
            ["format", "age d", "calibrated on", "tested on", *GOAL_HEAD],
            [[*_where(s), f"{s.calibration_videos:,}", f"{s.rows:,}", *goal_cells(verdicts(s))] for s in slices],
        ),
    ]


def _errors(scores: SliceScores) -> list[list[str]]:
    ratios = {comparison.baseline: _estimate(comparison.mae_ln_ratio) for comparison in scores.comparisons}
    named = [(NAMES[method.method], ratios.get(method.method, ""), method) for method in scores.compared]
    if scores.alone.rows != scores.compared[0].rows:
        named.append(("forecast, all rows", "", scores.alone))
    return [
        [
            *_where(scores),
            f"{errors.rows:,}",
            name,
            _number(errors.mae_ln),
            ratio,
            _number(errors.mrse),
            _number(errors.median_ape, 1),
            _number(errors.spearman.value),
        ]
        for name, ratio, errors in named
    ]


def _intervals(scores: SliceScores) -> list[str]:
    cells = [cell for found in scores.intervals for cell in (_share(found.covered), _number(found.score_ln))]
    return [*_where(scores), f"{scores.rows:,}", *cells, _number(scores.crps_ln)]


def _sharpness(scores: SliceScores) -> list[str]:
    found = {(ratio.score, ratio.against): _estimate(ratio.ratio) for ratio in scores.sharpness}
    return [found.get(wanted, "–") for wanted in _SHARPNESS_COLUMNS]


def _probabilities(scores: SliceScores) -> list[str]:
    classes = [cell for found in scores.classes for cell in (_number(found.auc), _number(found.calibration_error))]
    beats = scores.beats_typical
    return [
        *_where(scores),
        *(classes or ["–"] * 6),
        _number(beats.auc),
        _number(beats.calibration_error),
        _number(scores.confidence.error),
    ]


def _ways(slices: list[SliceScores]) -> list[str]:
    """Return the two ways to the classes side by side, where there are two."""
    rows = [line for scores in slices if len(scores.ways) > 2 for line in _way_lines(scores)]
    if not rows:
        return []
    return [_WAYS, table(_WAY_COLUMNS, rows)]


def _way_lines(scores: SliceScores) -> list[list[str]]:
    served = ", ".join(f"{source} {n:,}" for source, n in scores.class_sources.items())
    return [
        [
            *_where(scores),
            f"{found.rows:,}",
            f"**served**: {served}" if found.way == "served" else found.way,
            _number(found.log_loss),
            _estimate(found.log_loss_ratio) if found.log_loss_ratio else "",
            _number(found.brier),
            _number(found.auc_low),
            _number(found.auc_high),
            _number(found.calibration_error),
        ]
        for found in scores.ways
    ]


def _confidence(scores: SliceScores) -> list[str]:
    bins = [f"{b.mean_probability:.2f} → {b.share_happened:.2f} ({b.n:,})" for b in scores.confidence.bins]
    return [*_where(scores), "; ".join(bins)]


def _where(scores: SliceScores) -> tuple[str, str]:
    return scores.format, f"{scores.issue_age_days:g}"


def _number(value: float, digits: int = 3) -> str:
    return f"{value:,.{digits}f}" if math.isfinite(value) else "–"


def _estimate(found: Estimate) -> str:
    return f"{_number(found.value)} ({_number(found.low)} – {_number(found.high)})"


def _share(found: Share) -> str:
    return f"{100 * found.value:.1f} ({100 * found.low:.1f} – {100 * found.high:.1f})"


_WAYS: Final = """Low, medium or high, read off the *distribution* or said by the *classifier*; what is *served* was the better one on the last
videos of the training."""
_READING: Final = """## How to read this

- **MAE ln**: mean of |ln(1+forecast) − ln(1+actual)|. **mRSE**: mean relative squared error, of the point made for it (Pinto's points
  are their own; typical has none), over outcomes of at least 1 view, 0.1 percent or 1 cent. **median APE** over the same rows.
- **forecast ÷ it**: mean error of the forecast over that of the baseline; below 1 the forecast is better. The interval is a paired
  bootstrap that draws whole channels.
- **Log loss**: mean of −ln of the probability given to what happened, 1.099 for saying a third each time. **Brier**: mean squared distance
  of the three probabilities from what happened. **ECE** of low, medium and high together.
- **Spearman**: order of the videos within a channel, channels weighted by their videos.
- Rows whose outcome was already known at the issue time are no forecasts and are left out.
- What every field of `report.json` means: `docs/reference/report.md`."""
