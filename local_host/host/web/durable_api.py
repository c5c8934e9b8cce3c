"""Which calls does the durable extension answer?

The management API under `/runtime/webhooks/durabletask/` and the SDK client's RPC endpoint are the
same calls: paths below are what follows the prefix. Status codes and bodies are the recorded ones.
"""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import unquote

from local_host.host.durable.engine import Engine
from local_host.host.web.durable.entities import Entities
from local_host.host.web.durable.instances import Instances
from local_host.host.web.durable.links import PREFIX, client_binding, management_urls
from local_host.host.web.durable.lists import Lists
from local_host.host.web.durable.starting import Starting
from local_host.host.web.requests import Request, Response

__all__ = ["PREFIX", "DurableApi", "client_binding", "management_urls"]
_Handler = Callable[[Request, dict[str, str]], Awaitable[Response]]
_PARAMETER = re.compile(r"\{(\w+)\}")


class DurableApi:
    """Answers what clients ask of the engine."""

    def __init__(self, engine: Engine, hub_name: str, system_key: str | None = None) -> None:
        """`system_key` goes into the links that are handed out, where the host asks for keys."""
        starting = Starting(engine, hub_name, system_key)
        one, many, entities = Instances(engine), Lists(engine), Entities(engine)
        calls: list[tuple[str, str, _Handler]] = [
            ("POST", "orchestrators/{name}", starting.start),
            ("POST", "orchestrators/{name}/{id}", starting.start),
            ("GET", "instances", many.instances),
            ("DELETE", "instances", many.purge),
            ("GET", "instances/{id}", one.status),
            ("DELETE", "instances/{id}", one.purge),
            ("POST", "instances/{id}/raiseEvent/{name}", one.raise_event),
            ("POST", "instances/{id}/terminate", one.terminate),
            ("POST", "instances/{id}/suspend", one.suspend),
            ("POST", "instances/{id}/resume", one.resume),
            ("POST", "instances/{id}/rewind", one.rewind),
            ("POST", "instances/{id}/restart", starting.restart),
            ("GET", "entities", many.entities),
            ("GET", "entities/{name}", many.entities),
            ("GET", "entities/{name}/{key}", entities.state),
            ("POST", "entities/{name}/{key}", entities.signal),
        ]
        self._calls = [(method, _pattern(path), handler) for method, path, handler in calls]

    async def answer(self, request: Request, path: str) -> Response:
        """Answer a call; `path` is what follows the prefix."""
        for method, pattern, handler in self._calls:
            match = pattern.fullmatch(path.strip("/")) if method == request.method else None
            if match:
                found = {name: unquote(value) for name, value in match.groupdict().items()}
                return await handler(request, found)
        return Response(404)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", path), re.IGNORECASE)
