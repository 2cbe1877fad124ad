"""Metric regimes: a platform changed on a date what it counts, and a person says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from downloader import selectors
from downloader.models import MetricRegime
from downloader.services.access import Account, check_scope
from downloader.services.videos import Conflict
from foreview.curves.regimes import KNOWN_REDEFINITIONS, Redefinition
from foreview.errors import UsageError
from foreview.vocabulary import FORMATS, Format


@dataclass(frozen=True, slots=True)
class Entered:
    """A regime that somebody is about to enter."""

    name: str
    platform: str
    format: Format
    at: datetime
    source: str

    def __post_init__(self) -> None:
        for what, said in (("a name", self.name), ("a platform", self.platform), ("a source", self.source)):
            if not said:
                raise UsageError("a regime has a name, a platform and a source", f"found no {what.split()[1]}")
        if self.format not in FORMATS:
            raise UsageError(f"a format is one of {', '.join(FORMATS)}", f"found {self.format!r}")


def known_regimes() -> Sequence[Redefinition]:
    """Return the redefinitions that every site knows."""
    return KNOWN_REDEFINITIONS


def concerned(regime: Entered) -> tuple[int, int]:
    """Return how many videos of its platform and format were published since, and how many lie across it."""
    return selectors.count_concerned(regime.platform, regime.format, regime.at)


def enter_regime(account: Account, regime: Entered) -> MetricRegime:
    """Tell counts before and after apart from now on, and return the row.

    Raises
    ------
    NotAllowed
        If the account may not operate.
    Conflict
        If there is a regime of this name.

    """
    check_scope(account, "operate")
    said = {name: getattr(regime, name) for name in regime.__dataclass_fields__}
    try:
        with transaction.atomic():
            return MetricRegime.objects.create(**said, by=account.name)
    except IntegrityError as error:
        raise Conflict("each regime has a name of its own", f"{regime.name!r} is taken", "Choose another") from error
