"""Write ``cli.md`` from the commands as they are declared: ``python docs/reference/cli.py``."""

from __future__ import annotations

import argparse
from pathlib import Path

from foreview.cli.main import COMMANDS

PAGE = Path(__file__).with_suffix(".md")
HEAD = """\
# The command line

Written by `make reference` from `src/foreview/cli`; `foreview COMMAND --help` says the same. Files in, files out: no database, no network.

Every command also takes `--json` (the outcome, or the error, as one JSON object on stdout) and `--debug` (where an error came from).
What was found goes to stdout; notes, progress and errors go to stderr. Outputs are written beside their place and renamed when they
are whole, so an interrupted command leaves nothing.

| exit code | means |
|---|---|
| 0 | done |
| 1 | a fault of the program |
| 2 | bad usage: a request that cannot be meant |
| 3 | bad input: a file, catalogue or release that is wrong, or too little history |
| 130 | interrupted (143: terminated) |
"""


def page() -> str:
    """Return the whole page."""
    subparsers = argparse.ArgumentParser(prog="foreview").add_subparsers()
    return "\n".join([HEAD, *(section(command.add_parser(subparsers)) for command in COMMANDS)])


def section(command: argparse.ArgumentParser) -> str:
    """Return one command: what it does, its arguments and its examples."""
    examples = (command.epilog or "").partition("\n")[2].rstrip()
    example = "\n".join(line.strip() for line in examples.splitlines())
    actions = [action for action in command._actions if action.dest != "help"]  # noqa: SLF001  (argparse tells it nowhere else)
    rows = [f"| {spelling(action)} | {action.help} |" for action in actions]
    parts = [f"## `{command.prog}`", "", str(command.description), "", "```text", example, "```", ""]
    return "\n".join([*parts, "| argument | says |", "|---|---|", *rows, ""])


def spelling(action: argparse.Action) -> str:
    """Return an argument as it is written; what must be given is bold."""
    value = action.metavar or "{" + ",".join(map(str, action.choices or ())) + "}"
    takes = [] if action.nargs == 0 else [str(value)]
    text = f"`{' '.join([*action.option_strings, *takes])}`"
    return f"**{text}**" if action.required else text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
