"""``manage.py train_models``: from the database to a release."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from downloader.management.steps import StepsCommand, moment, user_name
from downloader.services.ml_model_trainer import MLModelTrainer
from downloader.services.serving import serving_at
from downloader.services.tuning import latest_hyperparameters
from foreview.options import TrainingOptions


class Command(StepsCommand):
    help = (
        "Train on the database and publish the release: it serves if nothing did before, and is a candidate otherwise."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as-of", default="", help="use what was known then (2026-05-01 or with time); default: now"
        )

        parser.add_argument(
            "--tuned",
            action="store_true",
            help="with the hyperparameters of the latest study by tune_models whose cutoff is no later",
        )

    def handle(self, *, as_of: str, tuned: bool, **_options: Any) -> None:
        cutoff: datetime | None = moment(as_of) if as_of else None
        options = TrainingOptions(hyperparameters=latest_hyperparameters(cutoff)) if tuned else None
        with self.step("training") as report:
            manifest = MLModelTrainer().train_all_models(as_of=cutoff, options=options, by=user_name(), progress=report)
        version, serving = manifest.model_version, serving_at(timezone.now())
        self.console.print(
            f"Release {version} {'serves' if serving == version else 'is a candidate'}, trained on "
            f"{manifest.data_window.videos} videos in {self.took['training']:.1f} s."
        )
        for kind, state in manifest.kinds.items():
            self.console.print(f"  {kind}: {state.state} ({state.reason})")
        if serving != version:
            self.console.print(
                f"{serving} serves on. Next: `promote_release {version} --reason …`, once videos published since have shown that it is better."
            )
