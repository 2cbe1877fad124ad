"""What an import brought: its videos, and their forecasts."""

from __future__ import annotations

from downloader import selectors
from downloader.models import ImportRun, Job, VideoDownload
from downloader.services.access import Account, check_scope
from downloader.services.asking import AT_ONCE, forecast_later, forecast_now
from downloader.services.importing import source_ids_in
from downloader.services.jobs.queueing import enqueue
from downloader.services.videos import Conflict


def videos_brought(account: Account, run: ImportRun) -> list[int]:
    """Return the keys of the videos of an import that are here, usable, and the account's; the youngest first."""
    if run.state != ImportRun.State.APPLIED:
        return []
    return selectors.usable_by_source(account.channels, source_ids_in(run))


def forecast_brought(account: Account, number: int) -> list[VideoDownload] | Job:
    """Forecast the videos of an import: at once where they are few, and return them; else ask for the job that does, and return it.

    How unusual the videos are is for a job to say: it takes all of them.

    Raises
    ------
    ImportUnknown
        If there is no such import of the account's.
    Conflict
        If it is not applied, or none of its videos is here.

    """
    check_scope(account, "write")
    run = selectors.import_seen(account.sees_of, number)
    keys = videos_brought(account, run)
    if not keys:
        raise Conflict("the videos of an applied import are forecast", f"{run}, and none of its videos is here")
    enqueue("judge", asked_by=account.asker)
    if len(keys) > AT_ONCE:
        return forecast_later(account, keys)
    forecast_now(account, keys)
    return selectors.videos_with_forecasts(keys)
