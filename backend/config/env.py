"""What may be set from outside, each name once: see ``docs/how-to/add-to-your-django-project.md``."""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import environ
from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True)
class Environment:
    """The environment, read and typed."""

    debug: bool
    secret_key: str
    allowed_hosts: tuple[str, ...]
    data_folder: Path
    database: dict[str, Any]
    timezone: str
    delay_hours: float
    missing_day_is_zero: bool
    promote_when_better: bool
    job_lease_seconds: float
    token_keys: tuple[str, ...]
    google: dict[str, str]


def read_environment(checkout: Path) -> Environment:
    """Return what is set, with the demo's defaults: DEBUG on this machine only, SQLite in ``.demo/``.

    Raises
    ------
    ImproperlyConfigured
        Where a value cannot be read, or DEBUG is off and no SECRET_KEY is given.

    """
    env = environ.Env()
    debug = bool(env.bool("DEBUG", default=True))
    data_folder = Path(env.str("FOREVIEW_DATA", default=str(checkout / ".demo"))).resolve()
    data_folder.mkdir(parents=True, exist_ok=True)
    return Environment(
        debug=debug,
        secret_key=_secret_key(str(env.str("SECRET_KEY", default="")), data_folder, debug=debug),
        allowed_hosts=tuple(env.list("ALLOWED_HOSTS", default=[])),
        data_folder=data_folder,
        database=_database(env, data_folder),
        timezone=str(
            env.str("FOREVIEW_TIMEZONE", default="America/Los_Angeles")  # where YouTube's days begin
        ),
        delay_hours=float(env.float("FOREVIEW_DELAY_HOURS", default=48.0)),
        missing_day_is_zero=bool(env.bool("FOREVIEW_MISSING_DAY_IS_ZERO", default=False)),
        promote_when_better=bool(env.bool("FOREVIEW_PROMOTE_WHEN_BETTER", default=False)),
        job_lease_seconds=float(env.float("FOREVIEW_JOB_LEASE_SECONDS", default=60.0)),
        token_keys=tuple(env.list("FOREVIEW_TOKEN_KEYS", default=[])),
        google=_google(env),
    )


def _google(env: environ.Env) -> dict[str, str]:
    """Return the OAuth client that channels are read in the name of; empty where none is given."""
    given = {
        "CLIENT_ID": str(env.str("FOREVIEW_GOOGLE_CLIENT_ID", default="")),
        "CLIENT_SECRET": str(env.str("FOREVIEW_GOOGLE_CLIENT_SECRET", default="")),
    }
    return given if any(given.values()) else {}


def _secret_key(given: str, folder: Path, *, debug: bool) -> str:
    """Return the given key; the demo invents its own once, on this machine, outside the repository."""
    if given:
        return given
    if not debug:
        raise ImproperlyConfigured(
            "SECRET_KEY is set where DEBUG is off. Found none. Make one with "
            "`python -c 'import secrets; print(secrets.token_urlsafe(50))'` and keep it out of the repository."
        )
    file = folder / "secret-key"
    if not file.exists():
        draft = folder / f"secret-key.{secrets.token_hex(4)}.partial"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50), encoding="utf-8")
        # A link is made whole or not at all: of two processes that start at once, both read the key of the first.
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(draft)
        draft.unlink()
    return file.read_text(encoding="utf-8")


def _database(env: environ.Env, folder: Path) -> dict[str, Any]:
    database = cast("dict[str, Any]", env.db_url("DATABASE_URL", default=f"sqlite:///{folder / 'foreview.sqlite3'}"))
    if database["ENGINE"] == "django.db.backends.sqlite3":
        # One writer at a time waits for the other from the start of its transaction, instead of failing in the middle.
        database["OPTIONS"] = {
            "timeout": 30,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; "
                "PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;"
            ),
        }
    else:
        database["CONN_MAX_AGE"], database["CONN_HEALTH_CHECKS"] = 60, True
    return database
