"""``manage.py tune_models``: hyperparameters that forecast better, for ``train_models --tuned``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand, moment
from downloader.services.tuning import tune_models
from foreview.errors import UsageError
from foreview.options import TrainingOptions, TuningOptions
from foreview.training.tuning import stopwatch


class Command(StepsCommand):
    help = (
        "Look for hyperparameters that forecast better than the defaults. Interrupted or killed, finished trials are kept, and the same "
        "command with the same --as-of goes on. `train_models --tuned` uses what was found."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", default="", help="use what was known then; default: at the start of today, UTC")
        parser.add_argument(
            "--trials", type=int, default=30, help="trials in all, those of earlier runs among them (30)"
        )
        parser.add_argument("--minutes", type=float, help="end this run after so many minutes")
        parser.add_argument(
            "--videos", type=int, default=5000, help="learn from at most so many mature videos, drawn (5000)"
        )
        parser.add_argument("--seed", type=int, default=0, help="same seed, same trials (0)")

    def handle(
        self, *, as_of: str, trials: int, minutes: float | None, videos: int, seed: int, **_options: Any
    ) -> None:
        if min(trials, videos) < 1 or seed < 0 or (minutes is not None and not minutes > 0):
            raise UsageError("--trials, --minutes and --videos are above 0, --seed is not below")
        stop = stopwatch(float("inf") if minutes is None else minutes)
        with self.step("tuning") as report:
            folder, search = tune_models(
                TuningOptions(trials=trials, max_videos=videos),
                TrainingOptions(seed=seed),
                as_of=moment(as_of) if as_of else None,
                stop=stop,
                progress=report,
            )
        study = search.study
        if study.videos < study.mature_videos:
            self.console.print(f"Trials learn from {study.videos} of {study.mature_videos} mature videos, drawn.")
        self.console.print(f"{folder / 'best.json'}: {search.tuned.sentence}; took {self.took['tuning']:.1f} s.")
        self.console.print("Next: `train_models --tuned` trains with it.")
