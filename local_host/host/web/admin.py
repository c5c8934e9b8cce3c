"""Admin API under `/admin`: status, functions with their bindings, keys, manual timer runs.

Paths in this module are relative to `/admin/`.
"""

import re
import time
from collections.abc import Callable, Sequence
from typing import Any

from local_host.functions import FunctionInfo
from local_host.host.triggers.timers import TimerTriggers
from local_host.host.web.keys import Keys
from local_host.host.web.requests import Request, Response
from local_host.host.web.routing import full_path

#: The release of the real host that this host was compared with.
_VERSION = "4.1037.0.0"
_Handler = Callable[[Request, dict[str, str]], Response]


class AdminApi:
    """Handles the calls of operators and tools."""

    def __init__(  # noqa: PLR0913 - one argument for each subject
        self,
        *,
        host_id: str,
        functions: Sequence[FunctionInfo],
        in_error: dict[str, str],
        timers: TimerTriggers,
        prefix: str,
        keys: Keys | None,
    ) -> None:
        """`in_error` holds the functions that are not served, by name, with the reason."""
        self._host_id = host_id
        self._functions = {f.name.lower(): f for f in functions}
        self._in_error = in_error
        self._timers = timers
        self._prefix = prefix
        self._keys = keys
        self._started = time.monotonic()
        self._endpoints: list[tuple[str, re.Pattern[str], _Handler]] = [
            ("GET|POST", re.compile("host/ping"), lambda _request, _parameters: Response(200)),
            ("GET", re.compile("host/status"), self._get_status),
            ("GET", re.compile("host/(?P<kind>keys|functionkeys|systemkeys)"), self._get_host_keys),
            ("GET", re.compile("functions"), self._list_functions),
            ("GET", re.compile("functions/(?P<name>[^/]+)"), self._get_function),
            ("GET", re.compile("functions/(?P<name>[^/]+)/status"), self._get_function_status),
            ("GET", re.compile("functions/(?P<name>[^/]+)/keys"), self._get_function_keys),
            ("POST", re.compile("functions/(?P<name>[^/]+)"), self._run_function),
        ]

    def handle(self, request: Request, path: str) -> Response:
        """Handle a call."""
        for methods, pattern, handler in self._endpoints:
            match = pattern.fullmatch(path.strip("/").lower())
            if match and request.method in methods.split("|"):
                name = match.groupdict().get("name")
                if name is not None and name not in self._functions:
                    return Response(404)
                return handler(request, match.groupdict())
        return Response(404)

    def _get_status(self, request: Request, parameters: dict[str, str]) -> Response:  # noqa: ARG002 - signature of a handler
        return Response.of_json(
            {
                "id": self._host_id,
                "state": "Running",
                "version": _VERSION,
                "versionDetails": "local_host",
                "platformVersion": "",
                "instanceId": "",
                "computerName": "",
                "processUptime": round((time.monotonic() - self._started) * 1000),
                "functionAppContentEditingState": "NotAllowed",
            }
        )

    def _list_functions(self, request: Request, parameters: dict[str, str]) -> Response:  # noqa: ARG002 - signature of a handler
        return Response.of_json([self._describe(request, f) for f in self._functions.values()])

    def _get_function(self, request: Request, parameters: dict[str, str]) -> Response:
        return Response.of_json(self._describe(request, self._functions[parameters["name"]]))

    def _get_function_status(self, request: Request, parameters: dict[str, str]) -> Response:  # noqa: ARG002 - signature of a handler
        reason = self._in_error.get(self._functions[parameters["name"]].name)
        return Response.of_json({"isDisabled": False, **({"errors": [reason]} if reason else {})})

    def _run_function(self, request: Request, parameters: dict[str, str]) -> Response:
        """Run a timer function now; the body must be a JSON object, such as `{"input": ""}`."""
        if "application/json" not in (request.header("Content-Type") or ""):
            return Response(415)
        try:
            is_valid = isinstance(request.json(), dict)
        except ValueError:
            is_valid = False
        if not is_valid:
            return Response(400)
        function = self._functions[parameters["name"]]
        if function.name in self._in_error:
            return Response(404)
        if function.trigger != "timerTrigger":
            message = (
                f"{function.name} is not a timer function; "
                "the local host runs only timer functions on request."
            )
            return Response.of_json({"Message": message}, 400)
        self._timers.run_now(function.name)
        return Response(202)

    def _get_host_keys(self, request: Request, parameters: dict[str, str]) -> Response:
        if self._keys is None:
            return _list_keys(request, {})
        is_system = parameters["kind"] == "systemkeys"
        return _list_keys(request, self._keys.system if is_system else self._keys.host)

    def _get_function_keys(self, request: Request, parameters: dict[str, str]) -> Response:
        name = self._functions[parameters["name"]].name
        return _list_keys(request, self._keys.functions.get(name, {}) if self._keys else {})

    def _describe(self, request: Request, function: FunctionInfo) -> dict[str, Any]:
        url = f"{request.origin}/{full_path(function, self._prefix)}"
        return {
            "name": function.name,
            "script_root_path_href": None,  # the local host serves no files of the app
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
            "invoke_url_template": None if function.route is None else url,
        }


def _list_keys(request: Request, keys: dict[str, str]) -> Response:
    items = [{"name": name, "value": value} for name, value in keys.items()]
    links = [{"rel": "self", "href": request.origin + request.raw_path}]
    return Response.of_json({"keys": items, "links": links})
