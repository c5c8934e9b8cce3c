"""What does `call_http` answer?

The host itself sends the request, as an activity. With SDK 1.7 the real host hands a 202 with its
Location to the orchestrator like any other answer, and polls nothing; so does this one.
"""

import json
import os
from typing import Any

import aiohttp

from local_host.host.clock import Clock
from local_host.host.durable import history
from local_host.host.durable.builder import compact
from local_host.host.store.records import Task

_SECONDS = aiohttp.ClientTimeout(total=100)
#: .NET keeps these apart from a response's other headers, and the extension forgets them.
_CONTENT_HEADERS = {"allow", "expires", "last-modified"}


async def call(task: Task, clock: Clock) -> history.Event:
    """Send the request that the task's input describes; a response is an answer whatever it is."""
    request: dict[str, Any] = json.loads(task.input_ or "{}")
    try:
        answer = await _send(request)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        reason = _reason(error)
        return history.task_failed(clock.now(), task.scheduled_id, reason, _details(reason))
    return history.task_completed(clock.now(), task.scheduled_id, compact(answer))


async def _send(request: dict[str, Any]) -> dict[str, Any]:
    if request.get("tokenSource"):
        raise ValueError("a token source needs a managed identity, which only Azure has")
    content, headers = request.get("content"), dict(request.get("headers") or {})
    if content is not None and not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = "application/json; charset=utf-8"
    async with (
        aiohttp.ClientSession(timeout=_SECONDS, skip_auto_headers=["User-Agent"]) as session,
        session.request(
            request["method"],
            request["uri"],
            data=None if content is None else content.encode(),
            headers=headers,
        ) as response,
    ):
        return {
            "statusCode": response.status,
            "headers": _headers(response),
            "content": await response.text(errors="replace"),
        }


def _headers(response: aiohttp.ClientResponse) -> dict[str, str]:
    joined: dict[str, list[str]] = {}
    for name, value in response.headers.items():
        if name.lower() not in _CONTENT_HEADERS and not name.lower().startswith("content-"):
            joined.setdefault(name, []).append(value)
    return {name: ", ".join(values) for name, values in joined.items()}


def _reason(error: Exception) -> str:
    """The words of .NET, where nobody answers."""
    if isinstance(error, aiohttp.ClientConnectorError):
        number = error.os_error.errno
        said = os.strerror(number) if number and number > 0 else error.os_error.strerror
        return f"{said} ({error.host}:{error.port})"
    if isinstance(error, TimeoutError):
        return f"The request was canceled due to the configured timeout of {_SECONDS.total} s."
    return str(error)


def _details(reason: str) -> str:
    """The exception as the extension serializes it, as far as an orchestrator can see it."""
    return compact(
        {
            "$type": "System.Net.Http.HttpRequestException, System.Net.Http",
            "HttpRequestError": 2,
            "StatusCode": None,
            "Message": reason,
        }
    )
