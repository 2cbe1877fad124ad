"""``manage.py track_record``: how right the forecasts have been."""

from __future__ import annotations

from typing import Any, Final

from django.core.management.base import CommandParser
from rich.box import SIMPLE
from rich.table import Table

from downloader.gateways.record import ledger_frame
from downloader.management.steps import StepsCommand
from foreview.monitoring.track_record import DIMENSIONS, ROLES, track_record
from foreview.vocabulary import INTERVALS, TARGETS

_HEADS = (
    "target",
    "",
    "forecasts",
    "videos",
    *(f"{level} % covers" for level in INTERVALS),
    "MAE ln",
    "skill against typical",
)


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
        table = Table(
            *_HEADS,
            box=SIMPLE,
            caption="shares of outcomes inside their intervals; skill: how much smaller the error is than typical's",
        )
        for row in rows.iter_rows(named=True):
            counts = f"{row['forecasts']:,}\nof {row['videos']:,} videos"
            covered = [_with_interval(row, f"coverage_{level}", "{:.1%}") for level in INTERVALS]
            error, skill = _with_interval(row, "mae_ln", "{:.3f}"), _with_interval(row, "skill", "{:.1%}")
            table.add_row(row["target"], row["value"], counts, *covered, error, skill)
        self.console.print(table)


def _with_interval(row: dict[str, Any], name: str, form: str) -> str:
    """Return a figure with its interval, or a dash where there is none."""
    if row[name] is None:
        return "–"
    return f"{form.format(row[name])}\n{form.format(row[f'{name}_low'])} –\n{form.format(row[f'{name}_high'])}"
