"""Two releases side by side: what both say of themselves, and whether their figures may be compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime

from downloader.models import Release
from downloader.services.headlines import Slice, slices
from foreview.vocabulary import MODEL_KINDS, TARGETS


@dataclass(frozen=True, slots=True)
class Score:
    """One slice of a target in both releases; None where one was not judged on it."""

    target: str
    format: str
    days_seen: int
    first: Slice | None
    second: Slice | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two releases."""

    first: Release
    second: Release
    facts: tuple[tuple[str, str, str], ...]
    """What, and what each says."""
    scores: tuple[Score, ...]
    same_videos: bool
    """Whether both were judged on the same videos: they learnt from the same window, up to the same cutoff."""


def compared(first: Release, second: Release) -> Comparison:
    """Return two releases side by side, from their rows alone."""
    told = [_facts(release) for release in (first, second)]
    facts = tuple((name, told[0][name], told[1][name]) for name in told[0])
    same = (first.as_of, first.data_window) == (second.as_of, second.data_window)
    return Comparison(first, second, facts, tuple(_scores(first, second)), same)


def _facts(release: Release) -> dict[str, str]:
    window = release.data_window
    return {
        "training cutoff": f"{release.as_of:%Y-%m-%d %H:%M} UTC",
        "trained": f"{release.trained_at:%Y-%m-%d %H:%M} UTC",
        "parent": release.parent or "none",
        "videos": f"{window['videos']:,}, replayed as {window['rows']:,} rows",
        "published": published(release),
        **{f"serves {kind}": _state(release, kind) for kind in MODEL_KINDS},
        "seal": release.seal,
    }


def published(release: Release) -> str:
    """Return from when to when the videos were published that the release was trained on."""
    ends = [_day(release.data_window.get(name)) for name in ("first_published", "last_published")]
    return " to ".join(ends) if all(ends) else "–"


def _day(said: str | datetime | None) -> str:
    moment = parse_datetime(said) if isinstance(said, str) else said
    return "" if moment is None else f"{moment:%Y-%m-%d}"


def _state(release: Release, kind: str) -> str:
    said = release.kinds[kind]
    return f"{said['state']}: {said['reason']}"


def _scores(first: Release, second: Release) -> Iterator[Score]:
    for target in TARGETS:
        found = [{(one.format, one.days_seen): one for one in slices(release, target)} for release in (first, second)]
        for form, days in sorted(found[0].keys() | found[1].keys()):
            yield Score(target, form, days, found[0].get((form, days)), found[1].get((form, days)))
