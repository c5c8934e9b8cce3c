"""How is an entity signaled and read over HTTP?"""

from local_host.errors import EntityNotFoundError
from local_host.host.durable.engine import Engine
from local_host.host.web.durable.answers import bad_json, message, parameter
from local_host.host.web.requests import Request, Response


class Entities:
    """Answers for single entities."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def signal(self, request: Request, found: dict[str, str]) -> Response:
        """Send an operation; nobody waits for what it returns."""
        try:
            body = request.json()
        except ValueError:
            return bad_json(request.body)
        try:
            await self._engine.signal_entity(
                found["name"], found["key"], parameter(request, "op"), body
            )
        except EntityNotFoundError as error:
            return message(400, str(error))
        return Response(202)

    async def state(self, request: Request, found: dict[str, str]) -> Response:  # noqa: ARG002 (a handler's shape)
        """The state, as JSON; `null` where the last operation destructed it."""
        entity = self._engine.entity_state(found["name"], found["key"])
        return Response(404) if entity is None else Response.of_json_text(entity.state or "null")
