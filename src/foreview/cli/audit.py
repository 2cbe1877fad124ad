"""``foreview audit``: which column of a catalogue knows the future, and how it was found out."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import asdict

from foreview.cli.arguments import Subparsers, add_catalogue, command
from foreview.cli.outcome import Outcome, Table
from foreview.cli.progress import reported

_EXAMPLE = """\
  foreview audit world
  foreview audit world --json
"""


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Return the parser of the command."""
    parser = command(subparsers, "audit", "find the columns that know the future", _EXAMPLE)
    add_catalogue(parser)
    return parser


def run(args: argparse.Namespace) -> Outcome:
    """Audit every column of a catalogue."""
    from foreview.audit.auditor import audit
    from foreview.tables.folder import read_catalogue

    catalogue = read_catalogue(args.catalogue)
    with reported() as progress:
        findings = audit(catalogue, progress)
    verdicts = Counter(finding.verdict for finding in findings)
    rows = [
        (finding.column, f"{finding.known_after_days:g}", finding.verdict, f"{finding.p_value:.1g}", finding.sentence)
        for finding in findings
    ]
    facts = {
        "catalogue": str(args.catalogue),
        "leaks": verdicts["leak"],
        "clean": verdicts["clean"],
        "not_judged": verdicts["not judged"],
        "findings": [asdict(finding) for finding in findings],
    }
    known = f"{verdicts['leak']} of {len(findings)} columns know the future"
    sentence = f"{args.catalogue}: {known}; {verdicts['clean']} clean, {verdicts['not judged']} not judged"
    return Outcome(facts, sentence, (Table("", ("column", "known after [d]", "verdict", "p", "evidence"), rows),))
