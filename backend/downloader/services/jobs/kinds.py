"""The kinds of jobs: each a function that is imported when it is needed."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from django.utils.module_loading import import_string

from downloader.configuration import own_jobs
from foreview.errors import UsageError

_HERE: Final = "downloader.services.jobs.work"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is done for one kind of job."""

    path: str
    """Where the function is: ``function(run, **arguments)`` returns the result, values that JSON can hold."""
    single: bool = False
    """Whether at most one is queued or running; who asks for another gets that one."""
    attempts: int = 3
    """How often it is tried where it crashes or its worker dies."""


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "import": Kind(f"{_HERE}.import_folder"),
        "sync": Kind(f"{_HERE}.sync", single=True),
        "apply_import": Kind(f"{_HERE}.apply_import"),
        "train": Kind(f"{_HERE}.train", single=True),
        "tune": Kind(f"{_HERE}.tune", single=True),
        "forecast": Kind(f"{_HERE}.forecast"),
        "judge": Kind(f"{_HERE}.judge", single=True),
        "mature_labels": Kind(f"{_HERE}.mature_labels", single=True),
        "watch": Kind(f"{_HERE}.watch", single=True),
        "verify_ledger": Kind(f"{_HERE}.verify_ledger", single=True),
        "backtest": Kind(f"{_HERE}.backtest", single=True),
        "examine": Kind(f"{_HERE}.examine", single=True),
        "tidy": Kind(f"{_HERE}.tidy", single=True),
        "notify": Kind(f"{_HERE}.notify", attempts=6),
    }
)
"""What Foreview does in the background. A project adds its own under ``FOREVIEW["JOBS"]``."""


def kinds() -> dict[str, Kind]:
    """Return all kinds by name: the project's own after Foreview's, which cannot be replaced."""
    return {name: Kind(path) for name, path in own_jobs().items()} | dict(KINDS)


def kind_named(name: str) -> Kind:
    """Return the kind of that name.

    Raises
    ------
    UsageError
        If there is none.

    """
    known = kinds()
    if name not in known:
        raise UsageError("a job is of a kind that is known", f"found {name!r}", f"Choose one of {', '.join(known)}")
    return known[name]


def function_of(name: str) -> Callable[..., Any]:
    """Return the function of the kind of that name."""
    function: Callable[..., Any] = import_string(kind_named(name).path)
    return function


def check_arguments(name: str, arguments: Mapping[str, Any]) -> None:
    """Raise UsageError where the kind does not take these arguments."""
    signature = inspect.signature(function_of(name))
    try:
        signature.bind(None, **arguments)
    except TypeError as error:
        takes = ", ".join(list(signature.parameters)[1:]) or "none"
        raise UsageError(f"a job {name} is given the arguments it takes: {takes}", str(error)) from None
    try:
        json.dumps(dict(arguments), allow_nan=False)
    except (TypeError, ValueError):
        raise UsageError(
            f"a job {name} is given values that JSON can hold: no NaN, no infinity",
            f"found {dict(arguments)!r:.200}",
            "Leave an argument out for its default",
        ) from None
