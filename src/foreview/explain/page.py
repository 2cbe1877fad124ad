"""What features are worth and how forecasts move with them, as one HTML page with pictures that works offline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from foreview.explain.effects import Effect
from foreview.explain.importance import Importance
from foreview.explain.ranking import Ranking
from foreview.explain.window import Window
from foreview.plots.dots import Dot, DotPanel, Row
from foreview.plots.figure import Figure, Panel, Table
from foreview.plots.lines import LinePanel, Point, Series
from foreview.plots.page import Section, page
from foreview.plots.scales import linear_axis

SHOWN: Final = 20
"""Features drawn; the table has all of them."""
_RISE: Final = "rise of MAE ln when permuted"


def importance_page(window: Window, ranking: Ranking, effects: Sequence[Effect], model_version: str) -> str:
    """Return the page of a ranking, with a picture of each effect."""
    rows, videos = window.table.height, window.table["video_id"].n_unique()
    notices = [
        f"Release {model_version}, {rows:,} forecasts of {videos:,} videos that it has not seen. Intervals draw {window.drawn}.",
        "What a forecast rests on is not what would make a video succeed: nothing here is a cause.",
    ]
    figures: list[Figure[Panel]] = [worth_figure(ranking), *map(_effect_figure, effects)]
    return page(f"What forecasts of {window.target} rest on", notices, [Section(window.target, figures=figures)])


def worth_figure(ranking: Ranking) -> Figure[DotPanel]:
    """Return what groups and single features are worth, by permutation and by SHAP."""
    groups, features = tuple(map(_rise, ranking.groups)), tuple(map(_rise, ranking.features))
    shap = tuple(Row(name, (_shap(value),)) for name, value in sorted(ranking.shap.items(), key=lambda item: -item[1]))
    parts = (
        ("groups, permuted together", _RISE, groups),
        ("single features, permuted", _RISE, features),
        ("single features, beyond the baseline", "mean |SHAP| [ln]", shap),
    )
    return Figure(
        "What the features are worth",
        "Permuted: how much larger the error is when a video gets the values of another one like it, with 95 % intervals. Features that "
        "stand in for each other are worth little one by one and much as a group. SHAP: how far a feature moves the correction beyond the "
        f"baseline; 0.10 is about 10 %. The {SHOWN} largest of each are drawn.",
        [_panel(title, label, rows[:SHOWN]) for title, label, rows in parts if rows],
        Table(
            ["ranked", "", "worth"],
            [[title, row.name, row.dots[0].says] for title, _, rows in parts for row in rows],
            2,
        ),
    )


def _panel(title: str, label: str, rows: tuple[Row, ...]) -> DotPanel:
    ends = [0.0, *(end for row in rows for dot in row.dots for end in (dot.low, dot.high))]
    return DotPanel(title, f"{title}: {label}.", linear_axis(label, ends, 4), rows, ((0.0, 1),))


def _rise(part: Importance) -> Row:
    found = part.increase
    says = f"{found.value:.4f} ({found.low:.4f} – {found.high:.4f})"
    return Row(part.name, (Dot("rise of the error", 0, found.value, found.low, found.high, says),))


def _shap(value: float) -> Dot:
    return Dot("mean |SHAP|", 2, value, value, value, f"{value:.4f}")


def _effect_figure(effect: Effect) -> Figure[LinePanel]:
    at, middle, low, high = (
        values.tolist() for values in (effect.at, *map(np.exp, (effect.effect, effect.low, effect.high)))
    )
    band = tuple(zip(at, low, high, strict=True))
    says = [f"{m:.3f} ({lower:.3f} – {upper:.3f})" for m, (_, lower, upper) in zip(middle, band, strict=True)]
    drawn = Series(effect.feature, 0, tuple(map(Point, at, middle, says)), band)
    x = linear_axis(effect.feature, at)
    y = linear_axis("forecasts ×", [1.0, *(end for _, low, high in band for end in (low, high))])
    line = ((x.low, 1.0), (x.high, 1.0))
    return Figure(
        f"Along {effect.feature}",
        f"Accumulated local effect: forecasts relative to their mean, with 95 % bands. {effect.missing:,} forecasts without a value are "
        "left out.",
        [LinePanel(effect.feature, f"Forecasts along {effect.feature}.", x, y, (drawn,), line)],
        Table(
            [effect.feature, "forecasts × (95 %)"],
            [[f"{value:,.4g}", text] for value, text in zip(at, says, strict=True)],
        ),
    )
