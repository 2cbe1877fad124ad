"""The one setting, ``FOREVIEW``: where releases live, the clock of the analytics, and which models hold the videos.

A project with video models of its own maps them here; see ``docs/how-to/add-to-your-django-project.md``. Read when asked for,
never kept, so that tests may override it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

OWN_APP: Final = "downloader"
TABLES: Final = ("VIDEO", "ANALYTICS", "EARNINGS", "SNAPSHOTS")
KEYS: Final = (
    "RELEASES",
    "TIMEZONE",
    "DELAY_HOURS",
    "MISSING_DAY_IS_ZERO",
    "PROMOTE_WHEN_BETTER",
    "JOB_LEASE_SECONDS",
    "JOBS",
    "ALERT_EMAILS",
    "WEBHOOK",
    "API_REQUESTS_PER_MINUTE",
    "TOKEN_KEYS",
    "GOOGLE",
    "QUOTA",
    "IMPORT_MAX_BYTES",
    *TABLES,
)
TABLE_KEYS: Final = ("model", "fields", "usable", "migration")

NEW_TOKEN_KEY: Final = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'  # noqa: S105  (makes one)
"""Makes a key for TOKEN_KEYS."""

CACHED: Final = ("ml_predicted_views_30d", "ml_predicted_revenue_30d", "ml_confidence")
"""Columns of the video that repeat its forecast, for lists; a mapped model may have them or not."""

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "VIDEO": (
        "title",
        "description",
        "duration",
        "is_short",
        "transcript",
        "has_transcript",
        "tags",
        "ai_tags",
        "target_keywords",
        "published_at",
        "channel_id",
        "category",
        "language",
        "platform",
        "channel_followers",
        "channel_prior_videos",
        "channel_prior_views",
        "metric_regime",
        "is_monetised",
        *CACHED,
    ),
    "ANALYTICS": ("video", "date", "views", "likes", "comments", "shares", "watch_time_s", "impressions"),
    "EARNINGS": ("video", "date", "revenue_usd"),
    "SNAPSHOTS": ("video", "observed_at", "views", "likes", "comments", "shares"),
}
"""What each table may hold; on the own models every field has this very name."""

REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "VIDEO": ("title", "published_at"),
    "ANALYTICS": ("video", "date", "views"),
    "EARNINGS": ("video", "date", "revenue_usd"),
    "SNAPSHOTS": ("video", "observed_at", "views"),
}
_OWN_MODELS: Final = {
    "VIDEO": "VideoDownload",
    "ANALYTICS": "VideoAnalytics",
    "EARNINGS": "AdSenseEarnings",
    "SNAPSHOTS": "VideoSnapshot",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A model that holds one of the tables, and how its fields are called there."""

    model: str
    """``app_label.ModelName``."""
    fields: Mapping[str, str]
    """Name here → name there; a path through relations (``channel__handle``) is one too. What is absent is not known."""
    usable: Mapping[str, Any] = field(default_factory=dict)
    """Filter that a row must pass (videos only)."""
    migration: str = "__first__"
    """Migration of its app that creates the model (videos only)."""


def table(name: str) -> Table | None:
    """Return the table ``name`` (VIDEO, ANALYTICS, EARNINGS, SNAPSHOTS) as mapped, or the own one, or None where there is none.

    Who maps VIDEO has no use for the own analytics, which belong to the own videos: what is not mapped then is not there.
    """
    setting = _setting()
    if name in setting:
        return _mapped(name, setting[name])
    if "VIDEO" in setting:
        return None
    usable = {"status": "success"} if name == "VIDEO" else {}
    return Table(f"{OWN_APP}.{_OWN_MODELS[name]}", {field_name: field_name for field_name in FIELDS[name]}, usable)


def video_table() -> Table:
    """Return the table of videos, which is always there."""
    found = table("VIDEO")
    assert found is not None  # noqa: S101  (own or mapped, see table)
    return found


def video_label() -> str:
    """Return ``app_label.ModelName`` of the videos: what a forecast belongs to, in models and migrations alike."""
    return video_table().model


def video_is_mapped() -> bool:
    """Return whether the videos are another app's."""
    return "VIDEO" in _setting()


def video_migrations() -> list[tuple[str, str]]:
    """Return the migration dependency that the mapped video model asks for."""
    videos = video_table()
    app_label = videos.model.split(".")[0]
    return [] if app_label == OWN_APP else [(app_label, videos.migration)]


def releases_folder() -> Path:
    """Return the folder of the releases: ``releases`` beside the project's ``manage.py`` unless the setting says otherwise."""
    folder = _setting().get("RELEASES", _beside_the_project())
    if not isinstance(folder, str | Path) or not str(folder):
        raise ImproperlyConfigured(
            f"FOREVIEW['RELEASES'] names the folder of the releases. Found {folder!r}. Set it to an absolute path."
        )
    return Path(folder)


def _beside_the_project() -> Path | None:
    base = getattr(settings, "BASE_DIR", None)
    return None if base is None else Path(base) / "releases"


def promote_when_better() -> bool:
    """Return whether a release that passes the gate is promoted without being asked; no, unless the setting says so.

    Only True is a yes: whatever else is written there, and the system check refuses it, nothing is promoted.
    """
    return _setting().get("PROMOTE_WHEN_BETTER", False) is True


