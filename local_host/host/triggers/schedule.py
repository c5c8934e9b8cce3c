"""Schedules of timer triggers: NCRONTAB expressions and TimeSpans.

NCRONTAB is read as by the real host: six fields, seconds first (with five fields, the second is 0).
If both day fields are given, both must match. Names of days and months are English. A TimeSpan is
the time between the last run and the next.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Protocol

from croniter import croniter

from local_host.host.configuration import parse_timespan

_SETTING = re.compile(r"%([^%]+)%")
_ITEM = r"(?:\d+|[A-Za-z]{3,})"
_VALUE = rf"(?:\*|{_ITEM}(?:-{_ITEM})?)(?:/\d+)?"
_FIELD = re.compile(f"{_VALUE}(?:,{_VALUE})*")
_FIELDS_WITH_SECONDS = 6
_NAMES = (
    *("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"),
    *("JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY"),
    *("AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"),
)
_WORD = re.compile("[A-Za-z]{3,}")
#: The real host does not monitor schedules with shorter intervals.
_MIN_MONITORED_INTERVAL = timedelta(minutes=1)


class Schedule(Protocol):
    """The times at which a trigger fires."""

    @property
    def adjusts(self) -> bool:
        """Whether the schedule follows the wall clock when daylight saving time changes."""

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the first time after `moment`, or None if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CronSchedule:
    """An NCRONTAB expression in a time zone."""

    expression: str
    zone: tzinfo
    adjusts: bool = True

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the first time after `moment`, or None if there is none, as on February 31."""
        has_seconds = len(self.expression.split()) == _FIELDS_WITH_SECONDS
        times = croniter(
            self.expression,
            moment.astimezone(self.zone),
            ret_type=datetime,
            second_at_beginning=has_seconds,
            day_or=False,
        )
        try:
            following: datetime = times.get_next()
        except ValueError:
            return None
        return following


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantSchedule:
    """A constant interval between runs."""

    interval: timedelta
    adjusts: bool = False

    def next_after(self, moment: datetime) -> datetime:
        """Return `moment` plus the interval."""
        return moment + self.interval


def parse_schedule(text: str, settings: dict[str, str], zone: tzinfo) -> Schedule:
    """Parse a schedule; `%NAME%` is replaced by the app setting of that name.

    Raises:
        ValueError: the text is not a schedule; the message is the real host's.
    """
    expression = _SETTING.sub(lambda match: _setting(match[1], settings), text).strip()
    try:
        interval = parse_timespan(expression)
    except ValueError:
        return CronSchedule(expression=_to_croniter(expression), zone=zone)
    if not interval:
        raise _not_recognized(expression)
    return ConstantSchedule(interval=interval)


def is_monitored(schedule: Schedule, now: datetime) -> bool:
    """Return whether missed runs are made up for, which is not done below one minute."""
    first = schedule.next_after(now)
    second = schedule.next_after(first) if first else None
    return first is not None and (second is None or second - first >= _MIN_MONITORED_INTERVAL)


def _setting(name: str, settings: dict[str, str]) -> str:
    if name not in settings:
        raise ValueError(f"'%{name}%' does not resolve to a value.")
    return settings[name]


def _to_croniter(expression: str) -> str:
    """Translate NCRONTAB to croniter's dialect; reject what only croniter knows."""
    fields = expression.split()
    if not all(_FIELD.fullmatch(field) for field in fields):
        raise _not_recognized(expression)
    translated = " ".join(_WORD.sub(_abbreviate, field) for field in fields)
    has_seconds = len(fields) == _FIELDS_WITH_SECONDS
    if not has_seconds and len(fields) != _FIELDS_WITH_SECONDS - 1:
        raise _not_recognized(expression)
    if not croniter.is_valid(translated, second_at_beginning=has_seconds):
        raise _not_recognized(expression)
    return translated


def _abbreviate(match: re.Match[str]) -> str:
    word = match[0].upper()
    return word[:3] if any(name.startswith(word) for name in _NAMES) else word


def _not_recognized(expression: str) -> ValueError:
    return ValueError(
        f"The schedule expression '{expression}' was not recognized as a valid cron expression "
        "or timespan string."
    )
