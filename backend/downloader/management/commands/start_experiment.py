"""``manage.py start_experiment NAME CHALLENGER --reason …``: compare a release with the one that serves."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from django.core.management.base import CommandParser

from downloader.management.steps import StepsCommand, user_name
from downloader.models import Experiment
from downloader.services.experiments import Plan, start_experiment
from foreview.experiments.sequential import Declaration
from foreview.vocabulary import TARGETS

_STOP = tuple(field.name for field in fields(Declaration))
_BY_ERROR = ("clip", "allowed_harm")


class Command(StepsCommand):
    help = (
        "Let a challenger forecast every video beside the champion. What ends the experiment is declared here and never changed. "
        "Example: manage.py start_experiment spring 2026-05-01-0123456789ab --reason 'more trees' --promote"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        plan = Plan()
        parser.add_argument("name", help="name of the experiment, which no other has")
        parser.add_argument("challenger", help="version of the release")
        parser.add_argument("--reason", required=True, help="why; it is kept")
        parser.add_argument("--by", default=user_name(), help="who begins it; default: the user of this machine")
        parser.add_argument(
            "--mode", choices=Experiment.Mode.values, default=plan.mode, help="shadow: the champion serves every video"
        )
        parser.add_argument("--share", type=float, default=plan.share, help="of the videos in a split, default 0.5")
        parser.add_argument("--target", choices=TARGETS, default=plan.target, help="whose forecasts are compared")
        parser.add_argument(
            "--most-age-days", type=float, default=plan.most_age_days, help="age up to which forecasts count"
        )
        parser.add_argument(
            "--promote", action="store_true", help="promote a challenger that is better and passes the gate"
        )
        usual = Declaration()
        for name in _STOP:
            kind = type(getattr(usual, name))
            said = "from the champion's error" if name in _BY_ERROR else getattr(usual, name)
            option = f"--{name.replace('_', '-')}"
            parser.add_argument(option, type=kind, help=f"of the stop rule, default {said}")

    def handle(self, *, name: str, challenger: str, reason: str, by: str, promote: bool, **options: Any) -> None:
        stop = {field: options[field] for field in _STOP if options[field] is not None}
        asked = {field: options[field] for field in ("mode", "share", "target", "most_age_days")}
        plan = Plan(**asked, promotes=promote, stop=stop)
        experiment = start_experiment(name, challenger, plan=plan, reason=reason, by=by)
        self.console.print(
            f"{experiment.name} runs: {experiment.challenger.version} against {experiment.champion.version}, in the {experiment.mode} mode, "
            f"until one of them errs less or {experiment.most_pairs} videos have matured."
        )
