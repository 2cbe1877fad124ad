"""``manage.py seed_demo``: an invented world, trained and forecast; run again, it does only what is missing."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rich.table import Table

from downloader import selectors
from downloader.management.steps import StepsCommand
from downloader.models import MLPrediction
from downloader.services import demo
from downloader.services.ml_prediction_service import MLPredictionService
from foreview.vocabulary import TARGET_UNITS, Target

SHOWN = 15
COLUMNS: tuple[tuple[Target, str], ...] = (
    ("views_7d", "views, 7 d"),
    ("views_30d", "views, 30 d"),
    ("engagement_rate", "engagement, %"),
    ("revenue_30d", "revenue, USD"),
)


class Command(StepsCommand):
    help = "Invent a demo world, train on it, forecast every video and show the forecasts. Safe and quick to run again."

    def handle(self, **_options: Any) -> None:
        service = MLPredictionService()
        if not demo.has_world():
            with self.step("inventing a world") as report:
                demo.invent_world(timezone.now(), report)
        if not demo.is_trained():
            with self.step("training") as report:
                service.retrain_models(progress=report)
        if not demo.is_forecast():
            with self.step("forecasting") as report:
                service.predict_videos(progress=report)
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
        self.console.print(f"Next: `make demo` serves http://127.0.0.1:8000/admin/; {login}.")


def _table() -> Table:
    table = Table(title=f"The {SHOWN} youngest videos: forecast (80 % interval)", title_justify="left")
    table.add_column("video", max_width=32, no_wrap=True, overflow="ellipsis")
    table.add_column("format")
    table.add_column("age, d", justify="right")
    for _, heading in COLUMNS:
        table.add_column(heading, justify="right")
    table.add_column("beats typical", justify="right")
    table.add_column("served by")
    for forecast in selectors.youngest_forecasts(SHOWN):
        table.add_row(*_cells(forecast))
    return table


def _cells(forecast: MLPrediction) -> list[str]:
    beats = forecast.by_target["views_30d"]["p_beats_typical"]
    return [
        str(forecast.video),
        "short" if forecast.features_used["is_short"]["value"] else "long",
        f"{forecast.issue_age_days:.1f}",
        *(_with_interval(forecast, target) for target, _ in COLUMNS),
        f"{beats:.0%}",
        forecast.model_type,
    ]


def _with_interval(forecast: MLPrediction, target: Target) -> str:
    digits = 0 if TARGET_UNITS[target] == "views" else 2
    low, high = forecast.interval(target, 80)
    return f"{forecast.by_target[target]['point']:,.{digits}f} ({low:,.{digits}f} – {high:,.{digits}f})"
