"""Does `python -m local_host` tell people what they need, also when it cannot start?"""

import socket
from pathlib import Path

import pytest

from tests.local_host.conftest import APP
from tests.local_host.process import HostProcess, running_host


def refusal(app: Path, data: Path, port: int = 0) -> str:
    """What a host says that does not start."""
    host = HostProcess(app, data, port=port)
    assert host.base_url == ""
    assert host.status == 1
    assert host.output.count("\n") == 1
    return host.output


def test_it_lists_functions_and_routes(tmp_path: Path) -> None:
    """As `func start` does; Ctrl-C ends it cleanly."""
    with running_host(APP, tmp_path) as host:
        assert f"echo: [GET,PUT] {host.base_url}/api/echo/{{*rest}}" in host.output
        assert "\tchain: orchestrationTrigger" in host.output
        assert host.stop() == 0


def test_a_taken_port_is_told_in_one_line(tmp_path: Path) -> None:
    """With the mend."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert f"port {port} is in use" in refusal(APP, tmp_path, port)


def test_two_hosts_never_share_a_data_folder(tmp_path: Path) -> None:
    """The second is refused, and the first goes on."""
    with running_host(APP, tmp_path):
        assert "another local host uses" in refusal(APP, tmp_path)


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
            "hubName '1-bad' must be 3 to 45 letters and digits",
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
def test_an_unusable_folder_is_told_in_one_line(
    tmp_path: Path, files: dict[str, str], message: str
) -> None:
    """What is wrong, and in which file."""
    app = tmp_path / "app"
    app.mkdir()
    for name, text in files.items():
        (app / name).write_text(text)

    assert message in refusal(app, tmp_path / "data")