def clock_settings() -> dict[str, Any]:
    """Return timezone, delay_hours and missing_day_is_zero of the analytics, where they are set."""
    setting = _setting()
    return {key.lower(): setting[key] for key in ("TIMEZONE", "DELAY_HOURS", "MISSING_DAY_IS_ZERO") if key in setting}


def job_lease() -> timedelta:
    """Return how long after its last sign of life a worker keeps its job."""
    return timedelta(seconds=configured("JOB_LEASE_SECONDS", 60.0))


def own_jobs() -> dict[str, str]:
    """Return the project's own kinds of jobs: name → dotted path of the function."""
    return dict(configured("JOBS", {}))


def alert_emails() -> list[str]:
    """Return the addresses that alerts are sent to."""
    return list(configured("ALERT_EMAILS", ()))


def webhook() -> dict[str, str]:
    """Return URL and SECRET of the webhook that alerts are posted to; empty where there is none."""
    return dict(configured("WEBHOOK", {}))


def token_keys() -> list[str]:
    """Return the keys that tokens of connections are encrypted with: the first encrypts, all decrypt."""
    return list(configured("TOKEN_KEYS", ()))


def google_client() -> dict[str, str]:
    """Return CLIENT_ID and CLIENT_SECRET of the project at Google, and REDIRECT where it is another than the usual."""
    return dict(configured("GOOGLE", {}))


def quota() -> dict[str, int]:
    """Return how many units a day may be taken of each of Google's services."""
    return {"youtube": 10_000, "youtubeAnalytics": 50_000, "adsense": 10_000} | dict(configured("QUOTA", {}))


def schedule_timezone() -> ZoneInfo:
    """Return the time zone that the schedule is in: that of the days of the analytics."""
    return ZoneInfo(clock_settings().get("timezone", "UTC"))


def largest_import() -> int:
    """Return how long a file that is sent to be imported may be [bytes]."""
    return int(configured("IMPORT_MAX_BYTES", 2 * 1024**3))


def requests_per_minute() -> int:
    """Return how many requests a minute the API answers to one key."""
    return int(configured("API_REQUESTS_PER_MINUTE", 600))


def configured(key: str, default: Any) -> Any:
    """Return what the setting has under ``key``, not looked at any further."""
    return _setting().get(key, default)


def problems() -> list[str]:
    """Return what is wrong with the shape of the setting, as sentences; models and fields are the system checks' business."""
    setting = _setting()
    found = [f"FOREVIEW has no key {key!r}; it has {', '.join(KEYS)}" for key in setting if key not in KEYS]
    if not isinstance(found_there := setting.get("PROMOTE_WHEN_BETTER", False), bool):
        found.append(f"FOREVIEW['PROMOTE_WHEN_BETTER'] is True or False; found {found_there!r}")
    found += [
        f"FOREVIEW[{key!r}] is a whole number above 0; found {number!r}"
        for key in ("API_REQUESTS_PER_MINUTE", "IMPORT_MAX_BYTES")
        if not isinstance(number := setting.get(key, 1), int) or isinstance(number, bool) or number < 1
    ]
    found += _alert_problems(setting)
    for name in TABLES:
        if isinstance(mapped := setting.get(name), dict):
            found += [f"FOREVIEW[{name!r}] has no key {key!r}" for key in mapped if key not in TABLE_KEYS]
            fields = mapped.get("fields", {})
            found += [
                f"FOREVIEW[{name!r}] maps {key!r}, which is no field" for key in fields if key not in FIELDS[name]
            ]
            found += [f"FOREVIEW[{name!r}] does not map {key!r}" for key in REQUIRED[name] if key not in fields]
    return found


def _alert_problems(setting: Mapping[str, Any]) -> list[str]:
    found, hook, emails = [], setting.get("WEBHOOK", {}), setting.get("ALERT_EMAILS", ())
    if not isinstance(emails, list | tuple) or not all(isinstance(one, str) and "@" in one for one in emails):
        found.append(f"FOREVIEW['ALERT_EMAILS'] is a list of addresses; found {emails!r}")
    if hook and (not isinstance(hook, dict) or set(hook) != {"URL", "SECRET"} or not all(hook.values())):
        found.append("FOREVIEW['WEBHOOK'] is a dictionary of URL and SECRET, both filled in")
    elif hook and not str(hook["URL"]).startswith(("https://", "http://")):
        found.append(f"FOREVIEW['WEBHOOK']['URL'] begins with https:// or http://; found {hook['URL']!r}")
    return found


def _setting() -> dict[str, Any]:
    setting = getattr(settings, "FOREVIEW", {})
    if not isinstance(setting, dict):
        raise ImproperlyConfigured(f"FOREVIEW is a dictionary. Found {type(setting).__name__}.")
    return setting


def _mapped(name: str, given: object) -> Table:
    if not isinstance(given, dict) or not isinstance(given.get("model"), str) or given["model"].count(".") != 1:
        raise ImproperlyConfigured(
            f"FOREVIEW[{name!r}] is a dictionary with model = 'app_label.ModelName' and fields. Found {given!r}."
        )
    return Table(
        given["model"],
        dict(given.get("fields", {})),
        dict(given.get("usable", {})),
        given.get("migration", "__first__"),
    )
