"""How does a test run a whole app, and let days pass in milliseconds?

    with start_app(Path("."), tmp_path) as app:
        run = app.run("processOrder", {"orderId": "A1"})
        assert run.output["status"] == "completed"

The app runs in this process under a virtual clock: whenever nothing else can happen, the clock
moves to the next timer. HTTP requests go over a real socket, since the SDK's client does so too.
"""

import asyncio
import contextlib
import http.client
import json
import os
import threading
from collections import Counter
from collections.abc import Collection, Coroutine, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock
from urllib.parse import urlsplit

from local_host.functions import FunctionTable
from local_host.host import assembly
from local_host.host.clock import VirtualClock
from local_host.host.configuration import read_configuration
from local_host.host.store.records import InstanceRecord
from local_host.host.timeline import render
from local_host.host.web.status import show_history, show_instance
from local_host.testing_worker import InProcessWorker, load_app_once
from local_host.worker.invoke import Invoker

T = TypeVar("T")
_REAL_SECONDS = 60
#: A timer trigger that fired so often while nothing else happened is not waited for any longer.
_PATIENCE = 10


class WaitsForEverError(AssertionError):
    """An instance has not ended, and nothing will happen any more."""


@dataclass(frozen=True, slots=True)
class Response:
    """What the app answered over HTTP; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    #: Each `Set-Cookie` header.
    cookies: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def json(self) -> Any:  # noqa: ANN401 (JSON)
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Run:
    """An orchestration as the management API shows it."""

    instance_id: str
    status: str
    output: Any
    custom_status: Any
    #: Events under their names, each answer merged with its call.
    history: list[dict[str, Any]]
    #: The activities that were called, in order; each attempt counts.
    activities: list[str]


class App:
    """An app that runs on a host of its own."""

    def __init__(self, running: assembly.Host, clock: VirtualClock) -> None:
        self._host = running
        self.clock = clock
        self.base_url = running.base_url

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,  # noqa: ANN401 (JSON)
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send an HTTP request; `json` sets the content type, `content` does not."""
        sent = dict(headers or {})
        if json is not None:
            content = _dumps(json)
            sent.setdefault("Content-Type", "application/json")
        address = urlsplit(self.base_url)
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, body=content, headers=sent)
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            cookies = answer.headers.get_all("Set-Cookie") or []
            return Response(answer.status, names, answer.read(), cookies)

    def start(self, orchestration: str, input: Any, instance_id: str | None = None) -> str:  # noqa: A002, ANN401
        """Start an orchestration as a durable client does; return its instance id."""
        body = None if input is None else _dumps(input).decode()
        return _wait_for(self._host.engine.start(orchestration, instance_id, body))

    def run(self, orchestration: str, input: Any, instance_id: str | None = None) -> Run:  # noqa: A002, ANN401
        """Start an orchestration and see it to its end."""
        return self.wait(self.start(orchestration, input, instance_id))

    def wait(self, instance_id: str) -> Run:
        """See an instance to its end, letting the clock jump from timer to timer.

        The app's timer triggers fire on the way. One that fires ten times while the instance stands
        still and no durable timer fires is no longer waited for: where the clock then jumps beyond
        several of its times, it fires once.

        Raises:
            WaitsForEverError: it waits for something that no timer will bring.
        """
        firings: Counter[str] = Counter()
        before: InstanceRecord | None = None
        while not (found := _wait_for(self._settled(instance_id))).ended:
            if found != before:
                firings.clear()
            before = found
            if not _wait_for(self._next_timer(firings)):
                raise WaitsForEverError(f"{instance_id} waits for ever:\n{self._timeline(found)}")
        return self.look(instance_id)

    def let_pass(self, time: timedelta) -> None:
        """Let time pass: every durable timer and timer trigger fires when it is due."""
        end = self.clock.now() + time
        self.settle()
        while (due := self._next_due()) is not None and due <= end:
            _wait_for(self._jump(due))
            self.settle()
        self.clock.advance(end)

    def settle(self) -> None:
        """Let everything happen that can happen without the clock moving."""
        _wait_for(self._host.engine.work.idle())

    def look(self, instance_id: str) -> Run:
        """An instance as it stands."""
        record = self._host.engine.instance(instance_id)
        if record is None:
            raise LookupError(f"no instance has the id {instance_id!r}")
        shown = show_instance(record)
        history = self._history(record)
        return Run(
            instance_id=instance_id,
            status=record.status,
            output=shown["output"],
            custom_status=shown["customStatus"],
            history=history,
            activities=[e["FunctionName"] for e in history if e["EventType"].startswith("Task")],
        )

    def raise_event(self, instance_id: str, name: str, data: Any = None) -> None:  # noqa: ANN401 (JSON)
        """Send an external event as the management API does."""
        _wait_for(self._host.engine.raise_event(instance_id, name, data))

    def terminate(self, instance_id: str, reason: str = "") -> None:
        """End an instance from outside."""
        _wait_for(self._host.engine.operations.terminate(instance_id, reason))

    async def _settled(self, instance_id: str) -> InstanceRecord:
        await self._host.engine.work.idle()
        record = self._host.engine.instance(instance_id)
        if record is None:
            raise LookupError(f"no instance has the id {instance_id!r}")
        return record

    async def _next_timer(self, firings: Counter[str] | None = None) -> bool:
        """Jump to what is due next; `firings` counts the triggers that fired in vain."""
        firings = Counter() if firings is None else firings
        tired = {name for name, times in firings.items() if times >= _PATIENCE}
        due = self._next_due(besides=tired)
        if due is None:
            return False
        timer = self._host.engine.timers.next_due()
        if timer is not None and timer <= due:
            firings.clear()
        firings.update(name for name, at in self._host.triggers.pending.items() if at <= due)
        await self._jump(due)
        return True

    def _next_due(self, besides: Collection[str] = ()) -> datetime | None:
        """When the next timer or trigger fires, of all but these triggers."""
        pending = self._host.triggers.pending.items()
        times = [at for name, at in pending if name not in besides]
        return min([*times, *filter(None, [self._host.engine.timers.next_due()])], default=None)

    async def _jump(self, moment: datetime) -> None:
        self.clock.advance(moment)
        self._host.engine.timers.fire_due()
        self._host.triggers.queue.fire_due()

    def _history(self, record: InstanceRecord) -> list[dict[str, Any]]:
        return show_history(self._host.engine.hub.history(record.instance_id), with_outputs=True)

    def _timeline(self, record: InstanceRecord) -> str:
        return render(asdict(record), self._host.engine.hub.history(record.instance_id))


