"""When do the app's timer triggers run, and what are they told?

Each trigger is one entry in a queue of what is due, so that nothing polls and a virtual clock
drives them too. The last run of a monitored trigger is kept: a run that was missed while the host
was down is made up for, once. A trigger is set again when its run has ended, so it never overlaps
itself.
"""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from local_host.errors import BadConfiguration, FunctionFailed, WorkerLost
from local_host.host.clock import Clock
from local_host.host.durable.dispatch import BackgroundTasks
from local_host.host.durable.timers import TimerQueue, to_microseconds
from local_host.host.store.hub import TaskHub
from local_host.host.store.schedules import TimerStatus
from local_host.host.triggers.schedule import Schedule, is_monitored, parse_schedule
from local_host.host.workers import Worker

_log = logging.getLogger("local_host.timers")
_NEVER = "0001-01-01T00:00:00"
_ZONE_SETTING = "WEBSITE_TIME_ZONE"


@dataclass(slots=True)
class _Trigger:
    name: str
    schedule: Schedule
    monitored: bool
    runs_on_startup: bool
    status: TimerStatus


class TimerTriggers:
    """The app's timer triggers."""

    def __init__(
        self,
        hub: TaskHub,
        worker: Worker,
        clock: Clock,
        work: BackgroundTasks,
        settings: dict[str, str],
    ) -> None:
        """`settings` are the app's.

        Raises:
            BadConfiguration: WEBSITE_TIME_ZONE names no time zone.
        """
        self._hub = hub
        self._worker = worker
        self._clock = clock
        self._work = work
        #: Functions that do not run, by name, with the real host's reason.
        self.in_error: dict[str, str] = {}
        self.queue: TimerQueue[tuple[str, bool]] = TimerQueue(clock, self._fire)
        #: When each trigger that is set fires, by name.
        self.pending: dict[str, datetime] = {}
        self._triggers: dict[str, _Trigger] = {}
        zone, now = _zone(settings), clock.now()
        for info in worker.functions.infos:
            if info.trigger == "timerTrigger":
                binding = info.trigger_binding
                try:
                    schedule = parse_schedule(str(binding["schedule"]), settings, zone)
                except ValueError as error:
                    self.in_error[info.name] = str(error)
                else:
                    self._triggers[info.name] = self._known(info.name, binding, schedule, now)

    def _known(
        self, name: str, binding: dict[str, Any], schedule: Schedule, now: datetime
    ) -> _Trigger:
        monitored = bool(binding.get("useMonitor", True)) and is_monitored(schedule, now)
        fresh = TimerStatus(
            name=name, last=None, next=_text(schedule.next_after(now)), updated=_text(now)
        )
        kept = self._hub.schedules.read(name) if monitored else None
        return _Trigger(name, schedule, monitored, bool(binding.get("runOnStartup")), kept or fresh)

    async def start(self) -> None:
        """Set every trigger: now where a run was missed or the app asks for it, else in time."""
        now = self._clock.now()
        for trigger in self._triggers.values():
            due = _moment(trigger.status.next)
            expected = trigger.schedule.next_after(_moment(trigger.status.updated) or now)
            if due != expected:  # another schedule than at the last run: nothing was missed
                due = trigger.schedule.next_after(now)
                trigger.status = TimerStatus(
                    name=trigger.name,
                    last=trigger.status.last,
                    next=_text(due),
                    updated=_text(now),
                )
            is_past_due = due is not None and due < now
            if is_past_due or trigger.runs_on_startup:
                self._set(trigger, now, past_due=is_past_due)
            else:
                self._set(trigger, due)
        await self._hub.schedules.save([t.status for t in self._triggers.values() if t.monitored])
        self.queue.fire_due()

    def run_now(self, name: str) -> None:
        """Run a trigger's function once, beside its schedule."""
        self._work.start(self._invoke(self._triggers[name], past_due=False))

    def _set(self, trigger: _Trigger, due: datetime | None, *, past_due: bool = False) -> None:
        if due is None:
            return
        self.pending[trigger.name] = due
        number = self._hub.next_message_id()  # ties are broken by it
        due_at = to_microseconds(due.astimezone(UTC))
        self.queue.add(due_at, number, (trigger.name, past_due))

    def _fire(self, item: tuple[str, bool]) -> None:
        name, past_due = item
        trigger = self._triggers[name]
        self.pending.pop(trigger.name, None)
        self._work.start(self._run(trigger, past_due=past_due))

    async def _run(self, trigger: _Trigger, *, past_due: bool) -> None:
        now = self._clock.now()
        await self._invoke(trigger, past_due=past_due)
        due = trigger.schedule.next_after(now)
        trigger.status = TimerStatus(
            name=trigger.name, last=_text(now), next=_text(due), updated=_text(now)
        )
        if trigger.monitored:
            await self._hub.schedules.save([trigger.status])
        self._set(trigger, due)

    async def _invoke(self, trigger: _Trigger, *, past_due: bool) -> None:
        told = {
            "Schedule": {"AdjustForDST": trigger.schedule.adjusts},
            "ScheduleStatus": _shown(trigger.status) if trigger.monitored else None,
            "IsPastDue": past_due,
        }
        try:
            await self._worker.invoke("timer", trigger.name, json.dumps(told).encode())
        except (FunctionFailed, WorkerLost) as failure:
            report = failure.report if isinstance(failure, FunctionFailed) else str(failure)
            _log.error("timer function %s failed: %s", trigger.name, report)


def _zone(settings: dict[str, str]) -> tzinfo:
    name = settings.get(_ZONE_SETTING)
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadConfiguration(
            f"{_ZONE_SETTING} {name!r} is no time zone: write one like Europe/Berlin"
        ) from error


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _shown(status: TimerStatus) -> dict[str, str]:
    return {
        "Last": status.last or _NEVER,
        "Next": status.next or _NEVER,
        "LastUpdated": status.updated or _NEVER,
    }
