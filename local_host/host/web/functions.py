"""How does an HTTP request reach a function?"""

import logging

from local_host.errors import FunctionFailedError, WorkerLostError
from local_host.functions import FunctionInfo
from local_host.host.web.requests import Request, Response
from local_host.host.web.routing import Router
from local_host.host.workers import Worker

_log = logging.getLogger("local_host.http")


class FunctionRoutes:
    """The app's own routes."""

    def __init__(self, worker: Worker, route_prefix: str) -> None:
        """Raises ValueError where a route cannot be used."""
        self._worker = worker
        self._router = Router(worker.functions.infos, route_prefix)

    @property
    def in_error(self) -> dict[str, str]:
        """Functions that are not served, by name, with the reason."""
        return self._router.in_error

    def find(self, request: Request) -> tuple[FunctionInfo, dict[str, str]] | None:
        """The function that serves the request, and its route parameters."""
        return self._router.find(request.method, request.raw_path)

    async def run(
        self, function: FunctionInfo, parameters: dict[str, str], request: Request
    ) -> Response:
        """Run the function; where it fails, the caller is told nothing but 500."""
        try:
            frame = await self._worker.invoke(
                "http",
                function.name,
                request.body,
                method=request.method,
                url=request.url,
                headers=request.headers,
                params=request.query,
                route_params=parameters,
            )
        except (FunctionFailedError, WorkerLostError) as failure:
            report = failure.report if isinstance(failure, FunctionFailedError) else str(failure)
            _log.error("function %s failed: %s", function.name, report)
            return Response(500)
        headers = [(name, value) for name, value in frame.header["headers"]]
        return Response(frame.header["status"], frame.body, headers, chunked=bool(frame.body))