@contextmanager
def start_app(
    app_dir: Path, data_dir: Path, clock: VirtualClock | None = None, *, asks_for_keys: bool = False
) -> Iterator[App]:
    """Run the app in `app_dir` with its state in `data_dir`, in this process."""
    app_dir = app_dir.resolve()
    clock = clock or VirtualClock()
    configuration = replace(read_configuration(app_dir), requires_keys=asks_for_keys)
    with mock.patch.dict(os.environ, configuration.environment):
        loaded = load_app_once(app_dir)
        invokers: list[Invoker] = []

        async def load_worker(binding: str) -> InProcessWorker:
            invokers.append(Invoker(loaded, binding))
            return InProcessWorker(functions=FunctionTable(loaded.infos), invoker=invokers[-1])

        assembled = assembly.assemble(configuration, data_dir, 0, load_worker, clock, durable=False)
        running = _wait_for(assembled.__aenter__())
        try:
            yield App(running, clock)
        finally:
            _wait_for(assembled.__aexit__(None, None, None))
            invokers[-1].close()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One event loop for all tests: the SDK's HTTP session lives on it."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="local host", daemon=True).start()
    return loop


def _wait_for(coroutine: Coroutine[Any, Any, T]) -> T:
    future: Future[T] = asyncio.run_coroutine_threadsafe(coroutine, _loop())
    return future.result(_REAL_SECONDS)


def _dumps(value: Any) -> bytes:  # noqa: ANN401 (JSON)
    return json.dumps(value).encode()
