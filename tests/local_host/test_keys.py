"""Access keys: what each grants, where they are kept, and how they are listed."""

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
    return "keyed"

@app.route(route="locked", auth_level=func.AuthLevel.ADMIN)
def locked(req: func.HttpRequest) -> str:
    return "locked"

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
    """A folder with an app in its subfolder `app`."""
    app = tmp_path / "app"
    app.mkdir()
    (app / "host.json").write_text('{"version": "2.0"}')
    (app / "function_app.py").write_text(SOURCE)
    return tmp_path


@pytest.fixture
def app(folder: Path) -> Iterator[App]:
    """The app on a host that requires keys."""
    with start_app(folder / "app", folder / "data", asks_for_keys=True) as running:
        yield running
    sys.modules.pop("function_app", None)


@pytest.fixture
def keys(app: App, folder: Path) -> dict[str, Any]:
    """The keys in the file of the running host."""
    assert app.base_url
    content: dict[str, Any] = json.loads((folder / "data" / "keys.json").read_text())
    return content


def insert_keys(text: str, keys: dict[str, Any]) -> str:
    """Replace the placeholders of a recorded text by the keys of this host."""
    return (
        text.replace("{master_key}", keys["master"])
        .replace("{function_key}", keys["functions"]["keyed"]["default"])
        .replace("{system_key}", keys["system"]["durabletask_extension"])
    )


def test_keys_grant_the_same_access_as_on_the_real_host(app: App, keys: dict[str, Any]) -> None:
    """Every call of the recording gets the recorded status."""
    steps = json.loads(RECORDING.read_text("utf-8"))["steps"]
    calls = [(step["call"], step["response"]) for step in steps if "call" in step]

    statuses = []
    for call, _ in calls:
        headers = {k: insert_keys(v, keys) for k, v in call.get("headers", {}).items()}
        statuses.append(
            app.request(call["method"], insert_keys(call["path"], keys), headers=headers).status
        )

    assert statuses == [response["status"] for _, response in calls]


def test_host_key_grants_access_to_every_function(app: App, keys: dict[str, Any]) -> None:
    """Only a function of level ADMIN requires the master key."""
    codes = [keys["host"]["default"], keys["master"]]

    keyed = [app.request("GET", f"/api/keyed?code={code}").status for code in codes]
    locked = [app.request("GET", f"/api/locked?code={code}").status for code in codes]

    assert (keyed, locked) == ([200, 200], [401, 200])


def test_management_urls_contain_the_system_key(app: App, keys: dict[str, Any]) -> None:
    """A caller can use them unchanged."""
    links = app.request("GET", "/api/start").json()
    app.wait(links["id"])

    code = f"code={keys['system']['durabletask_extension']}"
    assert links["statusQueryGetUri"].endswith(code)
    path = links["statusQueryGetUri"].removeprefix(app.base_url)
    assert app.request("GET", path).json()["output"] == "done"


def test_admin_api_lists_keys(app: App, keys: dict[str, Any]) -> None:
    """The master key grants access to the lists."""

    def get_keys(path: str) -> list[dict[str, str]]:
        response = app.request("GET", path, headers={"X-Functions-Key": keys["master"]})
        items: list[dict[str, str]] = response.json()["keys"]
        return items

    def to_items(named: dict[str, str]) -> list[dict[str, str]]:
        return [{"name": name, "value": value} for name, value in named.items()]

    assert get_keys("/admin/host/keys") == to_items(keys["host"])
    assert get_keys("/admin/host/systemkeys") == to_items(keys["system"])
    assert get_keys("/admin/functions/keyed/keys") == to_items(keys["functions"]["keyed"])


def test_only_the_owner_can_read_the_keys_file(folder: Path, keys: dict[str, Any]) -> None:
    """The file has mode 600."""
    assert keys
    assert stat.S_IMODE((folder / "data" / "keys.json").stat().st_mode) == 0o600


def test_restart_keeps_keys_and_adds_those_of_new_functions(folder: Path) -> None:
    """A key stays valid after a restart."""
    contents = []
    for name in ("keyed", "added"):
        copy = folder / name
        copy.mkdir()
        (copy / "host.json").write_text('{"version": "2.0"}')
        (copy / "function_app.py").write_text(SOURCE.replace("keyed", name))
        with start_app(copy, folder / "data", asks_for_keys=True):
            contents.append(json.loads((folder / "data" / "keys.json").read_text()))

    first, second = contents
    assert first["master"] == second["master"]
    assert list(second["functions"]) == ["keyed", "added"]


def test_host_without_auth_has_no_keys(folder: Path) -> None:
    """Functions are accessible and key lists empty, as with `func start`."""
    with start_app(folder / "app", folder / "data") as app:
        assert app.request("GET", "/api/keyed").text == "keyed"
        assert app.request("GET", "/admin/host/keys").json()["keys"] == []
        assert app.request("GET", "/admin/functions/keyed/keys").json()["keys"] == []
    assert not (folder / "data" / "keys.json").exists()


@pytest.mark.parametrize("content", ["{", "{}", None])
def test_invalid_keys_file_stops_the_start(folder: Path, content: str | None) -> None:
    """The message names the file, which is not overwritten."""
    (folder / "data").mkdir()
    if content is None:
        (folder / "data" / "keys.json").mkdir()
    else:
        (folder / "data" / "keys.json").write_text(content)

    start = start_app(folder / "app", folder / "data", asks_for_keys=True)
    with pytest.raises(DataFileError, match=r"keys\.json cannot be used"), start:
        pass


def test_keys_file_that_cannot_be_written_stops_the_start(folder: Path) -> None:
    """The message names the file."""
    (folder / "data" / "keys.new").mkdir(parents=True)

    start = start_app(folder / "app", folder / "data", asks_for_keys=True)
    with pytest.raises(DataFileError, match=r"keys\.json cannot be written"), start:
        pass


def test_new_keys_are_printed_once(folder: Path) -> None:
    """The first start with `--auth` prints them, later ones do not."""
    outputs = []
    for _ in range(2):
        host = HostProcess(folder / "app", folder / "data", options=("--auth",))
        outputs.append(host.output)
        host.stop()

    keys = json.loads((folder / "data" / "keys.json").read_text())
    assert all(key in outputs[0] for key in (keys["master"], keys["functions"]["keyed"]["default"]))
    assert keys["master"] not in outputs[1]
