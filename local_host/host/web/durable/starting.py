"""How is an orchestration started over HTTP, and what answers a caller who waits for its end?"""

import re
from datetime import timedelta

from local_host.errors import InstanceConflictError, InstanceNotFoundError
from local_host.host.durable.engine import Engine
from local_host.host.durable.entities import is_entity
from local_host.host.web.durable.answers import bad_json, flag, message, number, parameter
from local_host.host.web.durable.links import PREFIX, management_urls
from local_host.host.web.requests import Request, Response
from local_host.host.web.status import ended_status, show_instance

_LONGEST_ID = 256
_LONGEST_WAIT = 24 * 3600.0
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\#?]")


class Starting:
    """Starts orchestrations."""

    def __init__(self, engine: Engine, hub_name: str, system_key: str | None) -> None:
        self._engine = engine
        self._hub_name = hub_name
        self._system_key = system_key

    async def start(self, request: Request, found: dict[str, str]) -> Response:
        """Start an orchestration; with `timeout` and `pollingInterval`, wait for its end."""
        instance_id = found.get("id")
        if instance_id is not None and "/" in instance_id:
            return Response(404)
        if instance_id is not None and not _usable(instance_id):
            return message(400, f"The instance id {instance_id!r} cannot be used.")
        try:
            body = request.json()
        except ValueError:
            return bad_json(request.body)
        try:
            instance_id = await self._engine.start(
                found["name"], instance_id, body, parameter(request, "version") or None
            )
        except InstanceConflictError as conflict:
            return message(409, str(conflict))
        seconds = number(request, "timeout")
        if seconds is not None and number(request, "pollingInterval") is not None:
            return await self._wait(request, instance_id, seconds)
        return self._accepted(request, instance_id)

    async def restart(self, request: Request, found: dict[str, str]) -> Response:
        """Start an instance once more with its input, under a new id or its own."""
        under_a_new_id = flag(request, "restartWithNewInstanceId", default=True)
        try:
            instance_id = await self._engine.restart(found["id"], under_a_new_id=under_a_new_id)
        except InstanceNotFoundError:
            return message(404, "InstanceId does not match a valid orchestration instance.")
        except InstanceConflictError as conflict:
            return message(409, str(conflict))
        return self._accepted(request, instance_id)

    async def _wait(self, request: Request, instance_id: str, seconds: float) -> Response:
        """The bare output of a completed instance, the status of one that ended otherwise."""
        until = self._engine.clock.now() + timedelta(seconds=min(seconds, _LONGEST_WAIT))
        record = await self._engine.operations.end_of(instance_id, until)
        if record is None or not record.ended:
            return self._accepted(request, instance_id)
        if record.status == "Completed":
            return Response.of_json_text(record.output or "null")
        return Response.of_json(show_instance(record), ended_status(request, record))

    def _accepted(self, request: Request, instance_id: str) -> Response:
        base = request.origin + PREFIX
        links = management_urls(base, instance_id, self._hub_name, self._system_key)
        del links["rewindPostUri"]  # only the SDK's client hands that one out
        return Response.of_json(links, 202, Location=links["statusQueryGetUri"], Retry_After="10")


def _usable(instance_id: str) -> bool:
    too_long = len(instance_id) > _LONGEST_ID
    return not (too_long or is_entity(instance_id) or _FORBIDDEN.search(instance_id))
