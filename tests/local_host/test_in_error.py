"""Functions and apps that the real host refuses to serve."""

import sys
from pathlib import Path

import pytest

from local_host.errors import ConfigurationError
from local_host.host.configuration import read_configuration
from local_host.testing import start_app
from tests.local_host.process import HostProcess, running_host

HEAD = """
import azure.durable_functions as df
import azure.functions as func
app = df.DFApp()

@app.route(route="ok", methods=["GET"])
def ok(req: func.HttpRequest) -> str:
    return "ok"
"""
SECOND = """
@app.route(route="OK", methods=[{methods}])
def second(req: func.HttpRequest) -> str:
    return "second"
"""
TICK = """
@app.timer_trigger(schedule="not a schedule", arg_name="timer")
def tick(timer: func.TimerRequest) -> None:
    pass
"""
ROMAN = """
@app.route(route="years/{year:roman}")
def years(req: func.HttpRequest) -> str:
    return "MMXXVI"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Create the folder of an app."""
    app = tmp_path / "app"
    app.mkdir()
    (app / "host.json").write_text('{"version": "2.0"}')
    return app


def test_banner_lists_functions_in_error(folder: Path) -> None:
    """The messages are those of the real host; the other functions are served."""
    source = HEAD + SECOND.format(methods='"GET"') + TICK
    (folder / "function_app.py").write_text(source)

    with running_host(folder, folder.parent / "data") as host:
        assert (
            "The 'second' function is in error: The route specified conflicts with the route "
            "defined by function 'ok'."
        ) in host.output
        assert (
            "The 'tick' function is in error: The schedule expression 'not a schedule' was "
            "not recognized as a valid cron expression or timespan string."
        ) in host.output


@pytest.mark.parametrize(("methods", "errors"), [('"POST"', 0), ('"PUT", "GET"', 1)])
def test_first_function_of_a_route_serves_it(folder: Path, methods: str, errors: int) -> None:
    """Functions may share a route if their methods differ."""
    (folder / "function_app.py").write_text(HEAD + SECOND.format(methods=methods))

    with start_app(folder, folder.parent / "data") as app:
        assert app.request("GET", "/api/ok").text == "ok"
        status = app.request("GET", "/admin/functions/second/status").json()
        assert len(status.get("errors", [])) == errors
    sys.modules.pop("function_app", None)


def test_unusable_route_is_refused_in_one_line(folder: Path) -> None:
    """The line names the function, the problem, the file and the line number."""
    (folder / "function_app.py").write_text(HEAD + ROMAN)

    host = HostProcess(folder, folder.parent / "data")

    assert (host.status, host.output.count("\n")) == (1, 1)
    assert "HTTP function 'years': the route constraint 'roman' is not supported" in host.output
    assert f"({folder}/function_app.py, line 10)" in host.output


def test_body_limit_must_be_a_number(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the setting."""
    monkeypatch.setenv("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "many")

    with pytest.raises(ConfigurationError, match="BODY_SIZE_LIMIT must be a number of bytes"):
        read_configuration(folder)
