"""Spellings of values on the command line; argparse turns each ValueError into a message and exit code 2."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from foreview.errors import UsageError
from foreview.vocabulary import CATALOGUE_YEARS

if TYPE_CHECKING:
    from foreview.tables.catalogue import Catalogue


_YEARS = CATALOGUE_YEARS[1:]
"""Whatever its zone, such a time lies in the years of a catalogue."""


MOST_THREADS = 256


class Subparsers(Protocol):
    """What argparse returns from ``add_subparsers``; its own name for it is private."""

    def add_parser(
        self,
        name: str,
        *,
        help: str,  # noqa: A002  (argparse's own name)
        description: str,
        epilog: str,
        formatter_class: type[argparse.HelpFormatter],
        allow_abbrev: bool,
    ) -> argparse.ArgumentParser:
        """Return the parser of a command."""


def command(subparsers: Subparsers, name: str, says: str, example: str) -> argparse.ArgumentParser:
    """Return the parser of a command with its examples."""
    return subparsers.add_parser(
        name,
        help=says,
        description=f"{says[0].upper()}{says[1:]}.",
        epilog=f"example:\n{example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def instant(text: str) -> datetime:
    """Return a time that says its zone; a day stands for its first instant in UTC.

    Examples
    --------
    >>> instant("2026-05-01").isoformat(), instant("2026-05-01T02:00:00+02:00").isoformat()
    ('2026-05-01T00:00:00+00:00', '2026-05-01T00:00:00+00:00')

    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write 2026-05-01T00:00:00Z or 2026-05-01") from None
    if found.tzinfo is None and len(text) > len("2026-05-01"):
        raise argparse.ArgumentTypeError(f"{text!r} says no time zone; write {text}Z if it is UTC")
    if found.year not in _YEARS:
        raise argparse.ArgumentTypeError(f"{text!r} lies outside the years {_YEARS[0]} to {_YEARS[-1]}")
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def day(text: str) -> date:
    """Return a calendar day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write 2026-05-01") from None


def age(text: str) -> float:
    """Return an issue age [d]."""
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found < 30:
        raise argparse.ArgumentTypeError(f"{text!r} is no issue age; write days from 0 up to 30, such as 0 or 3")
    return found


def ages(text: str) -> tuple[float, ...]:
    """Return issue ages [d] separated by commas, in order, each once."""
    return tuple(sorted({age(part) for part in text.split(",")}))


def positive(text: str) -> int:
    """Return a whole number of at least one."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of at least 1")
    return int(text)


def threads(text: str) -> int:
    """Return a number of threads: beyond any machine's the learners cannot start them, and fail without a word of it."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST_THREADS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of threads from 1 to {MOST_THREADS}")
    return int(text)


def whole(text: str) -> int:
    """Return a whole number of at least zero."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of at least 0")
    return int(text)


def seed(text: str) -> int:
    """Return a seed, which every library takes: a whole number below 2³²."""
    if not text.isdecimal() or int(text) >= 1 << 32:
        raise argparse.ArgumentTypeError(f"{text!r} is no seed, a whole number from 0 to {(1 << 32) - 1}")
    return int(text)


def seconds(text: str) -> int:
    """Return the length of a video [s], at most a year."""
    if not text.isdecimal() or int(text) > 366 * 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds up to a year")
    return int(text)


def minutes(text: str) -> float:
    """Return a time to spend [min], above 0."""
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 < found < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of minutes above 0")
    return found


def hours(text: str) -> float:
    """Return a delay [h]."""
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 24 * 60:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of hours from 0 to 1440")
    return found


def zone(text: str) -> str:
    """Return the IANA name of a time zone."""
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise argparse.ArgumentTypeError(f"{text!r} is no time zone such as America/Los_Angeles") from None


def share(text: str) -> float:
    """Return a share between 0 and 1, neither of them."""
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 < found < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share between 0 and 1, such as 0.05")
    return found


def texts(text: str) -> tuple[str, ...]:
    """Return texts separated by commas, without empty ones."""
    return tuple(stripped for part in text.split(",") if (stripped := part.strip()))


def pair(text: str) -> tuple[str, str]:
    """Return field and column of ``field=column``."""
    field, separator, column = text.partition("=")
    if not (field and separator and column):
        raise argparse.ArgumentTypeError(f"{text!r} is no FIELD=COLUMN")
    return field.strip(), column.strip()


def add_release_and_cutoff(parser: argparse.ArgumentParser) -> None:
    """Add the options of the commands that forecast with a release, as of a time."""
    parser.add_argument(
        "--release", type=Path, required=True, metavar="RELEASE", help="folder made by `foreview train`"
    )
    add_cutoff(parser)


def add_rate(parser: argparse.ArgumentParser, default: float, says: str) -> None:
    """Add the option of the commands that call something unusual: how often that may be for nothing."""
    parser.add_argument("--rate", type=share, default=default, metavar="SHARE", help=f"{says} (default {default})")


def add_cutoff(parser: argparse.ArgumentParser) -> None:
    """Add the option of the commands that look as of a time."""
    parser.add_argument(
        "--as-of",
        type=instant,
        required=True,
        metavar="T",
        help="the cutoff, such as 2026-05-10T00:00:00Z; a day is its start in UTC",
    )


def add_tuned(parser: argparse.ArgumentParser) -> None:
    """Add the option of the commands that train."""
    parser.add_argument(
        "--tuned",
        type=Path,
        metavar="FILE",
        help="best.json of a study by `foreview tune` whose cutoff is no later (default: the usual hyperparameters)",
    )


def add_catalogue(parser: argparse.ArgumentParser) -> None:
    """Add the argument of the commands that read a catalogue."""
    parser.add_argument(
        "catalogue", type=Path, metavar="CATALOGUE", help="folder made by `foreview import` or `simulate`"
    )


def check_channel(catalogue: Catalogue, args: argparse.Namespace) -> None:
    """Raise UsageError unless ``--channel`` has a video in what was known: a slip of the pen would lose its history unnoticed."""
    if not (catalogue.videos["channel_id"] == args.channel).any():
        raise UsageError(
            "--channel names a channel of the catalogue, with a video by --as-of",
            f"{args.catalogue} has no {args.channel!r} at {args.as_of.isoformat()}",
            "See the channel_id in its videos.parquet",
        )
