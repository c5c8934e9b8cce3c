"""Does an app that cannot be loaded say why?"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_host.errors import BadAppFolder
from local_host.worker.index import enter, load_app

GOOD = """
import azure.durable_functions as df
app = df.DFApp()

@app.route(route="hello")
def hello(req):
    return "hello"

@app.activity_trigger(input_name="value", activity="Renamed")
def python_name(value: str) -> str:
    return value
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder for an app, first on the path, forgotten afterwards."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "function_app", raising=False)
    enter(tmp_path)
    yield tmp_path
    sys.modules.pop("function_app", None)


def test_functions_are_found_under_their_registered_names(folder: Path) -> None:
    """The table holds names, triggers and routes."""
    (folder / "function_app.py").write_text(GOOD)

    app = load_app(folder)

    hello, renamed = app.infos
    assert (hello.name, hello.trigger, hello.route) == ("hello", "httpTrigger", "hello")
    assert (renamed.name, renamed.registered_name) == ("python_name", "Renamed")
    assert app.named("activityTrigger", "renamed") is app.functions["python_name"]
    assert app.named("activityTrigger", "python_name") is None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (None, "has no function_app.py"),
        ("x = 1", "defines no app: it needs exactly one DFApp"),
        (GOOD + "\nother = df.DFApp()", "defines 2 apps"),
        ("import nosuchmodule", r"No module named 'nosuchmodule' \(.*function_app.py, line 1\)"),
        ("def f(:", r"SyntaxError: .*function_app.py, line 1"),
        ("x = 1\nraise SystemExit('no')", r"SystemExit: no \(.*, line 2\)"),
        (GOOD.replace("python_name", "hello"), "does not have a unique function name"),
    ],
)
def test_an_unusable_app_says_why(folder: Path, source: str | None, message: str) -> None:
    """One line: what is wrong, and in which line of which file."""
    if source is not None:
        (folder / "function_app.py").write_text(source)

    with pytest.raises(BadAppFolder, match=message):
        load_app(folder)
