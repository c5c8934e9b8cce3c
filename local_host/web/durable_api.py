"""Which calls does the durable extension answer?

The management API under `/runtime/webhooks/durabletask/` and the SDK client's RPC endpoint are the
same calls: paths below are what follows the prefix. Status codes and bodies are the recorded ones.
"""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import quote, unquote

from local_host.durable.engine import Engine
from local_host.durable.entities import is_entity
from local_host.errors import InstanceConflict, InstanceEnded, NoSuchInstance, UnknownEntity
from local_host.store.records import InstanceRecord
from local_host.web.requests import Request, Response
from local_host.web.status import show_history, show_instance

PREFIX = "/runtime/webhooks/durabletask"
_Handler = Callable[[Request, dict[str, str]], Awaitable[Response]]
_LONGEST_ID = 256
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\#?]")


class DurableApi:
    """Answers what clients ask of the engine."""

    def __init__(self, engine: Engine, hub_name: str) -> None:
        self._engine = engine
        self._hub_name = hub_name
        part = "([^/]+)"
        self._calls: list[tuple[str, re.Pattern[str], _Handler]] = [
            ("POST", re.compile(f"orchestrators/(?P<name>{part})(/(?P<id>{part}))?"), self._start),
            ("GET", re.compile(f"instances/(?P<id>{part})"), self._status),
            (
                "POST",
                re.compile(f"instances/(?P<id>{part})/raiseEvent/(?P<name>{part})", re.IGNORECASE),
                self._raise_event,
            ),
            ("POST", re.compile(f"instances/(?P<id>{part})/terminate"), self._terminate),
            ("POST", re.compile(f"entities/(?P<name>{part})/(?P<key>{part})"), self._signal),
            ("GET", re.compile(f"entities/(?P<name>{part})/(?P<key>{part})"), self._entity),
        ]

    async def answer(self, request: Request, path: str) -> Response:
        """Answer a call; `path` is what follows the prefix."""
        for method, pattern, handler in self._calls:
            match = pattern.fullmatch(path.strip("/")) if method == request.method else None
            if match:
                found = {k: unquote(v) for k, v in match.groupdict().items() if v is not None}
                return await handler(request, found)
        return Response(404)

    async def _start(self, request: Request, found: dict[str, str]) -> Response:
        instance_id = found.get("id")
        if instance_id is not None and "/" in instance_id:
            return Response(404)
        if instance_id is not None and not _usable(instance_id):
            return _message(400, f"The instance id {instance_id!r} cannot be used.")
        try:
            body = request.json()
        except ValueError:
            return _bad_json(request.body)
        try:
            instance_id = await self._engine.start(
                found["name"], instance_id, body, request.query.get("version")
            )
        except InstanceConflict as conflict:
            return _message(409, str(conflict))
        links = management_urls(request.origin + PREFIX, instance_id, self._hub_name)
        del links["rewindPostUri"]  # only the SDK's client hands that one out
        return Response.of_json(links, 202, Location=links["statusQueryGetUri"], Retry_After="10")

    async def _status(self, request: Request, found: dict[str, str]) -> Response:
        instance = self._engine.instance(found["id"])
        if instance is None:
            return Response(404)
        shown = show_instance(instance, with_input=_flag(request, "showInput", default=True))
        if _flag(request, "showHistory"):
            shown["historyEvents"] = show_history(
                self._engine.hub.history(instance.instance_id),
                with_outputs=_flag(request, "showHistoryOutput"),
            )
        if not instance.ended:
            return Response.of_json(shown, 202, Location=request.url, Retry_After="5")
        return Response.of_json(shown, _ended_status(request, instance))

    async def _raise_event(self, request: Request, found: dict[str, str]) -> Response:
        if "application/json" not in request.headers.get("Content-Type", ""):
            return _message(400, "Only application/json request content is supported")
        try:
            body = request.json()
        except ValueError:
            return _bad_json(request.body)
        try:
            await self._engine.raise_event(found["id"], found["name"], body)
        except NoSuchInstance:
            return Response(404)
        except InstanceEnded:
            return Response(410)
        return Response(202)

    async def _terminate(self, request: Request, found: dict[str, str]) -> Response:
        try:
            await self._engine.terminate(found["id"], request.query.get("reason", ""))
        except NoSuchInstance:
            return Response(404)
        except InstanceEnded:
            return Response(410)
        return Response(202)

    async def _signal(self, request: Request, found: dict[str, str]) -> Response:
        try:
            body = request.json()
        except ValueError:
            return _bad_json(request.body)
        try:
            await self._engine.signal_entity(
                found["name"], found["key"], request.query.get("op", ""), body
            )
        except UnknownEntity as error:
            return _message(400, str(error))
        return Response(202)

    async def _entity(self, request: Request, found: dict[str, str]) -> Response:  # noqa: ARG002 (a handler's shape)
        entity = self._engine.entity_state(found["name"], found["key"])
        if entity is None:
            return Response(404)
        headers = [("Content-Type", "application/json; charset=utf-8")]
        return Response(200, (entity.state or "null").encode(), headers)


