"""Invocation of the app's functions.

The SDK's own converters and handlers do it, as in the real worker: they decode the host's data to
the function's argument and encode its result. Plain functions run in a thread pool, `async`
functions on the event loop.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationContext:
    """The `context` argument of a function: the supported part of `func.Context`."""

    invocation_id: str
    function_name: str
    function_directory: str


class Invoker:
    """Calls the app's functions."""

    def __init__(self, app: LoadedApp, client_binding: str) -> None:
        """`client_binding` is the JSON text that the parameter of a durable client receives."""
        self._app = app
        self._client_binding = client_binding
        threads = os.environ.get("PYTHON_THREADPOOL_THREAD_COUNT")
        self._pool = ThreadPoolExecutor(int(threads) if threads else None, "function")

    def close(self) -> None:
        """Shut the thread pool down without waiting for running functions."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def invoke(self, request: Frame) -> Frame:
        """Run the function that the request names.

        Raises:
            FunctionFailedError: the function raised, or its result cannot be encoded.
        """
        kind, name = request.header["type"], request.header["function"]
        if kind == "http":
            function = self._app.functions[name]
            result = await self._call(function, decode_request(request))
            return encode_response(function.info.name, result)
        registered = self._app.find(f"{kind}Trigger", name)
        if registered is None:
            raise FunctionFailedError("LookupError", f"no function {name!r}")
        text = request.body.decode()
        if kind == "timer":
            return await self._invoke_timer(registered, text)
        if kind == "activity":
            return await self._invoke_activity(registered, text)
        state: str = await self._call(registered, func.OrchestrationContext(text))
        return Frame(header={}, body=state.encode())

    async def _invoke_timer(self, function: LoadedFunction, text: str) -> Frame:
        timer = TimerRequestConverter.decode(Datum(text, "json"), trigger_metadata=None)
        await self._call(function, timer)
        return Frame(header={})

    async def _invoke_activity(self, function: LoadedFunction, text: str) -> Frame:
        datum = Datum(text, "string")
        argument = _convert(ActivityTriggerConverter.decode, datum, trigger_metadata=None)
        value = await self._call(function, argument)
        result = _convert(ActivityTriggerConverter.encode, value, expected_type=None)
        return Frame(header={}, body=result.value.encode())

    async def _call(self, function: LoadedFunction, argument: object) -> Any:  # noqa: ANN401 - any result of the app
        arguments: dict[str, Any] = {function.trigger_parameter: argument}
        for name in function.client_parameters:
            arguments[name] = self._client_binding
        if function.has_context:
            arguments["context"] = InvocationContext(
                invocation_id=str(uuid.uuid4()),
                function_name=function.info.name,
                function_directory=str(Path.cwd()),
            )
        try:
            if function.is_async:
                return await function.call(**arguments)
            loop, context = asyncio.get_running_loop(), contextvars.copy_context()
            return await loop.run_in_executor(
                self._pool, lambda: context.run(function.call, **arguments)
            )
        except Exception as error:
            raise FunctionFailedError(type(error).__name__, str(error)) from error


def _convert(converter: Callable[..., Any], value: object, **options: None) -> Any:  # noqa: ANN401 - any value of the app
    """Convert a value; if that is not possible, the function has failed, as on the real host."""
    try:
        return converter(value, **options)
    except Exception as error:
        raise FunctionFailedError(type(error).__name__, str(error)) from error
