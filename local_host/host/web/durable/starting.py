"""HTTP calls that start or restart an orchestration, and may wait for its end."""

import re
from datetime import timedelta

from local_host.errors import InstanceConflictError, InstanceNotFoundError
from local_host.host.durable.engine import Engine
from local_host.host.durable.entities import is_entity
from local_host.host.history.events import RuntimeStatus
from local_host.host.web.durable.conventions import (
    build_error,
    build_invalid_json,
    get_ended_status_code,
    read_flag,
    read_number,
    read_parameter,
)
from local_host.host.web.durable.links import PREFIX, build_management_urls
from local_host.host.web.requests import Request, Response
from local_host.host.web.status import show_instance

_MAX_ID_LENGTH = 256
_MAX_WAIT_SECONDS = 24 * 3600.0
_FORBIDDEN_CHARACTERS = re.compile(r"[\x00-\x1f\x7f\\#?]")


class StartCalls:
    """Handlers of calls that start orchestrations."""

    def __init__(self, engine: Engine, hub_name: str, system_key: str | None) -> None:
        self._engine = engine
        self._hub_name = hub_name
        self._system_key = system_key

    async def start(self, request: Request, path: dict[str, str]) -> Response:
        """Start an orchestration; with `timeout` and `pollingInterval` wait for its end."""
        instance_id = path.get("id")
        if instance_id is not None and "/" in instance_id:
            return Response(404)
        if instance_id is not None and not _is_valid_id(instance_id):
            return build_error(400, f"The instance id {instance_id!r} is not valid.")
        try:
            body = request.json()
        except ValueError:
            return build_invalid_json(request.body)
        try:
            instance_id = await self._engine.start(
                path["name"], instance_id, body, read_parameter(request, "version") or None
            )
        except InstanceConflictError as conflict:
            return build_error(409, str(conflict))
        seconds = read_number(request, "timeout")
        if seconds is not None and read_number(request, "pollingInterval") is not None:
            return await self._wait(request, instance_id, seconds)
        return self._accept(request, instance_id)

    async def restart(self, request: Request, path: dict[str, str]) -> Response:
        """Start an instance again with the same input, under a new id or its own."""
        under_new_id = read_flag(request, "restartWithNewInstanceId", default=True)
        try:
            instance_id = await self._engine.restart(path["id"], under_new_id=under_new_id)
        except InstanceNotFoundError:
            return build_error(404, "InstanceId does not match a valid orchestration instance.")
        except InstanceConflictError as conflict:
            return build_error(409, str(conflict))
        return self._accept(request, instance_id)

    async def _wait(self, request: Request, instance_id: str, seconds: float) -> Response:
        """Return the output of a completed instance, or the status of one that ended otherwise."""
        until = self._engine.clock.now() + timedelta(seconds=min(seconds, _MAX_WAIT_SECONDS))
        record = await self._engine.operations.wait_for_end(instance_id, until)
        if record is None or not record.ended:
            return self._accept(request, instance_id)
        if record.status == RuntimeStatus.COMPLETED:
            return Response.of_json_text(record.output or "null")
        return Response.of_json(show_instance(record), get_ended_status_code(request, record))

    def _accept(self, request: Request, instance_id: str) -> Response:
        base = request.origin + PREFIX
        links = build_management_urls(base, instance_id, self._hub_name, self._system_key)
        del links["rewindPostUri"]  # as on the real host, where only the SDK's client offers it
        return Response.of_json(links, 202, Location=links["statusQueryGetUri"], Retry_After="10")


def _is_valid_id(instance_id: str) -> bool:
    too_long = len(instance_id) > _MAX_ID_LENGTH
    return not (too_long or is_entity(instance_id) or _FORBIDDEN_CHARACTERS.search(instance_id))
