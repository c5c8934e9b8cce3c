"""Does an app that cannot be loaded say why?"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_host.errors import AppFolderError
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


def an_app(function: str, head: str = "") -> str:
    """An app with this function as its second one."""
    return f"{head}import typing\nimport azure.functions as func\n{GOOD}\n{function}"


ACTIVITY = '@app.activity_trigger(input_name="{0}")\ndef work({1}): return 1'
ROUTE = '@app.route(route="{0}")\ndef serve({1}): return "x"'


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
        (ROUTE.format("x", "req: dict"), "is not what a httpTrigger .*; write func.HttpRequest"),
        (ROUTE.format("x", "req) -> (dict"), "return annotation of HTTP function 'serve' is dict"),
        (ROUTE.format("{a:roman}", "req"), "'roman' is not known; known ones are alpha, bool"),
        (ROUTE.format("{a:int:min(1,2)}", "req"), "constraint 'min' is not known"),
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
def test_what_the_real_worker_would_refuse_is_told(
    folder: Path, function: str, message: str | None
) -> None:
    """With the line and the mend, where the real host would say nothing and answer 404."""
    (folder / "function_app.py").write_text(an_app(function))

    if message is None:
        assert len(load_app(folder).functions) == 3
        return
    with pytest.raises(AppFolderError, match=re.escape(message).replace(r"\.\*", ".*")) as refused:
        load_app(folder)
    assert f"({folder}/function_app.py, line 15)" in str(refused.value)


def test_a_name_for_type_checkers_alone_is_told(folder: Path) -> None:
    """Annotations are resolved when the app is indexed."""
    late = "if typing.TYPE_CHECKING:\n    from decimal import Decimal\n"
    source = an_app(
        late + ACTIVITY.format("x", "x: Decimal"), "from __future__ import annotations\n"
    )
    (folder / "function_app.py").write_text(source)

    with pytest.raises(
        AppFolderError, match=r"'Decimal' is not defined; .*run time, not only under TYPE_CHECKING"
    ):
        load_app(folder)


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

    with pytest.raises(AppFolderError, match=message):
        load_app(folder)
