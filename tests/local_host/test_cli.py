"""Output of `python -m local_host` at its start, and its error messages."""

import socket
from pathlib import Path

import pytest

from local_host.cli import main
from tests.local_host.conftest import APP
from tests.local_host.process import running_host, start_failing


def test_banner_lists_functions_and_routes(tmp_path: Path) -> None:
    """The list has the format of `func start`; Ctrl-C ends the host with status 0."""
    with running_host(APP, tmp_path) as host:
        assert f"echo: [GET,PUT] {host.base_url}/api/echo/{{*rest}}" in host.output
        assert "\tchain: orchestrationTrigger" in host.output
        assert host.stop() == 0


def test_port_in_use_is_reported(tmp_path: Path) -> None:
    """The message names the port, in one line."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        assert f"port {port} is in use" in start_failing(APP, tmp_path, port)


def test_data_folder_in_use_is_reported(tmp_path: Path) -> None:
    """Two hosts never share a data folder."""
    with running_host(APP, tmp_path):
        assert "another local host uses" in start_failing(APP, tmp_path)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "has no host.json: it is not a function app"),
        ({"host.json": "{"}, "host.json is not JSON"),
        ({"host.json": "[]"}, "host.json must contain a JSON object"),
        ({"host.json": "{}"}, '"version" must be "2.0"'),
        (
            {
                "host.json": '{"version": "2.0", "extensions": {"durableTask":'
                ' {"hubName": "1-bad"}}}'
            },
            "hubName '1-bad' must have 3 to 45 characters",
        ),
        (
            {
                "host.json": '{"version": "2.0", "extensions": {"durableTask":'
                ' {"maxConcurrentActivityFunctions": "ten"}}}'
            },
            "maxConcurrentActivityFunctions must be a whole number above 0, not 'ten'",
        ),
        (
            {"host.json": '{"version": "2.0", "functionTimeout": "5m"}'},
            "functionTimeout '5m' is not a time span: write it as 00:05:00, or -1 for no timeout",
        ),
        (
            {"host.json": '{"version": "2.0", "functionTimeout": "00:00:00"}'},
            "functionTimeout must be above 0",
        ),
        (
            {"host.json": '{"version": "2.0", "logging": {"logLevel": {"default": "Loud"}}}'},
            "logLevel must be one of trace, debug, information",
        ),
        (
            {
                "host.json": '{"version": "2.0"}',
                "local.settings.json": '{"Values": {"FUNCTIONS_WORKER_PROCESS_COUNT": "11"}}',
            },
            "FUNCTIONS_WORKER_PROCESS_COUNT must be a whole number from 1 to 10, not '11'",
        ),
        ({"host.json": '{"version": "2.0"}'}, "has no function_app.py"),
        (
            {"host.json": '{"version": "2.0"}', "function_app.py": "import nosuchmodule"},
            "No module named 'nosuchmodule'",
        ),
        (
            {"host.json": '{"version": "2.0"}', "local.settings.json": '{"Values": {"A": 1}}'},
            "local.settings.json: the value of A must be a string",
        ),
        (
            {"host.json": '{"version": "2.0"}', "local.settings.json": '{"IsEncrypted": true}'},
            "run `func settings decrypt`",
        ),
    ],
)
def test_invalid_app_folder_is_reported(
    tmp_path: Path, files: dict[str, str], message: str
) -> None:
    """The message is one line that names the file and the invalid value."""
    app = tmp_path / "app"
    app.mkdir()
    for name, text in files.items():
        (app / name).write_text(text)

    assert message in start_failing(app, tmp_path / "data")


@pytest.mark.parametrize("program", [None, "./scripts/run"])
def test_help_shows_the_program(
    program: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script that starts the host sets the name that its users type."""
    monkeypatch.delenv("LOCAL_HOST_PROGRAM", raising=False)
    if program is not None:
        monkeypatch.setenv("LOCAL_HOST_PROGRAM", program)
    with pytest.raises(SystemExit) as exited:
        main(["--help"])

    shown = program or "python -m local_host"
    assert exited.value.code == 0
    text = capsys.readouterr().out
    assert text.startswith(f"usage: {shown} ")
    assert f"  {shown} --inspect INSTANCE_ID " in text


@pytest.mark.parametrize("option", ["--dat", "--da=x", "--work=1"])
def test_abbreviated_option_is_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A script that looks for the option would not see it."""
    with pytest.raises(SystemExit) as exited:
        main([option, "x", "--inspect", "none"])

    assert exited.value.code == 2
    assert f"unrecognized arguments: {option}" in capsys.readouterr().err
