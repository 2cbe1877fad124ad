"""The house rules that people forget and a machine does not. The exceptions are listed; the lists may only shrink."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.contracts.checkout import files, named, text

PRODUCT = named("src/**/*.py", "backend/**/*.py")
PYTHON = [path for path in named("**/*.py") if "migrations" not in path.parts]
PROSE = named("*.md", "docs/**/*.md")
THIS = Path("tests/contracts/test_house_rules.py")

LONG_FILES: set[Path] = set()
LONG_FUNCTIONS: set[str] = set()
MANY_POSITIONS: set[str] = set()
DEEP_NESTING: set[str] = set()
BROAD_CATCHES = {"src/foreview/cli/main.py:main"}
"""``file:function`` of an outermost boundary, where a fault is logged and turned into an exit code or a response."""
PICKLE_BOMBS = {Path("tests/core/releases/test_loading.py")}
"""Makes a harmful pickle to show that it is refused."""

BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path), filename=str(path))


def functions(paths: list[Path]) -> Iterator[tuple[str, Function]]:
    for path in paths:
        for node in ast.walk(tree(path)):
            if isinstance(node, Function):
                yield f"{path}:{node.name}", node


def body_lines(function: Function) -> int:
    """The lines of a body without its docstring."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def depth(node: ast.AST) -> int:
    """The deepest nesting of blocks below ``node``; an ``elif`` lies beside its ``if``, an inner function starts anew."""
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (*BLOCKS, ast.ExceptHandler, ast.match_case)):
            beside = isinstance(child, (ast.ExceptHandler, ast.match_case)) or is_elif(node, child)
            deepest = max(deepest, depth(child) + (0 if beside else 1))
        elif not isinstance(child, (Function, ast.ClassDef)):
            deepest = max(deepest, depth(child))
    return deepest


def is_elif(parent: ast.AST, child: ast.AST) -> bool:
    return isinstance(parent, ast.If) and isinstance(child, ast.If) and parent.orelse == [child]


def calls(path: Path) -> set[str]:
    """The bare names that a file calls."""
    walked = ast.walk(tree(path))
    return {node.func.id for node in walked if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


def imports(path: Path) -> set[str]:
    """The top-level packages that a file imports."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def catches_everything(handler: ast.ExceptHandler) -> bool:
    """Whether a handler stops every error; one that tidies up and raises again does not."""
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        kind is None or (isinstance(kind, ast.Name) and kind.id in {"Exception", "BaseException"}) for kind in caught
    )


def lines_matching(pattern: str, paths: list[Path]) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(text(path).splitlines(), 1)
        if re.search(pattern, line)
    ]


def test_a_file_has_at_most_300_lines():
    assert {path for path in PYTHON if len(text(path).splitlines()) > 300} == LONG_FILES


def test_a_function_body_has_at_most_60_lines():
    assert {name for name, function in functions(PYTHON) if body_lines(function) > 60} == LONG_FUNCTIONS


def test_nine_function_bodies_in_ten_have_at_most_25_lines():
    lengths = [body_lines(function) for _, function in functions(PRODUCT)]
    assert sum(length <= 25 for length in lengths) >= 0.9 * len(lengths)


def test_a_function_takes_at_most_five_arguments_by_position():
    def positions(function: Function) -> int:
        names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
        return len([name for name in names if name not in {"self", "cls"}])

    assert {name for name, function in functions(PRODUCT) if positions(function) > 5} == MANY_POSITIONS


def test_blocks_nest_at_most_four_deep():
    assert {name for name, function in functions(PYTHON) if depth(function) > 4} == DEEP_NESTING


def test_only_the_command_line_prints():
    printing = {path for path in PRODUCT if "print" in calls(path)}
    assert {path for path in printing if path.parts[:3] != ("src", "foreview", "cli")} == set()


def test_only_an_outermost_boundary_catches_everything():
    broad = {
        name
        for name, function in functions(PRODUCT)
        for node in ast.walk(function)
        if isinstance(node, ast.ExceptHandler) and catches_everything(node)
    }
    assert broad == BROAD_CATCHES


def test_an_ignored_type_names_its_code_and_its_reason():
    others = [path for path in PYTHON if path != THIS]
    ignored = lines_matching(r"#\s*type:\s*ignore", others)
    assert [line for line in ignored if not re.search(r"# type: ignore\[[a-z, -]+\]\s+# \S+", line)] == []


def test_nothing_reads_or_writes_pickles():
    picklers = {"pickle", "joblib", "cloudpickle", "dill", "marshal", "shelve"}
    assert {path for path in PYTHON if imports(path) & picklers} == PICKLE_BOMBS


def test_numpy_is_never_allowed_to_unpickle():
    assert lines_matching("allow_pickle=True", PRODUCT) == []


@pytest.mark.parametrize("package", ["pandas", "pyarrow"])
def test_tables_are_polars(package: str):
    assert [path for path in PRODUCT if package in imports(path)] == []


def test_no_example_is_skipped():
    assert lines_matching(r"doctest:\s*\+SKIP", [*PRODUCT, *PROSE]) == []


def test_nothing_is_left_to_do_later():
    assert lines_matching(r"\b(TODO|FIXME|XXX|HACK)\b", [path for path in [*PYTHON, *PROSE] if path != THIS]) == []


def test_the_readme_has_at_most_150_lines():
    assert len(text(Path("README.md")).splitlines()) <= 150


def test_no_name_says_nothing():
    parts = {part for path in files() for part in path.with_suffix("").parts}
    assert parts & {"utils", "util", "helpers", "helper", "common", "misc"} == set()


@pytest.mark.parametrize(
    "forbidden",
    [
        r"pypi\.org|pythonhosted|npmjs|deb\.debian",
        r"index[-]url|find[-]links|trusted[-]host",
        r"(?<![\w.])/(work|root|home|opt)/\w",
    ],
)
def test_no_file_names_a_registry_or_a_folder_of_one_machine(forbidden: str):
    readable = [path for path in files() if path != THIS and path.suffix not in {".png", ".csv", ".parquet", ".zip"}]
    assert lines_matching(forbidden, readable) == []


@pytest.mark.parametrize("lock", named("requirements/*.lock"), ids=str)
def test_each_locked_package_is_pinned_with_hashes_and_names_no_address(lock: Path):
    entries = re.split(r"\n(?=\S)", text(lock).strip())
    assert [entry for entry in entries if not re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+", entry)] == []
    assert [entry for entry in entries if "--hash=sha256:" not in entry or "://" in entry] == []


def test_each_make_target_says_what_it_does():
    makefile = text(Path("Makefile"))
    phony = {name for line in re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE) for name in line.split()}
    documented = set(re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE))
    assert {name for name in phony if "/" not in name} == documented
