"""Documentation that fails the build when it is wrong: links lead somewhere, commands and examples run and say what is shown.

A ``python`` block runs as a script, or as a doctest where it shows a prompt; a ``console`` block runs each line after ``$``.
The blocks of a page share one empty folder, in order. Output that is shown must appear; ``…`` stands for anything. A block
that must not run here says why in the comment above it: ``<!-- not run: it starts a server -->``.
"""

from __future__ import annotations

import doctest
import os
import re
import runpy
import subprocess
import sys
from dataclasses import dataclass, fields
from pathlib import Path

import pytest
from pytest_django import Settings

from foreview.options import LabelOptions, TrainingOptions
from tests.contracts.checkout import CHECKOUT, files, named, text

PAGES = named("*.md", "docs/**/*.md")
FENCE = re.compile(r"(<!-- not run: [^\n]+ -->\n)?^```(python|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
MATCHES = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True)
class Command:
    line: str
    output: str


def blocks(page: Path) -> list[tuple[str, str]]:
    """The language and the content of each block that runs."""
    return [(language, content) for not_run, language, content in FENCE.findall(text(page)) if not not_run]


def commands(content: str) -> list[Command]:
    r"""The commands of a console block; a line may go on after a backslash.

    >>> commands("$ ls a \\\n  b\nb\n$ pwd\n")
    [Command(line='ls a \\\n  b', output='b\n'), Command(line='pwd', output='')]
    """
    found = re.findall(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", content, re.MULTILINE)
    return [Command(line, output) for line, output in found]


def check_output(shown: str, printed: str, what: str) -> None:
    if shown.strip():
        expected = "..." + shown.strip().replace("…", "...") + "..."
        assert doctest.OutputChecker().check_output(expected, printed.strip(), MATCHES), f"{what} printed\n{printed}"


def run_console(content: str, folder: Path) -> None:
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "COLUMNS": "120",
        "DATABASE_URL": f"sqlite:///{folder}/docs.sqlite3",
        "FOREVIEW_DATA": str(folder / "data"),
    }
    for command in commands(content):
        done = subprocess.run(
            ["bash", "-euc", command.line],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"$ {command.line}\n{done.stdout}{done.stderr}"
        check_output(command.output, done.stdout, command.line)


def run_python(content: str, page: Path, names: dict[str, object]) -> None:
    if ">>>" not in content:
        exec(compile(content, str(page), "exec"), names)
        return
    test = doctest.DocTestParser().get_doctest(content.replace("…", "..."), names, str(page), str(page), 0)
    runner = doctest.DocTestRunner(optionflags=MATCHES)
    printed: list[str] = []
    runner.run(test, out=printed.append, clear_globs=False)
    names.update(test.globs)
    assert not runner.failures, "".join(printed)


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", text(page), flags=re.MULTILINE | re.DOTALL)


def headings(page: Path) -> set[str]:
    """The anchors of a page, as GitHub writes them."""
    titles = re.findall(r"^#+ +(.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_each_link_leads_somewhere(page: Path):
    for link in LINK.findall(prose(page)):
        if re.match(r"https?://", link):
            continue
        name, _, anchor = link.partition("#")
        target = Path(os.path.relpath((CHECKOUT / page.parent / name).resolve(), CHECKOUT)) if name else page
        tracked = target in files() or any(target in path.parents for path in files())
        assert tracked, f"{page} links to {link}, which is not there"
        if anchor:
            assert anchor in headings(target), f"{page} links to {link}: no such heading"


@pytest.mark.parametrize("page", [page for page in PAGES if page.parts[0] == "docs"], ids=str)
def test_each_page_is_reached_from_the_index(page: Path):
    index = Path("docs/index.md")
    linked = {os.path.normpath(index.parent / link.partition("#")[0]) for link in LINK.findall(prose(index))}
    assert page == index or str(page) in linked


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=str)
def test_the_examples_of_a_page_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings):
    monkeypatch.chdir(tmp_path)
    settings.FOREVIEW = settings.FOREVIEW | {"RELEASES": tmp_path / "releases"}
    names: dict[str, object] = {"__name__": "__main__"}
    for language, content in blocks(page):
        if language == "console":
            run_console(content, tmp_path)
        else:
            run_python(content, page, names)


def test_every_command_of_a_page_is_tried(tmp_path: Path):
    with pytest.raises(AssertionError, match="no such option"):
        run_console("$ echo fine\nfine\n$ echo 'no such option' >&2; exit 2\n", tmp_path)


def test_shown_output_must_appear(tmp_path: Path):
    with pytest.raises(AssertionError, match="printed"):
        run_console("$ echo 41\n42\n", tmp_path)


@pytest.mark.parametrize("name", ["catalogue", "cli", "features", "sources"])
def test_each_generated_page_is_current(name: str):
    page = runpy.run_path(str(CHECKOUT / f"docs/reference/{name}.py"))["page"]
    assert page() == text(Path(f"docs/reference/{name}.md")), "run `make reference`"


def test_the_page_of_settings_names_every_variable_and_option():
    read = re.findall(r'(?:env\.\w+\(|\w\(env, )"([A-Z_]+)"', text(Path("backend/config/env.py")))
    options = [option.name for kind in (TrainingOptions, LabelOptions) for option in fields(kind)]
    named_there = re.findall(r"^\| `(\w+)` \|", text(Path("docs/reference/settings.md")), re.MULTILINE)
    assert sorted(named_there) == sorted({*read, *options} - {"labels"})


def test_the_readme_says_what_was_measured():
    youku = re.search(
        r"<!-- youku -->.*?\*\*all\*\*(.*?)\*\*short\*\*", text(Path("docs/explanation/measurements.md")), re.DOTALL
    )
    assert youku
    measured = [[cell.strip() for cell in line.split("|")[1:-1]] for line in youku[1].splitlines()]
    thirty = [row for row in measured if row[:1] == ["views_30d"]]
    errors = {(row[1], row[3]): row[4] for row in thirty if not row[3][:1].isdigit()}
    covers = {row[1]: [cell.split(" ")[0] for cell in row[3:6]] for row in thirty if row[3][:1].isdigit()}
    lines = re.findall(r"^\| (nothing yet|(\d) d) \|(.*)\|$", text(Path("README.md")), re.MULTILINE)
    assert [day for _, day, _ in lines] == ["", "1", "3", "7"]
    methods = ("forecast", "szabo huberman", "pinto ml", "typical")
    for _, day, cells in lines:
        said = [cell.strip(" *") for cell in cells.split("|")]
        assert said == [errors.get((day or "0", method), "–") for method in methods] + covers[day or "0"]
