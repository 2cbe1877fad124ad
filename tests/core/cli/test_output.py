"""Where the command line writes: what it reads is spared, and a place that takes nothing is found before the work."""

from __future__ import annotations

import os
import re
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from foreview.cli.main import BAD_INPUT, main
from foreview.cli.output import check_file, check_new_folder, check_place, check_spared, write_text
from foreview.drafts import whole_file, whole_folder
from foreview.errors import InputError, UsageError


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let no file grow beyond ``size`` bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_no_fault_of_the_program_and_nothing_is_left(tmp_path: Path, capsys):
    with files_of_at_most(1000):
        code = main(["simulate", "--channels", "2", "--videos", "40", "--out", str(tmp_path / "world")])
    assert code == BAD_INPUT
    assert re.fullmatch(
        r"foreview: writing \w+\.parquet failed: File too large \(os error 27\)\n", capsys.readouterr().err
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("mask", "folder", "file"), [(0o022, 0o755, 0o644), (0o077, 0o700, 0o600)])
def test_what_is_written_is_as_private_as_the_user_says(tmp_path: Path, mask: int, folder: int, file: int):
    before = os.umask(mask)
    try:
        write_text("42 USD", tmp_path / "card.md")
        whole_file(tmp_path / "best.json", b"{}")
        with whole_folder(tmp_path / "world") as draft:
            (draft / "videos").write_text("42 USD", encoding="utf-8")
    finally:
        os.umask(before)
    found = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
    assert found == {"card.md": file, "best.json": file, "world": folder, "videos": file}


@pytest.mark.parametrize("within", ["forecasts.parquet", "new/forecasts.parquet"])
def test_nothing_is_written_into_a_release(tmp_path: Path, within: str):
    with pytest.raises(UsageError, match="a release holds its sealed files and nothing else"):
        check_spared("--out", tmp_path / "release" / within, release=tmp_path / "release")


@pytest.mark.parametrize("name", ["videos.parquet", "daily.parquet", "catalogue.json"])
def test_no_table_of_the_catalogue_is_replaced(tmp_path: Path, name: str):
    with pytest.raises(UsageError, match="what a command reads is not what it writes"):
        check_spared("--out", tmp_path / name, release=tmp_path / "release", catalogue=tmp_path)


def test_beside_what_is_read_there_is_room(tmp_path: Path):
    check_spared("--out", tmp_path / "forecasts.parquet", release=tmp_path / "release", catalogue=tmp_path)


def test_a_device_is_not_replaced_by_a_file(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match=r"--out is a file\. .*pipe is none"):
        check_file("--out", tmp_path / "pipe", "forecasts.parquet")


@pytest.mark.parametrize(
    "check",
    [check_new_folder, lambda path: check_file("--out", path, "a.md"), lambda path: check_place("--out", path)],
    ids=["new folder", "file", "place"],
)
def test_a_place_below_a_file_is_found_before_the_work(tmp_path: Path, check: Callable[[Path], None]):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        check(tmp_path / "file" / "new" / "out")
    assert refused.value.fact == f"{tmp_path / 'file'} is no folder"


def test_a_folder_that_may_not_be_written_to_is_found_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path)  # whoever runs this may write anywhere
    with pytest.raises(InputError) as refused:
        check_new_folder(tmp_path / "new" / "release")
    assert refused.value.fact == f"{tmp_path} cannot be written to"
    assert list(tmp_path.iterdir()) == []
