from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from foreview.errors import ReleaseError
from foreview.releases.loading import read_release
from foreview.releases.store import folder_of, list_releases, publish_release, publish_to
from tests.core.releases.examples import release

DISK_CALLS = ("fsync", "rename", "replace")


class PowerCut(BaseException):
    """Not an Exception: nothing is expected to catch it."""


def cut_power_at(monkeypatch, step):
    """Let the step-th call that changes the disk durably fail, and return the list of calls so far."""
    calls: list[str] = []
    for name in DISK_CALLS:
        real = getattr(os, name)

        def call(*args, name=name, real=real):
            calls.append(name)
            if len(calls) == step:
                raise PowerCut
            return real(*args)

        monkeypatch.setattr(os, name, call)
    return calls


def other(root):
    return publish_to(root, release(options={"seed": 8, "embargo": "none"}))


def test_publishing_writes_every_file_safely_before_it_shows_the_release(tmp_path, monkeypatch):
    calls = cut_power_at(monkeypatch, 0)
    publish_release(release(), tmp_path / "r")
    assert calls == ["fsync"] * 5 + ["replace", "fsync"]
    assert sorted(path.name for path in (tmp_path / "r").iterdir()) == [
        "engagement.zip",
        "manifest.json",
        "revenue.zip",
        "views.zip",
    ]


@pytest.mark.parametrize("step", range(1, 7))
def test_an_interrupted_publication_leaves_nothing_and_can_be_repeated(tmp_path, monkeypatch, step):
    with monkeypatch.context() as patch:
        cut_power_at(patch, step)
        with pytest.raises(PowerCut):
            publish_release(release(), tmp_path / "r")
    assert list(tmp_path.iterdir()) == []
    publish_release(release(), tmp_path / "r")
    assert read_release(tmp_path / "r") == release()


def test_interrupted_after_the_renaming_the_release_is_whole(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        cut_power_at(patch, 7)
        with pytest.raises(PowerCut):
            publish_release(release(), tmp_path / "r")
    assert read_release(tmp_path / "r") == release()


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.core.releases.examples import release
from foreview.releases.store import publish_to
step, root = int(sys.argv[1]), Path(sys.argv[2])
real, calls = os.fsync, []
def fsync(handle):
    calls.append(handle)
    if len(calls) == step:
        os.kill(os.getpid(), signal.SIGKILL)
    real(handle)
os.fsync = fsync
publish_to(root, release())
"""


@pytest.mark.parametrize("step", [1, 4, 5])
def test_a_killed_publication_leaves_only_a_draft_that_nobody_sees(tmp_path, step):
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(step), str(tmp_path)],
        cwd=Path(__file__).parents[3],
        check=False,
        capture_output=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert list_releases(tmp_path) == ()
    folder = publish_to(tmp_path, release())
    assert list_releases(tmp_path) == (folder,)
    assert read_release(folder) == release()


def test_a_release_is_never_overwritten(tmp_path):
    publish_release(release(), tmp_path / "r")
    with pytest.raises(ReleaseError, match="new folder"):
        publish_release(release(), tmp_path / "r")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ReleaseError, match="new folder"):
        publish_release(release(), tmp_path / "empty")


def test_publishing_the_same_version_again_writes_nothing(tmp_path, monkeypatch):
    folder = publish_to(tmp_path, release())
    calls = cut_power_at(monkeypatch, 0)
    assert publish_to(tmp_path, release()) == folder
    assert calls == []


def test_the_releases_of_a_store_are_listed_by_version(tmp_path):
    assert list_releases(tmp_path / "nowhere") == ()
    folders = {publish_to(tmp_path, release()), other(tmp_path)}
    (tmp_path / ".2026-05-01-0123456789ab-x.partial").mkdir()
    (tmp_path / "notes").mkdir()
    assert list_releases(tmp_path) == tuple(sorted(folders))


def test_the_folder_of_a_version_is_there_or_an_error(tmp_path):
    folder = publish_to(tmp_path, release())
    assert folder_of(tmp_path, folder.name) == folder
    with pytest.raises(ReleaseError, match="has no 2026-05-01-0123456789ab"):
        folder_of(tmp_path, "2026-05-01-0123456789ab")
    with pytest.raises(ReleaseError, match="twelve digits"):
        folder_of(tmp_path, "../elsewhere")


def test_writers_of_one_release_at_once_all_find_it_there(tmp_path):
    with ThreadPoolExecutor(4) as writers:
        folders = set(writers.map(lambda _: publish_to(tmp_path, release()), range(8)))
    assert folders == {tmp_path / release().manifest.model_version}
    assert read_release(*folders) == release()
    assert [path.name for path in tmp_path.iterdir()] == [release().manifest.model_version]
