"""The public port: access check, then the management API, `/admin`, the home page or a function.

As on the real host, `/` has a page which says that the app is running. With the app setting
AzureWebJobsDisableHomepage=true, an HTTP function can serve `/`; if none does, it is empty (204).
"""

import logging

from local_host.errors import InvocationError
from local_host.functions import FunctionInfo
from local_host.host.web.admin import AdminApi
from local_host.host.web.durable_api import PREFIX, DurableApi
from local_host.host.web.keys import Access, Keys, NoKeys
from local_host.host.web.requests import Request, Response
from local_host.host.web.routing import Router
from local_host.host.workers import Worker

_log = logging.getLogger("local_host.http")
_ADMIN = "/admin/"
_REFUSALS = {Access.UNAUTHORIZED: 401, Access.FORBIDDEN: 403}
_HOME_PAGE = b"""\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>The function app is running</title></head>
<body>
<h1>Your function app is up and running.</h1>
<p>It runs on the local host. See its functions at <a href="/admin/functions">/admin/functions</a>,
or in the terminal in which you started it.</p>
</body>
</html>
"""


class Site:
    """Everything that the host serves on its public port."""

    def __init__(  # noqa: PLR0913 - one argument for each part
        self,
        *,
        worker: Worker,
        router: Router,
        durable_api: DurableApi,
        admin: AdminApi,
        keys: Keys | NoKeys,
        has_home_page: bool,
    ) -> None:
        self._worker = worker
        self._router = router
        self._durable_api = durable_api
        self._admin = admin
        self._keys = keys
        self._has_home_page = has_home_page

    async def handle(self, request: Request) -> Response:
        """Serve a request, or refuse it."""
        path = request.raw_path
        if path.lower().startswith(PREFIX + "/"):
            refusal = _refusal(self._keys.for_webhooks(request))
            return refusal or await self._durable_api.handle(request, path[len(PREFIX) :])
        if path.lower().startswith(_ADMIN):
            refusal = _refusal(self._keys.for_admin(request))
            return refusal or self._admin.handle(request, path[len(_ADMIN) :])
        if path == "/" and self._has_home_page:
            return Response(200, body=_HOME_PAGE, headers=[("Content-Type", "text/html")])
        return await self._handle_function(request)

    async def _handle_function(self, request: Request) -> Response:
        match = self._router.find(request.method, request.raw_path)
        if match is None:
            return Response(204 if request.raw_path == "/" else 404)
        function, parameters = match
        refusal = _refusal(self._keys.for_function(request, function))
        return refusal or await self._run(function, parameters, request)

    async def _run(
        self, function: FunctionInfo, parameters: dict[str, str], request: Request
    ) -> Response:
        """Run the function; if it fails, the caller gets an empty 500."""
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
        except InvocationError as failure:
            _log.error("Function %s failed: %s", function.name, failure.report)
            return Response(500)
        headers = [(name, value) for name, value in frame.header["headers"]]
        status = frame.header["status"]
        return Response(status, body=frame.body, headers=headers, chunked=bool(frame.body))


def _refusal(access: Access) -> Response | None:
    status = _REFUSALS.get(access)
    return Response(status) if status else None
