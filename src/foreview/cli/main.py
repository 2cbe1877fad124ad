"""``foreview …``: files in, files out. The outermost boundary, where errors become messages and exit codes."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from types import FrameType
from typing import Final, NoReturn

from foreview.cli import (
    audit,
    backtest,
    best_time,
    card,
    explain,
    import_source,
    importance,
    outliers,
    plan,
    portfolio,
    predict,
    show,
    simulate,
    train,
    tune,
    warning,
    what_if,
)
from foreview.cli.outcome import Outcome, print_json, printed
from foreview.errors import ForeviewError, UsageError

DONE, FAULT, BAD_USAGE, BAD_INPUT, INTERRUPTED, TERMINATED = 0, 1, 2, 3, 130, 143

COMMANDS: Final = (
    import_source,
    simulate,
    audit,
    tune,
    train,
    predict,
    explain,
    what_if,
    plan,
    portfolio,
    outliers,
    warning,
    best_time,
    importance,
    backtest,
    show,
    card,
)

_EPILOG = """\
exit codes: 0 done, 2 bad usage, 3 bad input, 1 fault, 130 interrupted

example:
  foreview simulate --channels 6 --videos 60 --seed 1 --out world
  foreview train world --as-of 2026-05-01 --out release
  foreview predict world --release release --as-of 2026-05-10 --out forecasts.parquet
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. What it found goes to stdout, what it says on the way to stderr."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # as stderr does: no title ends a command that a terminal cannot show
        sys.stdout.reconfigure(errors="backslashreplace")
    args = parser().parse_args(argv)
    try:
        with _terminated_like_interrupted():
            outcome: Outcome = args.run(args)
        printed(outcome, as_json=args.json)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        _leave_stdout()
    except ForeviewError as error:
        return _failed(args, error, error.facts, BAD_USAGE if isinstance(error, UsageError) else BAD_INPUT)
    except KeyboardInterrupt:
        print("foreview: interrupted; nothing was left half-written", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        facts = {"error": type(error).__name__, "rule": "files can be read and written", "fact": str(error)}
        return _failed(args, error, facts, BAD_INPUT)
    except Exception as error:  # noqa: BLE001  (the outermost boundary: a fault of ours is told as one, and whole with --debug)
        return _failed(args, error, {"error": type(error).__name__, "fact": str(error)}, FAULT)
    return DONE


def parser() -> argparse.ArgumentParser:
    """Return the whole command line."""
    top = argparse.ArgumentParser(
        prog="foreview",
        description="Honest forecasts of how an online video will do, from its owner's own history.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"%(prog)s {version('foreview')}")
    subparsers = top.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        of_command = command.add_parser(subparsers)
        of_command.set_defaults(run=command.run)
        of_command.add_argument("--json", action="store_true", help="print the outcome on stdout as one JSON object")
        of_command.add_argument("--debug", action="store_true", help="show where an error came from")
    return top


def _failed(args: argparse.Namespace, error: Exception, facts: dict[str, str], code: int) -> int:
    """Say what went wrong, to people on stderr and to programs on stdout, and return the exit code."""
    if args.debug:
        traceback.print_exception(error, file=sys.stderr)
    try:
        if args.json:
            print_json(facts)
        sys.stdout.flush()
    except OSError:  # it may be stdout itself that takes no more
        _leave_stdout()
    if code == FAULT:
        print(f"foreview: a fault of the program: {type(error).__name__}: {error}", file=sys.stderr)
        print("Run it again with --debug and report what it shows.", file=sys.stderr)
    else:
        print(f"foreview: {error}", file=sys.stderr)
    return code


def _leave_stdout() -> None:
    """Let nothing more be written where nothing is taken: what is left would be tried again at the exit, and change its code."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM unwind the work as Ctrl-C does, so that drafts are removed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(TERMINATED)
