from __future__ import annotations

import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from foreview.cli import show
from foreview.cli.main import BAD_INPUT, BAD_USAGE, COMMANDS, FAULT, main, parser
from foreview.cli.outcome import Outcome, Table

FOREVIEW = Path(sys.executable).parent / "foreview"
INTERRUPTIBLE = """
import signal, sys
from foreview.cli.main import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # shells let what runs in the background ignore Ctrl-C
sys.exit(main(sys.argv[1:]))
"""
NAMES = ["import", "simulate", "audit", "tune", "train", "predict", "explain"]
NAMES += ["what-if", "plan", "portfolio", "outliers", "warnings", "best-time"]
NAMES += ["importance", "backtest", "show", "card"]


def test_these_are_the_commands():
    assert len(COMMANDS) == len(NAMES)
    assert re.findall(r"^    (\w[\w-]*)", parser().format_help(), re.MULTILINE) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_help_has_an_example_that_parses(name: str, capsys: Any):
    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])
    assert stop.value.code == 0
    text = capsys.readouterr().out
    examples = [shlex.split(line) for line in text.partition("example:\n")[2].splitlines() if line]
    assert examples
    for example in examples:
        assert example[:2] == ["foreview", name]
        assert parser().parse_args(example[1:]).run


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["fly"], "invalid choice: 'fly'"),
        (["train", "w", "--as-of", "soon", "--out", "r"], "argument --as-of: 'soon' is no time"),
        (["train", "w", "--out", "r"], "the following arguments are required: --as-of"),
        (
            ["predict", "w", "--rel", "r", "--as-of", "2026-05-01", "--out", "f"],
            "the following arguments are required: --release",
        ),
        (["import", "s", "--kind", "magic", "--out", "c"], "argument --kind: invalid choice: 'magic'"),
    ],
)
def test_bad_usage_has_code_2_and_says_what_is_wrong(arguments: list[str], says: str, capsys: Any):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == BAD_USAGE
    assert says in capsys.readouterr().err


def test_bad_input_has_code_3_and_no_stack_trace(tmp_path: Path, capsys: Any):
    assert main(["show", str(tmp_path)]) == BAD_INPUT
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        f"foreview: a release is a folder with manifest.json. {tmp_path} has none. Make one with `foreview train`.\n"
    )


def test_programs_get_the_error_as_one_json_object(tmp_path: Path, capsys: Any):
    assert main(["show", str(tmp_path), "--json"]) == BAD_INPUT
    assert json.loads(capsys.readouterr().out) == {
        "error": "ReleaseError",
        "rule": "a release is a folder with manifest.json",
        "fact": f"{tmp_path} has none",
        "next_step": "Make one with `foreview train`",
    }


@pytest.mark.parametrize("encoding", ["ascii", "iso8859-9", "utf-8"])
@pytest.mark.parametrize("name", ["日本", "\udcff"], ids=["beyond the locale", "no text at all"])
def test_programs_get_json_whatever_characters_the_terminal_knows(
    name: str, encoding: str, monkeypatch: pytest.MonkeyPatch
):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding, write_through=True))
    assert main(["show", name, "--json"]) == BAD_INPUT
    assert json.loads(written.getvalue().decode(encoding))["fact"] == f"{name} has none"


def test_a_title_that_the_terminal_cannot_show_is_no_fault(monkeypatch: pytest.MonkeyPatch):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="iso8859-9", write_through=True))
    rows = [("10 \U0001f345 ğ", "× 1.5")]
    monkeypatch.setattr(show, "run", lambda _: Outcome({}, "日本", (Table("", ("title", "factor"), rows),)))
    assert main(["show", "release"]) == 0
    said = written.getvalue().decode("iso8859-9")
    assert said.startswith("\\u65e5\\u672c\n")
    assert r"10 \U0001f345 ğ" in said


def test_help_is_shown_whatever_characters_the_terminal_knows(monkeypatch: pytest.MonkeyPatch):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii", write_through=True))
    with pytest.raises(SystemExit) as stop:
        main(["backtest", "--help"])
    assert stop.value.code == 0
    assert rb"--ages A,B,\u2026" in written.getvalue()


@pytest.mark.parametrize("buffered", ["", "1"])
@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["show", "nothing", "--json"], "a release is a folder with manifest.json. "),
        (["simulate", "--out", "world", "--channels", "1", "--videos", "2"], "[Errno 28] No space left on device"),
    ],
)
def test_a_stdout_that_takes_no_more_is_bad_input(command: list[str], says: str, buffered: str, tmp_path: Path):
    environment = os.environ | {"PYTHONUNBUFFERED": buffered}
    with Path("/dev/full").open("w") as full:
        asked = [str(FOREVIEW), *command]
        done = subprocess.run(
            asked, stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path, env=environment
        )
    assert done.returncode == BAD_INPUT
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_debug_shows_where_it_came_from(tmp_path: Path, capsys: Any):
    assert main(["show", str(tmp_path), "--debug"]) == BAD_INPUT
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_bad_input(tmp_path: Path, capsys: Any):
    (tmp_path / "file").write_text("", encoding="utf-8")
    out = tmp_path / "file" / "world"
    assert main(["simulate", "--channels", "1", "--videos", "2", "--out", str(out)]) == BAD_INPUT
    assert "Traceback" not in capsys.readouterr().err


def test_a_fault_of_the_program_has_code_1_and_says_how_to_see_more(tmp_path: Path):
    # A broken installation is a fault, not a mistake of the user.
    broken = "import sys; sys.modules['foreview.simulation.world'] = None\nfrom foreview.cli.main import main\n"
    call = f"sys.exit(main(['simulate', '--channels', '1', '--videos', '2', '--out', {str(tmp_path / 'w')!r}]))"
    done = subprocess.run([sys.executable, "-c", broken + call], capture_output=True, text=True, check=False)
    assert done.returncode == FAULT
    assert done.stderr.startswith("foreview: a fault of the program: ModuleNotFoundError: ")
    assert done.stderr.endswith("\nRun it again with --debug and report what it shows.\n")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_command_leaves_nothing(tmp_path: Path, sent: signal.Signals, code: int):
    pipe, out = tmp_path / "days.csv", tmp_path / "c"
    os.mkfifo(pipe)
    command = [sys.executable, "-c", INTERRUPTIBLE, "import", str(pipe), "--kind", "daily", "--out", str(out)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with pipe.open("w"):  # opens when the command has opened it to read
        process.send_signal(sent)
    printed, said = process.communicate(timeout=60)
    assert process.returncode == code
    assert printed == ""
    assert said == ("foreview: interrupted; nothing was left half-written\n" if sent == signal.SIGINT else "")
    assert [path.name for path in tmp_path.iterdir()] == ["days.csv"]


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path):
    line = f"{FOREVIEW} simulate --channels 1 --videos 2 --out {tmp_path / 'w'} --json | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_command_line_starts_without_tables_or_learners():
    check = "from foreview.cli.main import parser; parser(); import sys; print(sorted({'polars', 'numpy', 'rich', 'sklearn', 'xgboost'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_version_is_that_of_the_package(capsys: Any):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"foreview {version('foreview')}\n"