def _usable(instance_id: str) -> bool:
    too_long = len(instance_id) > _LONGEST_ID
    return not (too_long or is_entity(instance_id) or _FORBIDDEN.search(instance_id))


def management_urls(base: str, instance_id: str, hub_name: str) -> dict[str, str]:
    """The links that the extension hands out for an instance."""
    query = f"taskHub={hub_name}&connection=Storage"
    instance = f"{base}/instances/{quote(instance_id)}"
    return {
        "id": instance_id,
        "statusQueryGetUri": f"{instance}?{query}",
        "sendEventPostUri": f"{instance}/raiseEvent/{{eventName}}?{query}",
        "terminatePostUri": f"{instance}/terminate?reason={{text}}&{query}",
        "rewindPostUri": f"{instance}/rewind?reason={{text}}&{query}",
        "purgeHistoryDeleteUri": f"{instance}?{query}",
        "restartPostUri": f"{instance}/restart?{query}",
        "suspendPostUri": f"{instance}/suspend?reason={{text}}&{query}",
        "resumePostUri": f"{instance}/resume?reason={{text}}&{query}",
    }


def client_binding(base_url: str, rpc_url: str, hub_name: str) -> dict[str, object]:
    """What a function's durable client parameter gets, as the extension sends it."""
    base = base_url + PREFIX
    creation = f"{base}/orchestrators/{{functionName}}[/{{instanceId}}]"
    return {
        "taskHubName": hub_name,
        "connectionName": None,
        "creationUrls": {
            "createNewInstancePostUri": creation,
            "createAndWaitOnNewInstancePostUri": (
                f"{creation}?timeout={{timeoutInSeconds}}&pollingInterval={{intervalInSeconds}}"
            ),
        },
        "managementUrls": management_urls(base, "INSTANCEID", hub_name),
        "baseUrl": base,
        "requiredQueryStringParameters": "",
        "rpcBaseUrl": rpc_url,
        "httpBaseUrl": None,
        "maxGrpcMessageSizeInBytes": None,
        "grpcHttpClientTimeout": None,
    }


def _ended_status(request: Request, instance: InstanceRecord) -> int:
    failed = instance.status == "Failed"
    return 500 if failed and _flag(request, "returnInternalServerErrorOnFailure") else 200


def _flag(request: Request, name: str, *, default: bool = False) -> bool:
    wanted = name.lower()
    for key, value in request.query.items():
        if key.lower() == wanted:
            return value.lower() == "true"
    return default


def _message(status: int, text: str) -> Response:
    return Response.of_json({"Message": text}, status)


def _bad_json(body: bytes) -> Response:
    """The real host's words, for a body whose first character is wrong already."""
    found = body.decode(errors="replace").strip()[:1]
    return Response.of_json(
        {
            "Message": "Invalid JSON content",
            "ExceptionMessage": (
                f"Unexpected character encountered while parsing value: {found}. "
                "Path '', line 0, position 0."
            ),
            "ExceptionType": "Newtonsoft.Json.JsonReaderException",
            "StackTrace": "",
        },
        400,
    )
