"""HTTP calls on entities: signal, read, list."""

import json
from typing import Any

from local_host.errors import EntityNotFoundError
from local_host.host.durable.engine import Engine
from local_host.host.store.queries import EntityQuery
from local_host.host.store.records import EntityRecord
from local_host.host.web.durable.conventions import (
    build_error,
    build_invalid_json,
    build_page,
    read_first_id,
    read_flag,
    read_page_size,
    read_parameter,
    read_time,
)
from local_host.host.web.requests import Request, Response
from local_host.host.web.status import truncate_to_seconds


class EntityCalls:
    """Handlers of calls on entities."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def signal(self, request: Request, path: dict[str, str]) -> Response:
        """Send an operation to an entity, without a response."""
        try:
            body = request.json()
        except ValueError:
            return build_invalid_json(request.body)
        operation = read_parameter(request, "op")
        try:
            await self._engine.signal_entity(path["name"], path["key"], operation, body)
        except EntityNotFoundError as error:
            return build_error(400, str(error))
        return Response(202)

    async def read(self, request: Request, path: dict[str, str]) -> Response:  # noqa: ARG002 - the signature of a handler
        """Return the state as JSON; `null` if the last operation deleted the entity."""
        entity = self._engine.read_entity(path["name"], path["key"])
        return Response(404) if entity is None else Response.of_json_text(entity.state or "null")

    async def list(self, request: Request, path: dict[str, str]) -> Response:
        """Return a page of entities, of one name or of all."""
        query = EntityQuery(
            name=path.get("name", ""),
            updated_from=read_time(request, "lastOperationTimeFrom"),
            updated_to=read_time(request, "lastOperationTimeTo"),
            first_id=read_first_id(request),
            top=read_page_size(request),
        )
        records = await self._engine.hub.list_entities(query)
        with_state = read_flag(request, "fetchState")
        items = [_show_entity(record, with_state=with_state) for record in records]
        return build_page(items, [record.entity_id for record in records], query.top)


def _show_entity(entity: EntityRecord, *, with_state: bool) -> dict[str, Any]:
    _, name, key = entity.entity_id.split("@", 2)
    shown: dict[str, Any] = {
        "entityId": {"name": name, "key": key},
        "lastOperationTime": truncate_to_seconds(entity.updated_at),
    }
    if with_state:
        shown["state"] = None if entity.state is None else json.loads(entity.state)
    return shown
