"""Conversion between HTTP frames and the SDK's request and response objects.

The SDK's own converters do it, as in the real worker. Cookies follow the real path, too: the worker
parses them, and the host writes them anew.
"""

import re
from collections.abc import Iterable
from http.cookies import Morsel, SimpleCookie
from typing import Any

from azure.functions import HttpRequest, HttpResponse
from azure.functions.http import HttpRequestConverter, HttpResponseConverter
from azure.functions.meta import Datum

from local_host.errors import FunctionFailedError
from local_host.wire import Frame

_FORBIDDEN_IN_HEADERS = re.compile(r"[\r\n\0]")
_SAME_SITE_VALUES = frozenset({"lax", "strict", "none"})


def decode_request(request: Frame) -> HttpRequest:
    """Return the request as the function receives it; its body is bytes, whatever its type."""
    header = request.header
    value = {
        "method": Datum(header["method"], "string"),
        "url": Datum(header["url"], "string"),
        "headers": _to_data(header["headers"]),
        "query": _to_data(header["params"]),
        "params": _to_data(header["route_params"]),
        "body": Datum(request.body, "bytes"),
    }
    decoded: HttpRequest = HttpRequestConverter.decode(Datum(value, "http"), trigger_metadata=None)
    return decoded


def encode_response(function: str, result: Any) -> Frame:  # noqa: ANN401 - any result of the app
    """Return the response as a frame with `status` and `headers` (a list of pairs).

    Raises:
        FunctionFailedError: the function returned neither a string nor an HttpResponse, or its
            headers contain line breaks.
    """
    response = HttpResponse(result) if isinstance(result, str) else result
    if not isinstance(response, HttpResponse):
        raise FunctionFailedError(
            "TypeError", f"{function} returned {type(result).__name__}, not an HttpResponse"
        )
    value = HttpResponseConverter.encode(response, expected_type=None).value
    headers = [[name, datum.value] for name, datum in value["headers"].items()]
    headers += [["Set-Cookie", cookie] for cookie in _format_cookies(value["cookies"] or ())]
    if any(_FORBIDDEN_IN_HEADERS.search(text) for header in headers for text in header):
        raise FunctionFailedError(
            "ValueError", f"{function} returned a header with a line break or a NUL character"
        )
    status = int(value["status_code"].value)
    return Frame(header={"status": status, "headers": headers}, body=value["body"].value)


def _to_data(values: dict[str, str]) -> dict[str, Datum]:
    return {name: Datum(text, "string") for name, text in values.items()}


def _format_cookies(cookies: Iterable[SimpleCookie]) -> list[str]:
    return [_format_cookie(morsel) for cookie in cookies for morsel in cookie.values()]


def _format_cookie(cookie: "Morsel[str]") -> str:
    """Format a cookie as the real host does: always with domain and path, in this order."""
    same_site = cookie["samesite"].lower()
    parts = [
        f"{cookie.key}={cookie.coded_value}",
        f"expires={cookie['expires']}" if cookie["expires"] else None,
        f"max-age={cookie['max-age']}" if cookie["max-age"] else None,
        f"domain={cookie['domain']}",
        f"path={cookie['path']}",
        "secure" if cookie["secure"] else None,
        f"samesite={same_site}" if same_site in _SAME_SITE_VALUES else None,
        "httponly" if cookie["httponly"] else None,
    ]
    return "; ".join(part for part in parts if part is not None)
