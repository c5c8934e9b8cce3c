"""Everything that a durable client can do, one operation a path."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import azure.durable_functions as df
import azure.functions as func
from http_shapes import as_json

bp = df.Blueprint()
Client = df.DurableOrchestrationClient
Operation = Callable[[Client, dict[str, Any]], Awaitable[Any]]


def _body(req: func.HttpRequest) -> Any:  # noqa: ANN401 - JSON
    return json.loads(req.get_body() or b"null")


@bp.route(route="start/{name}", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Start an orchestration and hand out its links."""
    name, query = req.route_params["name"], req.params
    found = await client.start_new(name, query.get("id"), _body(req), query.get("version"))
    return client.create_check_status_response(req, found)


@bp.route(route="run/{name}", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def run(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Start an orchestration and wait for its end."""
    found = await client.start_new(req.route_params["name"], None, _body(req))
    return await client.wait_for_completion_or_create_check_status_response(req, found, 15000, 200)


@bp.route(route="client/{op}", methods=["POST"])
@bp.durable_client_input(client_name="client")
async def operate(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Do what the path says; what the client raises is returned."""
    try:
        answer = await _OPERATIONS[req.route_params["op"]](client, _body(req) or {})
    except Exception as error:  # noqa: BLE001 - all of them are recorded
        return as_json({"exception": type(error).__name__, "message": str(error)}, 418)
    return as_json({"ok": True} if answer is None else answer)


async def _status(client: Client, wanted: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    shown = [wanted.get(name, False) for name in ("history", "outputs", "input")]
    return (await client.get_status(wanted["id"], *shown)).to_json()


async def _status_by(client: Client, wanted: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    statuses = [df.OrchestrationRuntimeStatus(s) for s in wanted["runtime_status"]]
    found = await client.get_status_by(runtime_status=statuses, instance_id_prefix=wanted["prefix"])
    return [status.to_json() for status in found]


async def _raise(client: Client, wanted: dict[str, Any]) -> None:
    await client.raise_event(wanted["id"], wanted["name"], wanted.get("data"))


def _for_a_reason(method: Any) -> Operation:  # noqa: ANN401 - JSON
    async def operation(client: Client, wanted: dict[str, Any]) -> None:
        await method(client, wanted["id"], wanted.get("reason", ""))

    return operation


async def _restart(client: Client, wanted: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    return {"id": await client.restart(wanted["id"], wanted.get("new_id", True))}


async def _purge(client: Client, wanted: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    return {"deleted": (await client.purge_instance_history(wanted["id"])).instances_deleted}


async def _signal(client: Client, wanted: dict[str, Any]) -> None:
    entity = df.EntityId(wanted["name"], wanted["key"])
    await client.signal_entity(entity, wanted["op"], wanted.get("input"))


async def _read(client: Client, wanted: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    found = await client.read_entity_state(df.EntityId(wanted["name"], wanted["key"]))
    return {"exists": found.entity_exists, "state": found.entity_state}


_OPERATIONS: dict[str, Operation] = {
    "status": _status,
    "status_by": _status_by,
    "raise": _raise,
    "terminate": _for_a_reason(Client.terminate),
    "suspend": _for_a_reason(Client.suspend),
    "resume": _for_a_reason(Client.resume),
    "rewind": _for_a_reason(Client.rewind),
    "restart": _restart,
    "purge": _purge,
    "signal": _signal,
    "read": _read,
}
