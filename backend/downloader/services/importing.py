"""Imports: looked at first, then written whole or not at all, and taken back. API, commands and jobs share what is here."""

from __future__ import annotations

import dataclasses
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import polars as pl
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from downloader import selectors
from downloader.configuration import releases_folder
from downloader.gateways.differences import BEFORE, IS_NEW, Counts, Difference
from downloader.gateways.importing import KEYS, TABLES, changes_of, import_catalogue, kept_in
from downloader.gateways.sources import admitted, digest_of, heading_of, kind_of, read
from downloader.gateways.undoing import ChangedSince, undo_slices
from downloader.models import ImportRun
from downloader.services.access import Account, check_channels
from downloader.services.confirming import Confirm, unasked
from downloader.services.videos import Conflict
from foreview.drafts import whole_folder
from foreview.errors import InputError, SourceError, UsageError
from foreview.options import Progress, silent
from foreview.readers.imported import REFUSED_SCHEMA, Imported, SourceOptions
from foreview.tables.catalogue import Catalogue
from foreview.tables.folder import read_catalogue, write_catalogue

AT_ONCE: Final = 100_000
"""Rows that are written while a request waits; more are a job."""
SHOWN_REFUSED: Final = 100
"""Refused rows that the history keeps; all of them lie in the folder of the import."""
SHOWN_EXAMPLES: Final = 20
LONGEST_FACT: Final = 2_000
"""Characters of why a source is refused: it may name a hundred thousand columns."""
_REFUSED: Final = "refused"
_UNDO: Final = "undo"


def imports_folder() -> Path:
    """Return the folder of what imports keep, inside that of the releases."""
    return releases_folder() / "imports"


def preview(account: Account, path: Path, kind: str = "", options: SourceOptions | None = None) -> ImportRun:
    """Look at a source, and return what importing it would add, change and refuse. Nothing is written but that.

    Parameters
    ----------
    account:
        Who asks; rows of channels that it does not see are refused.
    path:
        A file, or a folder: a catalogue, or info files of yt-dlp.
    kind:
        One of ``downloader.gateways.sources.KINDS``; empty: as it looks.
    options:
        What is known about the source beyond itself. Without a mapping that one is used that was last applied to the same columns.

    Raises
    ------
    InputError, UsageError
        If the source cannot be read, or does not fit; the history keeps why.

    """
    options = options or SourceOptions()
    run = ImportRun(who=account.asker, file=path.name, kind=kind)
    try:
        run.sha256, run.heading = _read_through(path)
        run.kind = kind or kind_of(path, options)
        options = _with_mapping_remembered(run, options)
        parts = read(path, run.kind, options)
        run.folder = _written(run, (admitted(part, path.name, account.name, account.channels) for part in parts))
    except (InputError, UsageError) as error:
        told = type(error)(error.rule, _without_folder(error.fact, path), error.next_step)
        run.state, run.error, run.counts = ImportRun.State.REFUSED, told.facts, {}
        run.save()
        raise told from error
    run.save()
    return run


def apply(account: Account, number: int, progress: Progress = silent, confirm: Confirm = unasked) -> ImportRun:
    """Write what was previewed, all of it or nothing, and return the import with what it did change.

    Raises
    ------
    ImportUnknown
        If there is no such import of the account's.
    Conflict
        If it was applied already or refused, or something it holds is no longer the account's.

    """
    with _held(account, number) as run:
        folder = _folder_of(run, ImportRun.State.PREVIEWED, "an import is applied once, after its preview")
        shutil.rmtree(folder / _UNDO, ignore_errors=True)  # of one that was killed before its end
        counts = dict.fromkeys(TABLES, Counts())
        with whole_folder(folder / _UNDO) as draft:
            keep = kept_in(draft)
            for catalogue in _each_video_once(_admitted_again(account, run, folder)):
                done = import_catalogue(catalogue, progress, keep)
                counts = {table: counts[table] + done[table] for table in TABLES}
            confirm()
        run.counts = {table: asdict(count) for table, count in counts.items()}
        run.state, run.applied_at = ImportRun.State.APPLIED, timezone.now()
        run.save()
    return run


