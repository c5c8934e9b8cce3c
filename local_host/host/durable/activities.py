"""How does an activity get from a call to an answer?"""

import asyncio
import json
import logging
from collections.abc import Callable

from local_host.errors import FunctionFailedError, WorkerLostError
from local_host.host.clock import Clock
from local_host.host.durable import history, http_activity
from local_host.host.durable.builder import HTTP_ACTIVITY
from local_host.host.durable.work import Work
from local_host.host.store.records import Message, Task
from local_host.host.workers import Worker

_log = logging.getLogger("local_host.activities")


class Activities:
    """Runs activities, a limited number at a time, and delivers their answers."""

    def __init__(
        self,
        worker: Worker,
        clock: Clock,
        work: Work,
        at_once: int,
        deliver: Callable[[Message], None],
    ) -> None:
        self._worker = worker
        self._clock = clock
        self._work = work
        self._slots = asyncio.Semaphore(at_once)
        self._deliver = deliver
        self._resting = False

    def rest(self) -> None:
        """Start no more activities; those that are called stay in the task hub."""
        self._resting = True

    def run(self, task: Task) -> None:
        """Run an activity. It runs at least once: again, where a crash swallowed its answer."""
        self._work.start(self._run(task))

    async def _run(self, task: Task) -> None:
        async with self._slots:
            if self._resting:
                return
            event = await self._answer(task)
        self._deliver(
            Message(task.instance_id, event, execution_id=task.execution_id, answers=task)
        )

    async def _answer(self, task: Task) -> history.Event:
        if task.name == HTTP_ACTIVITY:
            return await http_activity.call(task, self._clock)
        try:
            answer = await self._worker.invoke(
                "activity",
                task.name,
                (task.input_ or "null").encode(),
                about=task.instance_id,
            )
        except (FunctionFailedError, WorkerLostError) as failure:
            report = failure.report if isinstance(failure, FunctionFailedError) else str(failure)
            _log.warning(
                "Activity %s failed: %s", task.name, report, extra={"about": task.instance_id}
            )
            reason = f"Activity function '{task.name}' failed:  {report}"
            return history.task_failed(
                self._clock.now(), task.scheduled_id, reason, _details(report)
            )
        return history.task_completed(self._clock.now(), task.scheduled_id, answer.body.decode())


def _details(report: str) -> str:
    """The exception as the extension serializes it, as far as an orchestrator can see it."""
    return json.dumps(
        {
            "$type": "System.Exception, System.Private.CoreLib",
            "ClassName": "System.Exception",
            "Message": f" {report}",
        },
        separators=(",", ":"),
    )
