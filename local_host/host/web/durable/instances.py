"""HTTP calls on instances: status, list, events, suspend, resume, terminate, rewind, purge."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from local_host.errors import InstanceEndedError, InstanceNotFoundError, InstanceStatusError
from local_host.host.durable.engine import Engine
from local_host.host.history.events import RuntimeStatus
from local_host.host.store.queries import InstanceQuery
from local_host.host.web.durable.conventions import (
    build_error,
    build_exception,
    build_invalid_json,
    build_page,
    get_ended_status_code,
    read_first_id,
    read_flag,
    read_page_size,
    read_parameter,
    read_time,
)
from local_host.host.web.requests import Request, Response
from local_host.host.web.status import show_history, show_instance


class InstanceCalls:
    """Handlers of calls on existing instances."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def status(self, request: Request, path: dict[str, str]) -> Response:
        """Return the status of an instance: 200 if it has ended, 202 before."""
        instance = self._engine.read_instance(path["id"])
        if instance is None:
            return Response(404)
        shown = show_instance(instance, with_input=read_flag(request, "showInput", default=True))
        if read_flag(request, "showHistory") and instance.status != RuntimeStatus.PENDING:
            shown["historyEvents"] = show_history(
                self._engine.hub.read_history(instance.instance_id),
                with_outputs=read_flag(request, "showHistoryOutput"),
            )
        if not instance.ended:
            return Response.of_json(shown, 202, Location=request.url, Retry_After="5")
        return Response.of_json(shown, get_ended_status_code(request, instance))

    async def list(self, request: Request, path: dict[str, str]) -> Response:  # noqa: ARG002 - the signature of a handler
        """Return a page of instances, by id."""
        query = replace(
            _read_filters(request), first_id=read_first_id(request), top=read_page_size(request)
        )
        records = await self._engine.hub.list_instances(query)
        with_input = read_flag(request, "showInput", default=True)
        items = [show_instance(record, with_input=with_input) for record in records]
        return build_page(items, [record.instance_id for record in records], query.top)

    async def raise_event(self, request: Request, path: dict[str, str]) -> Response:
        """Send an external event, which must be JSON."""
        if "application/json" not in (request.header("Content-Type") or ""):
            return build_error(400, "Only application/json request content is supported")
        try:
            body = request.json()
        except ValueError:
            return build_invalid_json(request.body)
        return await _accept(self._engine.raise_event(path["id"], path["name"], body))

    async def terminate(self, request: Request, path: dict[str, str]) -> Response:
        """Terminate an instance."""
        return await self._operate(self._engine.operations.terminate, request, path)

    async def suspend(self, request: Request, path: dict[str, str]) -> Response:
        """Suspend an instance."""
        return await self._operate(self._engine.operations.suspend, request, path)

    async def resume(self, request: Request, path: dict[str, str]) -> Response:
        """Resume a suspended instance."""
        return await self._operate(self._engine.operations.resume, request, path)

    async def _operate(
        self,
        operation: Callable[[str, str], Awaitable[None]],
        request: Request,
        path: dict[str, str],
    ) -> Response:
        return await _accept(operation(path["id"], read_parameter(request, "reason")))

    async def rewind(self, request: Request, path: dict[str, str]) -> Response:
        """Rewind a failed instance."""
        reason = read_parameter(request, "reason")
        try:
            await self._engine.operations.rewind(path["id"], reason)
        except InstanceNotFoundError:
            text = f'No orchestration with instance ID "${path["id"]}" found.'
            return Response.of_json(text, 404)
        except InstanceStatusError as error:
            text = (
                f"This orchestration has status {error.status}, but only orchestrations in the "
                '"Failed" state can be rewound.'
            )
            return Response.of_json(text, 412)
        return Response(202)

    async def purge(self, request: Request, path: dict[str, str]) -> Response:  # noqa: ARG002 - the signature of a handler
        """Purge an instance."""
        if not await self._engine.operations.purge(path["id"]):
            return Response(404)
        return Response.of_json({"instancesDeleted": 1})

    async def purge_many(self, request: Request, path: dict[str, str]) -> Response:  # noqa: ARG002 - the signature of a handler
        """Purge the matching instances that have ended."""
        query = _read_filters(request)
        if not query.created_from:
            return Response.of_json("Please provide value for 'createdTimeFrom' parameter.", 400)
        purged = await self._engine.operations.purge_ended(query)
        return Response.of_json({"instancesDeleted": purged}) if purged else Response(404)


def _read_filters(request: Request) -> InstanceQuery:
    """Read the filters of a request; an unknown status is ignored."""
    names = {name.strip().lower() for name in read_parameter(request, "runtimeStatus").split(",")}
    return InstanceQuery(
        statuses=frozenset(status for status in RuntimeStatus if status.lower() in names),
        created_from=read_time(request, "createdTimeFrom"),
        created_to=read_time(request, "createdTimeTo"),
        prefix=read_parameter(request, "instanceIdPrefix"),
    )


async def _accept(operation: Awaitable[None]) -> Response:
    try:
        await operation
    except InstanceNotFoundError:
        return Response(404)
    except InstanceEndedError:
        return Response(410)
    except InstanceStatusError as error:
        return build_exception(str(error))
    return Response(202)
