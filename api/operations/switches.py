"""Endpoints: the stop switches, and changing one of them."""

import asyncio
from typing import Any, Final

import azure.durable_functions as df
import azure.functions as func

from api.http.endpoint import endpoint
from api.http.problems import not_found
from api.http.query import Query
from api.http.responses import json_response, timestamp
from api.operations.requests import read_switch_change
from orders.contracts.names import Endpoint
from orders.domain.switches import Switch, SwitchChange, SwitchState
from orders.ports.switches import MAX_CHANGES
from orders.services import services

bp = df.Blueprint()

_DEFAULT_CHANGES: Final = 20


@endpoint(bp, Endpoint.GET_SWITCHES, method="GET", route="api/operations/switches")
async def get_switches(req: func.HttpRequest) -> func.HttpResponse:
    """Return the state of each switch, and the latest changes, newest first."""
    query = Query(req, known={"limit"})
    limit = query.number("limit", default=_DEFAULT_CHANGES, limit=MAX_CHANGES)
    query.check()
    store = services().switches
    switches = await asyncio.to_thread(store.read)
    changes = await asyncio.to_thread(store.changes, limit)
    body = {
        "switches": {switch.value: _state_view(switches.state(switch)) for switch in Switch},
        "changes": [_change_view(change) for change in changes],
    }
    return json_response(body)


@endpoint(bp, Endpoint.SET_SWITCH, method="PUT", route="api/operations/switches/{switch}")
async def set_switch(req: func.HttpRequest) -> func.HttpResponse:
    """Turn a switch on or off; repeating the request is harmless."""
    switch = _switch(req.route_params["switch"])
    change = read_switch_change(req, switch)
    state = await asyncio.to_thread(services().switches.change, change)
    return json_response({"switch": switch, **_state_view(state)})


def _switch(name: str) -> Switch:
    try:
        return Switch(name)
    except ValueError:
        detail = f"No switch with this name. The switches are {', '.join(Switch)}."
        raise not_found("switch-not-found", detail) from None


def _state_view(state: SwitchState) -> dict[str, Any]:
    return {
        "on": state.is_on,
        "changedAt": timestamp(state.changed_at),
        "operator": state.operator,
        "note": state.note,
    }


def _change_view(change: SwitchChange) -> dict[str, Any]:
    return {"switch": change.switch, **_state_view(change.state)}
