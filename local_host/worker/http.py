"""How does an HTTP request become the function's argument, and its answer a response?

With the SDK's own converters, as the real worker does it. Cookies take the way that they take
there: parsed by the worker, written anew by the host.
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

_UNSENDABLE = re.compile(r"[\r\n\0]")
_SAME_SITES = {"lax": "lax", "strict": "strict", "none": "none"}


def decode_request(request: Frame) -> HttpRequest:
    """The request as the function gets it; its body is bytes, whatever its type."""
    header = request.header
    value = {
        "method": Datum(header["method"], "string"),
        "url": Datum(header["url"], "string"),
        "headers": _texts(header["headers"]),
        "query": _texts(header["params"]),
        "params": _texts(header["route_params"]),
        "body": Datum(request.body, "bytes"),
    }
    decoded: HttpRequest = HttpRequestConverter.decode(Datum(value, "http"), trigger_metadata=None)
    return decoded


def encode_response(function: str, answer: Any) -> Frame:  # noqa: ANN401 (the app's)
    """The response as a frame: `status` and `headers`, a list of pairs, in its header.

    Raises:
        FunctionFailedError: the function returned neither a string nor an HttpResponse, or headers
            that would break out of their lines.
    """
    if isinstance(answer, str):
        answer = HttpResponse(answer)
    if not isinstance(answer, HttpResponse):
        raise FunctionFailedError(
            "TypeError", f"{function} returned {type(answer).__name__}, not an HttpResponse"
        )
    value = HttpResponseConverter.encode(answer, expected_type=None).value
    headers = [[name, datum.value] for name, datum in value["headers"].items()]
    headers += [["Set-Cookie", cookie] for cookie in _cookies(value["cookies"] or ())]
    if any(_UNSENDABLE.search(text) for header in headers for text in header):
        raise FunctionFailedError("ValueError", f"{function} set a header that cannot be sent")
    status = int(value["status_code"].value)
    return Frame({"status": status, "headers": headers}, value["body"].value)


def _texts(values: dict[str, str]) -> dict[str, Datum]:
    return {name: Datum(text, "string") for name, text in values.items()}


def _cookies(parsed: Iterable[SimpleCookie]) -> list[str]:
    return [_written(morsel) for cookie in parsed for morsel in cookie.values()]


def _written(cookie: "Morsel[str]") -> str:
    """A cookie as the real host writes it: a domain and a path always, in this order."""
    same_site = _SAME_SITES.get(cookie["samesite"].lower())
    parts = [
        f"{cookie.key}={cookie.coded_value}",
        f"expires={cookie['expires']}" if cookie["expires"] else None,
        f"max-age={cookie['max-age']}" if cookie["max-age"] else None,
        f"domain={cookie['domain']}",
        f"path={cookie['path']}",
        "secure" if cookie["secure"] else None,
        f"samesite={same_site}" if same_site else None,
        "httponly" if cookie["httponly"] else None,
    ]
    return "; ".join(part for part in parts if part is not None)
