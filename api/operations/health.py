"""Endpoint: whether the service can work, for monitors. It requires no key."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from api.http.endpoint import endpoint
from api.http.responses import json_response
from orders.contracts.names import Endpoint
from orders.domain.switches import Switch, Switches
from orders.services import services

bp = df.Blueprint()


@endpoint(
    bp,
    Endpoint.GET_HEALTH,
    method="GET",
    route="api/health",
    auth_level=func.AuthLevel.ANONYMOUS,
)
async def get_health(
    req: func.HttpRequest,  # noqa: ARG001 - the request has no parameters
) -> func.HttpResponse:
    """Read the catalogue and the store, and return what is stopped."""
    switches = await asyncio.to_thread(_read)
    return json_response(
        {
            "status": "ok" if switches.are_all_on else "limited",
            "switches": {
                switch.value: "on" if switches.state(switch).is_on else "off" for switch in Switch
            },
        }
    )


def _read() -> Switches:
    services().catalogue.skus()
    return services().switches.read()