def undo(account: Account, number: int) -> ImportRun:
    """Take an import back, all of it or nothing, and return it; ``stays`` names the videos that stay because they were forecast.

    Raises
    ------
    ImportUnknown
        If there is no such import of the account's.
    Conflict
        If it is not applied, something it wrote was changed or built upon since, or what undoing needs was tidied away.

    """
    with _held(account, number) as run:
        folder = _folder_of(run, ImportRun.State.APPLIED, "an import is undone once, after it was applied")
        if account.channels is not None:
            for part in _parts(folder):
                check_channels(account, pl.read_parquet(part / "videos.parquet", columns=["channel_id"])["channel_id"])
        try:
            run.stays = undo_slices(folder / _UNDO)
        except ChangedSince as error:
            raise Conflict(error.rule, error.fact, error.next_step) from error
        run.state, run.undone_at = ImportRun.State.UNDONE, timezone.now()
        run.save()
    return run


def refused_rows(account: Account, number: int, after: int, limit: int) -> list[dict[str, Any]]:
    """Return ``limit`` refused rows of an import from the one numbered ``after`` on, and one more where there are more.

    Of an import that was tidied away those that the history keeps.
    """
    run = selectors.import_seen(account.sees_of, number)
    if not run.folder:
        kept: list[dict[str, Any]] = run.refused_first[after : after + limit + 1]
        return kept
    files = [part / f"{_REFUSED}.parquet" for part in _parts(imports_folder() / run.folder)]
    return pl.scan_parquet(files).slice(after, limit + 1).collect().to_dicts()


def source_ids_in(run: ImportRun) -> list[str]:
    """Return the ids, at their source, of the videos of an import, in the order of the source; none where it was tidied away."""
    folder = imports_folder() / run.folder
    if not run.folder or not folder.is_dir():
        return []
    files = [part / "videos.parquet" for part in _parts(folder)]
    ids: list[str] = pl.scan_parquet(files).select("video_id").collect()["video_id"].to_list()
    return list(dict.fromkeys(ids))


def rows_in(run: ImportRun) -> int:
    """Return how many rows an import holds, new, changed and as they are."""
    return sum(sum(counts.values()) for counts in run.counts.values())


@contextmanager
def _held(account: Account, number: int) -> Iterator[ImportRun]:
    """Give an import as it stands, in a transaction, while no other import is written."""
    seen = selectors.import_seen(account.sees_of, number)
    door = ImportRun.objects.order_by("pk").values_list("pk", flat=True)[0]
    with transaction.atomic():
        ImportRun.objects.filter(pk=door).update(who=F("who"))  # a row that is updated is locked, whatever the database
        seen.refresh_from_db()
        yield seen


def _folder_of(run: ImportRun, state: str, rule: str) -> Path:
    """Return the folder of an import in a state; Conflict where it is in another, or the folder is gone."""
    if run.state != state:
        raise Conflict(rule, str(run), "Preview the source anew")
    folder = imports_folder() / run.folder
    if not run.folder or not folder.is_dir():
        raise Conflict("an import keeps its rows for a time", f"those of import {run.pk} were tidied away")
    return folder


def _written(run: ImportRun, parts: Iterator[Imported]) -> str:
    """Write the parts of a source into a new folder, and into the import what they would change; return the name of the folder."""
    name = uuid.uuid4().hex
    with whole_folder(imports_folder() / name) as draft:
        for catalogue in _each_video_once(_kept(run, draft, parts)):
            _tell_changes(run, catalogue)
    return name


def _kept(run: ImportRun, folder: Path, parts: Iterator[Imported]) -> Iterator[Catalogue]:
    for number, part in enumerate(parts):
        write_catalogue(part.catalogue, folder / f"{number:06}", {_REFUSED: part.refused})
        run.refused += _rows_of(part.refused)
        run.refused_first += part.refused.head(SHOWN_REFUSED - len(run.refused_first)).to_dicts()
        run.notes = list(dict.fromkeys((*run.notes, *part.catalogue.notes)))
        yield part.catalogue


