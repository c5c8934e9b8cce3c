"""What can be asked of one instance, and done to it, over HTTP?"""

from collections.abc import Awaitable, Callable

from local_host.errors import InstanceEndedError, InstanceNotFoundError, InstanceStatusError
from local_host.host.durable.engine import Engine
from local_host.host.web.durable.answers import bad_json, fault, flag, message, parameter
from local_host.host.web.requests import Request, Response
from local_host.host.web.status import ended_status, show_history, show_instance


class Instances:
    """Answers for single instances."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def status(self, request: Request, found: dict[str, str]) -> Response:
        """How an instance stands: 200 once it has ended, 202 before."""
        instance = self._engine.instance(found["id"])
        if instance is None:
            return Response(404)
        shown = show_instance(instance, with_input=flag(request, "showInput", default=True))
        if flag(request, "showHistory") and instance.status != "Pending":
            shown["historyEvents"] = show_history(
                self._engine.hub.history(instance.instance_id),
                with_outputs=flag(request, "showHistoryOutput"),
            )
        if not instance.ended:
            return Response.of_json(shown, 202, Location=request.url, Retry_After="5")
        return Response.of_json(shown, ended_status(request, instance))

    async def raise_event(self, request: Request, found: dict[str, str]) -> Response:
        """Send an external event; only JSON is taken."""
        if "application/json" not in (request.header("Content-Type") or ""):
            return message(400, "Only application/json request content is supported")
        try:
            body = request.json()
        except ValueError:
            return bad_json(request.body)
        return await _accepted(self._engine.raise_event(found["id"], found["name"], body))

    async def terminate(self, request: Request, found: dict[str, str]) -> Response:
        """End an instance."""
        return await self._do(self._engine.operations.terminate, request, found)

    async def suspend(self, request: Request, found: dict[str, str]) -> Response:
        """Hold an instance up."""
        return await self._do(self._engine.operations.suspend, request, found)

    async def resume(self, request: Request, found: dict[str, str]) -> Response:
        """Let a suspended instance go on."""
        return await self._do(self._engine.operations.resume, request, found)

    async def _do(
        self,
        operation: Callable[[str, str], Awaitable[None]],
        request: Request,
        found: dict[str, str],
    ) -> Response:
        return await _accepted(operation(found["id"], parameter(request, "reason")))

    async def rewind(self, request: Request, found: dict[str, str]) -> Response:
        """Bring a failed instance back."""
        try:
            await self._engine.operations.rewind(found["id"], parameter(request, "reason"))
        except InstanceNotFoundError:
            text = f'No orchestration with instance ID "${found["id"]}" found.'
            return Response.of_json(text, 404)
        except InstanceStatusError as wrong:
            text = (
                f"This orchestration has status {wrong.status}, but only orchestrations in the "
                '"Failed" state can be rewound.'
            )
            return Response.of_json(text, 412)
        return Response(202)

    async def purge(self, request: Request, found: dict[str, str]) -> Response:  # noqa: ARG002 (a handler's shape)
        """Forget an instance."""
        if not await self._engine.operations.purge(found["id"]):
            return Response(404)
        return Response.of_json({"instancesDeleted": 1})


async def _accepted(operation: Awaitable[None]) -> Response:
    try:
        await operation
    except InstanceNotFoundError:
        return Response(404)
    except InstanceEndedError:
        return Response(410)
    except InstanceStatusError as wrong:
        return fault(str(wrong))
    return Response(202)
