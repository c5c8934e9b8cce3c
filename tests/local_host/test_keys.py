"""Which key opens what, and are the keys kept where nobody else reads them?"""

import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_host.errors import DataFileError
from local_host.testing import App, start_app
from tests.local_host.process import HostProcess

RECORDING = Path(__file__).parents[1] / "fidelity" / "recordings-auth" / "auth.json"
SOURCE = """
import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)

@app.route(route="keyed", auth_level=func.AuthLevel.FUNCTION)
def keyed(req: func.HttpRequest) -> str:
    return "opened"

@app.route(route="locked", auth_level=func.AuthLevel.ADMIN)
def locked(req: func.HttpRequest) -> str:
    return "unlocked"

@app.route(route="text")
def text(req: func.HttpRequest) -> str:
    return "plain text"

@app.route(route="start")
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    return client.create_check_status_response(req, await client.start_new("quick"))

@app.orchestration_trigger(context_name="context")
def quick(context):
    return "done"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an app in `app`."""
    app = tmp_path / "app"
    app.mkdir()
    (app / "host.json").write_text('{"version": "2.0"}')
    (app / "function_app.py").write_text(SOURCE)
    return tmp_path


@pytest.fixture
def app(folder: Path) -> Iterator[App]:
    """The app on a host that asks for keys."""
    with start_app(folder / "app", folder / "data", asks_for_keys=True) as running:
        yield running
    sys.modules.pop("function_app", None)


@pytest.fixture
def keys(app: App, folder: Path) -> dict[str, Any]:
    """The host's keys, as its file has them."""
    assert app.base_url
    found: dict[str, Any] = json.loads((folder / "data" / "keys.json").read_text())
    return found


def filled(text: str, keys: dict[str, Any]) -> str:
    """A recorded text with this host's keys in place of the names of the recording's."""
    return (
        text.replace("{master_key}", keys["master"])
        .replace("{function_key}", keys["functions"]["keyed"]["default"])
        .replace("{system_key}", keys["system"]["durabletask_extension"])
    )


def test_each_key_opens_what_it_opened_on_the_real_host(app: App, keys: dict[str, Any]) -> None:
    """Every call of the recording has the recorded status."""
    steps = json.loads(RECORDING.read_text("utf-8"))["steps"]
    calls = [(step["call"], step["response"]) for step in steps if "call" in step]

    found = []
    for call, _ in calls:
        headers = {k: filled(v, keys) for k, v in call.get("headers", {}).items()}
        found.append(
            app.request(call["method"], filled(call["path"], keys), headers=headers).status
        )

    assert found == [response["status"] for _, response in calls]


def test_a_host_key_opens_every_function(app: App, keys: dict[str, Any]) -> None:
    """And none but the master key opens a function of the level ADMIN."""
    codes = [keys["host"]["default"], keys["master"]]

    keyed = [app.request("GET", f"/api/keyed?code={code}").status for code in codes]
    locked = [app.request("GET", f"/api/locked?code={code}").status for code in codes]

    assert (keyed, locked) == ([200, 200], [401, 200])


def test_the_links_of_an_instance_carry_the_system_key(app: App, keys: dict[str, Any]) -> None:
    """Whoever gets them can use them as they are."""
    links = app.request("GET", "/api/start").json()
    app.wait(links["id"])

    code = f"code={keys['system']['durabletask_extension']}"
    assert links["statusQueryGetUri"].endswith(code)
    path = links["statusQueryGetUri"].removeprefix(app.base_url)
    assert app.request("GET", path).json()["output"] == "done"


def test_keys_are_listed_to_whoever_has_the_master_key(app: App, keys: dict[str, Any]) -> None:
    """Each kind at its place."""

    def listed(path: str) -> list[dict[str, str]]:
        answer = app.request("GET", path, headers={"X-Functions-Key": keys["master"]})
        found: list[dict[str, str]] = answer.json()["keys"]
        return found

    def shown(named: dict[str, str]) -> list[dict[str, str]]:
        return [{"name": name, "value": value} for name, value in named.items()]

    assert listed("/admin/host/keys") == shown(keys["host"])
    assert listed("/admin/host/systemkeys") == shown(keys["system"])
    assert listed("/admin/functions/keyed/keys") == shown(keys["functions"]["keyed"])


def test_the_keys_are_for_their_owner_alone(folder: Path, keys: dict[str, Any]) -> None:
    """Nobody else can read the file."""
    assert keys
    assert stat.S_IMODE((folder / "data" / "keys.json").stat().st_mode) == 0o600


def test_keys_stay_from_run_to_run_and_new_functions_get_theirs(folder: Path) -> None:
    """A key that was given out goes on working."""
    found = []
    for name in ("keyed", "added"):
        copy = folder / name
        copy.mkdir()
        (copy / "host.json").write_text('{"version": "2.0"}')
        (copy / "function_app.py").write_text(SOURCE.replace("keyed", name))
        with start_app(copy, folder / "data", asks_for_keys=True):
            found.append(json.loads((folder / "data" / "keys.json").read_text()))

    first, second = found
    assert first["master"] == second["master"]
    assert list(second["functions"]) == ["keyed", "added"]


def test_without_auth_there_are_no_keys(folder: Path) -> None:
    """As under `func start`."""
    with start_app(folder / "app", folder / "data") as app:
        assert app.request("GET", "/api/keyed").text == "opened"
        assert app.request("GET", "/admin/host/keys").json()["keys"] == []
        assert app.request("GET", "/admin/functions/keyed/keys").json()["keys"] == []
    assert not (folder / "data" / "keys.json").exists()


@pytest.mark.parametrize("content", ["{", "{}", None])
def test_a_file_that_holds_no_keys_is_told(folder: Path, content: str | None) -> None:
    """It is not overwritten."""
    (folder / "data").mkdir()
    if content is None:
        (folder / "data" / "keys.json").mkdir()
    else:
        (folder / "data" / "keys.json").write_text(content)

    start = start_app(folder / "app", folder / "data", asks_for_keys=True)
    with pytest.raises(DataFileError, match=r"keys\.json cannot be used"), start:
        pass


def test_a_folder_that_takes_no_keys_is_told(folder: Path) -> None:
    """The file cannot be written."""
    (folder / "data" / "keys.new").mkdir(parents=True)

    start = start_app(folder / "app", folder / "data", asks_for_keys=True)
    with pytest.raises(DataFileError, match=r"keys\.json cannot be written"), start:
        pass


def test_new_keys_are_shown_once(folder: Path) -> None:
    """At the first start with `--auth`, and never again."""
    shown = []
    for _ in range(2):
        host = HostProcess(folder / "app", folder / "data", options=("--auth",))
        shown.append(host.output)
        host.stop()

    keys = json.loads((folder / "data" / "keys.json").read_text())
    assert all(key in shown[0] for key in (keys["master"], keys["functions"]["keyed"]["default"]))
    assert keys["master"] not in shown[1]
