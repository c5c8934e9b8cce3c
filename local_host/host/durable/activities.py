"""Activities: run at least once, a limited number at a time."""

import asyncio
import json
import logging
from collections.abc import Callable

from local_host.errors import InvocationError
from local_host.host.clock import Clock
from local_host.host.durable.decisions import HTTP_ACTIVITY
from local_host.host.durable.dispatch import BackgroundTasks
from local_host.host.durable.http_activity import run_http_activity
from local_host.host.history.events import HistoryEvent, TaskCompleted, TaskFailed
from local_host.host.store.records import Message, Task
from local_host.host.workers import Worker

_log = logging.getLogger("local_host.activities")


class Activities:
    """Runs activities and delivers their results."""

    def __init__(
        self,
        worker: Worker,
        clock: Clock,
        background: BackgroundTasks,
        max_concurrent: int,
        deliver: Callable[[Message], None],
    ) -> None:
        self._worker = worker
        self._clock = clock
        self._background = background
        self._slots = asyncio.Semaphore(max_concurrent)
        self._deliver = deliver
        self._is_stopped = False

    def stop_starting(self) -> None:
        """Start no more activities; scheduled ones stay in the task hub."""
        self._is_stopped = True

    def run(self, task: Task) -> None:
        """Run an activity in the background. After a crash before its result it runs again."""
        self._background.start(self._run(task))

    async def _run(self, task: Task) -> None:
        async with self._slots:
            if self._is_stopped:
                return
            event = await self._get_result(task)
        self._deliver(
            Message(
                target=task.instance_id,
                event=event,
                execution_id=task.execution_id,
                result_of=task,
            )
        )

    async def _get_result(self, task: Task) -> HistoryEvent:
        if task.name == HTTP_ACTIVITY:
            return await run_http_activity(task, self._clock)
        payload = (task.input_ or "null").encode()
        try:
            response = await self._worker.invoke(
                "activity", task.name, payload, about=task.instance_id
            )
        except InvocationError as failure:
            report = failure.report
            _log.warning(
                "Activity %s failed: %s", task.name, report, extra={"about": task.instance_id}
            )
            return TaskFailed(
                timestamp=self._clock.now(),
                scheduled_id=task.scheduled_id,
                reason=f"Activity function '{task.name}' failed:  {report}",
                details=_encode_details(report),
            )
        return TaskCompleted(
            timestamp=self._clock.now(),
            scheduled_id=task.scheduled_id,
            result=response.body.decode(),
        )


def _encode_details(report: str) -> str:
    """Encode the exception as the extension does, limited to what an orchestrator can see."""
    return json.dumps(
        {
            "$type": "System.Exception, System.Private.CoreLib",
            "ClassName": "System.Exception",
            "Message": f" {report}",
        },
        separators=(",", ":"),
    )
