"""What may be set from outside, each name once: see ``docs/reference/settings.md``."""

from __future__ import annotations

import contextlib
import secrets
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import environ
from django.core.exceptions import ImproperlyConfigured

TRUE: Final = ("true", "on", "yes", "y", "1")
FALSE: Final = ("false", "off", "no", "n", "0", "")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Environment:
    """The environment, read and typed."""

    debug: bool
    secret_key: str
    allowed_hosts: tuple[str, ...]
    data_folder: Path
    database: dict[str, Any]
    email: dict[str, Any]
    """Django's own settings of e-mail."""
    foreview: dict[str, Any]
    """The setting ``FOREVIEW``."""


def read_environment(checkout: Path) -> Environment:
    """Return what is set, with the demo's defaults: DEBUG on this machine only, SQLite in ``.demo/``.

    Raises
    ------
    ImproperlyConfigured
        Where a value cannot be read, or DEBUG is off and no SECRET_KEY is given.

    """
    env = environ.Env()
    debug = _truth(env, "DEBUG", default=True)
    data_folder = Path(env.str("FOREVIEW_DATA", default=str(checkout / ".demo"))).resolve()
    data_folder.mkdir(parents=True, exist_ok=True)
    return Environment(
        debug=debug,
        secret_key=_secret_key(str(env.str("SECRET_KEY", default="")), data_folder, debug=debug),
        allowed_hosts=_texts(env, "ALLOWED_HOSTS"),
        data_folder=data_folder,
        database=_database(env, data_folder),
        email=_email(env),
        foreview={"RELEASES": data_folder / "releases", **_clock(env), **_serving(env), **_outside(env)},
    )


def _clock(env: environ.Env) -> dict[str, Any]:
    return {
        "TIMEZONE": str(env.str("FOREVIEW_TIMEZONE", default="America/Los_Angeles")),  # where YouTube's days begin
        "DELAY_HOURS": _number(env, "FOREVIEW_DELAY_HOURS", 48.0),
        "MISSING_DAY_IS_ZERO": _truth(env, "FOREVIEW_MISSING_DAY_IS_ZERO", default=False),
    }


def _serving(env: environ.Env) -> dict[str, Any]:
    return {
        "PROMOTE_WHEN_BETTER": _truth(env, "FOREVIEW_PROMOTE_WHEN_BETTER", default=False),
        "JOB_LEASE_SECONDS": _number(env, "FOREVIEW_JOB_LEASE_SECONDS", 60.0),
        "JOBS": _named(env, "FOREVIEW_JOBS", str),
        "API_REQUESTS_PER_MINUTE": _whole(env, "FOREVIEW_API_REQUESTS_PER_MINUTE", 600),
        "IMPORT_MAX_BYTES": _whole(env, "FOREVIEW_IMPORT_MAX_BYTES", 2 * 1024**3),
    }


def _outside(env: environ.Env) -> dict[str, Any]:
    """Return whom alerts are told, and in whose name Google is asked; empty where nothing is given."""
    google = {
        "CLIENT_ID": str(env.str("FOREVIEW_GOOGLE_CLIENT_ID", default="")),
        "CLIENT_SECRET": str(env.str("FOREVIEW_GOOGLE_CLIENT_SECRET", default="")),
    }
    redirect = str(env.str("FOREVIEW_GOOGLE_REDIRECT", default=""))
    webhook = {
        "URL": str(env.str("FOREVIEW_WEBHOOK_URL", default="")),
        "SECRET": str(env.str("FOREVIEW_WEBHOOK_SECRET", default="")),
    }
    return {
        "ALERT_EMAILS": list(_texts(env, "FOREVIEW_ALERT_EMAILS")),
        "WEBHOOK": webhook if any(webhook.values()) else {},
        "TOKEN_KEYS": list(_texts(env, "FOREVIEW_TOKEN_KEYS")),
        "GOOGLE": google | ({"REDIRECT": redirect} if redirect else {}) if any(google.values()) else {},
        "QUOTA": _named(env, "FOREVIEW_QUOTA", int),
    }


def _truth(env: environ.Env, name: str, *, default: bool) -> bool:
    given = str(env.str(name, default=str(default))).strip().lower()
    if given not in (*TRUE, *FALSE):
        raise _unreadable(name, f"one of {', '.join((*TRUE, *FALSE[:-1]))}", given)
    return given in TRUE


def _number(env: environ.Env, name: str, default: float) -> float:
    return _read(env, name, float, default, "a number")


def _whole(env: environ.Env, name: str, default: int) -> int:
    """Return a whole number of at least 1."""
    found = _read(env, name, int, default, "a whole number")
    if found < 1:
        raise _unreadable(name, "a whole number above 0", str(found))
    return found


def _read(env: environ.Env, name: str, kind: Callable[[str], Value], default: Value, says: str) -> Value:
    given = str(env.str(name, default=str(default)))
    try:
        return kind(given)
    except ValueError:
        raise _unreadable(name, says, given) from None


def _texts(env: environ.Env, name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in str(env.str(name, default="")).split(",") if part.strip())


def _named(env: environ.Env, name: str, kind: Callable[[str], Value]) -> dict[str, Value]:
    """Return name → value of ``name=value,name=value``."""
    found = {}
    for given in _texts(env, name):
        key, separator, value = (part.strip() for part in given.partition("="))
        try:
            found[key] = kind(value)
        except ValueError:
            separator = ""
        if not (key and separator and value):
            raise _unreadable(name, f"name={kind.__name__} pairs with commas between them", given)
    return found


def _unreadable(name: str, says: str, given: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} is {says}. Found {given!r}. See docs/reference/settings.md.")


def _email(env: environ.Env) -> dict[str, Any]:
    return {
        **env.email_url("EMAIL_URL", default="smtp://localhost:25"),
        "DEFAULT_FROM_EMAIL": str(env.str("DEFAULT_FROM_EMAIL", default="foreview@localhost")),
    }


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
    with warnings.catch_warnings(action="ignore"):  # of an address that is none, with its password
        database = cast(
            "dict[str, Any]", env.db_url("DATABASE_URL", default=f"sqlite:///{folder / 'foreview.sqlite3'}")
        )
    if not database.get("ENGINE"):
        raise ImproperlyConfigured(
            "DATABASE_URL is an address such as postgres://user:password@host:5432/name. Found one without its beginning."
        )
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
