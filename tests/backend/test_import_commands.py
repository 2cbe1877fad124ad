"""Imports by command, what the admin shows of them, and when their rows are tidied away."""

from __future__ import annotations

import os
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.utils import timezone

from downloader.models import ImportRun, VideoDownload
from downloader.services.access import account_of_machine
from downloader.services.importing import imports_folder, preview, undo
from downloader.services.tidying import tidy
from downloader.services.videos import Conflict
from tests.backend.imports import HEADING, MACHINE, ROWS, imported, state, table

pytestmark = pytest.mark.django_db
UNREADABLE = Path("/proc/self/mem")
"""Its first page is none, whoever reads it."""


def said_by(*command: object) -> str:
    out = StringIO()
    call_command(*map(str, command), stdout=out)
    return " ".join(out.getvalue().split())


def test_a_file_is_looked_at_imported_listed_and_undone(tmp_path):
    path = table(tmp_path, (*ROWS, "b2,,,,someday,1,,"))
    said = said_by("import_data", path, "--preview")
    assert "Refused: line 5, date:" in said
    assert (
        "Would import 2 new videos (0 changed, 0 unchanged), 3 new days (0 changed, 0 unchanged), "
        "2 new earnings (0 changed, 0 unchanged); 1 rows refused." in said
    )
    assert VideoDownload.objects.count() == 0
    assert "Imported 2 new videos" in said_by("import_data", path)
    assert "Imported 0 new videos (0 changed, 2 unchanged)" in said_by("import_data", path)
    runs = list(ImportRun.objects.order_by("pk").values_list("pk", "state"))
    assert [state for _, state in runs] == ["previewed", "applied", "applied"]
    listed = said_by("list_imports", "--limit", "2")
    assert [f"{number} 20" in listed for number, _ in runs] == [False, True, True]
    assert f"Import {runs[1][0]} of days.csv is undone." in said_by("undo_import", runs[1][0])
    assert VideoDownload.objects.count() == 0


def test_options_say_what_the_file_does_not(tmp_path):
    path = table(
        tmp_path, [row.replace("UC1", "").replace("UC2", "") for row in ROWS], heading=HEADING.replace("views", "plays")
    )
    said_by("import_data", path, "--kind", "daily", "--map", "views=plays", "--channel", "UC7", "--platform", "youtube")
    assert set(VideoDownload.objects.values_list("channel_id", "platform")) == {("UC7", "youtube")}


@pytest.mark.parametrize(
    ("command", "said", "code"),
    [
        (("import_data", "nowhere"), "nowhere does not", 3),
        (("undo_import", "77"), "there is none with the number 77", 2),
        (("list_imports", "--limit", "-5"), "--limit: a whole number from 1 to 10000, not '-5'", 1),
    ],
)
def test_a_mistake_is_a_sentence_and_an_exit_code(command, said, code):
    with pytest.raises(CommandError, match=said) as caught:
        call_command(*command)
    assert caught.value.returncode == code


@pytest.mark.skipif(not UNREADABLE.exists(), reason="needs a file that nobody can read, such as Linux has")
def test_a_source_that_the_machine_does_not_let_be_read_is_in_the_history_with_its_reason():
    with pytest.raises(CommandError, match=r"a source can be read\. mem: ") as caught:
        call_command("import_data", str(UNREADABLE))
    assert caught.value.returncode == 3
    run = ImportRun.objects.get()
    assert (run.file, run.state, run.sha256, (run.error or {})["rule"]) == (
        "mem",
        "refused",
        "",
        "a source can be read",
    )


def test_a_folder_that_cannot_be_written_is_said_without_a_stack_trace(tmp_path, releases):
    releases.write_text("a file where the folder would be")
    with pytest.raises(CommandError, match=r"^files can be read and written\. \[Errno \d+\] .*releases") as caught:
        call_command("import_data", str(table(tmp_path)))
    assert caught.value.returncode == 3


def test_the_admin_shows_imports_and_changes_none(tmp_path, client):
    run = imported(table(tmp_path))
    client.force_login(get_user_model().objects.create_superuser("root"))
    listed = client.get("/admin/downloader/importrun/")
    assert (listed.status_code, "days.csv" in listed.content.decode()) == (200, True)
    page = client.get(f"/admin/downloader/importrun/{run.pk}/change/").content.decode()
    assert run.sha256 in page
    assert 'name="_save"' not in page


def test_rows_are_kept_as_long_as_somebody_may_undo_or_apply(tmp_path):
    path, now = table(tmp_path), timezone.now()
    young, old = preview(MACHINE, path), preview(MACHINE, path)
    kept, gone = imported(path), imported(path)
    days = timedelta(days=1)
    ImportRun.objects.filter(pk=young.pk).update(created_at=now - 6 * days)
    ImportRun.objects.filter(pk=old.pk).update(created_at=now - 8 * days)
    ImportRun.objects.filter(pk=kept.pk).update(applied_at=now - 89 * days)
    ImportRun.objects.filter(pk=gone.pk).update(applied_at=now - 91 * days)
    long_ago = (now - 2 * days).timestamp()
    for folder in imports_folder().iterdir():
        os.utime(folder, (long_ago, long_ago))
    assert tidy().imports == 2
    assert {folder.name for folder in imports_folder().iterdir()} == {young.folder, kept.folder}
    assert set(ImportRun.objects.values_list("pk", flat=True)) == {young.pk, kept.pk, gone.pk}
    before = state()
    with pytest.raises(Conflict, match=f"those of import {gone.pk} were tidied away"):
        undo(account_of_machine("root", "command"), gone.pk)
    assert state() == before
