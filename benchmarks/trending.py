"""Must be shown 2: the trending snapshots with calendar cut-offs and the full embargo, through the command line.

``python -m benchmarks.trending`` prints Markdown; ``--again`` only reads the last report.
"""

from __future__ import annotations

import sys
from typing import Final

from benchmarks.backtests import errors_table, goals_section, intervals_table, read_report, run_backtest
from benchmarks.panels import BUILD, panel_folder

ARGUMENTS: Final = (
    "--train-until",
    "2026-03-31",
    "--test-from",
    "2026-04-01",
    "--ages",
    "0,1,3,7",
    "--embargo",
    "full",
)


def main() -> None:
    """Print the section."""
    catalogue = panel_folder("trending")
    report, command = BUILD / "trending-report", "foreview backtest … " + " ".join(ARGUMENTS)
    if "--again" not in sys.argv:
        report, command = run_backtest(catalogue, *ARGUMENTS)
    values, _ = read_report(report)
    print(f"`{command}`\n")
    print("\n".join(f"> {sentence}" for sentence in values["sentences"]))
    print(
        "\nSelected on success and survivorship: a video has an outcome only while it still charts. These figures are of such videos, not of "
        "ordinary ones.\n"
    )
    print("What is asked of the uncertainty, each issue age, short and long apart:\n")
    print(f"{goals_section(values)}\n")
    for name in ("all", "short", "long"):
        print(f"**{name}**\n\n{errors_table(values, name)}\n\n{intervals_table(values, name)}\n")


if __name__ == "__main__":
    main()
