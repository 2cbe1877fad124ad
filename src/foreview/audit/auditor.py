"""The leakage audit: which column knows the future, and how it was found out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import numpy as np

from foreview.audit.averages import METHOD as KNOWS_AVERAGE
from foreview.audit.averages import averaging
from foreview.audit.columns import Audited, audited_columns
from foreview.audit.compared import FEWEST, Compared, compared
from foreview.audit.evidence import LEVEL, Evidence, Numbers, holm
from foreview.audit.export import AGEING, STANDING_STILL, ageing, standing_still
from foreview.audit.known import Known, known_of
from foreview.audit.outcomes import Outcome, outcomes
from foreview.audit.tells import METHOD as TELLS
from foreview.audit.tells import Compare, telling
from foreview.curves.curve import view_curves
from foreview.options import Progress, silent
from foreview.tables.catalogue import Catalogue

Verdict: TypeAlias = Literal["leak", "clean", "not judged"]
METHODS: Final = (TELLS, KNOWS_AVERAGE, AGEING, STANDING_STILL)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the audit says of one column.

    ``method`` is the one that found a leak, or the one that came closest; ``p_value`` is adjusted for all columns and methods;
    ``numbers`` is the evidence and ``sentence`` says it in words.
    """

    column: str
    verdict: Verdict
    known_after_days: float
    method: str
    p_value: float
    numbers: Numbers
    sentence: str


def audit(catalogue: Catalogue, progress: Progress = silent) -> tuple[Finding, ...]:
    """Return one finding a column, leaks first: whether it knows what came after the age at which it claims to be known.

    A strong column is not accused for its strength alone. It must tell one outcome beyond what any fact of a publication is
    believed to tell, and still do so once the day after the claimed age is known; or match an average more closely than the luck of the
    averaged videos allows; or have been read at the export. Where a column has too few videos it is not judged.
    """
    if catalogue.videos.is_empty():
        return ()
    curves = view_curves(catalogue)
    later, known = outcomes(catalogue, curves), known_of(catalogue, curves)
    compare = _comparing(later, known)
    units = {column.name: column.unit for column in catalogue.declared}
    columns = audited_columns(catalogue)
    found: list[list[Evidence]] = []
    for done, column in enumerate(columns, 1):
        tells = telling(column, compare)
        looks = (
            tells,
            averaging(column, later, known),
            ageing(column, known, tells),
            standing_still(column, known, units.get(column.name, "")),
        )
        found.append([evidence for evidence in looks if evidence is not None])
        progress("auditing columns", done, len(columns))
    return tuple(sorted(_findings(columns, found), key=lambda finding: (finding.verdict != "leak", finding.p_value)))


def _comparing(later: tuple[Outcome, ...], known: Known) -> Compare:
    """Return a comparison that is computed once for all columns that claim the same age and have the same gaps."""

    @lru_cache(maxsize=4)
    def of(claimed: float, present: bytes) -> tuple[Compared, ...]:
        rows = np.frombuffer(present, dtype=np.bool_)
        found = (compared(outcome, claimed, rows, known) for outcome in later)
        return tuple(one for one in found if one is not None)

    return lambda claimed, present: of(claimed, present.tobytes())


def _findings(columns: tuple[Audited, ...], found: list[list[Evidence]]) -> Iterator[Finding]:
    adjusted = _adjusted([evidence for several in found for evidence in several])
    for column, several in zip(columns, found, strict=True):
        if not several:
            few = f"it varies within no channel, or fewer than {FEWEST} videos have a value and an outcome"
            yield Finding(column.name, "not judged", column.known_after_days, "", 1.0, {}, few)
            continue
        guilty = {id(one): one.strong and adjusted[id(one)] < LEVEL for one in several}
        best = min(several, key=lambda one: (not guilty[id(one)], adjusted[id(one)]))
        verdict: Verdict = "leak" if guilty[id(best)] else "clean"
        p_value = adjusted[id(best)]
        yield Finding(column.name, verdict, column.known_after_days, best.method, p_value, best.numbers, best.sentence)


def _adjusted(evidence: list[Evidence]) -> dict[int, float]:
    """Return the p-value of each evidence by its identity, adjusted by Holm within its method and by the number of methods.

    A column that does not pass the gate of "tells" is not tested there: the gate looks at what came before the wait, the test
    at what came after.
    """
    found: dict[int, float] = {}
    for method in METHODS:
        several = [one for one in evidence if one.method == method]
        tested = [one for one in several if one.strong or method != TELLS]
        found |= {id(one): 1.0 for one in several}
        adjusted = holm([one.p_value for one in tested])
        found |= {id(one): min(1.0, len(METHODS) * p) for one, p in zip(tested, adjusted, strict=True)}
    return found
