"""The HTTP API of the durable extension.

The management API under `/runtime/webhooks/durabletask/` and the RPC endpoint of the SDK's client
have the same calls; the paths below follow either prefix. Status codes and bodies are as recorded.
"""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import unquote

from local_host.host.durable.engine import Engine
from local_host.host.web.durable.entities import EntityCalls
from local_host.host.web.durable.instances import InstanceCalls
from local_host.host.web.durable.links import PREFIX, build_client_binding
from local_host.host.web.durable.starting import StartCalls
from local_host.host.web.requests import Request, Response

__all__ = ["PREFIX", "DurableApi", "build_client_binding"]
_Handler = Callable[[Request, dict[str, str]], Awaitable[Response]]
_PARAMETER = re.compile(r"\{(\w+)\}")


class DurableApi:
    """Routes the calls of clients to their handlers."""

    def __init__(self, engine: Engine, hub_name: str, system_key: str | None = None) -> None:
        """`system_key` becomes part of the management URLs, if the host requires keys."""
        starts = StartCalls(engine, hub_name, system_key)
        instances, entities = InstanceCalls(engine), EntityCalls(engine)
        routes: list[tuple[str, str, _Handler]] = [
            ("POST", "orchestrators/{name}", starts.start),
            ("POST", "orchestrators/{name}/{id}", starts.start),
            ("GET", "instances", instances.list),
            ("DELETE", "instances", instances.purge_many),
            ("GET", "instances/{id}", instances.status),
            ("DELETE", "instances/{id}", instances.purge),
            ("POST", "instances/{id}/raiseEvent/{name}", instances.raise_event),
            ("POST", "instances/{id}/terminate", instances.terminate),
            ("POST", "instances/{id}/suspend", instances.suspend),
            ("POST", "instances/{id}/resume", instances.resume),
            ("POST", "instances/{id}/rewind", instances.rewind),
            ("POST", "instances/{id}/restart", starts.restart),
            ("GET", "entities", entities.list),
            ("GET", "entities/{name}", entities.list),
            ("GET", "entities/{name}/{key}", entities.read),
            ("POST", "entities/{name}/{key}", entities.signal),
        ]
        self._routes = [(method, _compile(path), handler) for method, path, handler in routes]

    async def handle(self, request: Request, path: str) -> Response:
        """Handle a call; `path` is what follows the prefix."""
        for method, pattern, handler in self._routes:
            match = pattern.fullmatch(path.strip("/")) if method == request.method else None
            if match:
                parameters = {name: unquote(value) for name, value in match.groupdict().items()}
                return await handler(request, parameters)
        return Response(404)


def _compile(path: str) -> re.Pattern[str]:
    return re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", path), re.IGNORECASE)
