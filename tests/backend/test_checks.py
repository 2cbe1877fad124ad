"""What is wrong with the setting is said by `manage.py check`, each with an id and a hint."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from config.env import read_environment
from downloader.checks import check_setting
from downloader.configuration import KEYS, TABLES, releases_folder

CHECKOUT = Path(__file__).resolve().parents[2]
OWN_VIDEOS = {"model": "downloader.VideoDownload", "fields": {"title": "title", "published_at": "published_at"}}


def ids() -> list[str | None]:
    found = check_setting()
    assert all(message.hint for message in found)
    return [message.id for message in found]


def test_the_default_setting_is_sound():
    assert ids() == []


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ({"RELEASE": "/tmp"}, "downloader.E001"),
        ({"VIDEO": OWN_VIDEOS | {"colour": "red"}}, "downloader.E001"),
        ({"VIDEO": {"model": "downloader.VideoDownload", "fields": {"title": "title"}}}, "downloader.E001"),
        ({"PROMOTE_WHEN_BETTER": "yes"}, "downloader.E001"),
        ({"API_REQUESTS_PER_MINUTE": 0}, "downloader.E001"),
        ({"IMPORT_MAX_BYTES": "2 GB"}, "downloader.E001"),
        ({"TIMEZONE": "Mars/Olympus"}, "downloader.E002"),
        ({"DELAY_HOURS": -1}, "downloader.E002"),
        ({"RELEASES": ""}, "downloader.E003"),
        ({"RELEASES": "/dev/null/releases"}, "downloader.E003"),
        ({"VIDEO": OWN_VIDEOS | {"model": "downloader.Film"}}, "downloader.E004"),
        ({"VIDEO": OWN_VIDEOS | {"fields": {"title": "name", "published_at": "published_at"}}}, "downloader.E005"),
        ({"VIDEO": OWN_VIDEOS | {"usable": {"mood": "calm"}}}, "downloader.E006"),
        ({"JOB_LEASE_SECONDS": 0.5}, "downloader.E007"),
        ({"JOB_LEASE_SECONDS": "long"}, "downloader.E007"),
        ({"JOBS": {"report": "no path"}}, "downloader.E008"),
        ({"JOBS": {"train": "library.reports.weekly"}}, "downloader.E008"),
        ({"JOBS": ["library.reports.weekly"]}, "downloader.E008"),
    ],
)
def test_each_mistake_has_its_id(settings, setting, expected):
    settings.FOREVIEW = settings.FOREVIEW | setting
    assert ids() == [expected]


def test_a_project_that_only_adds_the_app_keeps_its_releases_beside_manage_py(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    del settings.FOREVIEW
    assert ids() == []
    assert releases_folder() == tmp_path / "releases"


@pytest.mark.parametrize("backend", ["django_tasks.backends.immediate.ImmediateBackend", ""])
def test_a_project_whose_jobs_nobody_would_carry_is_warned(settings, backend):
    settings.TASKS = {"default": {"BACKEND": backend}} if backend else {}
    assert ids() == ["downloader.W001"]
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    assert ids() == []


@pytest.mark.django_db
def test_the_migrations_are_those_of_the_models():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def start(tmp_path: Path, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=CHECKOUT / "backend",
        env={
            **kept,
            "FOREVIEW_DATA": str(tmp_path / "data"),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **environment,
        },
    )


def test_checking_loads_neither_polars_nor_what_learns(tmp_path):
    script = (
        "import sys; from django.core.management import execute_from_command_line as run; run(['manage.py', 'check']); "
        "heavy = {'polars', 'sklearn', 'xgboost', 'scipy', 'numpy'} & set(sys.modules); assert not heavy, heavy"
    )
    done = start(tmp_path, script)
    assert done.returncode == 0, done.stderr


def test_outside_of_debug_a_secret_key_must_be_given(tmp_path):
    done = start(tmp_path, "import config.settings", DEBUG="off")
    assert "SECRET_KEY is set where DEBUG is off" in done.stderr
    assert start(tmp_path, "import config.settings", DEBUG="off", SECRET_KEY="x" * 50).returncode == 0


def test_the_demo_invents_its_key_once_and_keeps_it_to_itself(tmp_path):
    say = "from config import settings; print(settings.SECRET_KEY)"
    first, second = start(tmp_path, say).stdout, start(tmp_path, say).stdout
    assert first == second
    assert len(first.strip()) > 50
    assert (tmp_path / "data" / "secret-key").stat().st_mode & 0o777 == 0o600


def test_sqlite_writes_ahead_and_waits_for_its_turn(tmp_path):
    script = (
        "import django; django.setup(); from django.db import connection as c; k = c.cursor(); "
        "print([k.execute(f'PRAGMA {p}').fetchone()[0] for p in ('journal_mode', 'synchronous', 'foreign_keys')], "
        "c.transaction_mode)"
    )
    assert start(tmp_path, script).stdout.strip() == "['wal', 1, 1] IMMEDIATE"


def test_postgresql_comes_through_database_url(tmp_path):
    say = "from config import settings; d = settings.DATABASES['default']; print(d['ENGINE'], d['NAME'], d['HOST'])"
    said = start(tmp_path, say, DATABASE_URL="postgres://me:secret@db.example:5433/videos").stdout
    assert said.strip() == "django.db.backends.postgresql videos db.example"


def test_every_key_of_the_setting_that_is_no_model_comes_from_the_environment(tmp_path):
    given = {
        "FOREVIEW_TIMEZONE": "Europe/Berlin",
        "FOREVIEW_DELAY_HOURS": "24.5",
        "FOREVIEW_MISSING_DAY_IS_ZERO": "yes",
        "FOREVIEW_PROMOTE_WHEN_BETTER": "on",
        "FOREVIEW_JOB_LEASE_SECONDS": "90",
        "FOREVIEW_JOBS": "weekly = library.reports.weekly, daily=library.reports.daily",
        "FOREVIEW_API_REQUESTS_PER_MINUTE": "30",
        "FOREVIEW_IMPORT_MAX_BYTES": "1000",
        "FOREVIEW_ALERT_EMAILS": "a@b.example, c@d.example",
        "FOREVIEW_WEBHOOK_URL": "https://hook.example",
        "FOREVIEW_WEBHOOK_SECRET": "s",
        "FOREVIEW_TOKEN_KEYS": "one,two",
        "FOREVIEW_GOOGLE_CLIENT_ID": "id",
        "FOREVIEW_GOOGLE_CLIENT_SECRET": "secret",
        "FOREVIEW_GOOGLE_REDIRECT": "https://foreview.example/",
        "FOREVIEW_QUOTA": "youtube=5000,adsense=0",
    }
    say = "import json; from config import settings; print(json.dumps(settings.FOREVIEW, default=str))"
    found = json.loads(start(tmp_path, say, **given).stdout)
    assert set(found) == set(KEYS) - set(TABLES)
    assert found == {
        "RELEASES": str(tmp_path / "data" / "releases"),
        "TIMEZONE": "Europe/Berlin",
        "DELAY_HOURS": 24.5,
        "MISSING_DAY_IS_ZERO": True,
        "PROMOTE_WHEN_BETTER": True,
        "JOB_LEASE_SECONDS": 90.0,
        "JOBS": {"weekly": "library.reports.weekly", "daily": "library.reports.daily"},
        "API_REQUESTS_PER_MINUTE": 30,
        "IMPORT_MAX_BYTES": 1000,
        "ALERT_EMAILS": ["a@b.example", "c@d.example"],
        "WEBHOOK": {"URL": "https://hook.example", "SECRET": "s"},
        "TOKEN_KEYS": ["one", "two"],
        "GOOGLE": {"CLIENT_ID": "id", "CLIENT_SECRET": "secret", "REDIRECT": "https://foreview.example/"},
        "QUOTA": {"youtube": 5000, "adsense": 0},
    }


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DEBUG", "maybe", "DEBUG is one of true, on, yes"),
        ("FOREVIEW_DELAY_HOURS", "soon", "FOREVIEW_DELAY_HOURS is a number. Found 'soon'"),
        ("FOREVIEW_IMPORT_MAX_BYTES", "2 GB", "FOREVIEW_IMPORT_MAX_BYTES is a whole number. Found '2 GB'"),
        ("FOREVIEW_API_REQUESTS_PER_MINUTE", "0", "is a whole number above 0. Found '0'"),
        ("FOREVIEW_QUOTA", "youtube=many", "FOREVIEW_QUOTA is name=int pairs with commas between them"),
        ("FOREVIEW_JOBS", "weekly", "FOREVIEW_JOBS is name=str pairs with commas between them. Found 'weekly'"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL is an address such as postgres://"),
    ],
)
def test_a_variable_that_cannot_be_read_ends_the_start_and_is_named(tmp_path, monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=re.escape(said)):
        read_environment(tmp_path)


def test_mail_goes_to_the_server_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("EMAIL_URL", "smtp+tls://me:secret@mail.example:587")
    monkeypatch.setenv("DEFAULT_FROM_EMAIL", "site@mail.example")
    email = read_environment(tmp_path).email
    assert (email["EMAIL_HOST"], email["EMAIL_PORT"], email["EMAIL_USE_TLS"]) == ("mail.example", 587, True)
    assert email["DEFAULT_FROM_EMAIL"] == "site@mail.example"
