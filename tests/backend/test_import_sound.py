"""What may be relied on: real files, files that are none, a process that is killed, and undoing whatever was imported."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from downloader.gateways.catalogue import training_catalogue
from downloader.models import ImportRun
from downloader.services.importing import preview, undo
from foreview.cli.main import main as foreview
from foreview.errors import InputError, UsageError
from foreview.readers.imported import SourceOptions
from foreview.tables.folder import read_catalogue
from tests.backend.api_calls import account, ask, key_of
from tests.backend.imports import MACHINE, imported, state, table
from tests.backend.test_api_imports import send
from tests.backend.test_import import under_source_ids
from tests.contracts.checkout import CHECKOUT
from tests.malformed import malformed

REAL = CHECKOUT.parent / "shared" / "data" / "studio" / "Aggregated_Metrics_By_Video.csv"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
READ_AT = "2022-02-01T00:00:00Z"


@pytest.mark.django_db
@pytest.mark.skipif(not REAL.exists(), reason="needs the real export beside the checkout")
def test_a_real_studio_file_gives_the_same_catalogue_through_the_api_and_the_command_line(tmp_path):
    options = ["--kind", "studio", "--observed-at", READ_AT, "--channel", "UC1", "--delay-hours", "24"]
    assert foreview(["import", str(REAL), *options, "--out", str(tmp_path / "cli")]) == 0
    expected = read_catalogue(tmp_path / "cli")
    cache.clear()
    key = key_of(account("mary", "UC1"))
    told = send(key, REAL.read_bytes(), REAL.name, observed_at=READ_AT, channel="UC1").json()
    assert (told["state"], told["kind"], told["counts"]["videos"]["added"]) == ("previewed", "studio", 223)
    lifetime = [column.name for column in expected.declared]
    assert f"left out, the database has no place for them: {', '.join(lifetime)}" in told["notes"]
    assert ask(key, "POST", f"/imports/{told['id']}/apply").status_code == 200
    found = under_source_ids(training_catalogue(datetime(2026, 1, 1, tzinfo=UTC)))
    videos = expected.videos.drop(lifetime).sort("published_at", "video_id")
    assert_frame_equal(found.videos, videos)
    assert_frame_equal(found.snapshots, expected.snapshots.sort("video_id", "observed_at"))
    assert found.clock == expected.clock


@pytest.mark.django_db
def test_each_malformed_file_ends_in_a_clear_error_and_an_unchanged_database(tmp_path):
    imported(table(tmp_path))
    cache.clear()
    before, key = state(), key_of(account("mary", "UC1"))
    files = malformed()
    assert len(files) >= 200
    for number, file in enumerate(files):
        path = file.write(tmp_path / f"malformed-{number}")
        options = SourceOptions(channel_id="UC1", observed_at=None if file.kind == "ytdlp" else NOW)
        with suppress(InputError, UsageError):
            preview(MACHINE, path, file.kind, options)
        run = ImportRun.objects.latest("pk")
        assert run.file == path.name
        if run.state == "refused":
            assert run.error is not None
            assert run.error["rule"], path
            assert run.error["fact"], path
        elif file.outcome == "told":
            assert any("has no end" in note for note in run.notes), path
        else:
            assert [bool(row["reason"]) for row in run.refused_first] == [True] * len(run.refused_first) != [], path
        if number % 10 == 0:
            answer = send(key, path.read_bytes(), path.name, channel="UC1", kind=file.kind)
            assert answer.status_code in (201, 400, 422), path
            assert answer.status_code == 201 or answer["Content-Type"] == "application/problem+json", path
    assert state() == before


@pytest.mark.dialect
@pytest.mark.django_db(transaction=True)
def test_an_apply_that_is_killed_leaves_the_old_state_and_can_be_done_again(tmp_path):
    environment = _environment(tmp_path)
    path, nothing = table(tmp_path), dict.fromkeys(("videos", "VideoAnalytics", "AdSenseEarnings", "VideoSnapshot"), 0)
    for instant, code in (("rows", -9), ("last", -9), ("none", 0)):
        done = subprocess.run(
            [sys.executable, "-m", "tests.backend.import_child", str(path), instant],
            cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        said = [json.loads(line) for line in done.stdout.splitlines()]
        assert done.returncode == code, done.stderr
        assert said[0] == {"state": "previewed", "rows": nothing}
    assert said[1] == {"videos": 2, "VideoAnalytics": 3, "AdSenseEarnings": 2, "VideoSnapshot": 0}


def _environment(folder: Path) -> dict[str, str]:
    """The surroundings of a process that works on the database of this test, or on a copy of it on disk."""
    if connection.vendor == "postgresql":
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    else:
        connection.ensure_connection()
        with sqlite3.connect(folder / "copy.sqlite3") as copy:
            connection.connection.backup(copy)
        url = f"sqlite:///{folder}/copy.sqlite3"
    paths = f"{CHECKOUT}:{CHECKOUT / 'backend'}"
    return {
        **os.environ,
        "DATABASE_URL": url,
        "FOREVIEW_DATA": str(folder),
        "PYTHONPATH": paths,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


CELLS = st.tuples(
    st.sampled_from("ab"), st.sampled_from(["", "x", "y"]), st.integers(2, 4), st.integers(0, 2), st.sampled_from(["", "1", "2"]), st.sampled_from(["", "0.5", "-1"])
)  # fmt: skip
FILES = st.lists(CELLS, min_size=1, max_size=6)


@pytest.mark.dialect
@pytest.mark.django_db
def test_undoing_restores_what_was_before_whatever_was_imported(tmp_path):
    def written(rows: list[Any], name: str) -> Path:
        lines = [
            f"{video},2026-01-01T08:00:00Z,UC1,{title},2026-01-{day:02},{views},{likes},{earned}"
            for video, title, day, views, likes, earned in rows
        ]
        return table(tmp_path, lines, name)

    @settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(FILES, FILES)
    def restored(first: list[Any], second: list[Any]) -> None:
        states = [state()]
        runs = []
        for rows, name in ((first, "first.csv"), (second, "second.csv")):
            runs.append(imported(written(rows, name), kind="daily"))
            states.append(state())
        for run, before in zip(reversed(runs), reversed(states[:-1]), strict=True):
            undo(MACHINE, run.pk)
            assert state() == before
        assert {len(rows) for rows in states[0].values()} == {0}

    restored()
