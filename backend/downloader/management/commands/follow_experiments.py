"""``manage.py follow_experiments``: where the experiments stand, and the end of the one whose stop rule says so."""

from __future__ import annotations

from typing import Any

from downloader.management.steps import StepsCommand
from downloader.models import Experiment
from downloader.services.experiments import follow_experiment, settle_experiment
from foreview.experiments.sequential import Decision


class Command(StepsCommand):
    help = "Show where experiments stand, from the ledger alone; one may look as often as one likes. What its stop rule ends is ended."

    def handle(self, **_options: Any) -> None:
        settle_experiment()
        experiments = Experiment.objects.select_related("champion", "challenger")
        if not experiments:
            self.console.print("No experiment was begun. `start_experiment` begins one.")
        for experiment in experiments:
            self.console.print(f"{experiment.name} ({experiment.state}): {_told(experiment)}")


def _told(experiment: Experiment) -> str:
    if experiment.state != Experiment.State.RUNNING:
        return (
            f"{experiment.ending}. {_sentence(Decision(**experiment.evidence))}"
            if experiment.evidence
            else experiment.ending
        )
    return _sentence(follow_experiment(experiment))


def _sentence(found: Decision) -> str:
    if found.mean is None:
        return "no video of which both made a forecast has matured yet."
    return (
        f"{found.pairs} videos; the challenger's ln errors are {found.mean:+.3f} smaller on average "
        f"(between {found.low:+.3f} and {found.high:+.3f} at every look)."
    )
