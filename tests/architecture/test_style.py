"""Sizes of files and functions, and reasons of exceptions from the linters."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.source import APP, ROOT, FunctionDef, sources, write

PLACES = (*APP, "local_host", "benchmarks", "scripts", "tests")
LONGEST_FILE = 300
LONGEST_FUNCTION = 40

_NOQA = re.compile(r"#\s+noqa(?!: [A-Z]+\d+(, [A-Z]+\d+)* - \S)|#\s+type: ignore(?!\[[a-z-, ]+\])")


def long_files(place: str, root: Path = ROOT) -> list[str]:
    """Return the files with too many lines."""
    return [
        f"{source.name} has {length} lines"
        for source in sources(place, root=root)
        if (length := len(source.text.splitlines())) > LONGEST_FILE
    ]


def long_functions(place: str, root: Path = ROOT) -> list[str]:
    """Return the functions whose body, without its docstring, has too many lines."""
    return [
        f"{source.name}:{function.lineno} {function.name} has {length} lines"
        for source in sources(place, root=root)
        for function in source.functions()
        if (length := body_length(function)) > LONGEST_FUNCTION
    ]


def body_length(function: FunctionDef) -> int:
    """Return the number of lines of a function below its docstring."""
    first = function.body[1:2] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - first[0].lineno + 1 if first else 0


def unexplained(place: str, root: Path = ROOT) -> list[str]:
    """Return the lines that silence a linter without saying which rule, and why."""
    return [
        f"{source.name}:{number}"
        for source in sources(place, root=root)
        for number, line in enumerate(source.text.splitlines(), start=1)
        if _NOQA.search(line)
    ]


@pytest.mark.parametrize("place", PLACES)
def test_files_and_functions_fit_on_few_screens(place: str) -> None:
    """A file has at most 300 lines, the body of a function 40."""
    assert long_files(place) + long_functions(place) == []


@pytest.mark.parametrize("place", PLACES)
def test_exceptions_from_the_linters_have_a_reason(place: str) -> None:
    """In one form: `CODE - reason`."""
    assert unexplained(place) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("x = 1\n" * 301, long_files),
        ("def f():\n" + "    x = 1\n" * 41, long_functions),
        ('def f():\n    """F."""\n' + "    x = 1\n" * 41, long_functions),
        ("import os  # no" + "qa", unexplained),
        ("import os  # no" + "qa: F401", unexplained),
        ("import os  # no" + "qa: F401 (why)", unexplained),
        ("x = y  # type: " + "ignore", unexplained),
    ],
)
def test_guard_notices_a_violation(tmp_path: Path, text: str, rule: object) -> None:
    """In every sub-folder."""
    assert callable(rule)
    write(tmp_path, {"api/deep/er.py": text})

    assert len(rule("api", tmp_path)) == 1


def test_guard_without_files_fails(tmp_path: Path) -> None:
    """A guard that saw nothing proves nothing."""
    for rule in (long_files, long_functions, unexplained):
        with pytest.raises(AssertionError):
            rule("api", tmp_path)
