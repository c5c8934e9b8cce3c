"""Timer triggers: when each fires, and what its function receives.

Each trigger has one entry in a queue of due times, so that nothing polls and a virtual clock works,
too. The last run of a monitored trigger is stored: if the host was down when it was due, it runs
once at the next start. The next run is scheduled when the current one has ended, so that runs of a
trigger never overlap.
"""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from local_host.errors import ConfigurationError, InvocationError
from local_host.functions import FunctionInfo
from local_host.host.clock import Clock
from local_host.host.durable.dispatch import BackgroundTasks
from local_host.host.durable.timers import TimerQueue, to_microseconds
from local_host.host.store.hub import TaskHub
from local_host.host.store.schedules import TimerStatus
from local_host.host.triggers.schedule import Schedule, is_monitored, parse_schedule
from local_host.host.workers import Worker

_log = logging.getLogger("local_host.timers")
#: .NET's default value of a DateTime, used where there is no last run.
_NEVER = "0001-01-01T00:00:00"
_ZONE_SETTING = "WEBSITE_TIME_ZONE"


@dataclass(slots=True, kw_only=True)  # not frozen: `status` changes with each run
class _Trigger:
    name: str
    schedule: Schedule
    is_monitored: bool
    runs_on_startup: bool
    status: TimerStatus


class TimerTriggers:
    """The app's timer triggers."""

    def __init__(
        self,
        hub: TaskHub,
        worker: Worker,
        clock: Clock,
        background: BackgroundTasks,
        settings: dict[str, str],
    ) -> None:
        """`settings` are the app settings.

        Raises:
            ConfigurationError: WEBSITE_TIME_ZONE is not a time zone.
        """
        self._hub = hub
        self._worker = worker
        self._clock = clock
        self._background = background
        self._settings = settings
        #: Functions that do not run, by name, with the real host's reason.
        self.in_error: dict[str, str] = {}
        self.queue: TimerQueue[tuple[str, bool]] = TimerQueue(clock, self._fire)
        #: When each scheduled trigger fires, by name.
        self.pending: dict[str, datetime] = {}
        self._triggers: dict[str, _Trigger] = {}
        zone, now = _zone(settings), clock.now()
        for info in worker.functions.infos:
            if info.trigger == "timerTrigger":
                self._add(info, zone, now)

    def _add(self, info: FunctionInfo, zone: tzinfo, now: datetime) -> None:
        binding = info.trigger_binding
        try:
            schedule = parse_schedule(str(binding["schedule"]), self._settings, zone)
        except ValueError as error:
            self.in_error[info.name] = str(error)
            return
        monitored = bool(binding.get("useMonitor", True)) and is_monitored(schedule, now)
        stored = self._hub.schedules.read(info.name) if monitored else None
        self._triggers[info.name] = _Trigger(
            name=info.name,
            schedule=schedule,
            is_monitored=monitored,
            runs_on_startup=bool(binding.get("runOnStartup")),
            status=stored or _status(info.name, None, schedule.next_after(now), now),
        )

    async def start(self) -> None:
        """Schedule every trigger; it fires now if it missed a run or has `runOnStartup`."""
        now = self._clock.now()
        for trigger in self._triggers.values():
            due = _parse(trigger.status.next)
            expected = trigger.schedule.next_after(_parse(trigger.status.updated) or now)
            if due != expected:  # the schedule has changed since the last run: none was missed
                due = trigger.schedule.next_after(now)
                trigger.status = _status(trigger.name, _parse(trigger.status.last), due, now)
            is_past_due = due is not None and due < now
            if is_past_due or trigger.runs_on_startup:
                self._schedule(trigger, now, past_due=is_past_due)
            else:
                self._schedule(trigger, due)
        monitored = [t.status for t in self._triggers.values() if t.is_monitored]
        await self._hub.schedules.save(monitored)
        self.queue.fire_due()

    def run_now(self, name: str) -> None:
        """Run the function of a trigger once, without changing its schedule."""
        self._background.start(self._invoke(self._triggers[name], past_due=False))

    def _schedule(self, trigger: _Trigger, due: datetime | None, *, past_due: bool = False) -> None:
        if due is None:
            return
        self.pending[trigger.name] = due
        number = self._hub.next_message_id()  # orders triggers that are due at the same time
        due_at = to_microseconds(due.astimezone(UTC))
        self.queue.add(due_at, number, (trigger.name, past_due))

    def _fire(self, item: tuple[str, bool]) -> None:
        name, past_due = item
        self.pending.pop(name, None)
        self._background.start(self._run(self._triggers[name], past_due=past_due))

    async def _run(self, trigger: _Trigger, *, past_due: bool) -> None:
        now = self._clock.now()
        await self._invoke(trigger, past_due=past_due)
        due = trigger.schedule.next_after(now)
        trigger.status = _status(trigger.name, now, due, now)
        if trigger.is_monitored:
            await self._hub.schedules.save([trigger.status])
        self._schedule(trigger, due)

    async def _invoke(self, trigger: _Trigger, *, past_due: bool) -> None:
        payload = {
            "Schedule": {"AdjustForDST": trigger.schedule.adjusts},
            "ScheduleStatus": _to_json(trigger.status) if trigger.is_monitored else None,
            "IsPastDue": past_due,
        }
        try:
            await self._worker.invoke("timer", trigger.name, json.dumps(payload).encode())
        except InvocationError as failure:
            _log.error("Timer function %s failed: %s", trigger.name, failure.report)


def _zone(settings: dict[str, str]) -> tzinfo:
    name = settings.get(_ZONE_SETTING)
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigurationError(
            f"{_ZONE_SETTING} must be a time zone such as Europe/Berlin, not {name!r}"
        ) from error


def _status(
    name: str, last: datetime | None, following: datetime | None, updated: datetime
) -> TimerStatus:
    return TimerStatus(
        name=name, last=_format(last), next=_format(following), updated=_format(updated)
    )


def _format(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _parse(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _to_json(status: TimerStatus) -> dict[str, Any]:
    return {
        "Last": status.last or _NEVER,
        "Next": status.next or _NEVER,
        "LastUpdated": status.updated or _NEVER,
    }
