"""Indexing of an app: registered names, the checks of the real worker, and error messages."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_host.errors import AppFolderError
from local_host.worker.index import load_app

VALID = """
import azure.durable_functions as df
app = df.DFApp()

@app.route(route="hello")
def hello(req):
    return "hello"

@app.activity_trigger(input_name="value", activity="Renamed")
def python_name(value: str) -> str:
    return value
"""
ACTIVITY = '@app.activity_trigger(input_name="{0}")\ndef work({1}): return 1'
ROUTE = '@app.route(route="{0}")\ndef serve({1}): return "x"'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder for an app; the imported app is removed afterwards."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "function_app", raising=False)
    yield tmp_path
    sys.modules.pop("function_app", None)


def with_function(function: str, head: str = "") -> str:
    """Return the source of an app that defines this function in line 15."""
    return f"{head}import typing\nimport azure.functions as func\n{VALID}\n{function}"


def test_functions_are_found_under_their_registered_names(folder: Path) -> None:
    """The index holds names, triggers and routes; lookups ignore case."""
    (folder / "function_app.py").write_text(VALID)

    app = load_app(folder)

    hello, renamed = app.infos
    assert (hello.name, hello.trigger, hello.route) == ("hello", "httpTrigger", "hello")
    assert (renamed.name, renamed.registered_name) == ("python_name", "Renamed")
    assert app.find("activityTrigger", "renamed") is app.functions["python_name"]
    assert app.find("activityTrigger", "python_name") is None


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (
            ACTIVITY.format("payload", "payload: dict[str, typing.Any]"),
            "of activity 'work' is annotated dict[str, Any]: .*; write a bare dict",
        ),
        (ACTIVITY.format("x", "x: typing.Optional[str]"), "Optional[str]: .*; write str"),
        (ACTIVITY.format("x", "x: str | None"), "str | None: .*; write str"),
        (ACTIVITY.format("x", "x: int | str"), "write a plain class, or no annotation"),
        (ACTIVITY.format("other", "payload"), "binds 'other', .*the parameter's name, 'payload'"),
        (ACTIVITY.format("other", ""), "binds 'other', which is not one of its parameters"),
        (ACTIVITY.format("a", "a, b"), "activity 'work' has a parameter 'b' that no decorator"),
        (
            ACTIVITY.format("a", "a, context: dict"),
            "parameter 'context' of activity 'work' is annotated dict; write func.Context",
        ),
        (ROUTE.format("x", "req: str"), None),
        (
            ROUTE.format("x", "req: dict"),
            "which httpTrigger does not support; write func.HttpRequest",
        ),
        (ROUTE.format("x", "req) -> (dict"), "return annotation of HTTP function 'serve' is dict"),
        (
            ROUTE.format("{a:roman}", "req"),
            "'roman' is not supported; supported constraints are alpha, bool",
        ),
        (ROUTE.format("{a:int:min(1,2)}", "req"), "constraint 'min(1,2)' is not supported"),
        (
            "@app.orchestration_trigger(context_name='ctx')\ndef run(ctx): yield",
            'orchestrator \'run\' has context_name="ctx"; write context_name="context"',
        ),
        (
            "@app.entity_trigger(context_name='ctx')\ndef count(ctx): pass",
            'entity \'count\' has context_name="ctx"; write context_name="context"',
        ),
        (
            "@app.timer_trigger(schedule='0 0 * * * *', arg_name='t')\ndef tick(t: dict): pass",
            "parameter 't' of timer function 'tick' is annotated dict, .*; write func.TimerRequest",
        ),
    ],
)
def test_function_that_the_real_worker_rejects_is_reported(
    folder: Path, function: str, message: str | None
) -> None:
    """The message has the line and the correction; the real host would only respond with 404."""
    (folder / "function_app.py").write_text(with_function(function))

    if message is None:
        assert len(load_app(folder).functions) == 3
        return
    pattern = re.escape(message).replace(r"\.\*", ".*")
    with pytest.raises(AppFolderError, match=pattern) as caught:
        load_app(folder)
    assert f"({folder}/function_app.py, line 15)" in str(caught.value)


def test_annotation_imported_for_type_checkers_only_is_reported(folder: Path) -> None:
    """Annotations are resolved when the app is indexed."""
    type_import = "if typing.TYPE_CHECKING:\n    from decimal import Decimal\n"
    source = with_function(
        type_import + ACTIVITY.format("x", "x: Decimal"), "from __future__ import annotations\n"
    )
    (folder / "function_app.py").write_text(source)

    pattern = r"'Decimal' is not defined; .*run time, not only under TYPE_CHECKING"
    with pytest.raises(AppFolderError, match=pattern):
        load_app(folder)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (None, "has no function_app.py"),
        ("x = 1", "defines no app; define exactly one DFApp"),
        (VALID + "\nother = df.DFApp()", "defines 2 apps"),
        ("import nosuchmodule", r"No module named 'nosuchmodule' \(.*function_app.py, line 1\)"),
        ("def f(:", r"SyntaxError: .*function_app.py, line 1"),
        ("x = 1\nraise SystemExit('no')", r"SystemExit: no \(.*, line 2\)"),
        (VALID.replace("python_name", "hello"), "does not have a unique function name"),
    ],
)
def test_app_that_does_not_load_reports_the_reason(
    folder: Path, source: str | None, message: str
) -> None:
    """The message is one line with the error, the file and the line number."""
    if source is not None:
        (folder / "function_app.py").write_text(source)

    with pytest.raises(AppFolderError, match=message):
        load_app(folder)