def _parts(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name.isdigit())


def _admitted_again(account: Account, run: ImportRun, folder: Path) -> Iterator[Catalogue]:
    """Yield the parts of an import; Conflict where the account may no longer write what is in them."""
    for part in _parts(folder):
        whole = Imported(read_catalogue(part), pl.DataFrame(schema=REFUSED_SCHEMA))
        refused = admitted(whole, run.file, account.name, account.channels).refused
        if refused.height:
            reason = refused.row(0, named=True)["reason"]
            raise Conflict("what is applied may still be written", reason, "Preview the source anew")
        yield whole.catalogue


def _each_video_once(catalogues: Iterator[Catalogue]) -> Iterator[Catalogue]:
    """Yield the catalogues without the videos that an earlier one named: they have the same facts in each."""
    seen: set[str] = set()
    for catalogue in catalogues:
        new = catalogue.videos.filter(~pl.col("video_id").is_in(list(seen)))
        seen |= set(new["video_id"])
        yield dataclasses.replace(catalogue, videos=new)


def _with_mapping_remembered(run: ImportRun, options: SourceOptions) -> SourceOptions:
    if not options.mapping and (before := selectors.mapping_remembered(run.who, run.kind, run.heading)) is not None:
        options = dataclasses.replace(options, mapping=before.options["mapping"])
        named = ", ".join(f"{field} = {column}" for field, column in options.mapping.items())
        run.notes = [f"the columns are named as in import {before.pk}: {named}"]
    run.options = {name: value for name, value in _said(options).items() if value}
    return options


def _said(options: SourceOptions) -> Mapping[str, Any]:
    return {
        "mapping": dict(options.mapping),
        "timezone": options.timezone,
        "channel": options.channel_id,
        "platform": options.platform,
        "observed_at": options.observed_at and options.observed_at.isoformat(),
        "videos": options.videos and options.videos.name,
    }


def _tell_changes(run: ImportRun, catalogue: Catalogue) -> None:
    """Add to an import what a part of it would change."""
    counts = {table: Counts(**run.counts.get(table, {})) for table in TABLES}
    for table, difference in changes_of(catalogue):
        counts[table] += difference.counts
        if len(run.examples) < SHOWN_EXAMPLES:
            run.examples += list(_examples(table, difference))[: SHOWN_EXAMPLES - len(run.examples)]
    run.counts = {table: asdict(count) for table, count in counts.items()}


def _rows_of(refused: pl.DataFrame) -> int:
    """Return how many rows were refused: one may be for several fields, and one without a line is a row of its own."""
    with_line = refused.filter(pl.col("line").is_not_null())
    return with_line.select("file", "line").n_unique() + refused.height - with_line.height


def _examples(table: str, difference: Difference) -> Iterator[dict[str, str]]:
    """Yield values that are replaced, as texts."""
    changed = difference.rows.filter(~pl.col(IS_NEW)).head(SHOWN_EXAMPLES)
    for row in changed.iter_rows(named=True):
        which = " ".join(str(row[key]) for key in KEYS[table])
        for name in difference.values:
            if row[name] != row[f"{name}{BEFORE}"]:
                said = (str(row[f"{name}{BEFORE}"])[:100], str(row[name])[:100])
                yield {"table": table, "row": which, "field": name, "before": said[0], "after": said[1]}


def _read_through(path: Path) -> tuple[str, str]:
    """Return the digest of a source and that of its columns; SourceError where the machine does not let it be read."""
    try:
        return digest_of(path), heading_of(path)
    except OSError as error:
        raise SourceError(
            "a source can be read",
            f"{error.filename or path}: {error.strerror}",
            "See who may read it, and whether it is whole",
        ) from error


def _without_folder(fact: str, path: Path) -> str:
    """Return a fact without the place where the source lies, which is the machine's own business, and not of any length."""
    plain = fact.replace(f"{path.parent}/", "")
    return plain if len(plain) <= LONGEST_FACT else f"{plain[:LONGEST_FACT]} …"
