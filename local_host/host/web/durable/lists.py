"""Which instances and entities are there? Lists with filters, page by page, and purges of many."""

import base64
import binascii
import json
from dataclasses import replace
from typing import Any

from local_host.host.durable.engine import Engine
from local_host.host.store.queries import EntityQuery, InstanceQuery
from local_host.host.store.records import STATUSES, EntityRecord
from local_host.host.web.durable.answers import flag, moment, number, parameter
from local_host.host.web.requests import Request, Response
from local_host.host.web.status import show_instance, to_the_second

_TOKEN = "x-ms-continuation-token"  # noqa: S105 (a header's name)
_MOST = 1000
_DEFAULT = 100


class Lists:
    """Answers for many instances or entities at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def instances(self, request: Request, found: dict[str, str]) -> Response:  # noqa: ARG002 (a handler's shape)
        """A page of instances, by id."""
        query = replace(_instances_meant(request), first_id=_first_id(request), top=_top(request))
        records = await self._engine.hub.instances(query)
        with_input = flag(request, "showInput", default=True)
        shown = [show_instance(record, with_input=with_input) for record in records[: query.top]]
        ids = [record.instance_id for record in records]
        return _page(shown, ids, query.top)

    async def purge(self, request: Request, found: dict[str, str]) -> Response:  # noqa: ARG002 (a handler's shape)
        """Forget the ended instances that are meant."""
        query = _instances_meant(request)
        if not query.created_from:
            return Response.of_json("Please provide value for 'createdTimeFrom' parameter.", 400)
        purged = await self._engine.operations.purge_ended(query)
        return Response.of_json({"instancesDeleted": purged}) if purged else Response(404)

    async def entities(self, request: Request, found: dict[str, str]) -> Response:
        """A page of entities, of one name or of all."""
        query = EntityQuery(
            name=found.get("name", ""),
            updated_from=moment(request, "lastOperationTimeFrom"),
            updated_to=moment(request, "lastOperationTimeTo"),
            first_id=_first_id(request),
            top=_top(request),
        )
        records = await self._engine.hub.entities(query)
        with_state = flag(request, "fetchState")
        shown = [_show_entity(record, with_state=with_state) for record in records[: query.top]]
        return _page(shown, [record.entity_id for record in records], query.top)


def _instances_meant(request: Request) -> InstanceQuery:
    """The filters of a request; a status that does not exist is passed over."""
    named = {name.strip().lower() for name in parameter(request, "runtimeStatus").split(",")}
    return InstanceQuery(
        statuses=frozenset(status for status in STATUSES if status.lower() in named),
        created_from=moment(request, "createdTimeFrom"),
        created_to=moment(request, "createdTimeTo"),
        prefix=parameter(request, "instanceIdPrefix"),
    )


def _top(request: Request) -> int:
    return min(int(number(request, "top") or _DEFAULT) or _DEFAULT, _MOST)


def _first_id(request: Request) -> str:
    """Where the page begins; a token that is not ours counts as none."""
    token = request.header(_TOKEN) or ""
    try:
        return base64.b64decode(token, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _page(shown: list[dict[str, Any]], ids: list[str], top: int) -> Response:
    page = Response.of_json(shown)
    if len(ids) > top:
        page.headers.append((_TOKEN, base64.b64encode(ids[top].encode()).decode()))
    return page


def _show_entity(entity: EntityRecord, *, with_state: bool) -> dict[str, Any]:
    _, name, key = entity.entity_id.split("@", 2)
    shown: dict[str, Any] = {
        "entityId": {"name": name, "key": key},
        "lastOperationTime": to_the_second(entity.updated_at),
    }
    if with_state:
        shown["state"] = None if entity.state is None else json.loads(entity.state)
    return shown
