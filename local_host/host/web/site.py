"""Which part of the host answers a request on the public port, and with which key?

The durable webhooks and `/admin` answer for themselves, `/` is the home page unless it is off, and
everything else is the app's.
"""

from local_host.host.web.admin import AdminApi
from local_host.host.web.durable_api import PREFIX, DurableApi
from local_host.host.web.functions import FunctionRoutes
from local_host.host.web.home import home_page, no_home_page
from local_host.host.web.keys import Access, Keys, Open
from local_host.host.web.requests import Request, Response

_ADMIN = "/admin/"
_REFUSALS = {Access.UNKNOWN: 401, Access.FORBIDDEN: 403}


class Site:
    """All that the host serves to the world."""

    def __init__(
        self,
        routes: FunctionRoutes,
        durable: DurableApi,
        admin: AdminApi,
        door: Keys | Open,
        *,
        has_home_page: bool,
    ) -> None:
        self._routes = routes
        self._durable = durable
        self._admin = admin
        self._door = door
        self._has_home_page = has_home_page

    async def answer(self, request: Request) -> Response:
        """Answer a request, or refuse it."""
        path = request.raw_path
        if path.lower().startswith(PREFIX + "/"):
            refused = _refusal(self._door.for_webhooks(request))
            return refused or await self._durable.handle(request, path[len(PREFIX) :])
        if path.lower().startswith(_ADMIN):
            refused = _refusal(self._door.for_admin(request))
            return refused or await self._admin.answer(request, path[len(_ADMIN) :])
        if path == "/" and self._has_home_page:
            return home_page()
        return await self._serve(request)

    async def _serve(self, request: Request) -> Response:
        found = self._routes.find(request)
        if found is None:
            return no_home_page() if request.raw_path == "/" else Response(404)
        function, parameters = found
        refused = _refusal(self._door.for_function(request, function))
        return refused or await self._routes.run(function, parameters, request)


def _refusal(access: Access) -> Response | None:
    status = _REFUSALS.get(access)
    return Response(status) if status else None
