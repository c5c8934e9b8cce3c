"""How is a function called?

With the SDK's own converters and handlers, as the real worker does it: what the host sends is
decoded to the parameter, what the function returns is encoded for the host. Plain functions run in
a thread pool, `async` ones on the event loop.
"""

import asyncio
import contextvars
import os
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import azure.functions as func
from azure.functions.durable_functions import ActivityTriggerConverter
from azure.functions.meta import Datum
from azure.functions.timer import TimerRequestConverter

from local_host.errors import FunctionFailedError
from local_host.wire import Frame
from local_host.worker.http import decode_request, encode_response
from local_host.worker.index import LoadedApp, LoadedFunction

_TRIGGERS = {
    "activity": "activityTrigger",
    "orchestration": "orchestrationTrigger",
    "entity": "entityTrigger",
    "timer": "timerTrigger",
}


@dataclass(frozen=True, slots=True)
class InvocationContext:
    """What a function that asks for `context` gets: `func.Context`, as far as it is used."""

    invocation_id: str
    function_name: str
    function_directory: str


class Invoker:
    """Calls the app's functions."""

    def __init__(self, app: LoadedApp, client_binding: str) -> None:
        """`client_binding` is what the durable client's parameter gets, as JSON text."""
        self._app = app
        self._client_binding = client_binding
        threads = os.environ.get("PYTHON_THREADPOOL_THREAD_COUNT")
        self._pool = ThreadPoolExecutor(int(threads) if threads else None, "function")

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def invoke(self, request: Frame) -> Frame:
        """Run what the request names.

        Raises:
            FunctionFailedError: the function raised, or returned what cannot be sent.
        """
        header = request.header
        if header["type"] == "http":
            return await self._invoke_http(self._app.functions[header["function"]], request)
        function = self._app.named(_TRIGGERS[header["type"]], header["function"])
        if function is None:
            raise FunctionFailedError("LookupError", f"no function {header['function']!r}")
        text = request.body.decode()
        if header["type"] == "timer":
            timer = TimerRequestConverter.decode(Datum(text, "json"), trigger_metadata=None)
            await self._call(function, timer)
            return Frame({})
        if header["type"] == "activity":
            argument = _or_failure(ActivityTriggerConverter.decode, Datum(text, "string"))
            value = await self._call(function, argument)
            answer = _or_failure(ActivityTriggerConverter.encode, value)
            return Frame({}, answer.value.encode())
        answer_text: str = await self._call(function, func.OrchestrationContext(text))
        return Frame({}, answer_text.encode())

    async def _invoke_http(self, function: LoadedFunction, request: Frame) -> Frame:
        answer = await self._call(function, decode_request(request))
        return encode_response(function.info.name, answer)

    async def _call(self, function: LoadedFunction, argument: Any) -> Any:  # noqa: ANN401 (the app's)
        arguments: dict[str, Any] = {function.trigger_parameter: argument}
        for name in function.client_parameters:
            arguments[name] = self._client_binding
        if function.wants_context:
            name = function.info.name
            arguments["context"] = InvocationContext(str(uuid.uuid4()), name, str(Path.cwd()))
        try:
            if function.is_async:
                return await function.call(**arguments)
            loop, context = asyncio.get_running_loop(), contextvars.copy_context()
            return await loop.run_in_executor(
                self._pool, lambda: context.run(function.call, **arguments)
            )
        except Exception as error:
            raise FunctionFailedError(type(error).__name__, str(error)) from error


def _or_failure(convert: Callable[..., Any], value: Any) -> Any:  # noqa: ANN401 (the app's)
    """Convert as the worker does; a value that cannot be converted is the function's failure."""
    extra = "trigger_metadata" if convert == ActivityTriggerConverter.decode else "expected_type"
    try:
        return convert(value, **{extra: None})
    except Exception as error:
        raise FunctionFailedError(type(error).__name__, str(error)) from error
