"""``manage.py track_record``: how right the forecasts have been."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from downloader.gateways.record import ledger_frame
from downloader.management.steps import StepsCommand
from foreview.monitoring.track_record import DIMENSIONS, ROLES, track_record
from foreview.vocabulary import INTERVALS, TARGETS


class Command(StepsCommand):
    help = (
        "How right the forecasts have been, from the ledger alone: coverage, error and skill with their 95 % intervals. "
        "Example: manage.py track_record --by issue_age --target views_30d"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by", choices=DIMENSIONS, default="all", help="what is told apart; default: nothing")
        parser.add_argument("--target", choices=TARGETS, action="append", help="these targets alone; default: all")
        parser.add_argument("--role", choices=ROLES, default="served", help="forecasts that were served, or shadows'")
        parser.add_argument("--release", default="", help="of one release alone")

    def handle(self, *, by: str, target: list[str] | None, role: str, release: str, **_options: Any) -> None:
        with self.step("reading"):
            record = track_record(ledger_frame(release)).filter(by=by, role=role)
        rows = record.filter(record["target"].is_in(target or list(TARGETS)))
        if rows.is_empty():
            self.console.print("No forecast has matured yet. `mature_labels` writes the outcomes that are known.")
            return
        for row in rows.iter_rows(named=True):
            self.console.print(_sentence(row), soft_wrap=True, highlight=False)


def _sentence(row: dict[str, Any]) -> str:
    what = row["target"] if row["by"] == "all" else f"{row['target']}, {row['by'].replace('_', ' ')} {row['value']}"
    covered = ", ".join(f"{level} %: {_told(row, f'coverage_{level}', '.1%')}" for level in INTERVALS)
    return (
        f"{what}: {row['forecasts']:,} forecasts of {row['videos']:,} videos. Outcomes inside the interval of {covered}. "
        f"MAE ln {_told(row, 'mae_ln', '.3f')}, smaller than typical's by {_told(row, 'skill', '.1%')}."
    )


def _told(row: dict[str, Any], name: str, form: str) -> str:
    """Return a figure with its interval, or a dash where there is none."""
    if row[name] is None:
        return "–"
    return f"{row[name]:{form}} ({row[f'{name}_low']:{form}} to {row[f'{name}_high']:{form}})"
