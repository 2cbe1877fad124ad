"""Files that are sent to be imported: kept while they are read, and no longer."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from downloader.models import ImportRun, Job
from downloader.services.access import Account
from downloader.services.importing import AT_ONCE, apply, imports_folder, preview, rows_in
from downloader.services.jobs.queueing import enqueue
from foreview.errors import UsageError
from foreview.readers.imported import SourceOptions

_LONGEST_NAME: Final = 100


def preview_upload(
    account: Account, name: str, chunks: Iterable[bytes], kind: str, options: SourceOptions
) -> ImportRun:
    """Return the preview of a file that comes in pieces; see :func:`downloader.services.importing.preview`."""
    if kind == "catalogue":
        raise UsageError("a catalogue is a folder", "a file was sent", "Send the source it was made from")
    with _kept(name, chunks) as path:
        return preview(account, path, kind, options)


def apply_or_enqueue(account: Account, number: int) -> ImportRun | Job:
    """Apply an import, or ask for the job that does where it is large, and return which it was: asked for twice, one job.

    Raises
    ------
    ImportUnknown, Conflict
        As :func:`downloader.services.importing.apply`.

    """
    from downloader import selectors

    run = selectors.import_seen(account.sees_of, number)
    if rows_in(run) <= AT_ONCE or run.state != ImportRun.State.PREVIEWED:
        return apply(account, number)
    if (waiting := selectors.job_applying(account.sees_of, number)) is not None:
        return waiting
    return enqueue("apply_import", {"number": number, "account": account.name}, asked_by=account.asker)


@contextmanager
def _kept(name: str, chunks: Iterable[bytes]) -> Iterator[Path]:
    """Give a file with these contents, whose name is safe and ends as it was called, and remove it afterwards."""
    imports_folder().mkdir(parents=True, exist_ok=True)
    safe = re.sub(r"[^\w. -]", "_", name).lstrip(". ")[-_LONGEST_NAME:] or "upload"
    with tempfile.TemporaryDirectory(prefix=".upload-", suffix=".partial", dir=imports_folder()) as folder:
        path = Path(folder) / safe
        with path.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
        yield path
