"""What does the host tell and do under `/admin`?

Its status, its functions with their bindings, its keys; and it runs a timer function at once. Paths
below are what follows `/admin/`.
"""

import re
import time
from collections.abc import Callable
from typing import Any

from local_host.functions import FunctionInfo
from local_host.host.triggers.timers import TimerTriggers
from local_host.host.web.keys import Keys
from local_host.host.web.requests import Request, Response
from local_host.host.web.routing import full_path

#: The release of the real host that this one was compared with.
_VERSION = "4.1037.0.0"
_Handler = Callable[[Request, dict[str, str]], Response]


class AdminApi:
    """Answers those who look after the host."""

    def __init__(  # noqa: PLR0913 (one argument for each thing it tells of)
        self,
        *,
        host_id: str,
        functions: list[FunctionInfo],
        in_error: dict[str, str],
        timers: TimerTriggers,
        prefix: str,
        keys: Keys | None,
    ) -> None:
        """`in_error` has the functions that are not served, by name, with the reason."""
        self._host_id = host_id
        self._functions = {f.name.lower(): f for f in functions}
        self._in_error = in_error
        self._timers = timers
        self._prefix = prefix
        self._keys = keys
        self._started = time.monotonic()
        self._calls: list[tuple[str, re.Pattern[str], _Handler]] = [
            ("GET|POST", re.compile("host/ping"), lambda _request, _found: Response(200)),
            ("GET", re.compile("host/status"), self._status),
            ("GET", re.compile("host/(?P<kind>keys|functionkeys|systemkeys)"), self._host_keys),
            ("GET", re.compile("functions"), self._list),
            ("GET", re.compile("functions/(?P<name>[^/]+)"), self._one),
            ("GET", re.compile("functions/(?P<name>[^/]+)/status"), self._function_status),
            ("GET", re.compile("functions/(?P<name>[^/]+)/keys"), self._function_keys),
            ("POST", re.compile("functions/(?P<name>[^/]+)"), self._run),
        ]

    async def answer(self, request: Request, path: str) -> Response:
        """Answer a call."""
        for methods, pattern, handler in self._calls:
            match = pattern.fullmatch(path.strip("/").lower())
            if match and request.method in methods.split("|"):
                name = match.groupdict().get("name")
                if name is not None and name not in self._functions:
                    return Response(404)
                return handler(request, match.groupdict())
        return Response(404)

    def _status(self, request: Request, found: dict[str, str]) -> Response:  # noqa: ARG002 (a handler's shape)
        uptime = round((time.monotonic() - self._started) * 1000)
        return Response.of_json(
            {
                "id": self._host_id,
                "state": "Running",
                "version": _VERSION,
                "versionDetails": "local_host",
                "platformVersion": "",
                "instanceId": "",
                "computerName": "",
                "processUptime": uptime,
                "functionAppContentEditingState": "NotAllowed",
            }
        )

    def _list(self, request: Request, found: dict[str, str]) -> Response:  # noqa: ARG002 (a handler's shape)
        return Response.of_json([self._shown(request, f) for f in self._functions.values()])

    def _one(self, request: Request, found: dict[str, str]) -> Response:
        return Response.of_json(self._shown(request, self._functions[found["name"]]))

    def _function_status(self, request: Request, found: dict[str, str]) -> Response:  # noqa: ARG002 (a handler's shape)
        reason = self._in_error.get(self._functions[found["name"]].name)
        return Response.of_json({"isDisabled": False, **({"errors": [reason]} if reason else {})})

    def _run(self, request: Request, found: dict[str, str]) -> Response:
        """Run a timer function now; the body must be JSON, as `{"input": ""}`."""
        if "application/json" not in (request.header("Content-Type") or ""):
            return Response(415)
        try:
            is_invocation = isinstance(request.json(), dict)
        except ValueError:
            is_invocation = False
        if not is_invocation:
            return Response(400)
        function = self._functions[found["name"]]
        if function.name in self._in_error:
            return Response(404)
        if function.trigger != "timerTrigger":
            text = f"{function.name} is no timer function: this host starts only those by hand"
            return Response.of_json({"Message": text}, 400)
        self._timers.run_now(function.name)
        return Response(202)

    def _host_keys(self, request: Request, found: dict[str, str]) -> Response:
        if self._keys is None:
            return _shown_keys(request, {})
        is_system = found["kind"] == "systemkeys"
        return _shown_keys(request, self._keys.system if is_system else self._keys.host)

    def _function_keys(self, request: Request, found: dict[str, str]) -> Response:
        name = self._functions[found["name"]].name
        return _shown_keys(request, self._keys.functions.get(name, {}) if self._keys else {})

    def _shown(self, request: Request, function: FunctionInfo) -> dict[str, Any]:
        route = f"{request.origin}/{full_path(function, self._prefix)}"
        return {
            "name": function.name,
            "script_root_path_href": None,  # this host shows no files over HTTP
            "script_href": None,
            "config_href": None,
            "test_data_href": None,
            "href": f"{request.origin}/admin/functions/{function.name}",
            "config": {
                "name": function.name,
                "entryPoint": function.name,
                "scriptFile": "function_app.py",
                "language": "python",
                "bindings": list(function.bindings),
            },
            "test_data": None,
            "isDisabled": False,
            "isDirect": True,
            "isProxy": False,
            "language": "python",
            "invoke_url_template": None if function.route is None else route,
        }


def _shown_keys(request: Request, keys: dict[str, str]) -> Response:
    listed = [{"name": name, "value": value} for name, value in keys.items()]
    links = [{"rel": "self", "href": request.origin + request.raw_path}]
    return Response.of_json({"keys": listed, "links": links})
