"""A running app, as a test controls it."""

import json as json_module
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from local_host.host.assembly import Host
from local_host.host.clock import VirtualClock
from local_host.host.history.codec import encode_event
from local_host.host.history.events import RuntimeStatus
from local_host.host.store.records import InstanceRecord
from local_host.host.timeline import render_timeline
from local_host.host.web.status import show_history, show_instance
from local_host.testing.driver import Driver, run_in_loop
from local_host.testing.http import Response, send_request


class WaitsForeverError(AssertionError):
    """The awaited state was not reached, and no timer is left that could lead to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """An orchestration instance as the management API shows it."""

    instance_id: str
    status: RuntimeStatus
    output: Any
    custom_status: Any
    #: Events under their names, each result merged with its call.
    history: list[dict[str, Any]]
    #: Names of the activities that were called, in order; each attempt counts.
    activities: list[str]


class App:
    """An app on a host of its own. Every method may be called from any thread."""

    def __init__(self, host: Host, clock: VirtualClock) -> None:
        #: The host, for tests of the host itself.
        self.host = host
        self.clock = clock
        #: Moves the time of the host, for tests that run on its event loop.
        self.driver = Driver(host, clock)
        self.base_url = host.base_url

    # ------------------------------------------------------------ HTTP

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,  # noqa: ANN401 - JSON
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send an HTTP request; `json` sets the content type, `content` does not."""
        return send_request(
            self.base_url, method, path, json=json, content=content, headers=headers
        )

    # ------------------------------------------------------------ instances

    def start(self, orchestration: str, input: Any, instance_id: str | None = None) -> str:  # noqa: A002, ANN401 - the name of the SDK's client; JSON
        """Start an orchestration as a durable client does; return its instance id."""
        body = None if input is None else json_module.dumps(input)
        return run_in_loop(self.host.engine.start(orchestration, instance_id, body))

    def run(self, orchestration: str, input: Any, instance_id: str | None = None) -> Run:  # noqa: A002, ANN401 - the name of the SDK's client; JSON
        """Start an orchestration and wait for its end."""
        return self.wait(self.start(orchestration, input, instance_id))

    def get_run(self, instance_id: str) -> Run:
        """Return an instance in its current state.

        Raises:
            LookupError: No instance has this id.
        """
        record = self.driver.get_instance(instance_id)
        shown = show_instance(record)
        events = self.host.engine.hub.read_history(instance_id)
        history = show_history(events, with_outputs=True)
        return Run(
            instance_id=instance_id,
            status=record.status,
            output=shown["output"],
            custom_status=shown["customStatus"],
            history=history,
            activities=[e["FunctionName"] for e in history if e["EventType"].startswith("Task")],
        )

    def get_stored_history(self, instance_id: str) -> list[dict[str, Any]]:
        """Return the events of an instance as the task hub stores them, oldest first."""
        return [encode_event(event) for event in self.host.engine.hub.read_history(instance_id)]

    def raise_event(self, instance_id: str, name: str, data: Any = None) -> None:  # noqa: ANN401 - JSON
        """Send an external event as the management API does."""
        run_in_loop(self.host.engine.raise_event(instance_id, name, data))

    def terminate(self, instance_id: str, reason: str = "") -> None:
        """Terminate an instance."""
        run_in_loop(self.host.engine.operations.terminate(instance_id, reason))

    # ------------------------------------------------------------ time

    def wait_until_idle(self) -> None:
        """Wait until nothing can happen unless the clock moves."""
        run_in_loop(self.driver.wait_until_idle())

    def advance(self, time: timedelta) -> None:
        """Move the clock; every durable timer and timer trigger on the way fires when due."""
        end = self.clock.now() + time
        self.wait_until_idle()
        while (due := self.driver.get_next_due()) is not None and due <= end:
            run_in_loop(self.driver.advance_to(due))
            self.wait_until_idle()
        self.clock.advance(end)

    def advance_to_next_timer(self) -> bool:
        """Move the clock to the next timer, fire it and wait until the host is idle.

        Returns:
            False if neither a durable timer nor a timer trigger is set.
        """
        has_fired = run_in_loop(self.driver.advance_to_next_timer())
        self.wait_until_idle()
        return has_fired

    def fire_due_timers(self) -> None:
        """Fire the timers that are due, after a test has moved `clock` itself."""
        run_in_loop(self.driver.advance_to(self.clock.now()))

    def wait(self, instance_id: str) -> Run:
        """Wait for the end of an instance; the clock moves from timer to timer.

        Timer triggers fire on the way. A trigger that fires ten times while the instance does not
        change and no durable timer fires is not waited for again. If the clock then passes several
        of its times at once, it fires once.

        Raises:
            LookupError: No instance has this id.
            WaitsForeverError: The instance waits for something that no timer brings.
        """
        self._wait_for_record(instance_id, lambda record: record.ended)
        return self.get_run(instance_id)

    def wait_for_status(self, instance_id: str, *statuses: RuntimeStatus | str) -> Run:
        """Wait until an instance has one of the statuses; the clock moves as in `wait`.

        Raises:
            LookupError: No instance has this id.
            WaitsForeverError: The instance has ended with another status, or no timer is left.
        """
        self._wait_for_record(instance_id, lambda record: record.status in statuses)
        return self.get_run(instance_id)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds when the host is idle; the clock moves as in `wait`.

        Raises:
            WaitsForeverError: The condition does not hold, and no timer is left.
        """
        firings: Counter[str] = Counter()
        self.wait_until_idle()
        while not condition():
            if not run_in_loop(self.driver.advance_to_next_timer(firings)):
                raise WaitsForeverError("The condition does not hold, and no timer is left.")
            self.wait_until_idle()

    def _wait_for_record(
        self, instance_id: str, condition: Callable[[InstanceRecord], bool]
    ) -> None:
        firings: Counter[str] = Counter()
        previous: InstanceRecord | None = None
        while not condition(record := run_in_loop(self.driver.get_idle_instance(instance_id))):
            if record != previous:
                firings.clear()
            previous = record
            if record.ended or not run_in_loop(self.driver.advance_to_next_timer(firings)):
                raise WaitsForeverError(
                    f"Instance {instance_id} waits forever:\n{self.render_timeline(instance_id)}"
                )

    # ------------------------------------------------------------ the host

    @property
    def fault(self) -> BaseException | None:
        """The fault that has ended the host, or None."""
        return self.host.fault.result() if self.host.fault.done() else None

    @property
    def rpc_url(self) -> str:
        """The URL of the RPC endpoint that only the SDK's client knows."""
        return self.host.server.rpc_url

    def render_timeline(self, instance_id: str) -> str:
        """Render the timeline of an instance, as `--inspect` does."""
        record = self.driver.get_instance(instance_id)
        return render_timeline(record, self.host.engine.hub.read_history(instance_id))
