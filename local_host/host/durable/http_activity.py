"""The activity of `call_http`: the host itself sends the HTTP request.

With SDK 1.7 the real host does not poll after a 202 with a Location: the orchestrator gets it like
any other response. This host does the same.
"""

import json
import os
from typing import Any

import aiohttp

from local_host.host.clock import Clock
from local_host.host.durable.payloads import encode_compact
from local_host.host.history.events import HistoryEvent, TaskCompleted, TaskFailed
from local_host.host.repeated_names import join_repeated
from local_host.host.store.records import Task

_TIMEOUT = aiohttp.ClientTimeout(total=100)
#: .NET keeps these apart from the other headers of a response, and the extension drops them.
_CONTENT_HEADERS = {"allow", "expires", "last-modified"}


async def run_http_activity(task: Task, clock: Clock) -> HistoryEvent:
    """Send the request of the task's input; a response of any status is a result."""
    request: dict[str, Any] = json.loads(task.input_ or "{}")
    try:
        response = await _send(request)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        reason = _format_reason(error)
        return TaskFailed(
            timestamp=clock.now(),
            scheduled_id=task.scheduled_id,
            reason=reason,
            details=_encode_details(reason),
        )
    return TaskCompleted(
        timestamp=clock.now(), scheduled_id=task.scheduled_id, result=encode_compact(response)
    )


async def _send(request: dict[str, Any]) -> dict[str, Any]:
    if request.get("tokenSource"):
        raise ValueError("A token source needs a managed identity, which exists on Azure only.")
    content, headers = request.get("content"), dict(request.get("headers") or {})
    if content is not None and not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = "application/json; charset=utf-8"
    async with (
        aiohttp.ClientSession(timeout=_TIMEOUT, skip_auto_headers=["User-Agent"]) as session,
        session.request(
            request["method"],
            request["uri"],
            data=None if content is None else content.encode(),
            headers=headers,
        ) as response,
    ):
        return {
            "statusCode": response.status,
            "headers": _read_headers(response),
            "content": await response.text(errors="replace"),
        }


def _read_headers(response: aiohttp.ClientResponse) -> dict[str, str]:
    headers = (
        (name, value)
        for name, value in response.headers.items()
        if name.lower() not in _CONTENT_HEADERS and not name.lower().startswith("content-")
    )
    return join_repeated(headers, ", ")


def _format_reason(error: Exception) -> str:
    """Word an error of the connection as .NET does."""
    if isinstance(error, aiohttp.ClientConnectorError):
        number = error.os_error.errno
        message = os.strerror(number) if number and number > 0 else error.os_error.strerror
        return f"{message} ({error.host}:{error.port})"
    if isinstance(error, TimeoutError):
        return f"The request was canceled due to the configured timeout of {_TIMEOUT.total} s."
    return str(error)


def _encode_details(reason: str) -> str:
    """Encode the exception as the extension does, limited to what an orchestrator can see."""
    return encode_compact(
        {
            "$type": "System.Net.Http.HttpRequestException, System.Net.Http",
            "HttpRequestError": 2,
            "StatusCode": None,
            "Message": reason,
        }
    )
