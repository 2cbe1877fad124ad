"""Every error that Foreview raises on purpose.

    ForeviewError
    ├── UsageError (ValueError)           a request that cannot be meant; exit code 2
    │   └── CannotPromote                 a release that may not serve, with all reasons
    ├── InputError (ValueError)           something that came in is wrong; exit code 3
    │   ├── CatalogueError                a catalogue folder or one of its tables
    │   ├── SourceError                   a file to import
    │   ├── StudyError                    a study of something else, or one of its files
    │   └── NotEnoughHistory              no label is mature, or no video qualifies
    ├── ReleaseError (RuntimeError)       a release that must not be served; exit code 3
    │   ├── ReleaseCorrupt                a hash does not match
    │   ├── ReleaseFormatUnknown          written by another format version
    │   └── ReleaseFeaturesDiffer         made for another feature list
    └── LedgerBroken (RuntimeError)       a row of the ledger was changed, removed or inserted; exit code 3

Each message says the rule, the fact and the next step; ``facts`` holds the same for machines.
"""

from __future__ import annotations


class ForeviewError(Exception):
    """Base of all errors raised on purpose.

    Parameters
    ----------
    rule:
        What must hold, as a sentence without its full stop.
    fact:
        What was found instead, with file, line and field where they exist.
    next_step:
        What the reader can do about it.

    """

    def __init__(self, rule: str, fact: str = "", next_step: str = "") -> None:
        self.rule, self.fact, self.next_step = rule, fact, next_step
        super().__init__(". ".join(part for part in (rule, fact, next_step) if part) + ".")

    @property
    def facts(self) -> dict[str, str]:
        """The error for ``--json``: kind, rule, fact, next_step."""
        return {
            "error": type(self).__name__,
            "rule": self.rule,
            "fact": self.fact,
            "next_step": self.next_step,
        }


class UsageError(ForeviewError, ValueError):
    """A request that cannot be meant."""


class CannotPromote(UsageError):  # noqa: N818  (the state is the name)
    """A release does not pass the gate before it serves; ``fact`` holds all reasons."""


class InputError(ForeviewError, ValueError):
    """Something that came in is wrong."""


class CatalogueError(InputError):
    """A catalogue folder or one of its tables breaks the format."""


class SourceError(InputError):
    """A file to import cannot be read at all (single bad rows are listed, not raised)."""


class StudyError(InputError):
    """A study of hyperparameters is one of something else, or a file of it is damaged."""


class NotEnoughHistory(InputError):  # noqa: N818  (a state of the data, not a fault of the program)
    """No label is mature at the cutoff, or no video qualifies."""


class ReleaseError(ForeviewError, RuntimeError):
    """A release that must not be served."""


class ReleaseCorrupt(ReleaseError):  # noqa: N818  (the state is the name)
    """A file of the release does not match the hash in its manifest."""


class ReleaseFormatUnknown(ReleaseError):  # noqa: N818
    """The release was written by another format version."""


class ReleaseFeaturesDiffer(ReleaseError):  # noqa: N818
    """The release was trained on another feature list than this version computes."""


class LedgerBroken(ForeviewError, RuntimeError):  # noqa: N818  (the state is the name)
    """A row of the ledger was changed, removed or inserted; ``row`` is the number of the first one."""

    def __init__(self, row: int, fact: str) -> None:
        self.row = row
        super().__init__(
            "a row of the ledger is never changed, removed or inserted",
            f"row {row}: {fact}",
            "Compare it with a backup of the database; rows before it are as they were written",
        )
