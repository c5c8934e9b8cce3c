"""How does an HTTP request reach a function?"""

import logging

from local_host.errors import FunctionFailed, WorkerLost
from local_host.web.requests import Request, Response
from local_host.web.routing import Router
from local_host.workers import Worker

_log = logging.getLogger("local_host.http")


class FunctionRoutes:
    """The app's own routes."""

    def __init__(self, worker: Worker, route_prefix: str) -> None:
        """Raises ValueError where a route cannot be used."""
        self._worker = worker
        self._router = Router(worker.functions.infos, route_prefix)

    async def answer(self, request: Request) -> Response:
        """Run the function that serves the path; 404 where none does."""
        found = self._router.find(request.method, request.raw_path)
        if found is None:
            return Response(404)
        function, route_params = found
        try:
            frame = await self._worker.invoke(
                "http",
                function.name,
                request.body,
                method=request.method,
                url=request.url,
                headers=request.headers,
                params=request.query,
                route_params=route_params,
            )
        except (FunctionFailed, WorkerLost) as failure:
            report = failure.report if isinstance(failure, FunctionFailed) else str(failure)
            _log.error("function %s failed: %s", function.name, report)
            return Response(500)
        headers = [(name, value) for name, value in frame.header["headers"]]
        return Response(frame.header["status"], frame.body, headers)
