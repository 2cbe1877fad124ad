"""The log of requests that would change something."""

from __future__ import annotations

from downloader.models import AuditEntry
from downloader.services.access import Account


def begin_entry(account: Account, method: str, path: str) -> int:
    """Write that somebody asks for a change, before anything is done, and return the entry's number."""
    return AuditEntry.objects.create(who=account.name, key=account.key, method=method, path=path).pk


def end_entry(number: int, status: int, changed: str) -> None:
    """Write what was answered, and the address of what came of it."""
    AuditEntry.objects.filter(pk=number).update(status=status, object=changed)
