"""What the site keeps and for how long, whom it tells, and where each of that is changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from downloader.configuration import (
    alert_emails,
    clock_settings,
    job_lease,
    largest_import,
    promote_when_better,
    requests_per_minute,
    webhook,
)
from downloader.models import JobState
from downloader.services.access import Account
from downloader.services.importing import AT_ONCE
from downloader.services.tidying import KEPT_DAYS, PREVIEW_KEPT, UNDO_KEPT

_NOT_CHANGED = "fixed in this version"


@dataclass(frozen=True, slots=True)
class Policy:
    """One rule of the site, as it stands."""

    what: str
    now: str
    where: str
    """Where it is changed."""


def policies(account: Account) -> dict[str, list[Policy]]:
    """Return the rules by subject. Addresses are told to superusers alone, secrets to nobody."""
    return {
        "What is kept": list(_kept()),
        "Whom alerts are sent to": list(_told(account)),
        "How days are counted, and what serves": list(_counted()),
        "Signing in and the API": list(_opened()),
    }


def _kept() -> Iterator[Policy]:
    done, failed = KEPT_DAYS[JobState.SUCCEEDED], KEPT_DAYS[JobState.FAILED]
    yield Policy("The ledger", "for ever, unless somebody shortens it", "manage.py prune_ledger")
    yield Policy("Videos, days and earnings", "until they are deleted, or their import is undone", "Data, or the admin")
    yield Policy("The audit log", "for ever", _NOT_CHANGED)
    yield Policy("Finished jobs", f"{done} days, those that failed {failed} days", _NOT_CHANGED)
    yield Policy("Previews of imports", f"{PREVIEW_KEPT.days} days, if they are not applied", _NOT_CHANGED)
    yield Policy("What undoing an import needs", f"{UNDO_KEPT.days} days", _NOT_CHANGED)


def _told(account: Account) -> Iterator[Policy]:
    addresses, hook = alert_emails(), webhook()
    named = ", ".join(addresses) if account.channels is None else f"{len(addresses)} addresses"
    host = urlsplit(hook["URL"]).hostname or "" if hook else ""
    yield Policy("E-mail", named if addresses else "nobody", 'FOREVIEW["ALERT_EMAILS"]')
    at = f"posted to {host}" if account.channels is None else "posted"
    yield Policy("Webhook", f"{at}, signed" if hook else "none", 'FOREVIEW["WEBHOOK"]')


def _counted() -> Iterator[Policy]:
    clock = clock_settings()
    yield Policy("Time zone of the days", str(clock.get("timezone", "UTC")), 'FOREVIEW["TIMEZONE"]')
    yield Policy("A day is final after", f"{clock.get('delay_hours', 48):g} hours", 'FOREVIEW["DELAY_HOURS"]')
    missing = "a day without views" if clock.get("missing_day_is_zero") else "not known, and ends the curve"
    yield Policy("A missing day is", missing, 'FOREVIEW["MISSING_DAY_IS_ZERO"]')
    by = "serves without being asked" if promote_when_better() else "waits until somebody promotes it"
    yield Policy("A newer release that passes the gate", by, 'FOREVIEW["PROMOTE_WHEN_BETTER"]')
    lease = f"{job_lease().total_seconds():g} seconds"
    yield Policy("A silent worker keeps its job for", lease, 'FOREVIEW["JOB_LEASE_SECONDS"]')


def _opened() -> Iterator[Policy]:
    asked = f"{requests_per_minute():,} a minute for each key"
    yield Policy("Requests to the API", asked, 'FOREVIEW["API_REQUESTS_PER_MINUTE"]')
    yield Policy("A file to be imported", f"at most {_bytes(largest_import())}", 'FOREVIEW["IMPORT_MAX_BYTES"]')
    yield Policy("An import is a job", f"from {AT_ONCE:,} rows on", _NOT_CHANGED)
    for_days = settings.PASSWORD_RESET_TIMEOUT / 86_400
    yield Policy("A link to set a password opens", f"once, for {for_days:g} days", "PASSWORD_RESET_TIMEOUT")


def _bytes(number: int) -> str:
    return f"{number / 1024**3:g} GiB" if number >= 1024**3 else f"{number / 1024**2:.3g} MiB"
