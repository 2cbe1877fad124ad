"""``manage.py seed_demo``: an invented world, trained and forecast; run again, it does only what is missing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from rich import box
from rich.table import Table

from downloader import selectors
from downloader.management.steps import StepsCommand
from downloader.models import MLPrediction
from downloader.services import demo
from downloader.services.judging import judge_videos
from downloader.services.ml_prediction_service import MLPredictionService
from foreview.vocabulary import Target

SHOWN = 12
COLUMNS: tuple[tuple[Target, str], ...] = (
    ("views_7d", "views\n7 d"),
    ("views_30d", "views\n30 d"),
    ("engagement_rate", "engaged\n%"),
    ("revenue_30d", "revenue\nUSD"),
)


class Command(StepsCommand):
    help = (
        "Invent a demo world, train on what was known six weeks ago, replay the forecasts since and forecast every video. "
        "Safe and quick to run again: it does only what is missing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        usual = demo.Size()
        parser.add_argument("--channels", type=int, default=usual.channels, help="of the world (%(default)s)")
        parser.add_argument("--videos", type=int, default=usual.videos, help="of all channels (%(default)s)")
        parser.add_argument("--days", type=int, default=usual.days, help="that the world has lasted (%(default)s)")

    def handle(self, *, channels: int, videos: int, days: int, **_options: Any) -> None:
        now = timezone.now()
        if not demo.has_world():
            with self.step("inventing a world") as report:
                demo.invent_world(now, demo.Size(channels, videos, days), report)
        if not demo.is_trained():
            with self.step("training") as report:
                demo.train(now, report)
        if not demo.is_replayed():
            with self.step("replaying the last weeks") as report:
                demo.replay(now, report)
        if not demo.is_forecast():
            with self.step("forecasting") as report:
                MLPredictionService().predict_videos(progress=report)
        if not demo.is_judged():
            with self.step("judging") as report:
                judge_videos(progress=report)
        self.console.print(_table())
        self.console.print(self._times())
        self._say_what_next()

    def _times(self) -> str:
        if not self.took:
            return "Everything was there already."
        return "Took: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self.took.items()) + "."

    def _say_what_next(self) -> None:
        if demo.ensure_demo_user():
            login = "log in as demo with the password demo (made for this machine only)"
        else:
            login = "log in with a user of `python backend/manage.py createsuperuser`"
        self.console.print(f"Next: `make demo` serves http://127.0.0.1:8000/\n      {login}.", soft_wrap=True)


def _table() -> Table:
    table = Table(
        title=f"The {SHOWN} youngest videos: forecast, below it the 80 % interval",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("video", max_width=24, no_wrap=True)
    for _, heading in COLUMNS:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("beats\ntypical", justify="right")
    for forecast in selectors.youngest_forecasts(SHOWN):
        table.add_row(*_cells(forecast))
    return table


def _cells(forecast: MLPrediction) -> list[str]:
    form = "short" if forecast.features_used["is_short"]["value"] else "long"
    return [
        f"{forecast.video!s:.24}\n{form}, {forecast.issue_age_days:.1f} d, {forecast.model_type}",
        *(_with_interval(forecast, target) for target, _ in COLUMNS),
        f"{forecast.by_target['views_30d']['p_beats_typical']:.0%}",
    ]


def _with_interval(forecast: MLPrediction, target: Target) -> str:
    low, high = forecast.interval(target, 80)
    return f"{_short(forecast.by_target[target]['point'], 3)}\n{_short(low, 2)}–{_short(high, 2)}"


def _short(value: float, figures: int) -> str:
    """Return the value in two or three figures: 0.50, 12, 1.2k, 45.6M."""
    size, letter = next(((s, x) for s, x in ((1e9, "G"), (1e6, "M"), (1e3, "k")) if value >= 0.9995 * s), (1.0, ""))
    scaled = value / size
    before = 1 if scaled < 9.95 else 2 if scaled < 99.5 else 3
    return f"{scaled:.{max(figures - before, 0)}f}{letter}"
