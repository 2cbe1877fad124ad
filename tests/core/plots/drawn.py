"""Small panels whose places are easily worked out."""

from __future__ import annotations

from foreview.plots.dots import Dot, DotPanel, Row
from foreview.plots.lines import LinePanel, Point, Series
from foreview.plots.scales import Axis

X = Axis("age <d>", 0.0, 10.0, ((0.0, "0"), (0.5, "0.5"), (10.0, "10")))
Y = Axis("error", 0.0, 2.0, ((0.0, "0"), (2.0, "2")))
LINES = LinePanel(
    "all",
    "Errors & more",
    X,
    Y,
    (
        Series("forecast", 0, (Point(0.0, 2.0, "two"), Point(10.0, 0.0, "none", 0.0, 1.0))),
        Series("<typical>", 1, (Point(10.0, 1.0, "one"),), ((0.0, 0.0, 1.0), (10.0, 1.0, 2.0))),
    ),
    ((0.0, 0.0), (10.0, 2.0)),
)
DOTS = DotPanel(
    "short",
    "Ratios",
    Axis("ratio", 0.0, 2.0, ((0.0, "0"), (1.0, "1"), (2.0, "2"))),
    (
        Row("publication", (Dot("÷ typical", 1, 1.0, 0.5, 9.0, "1.0 (0.5 – 9.0)"),)),
        Row("7 d", (Dot("÷ typical", 1, 0.5, 0.4, 0.6, "0.5"), Dot("÷ Pinto ML", 3, 2.0, 1.5, 2.0, "2.0"))),
    ),
    ((1.0, 1),),
)
