"""``manage.py predict_videos``: a forecast for every video, or for some."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand, moment
from downloader.services.ml_prediction_service import MLPredictionService


class Command(StepsCommand):
    help = "Forecast the usable videos, or those named, and save all forecasts or none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", default="", help="issue time (2026-05-01 or with time); default: now")
        parser.add_argument("--video", action="append", metavar="ID", help="key of a video; may be given again")

    def handle(self, *, as_of: str, video: list[str] | None, **_options: Any) -> None:
        issue_time = moment(as_of) if as_of else None
        with self.step("forecasting") as report:
            saved = MLPredictionService().predict_videos(video, as_of=issue_time, progress=report)
        self.console.print(f"{saved} forecasts saved in {self.took['forecasting']:.1f} s.")
