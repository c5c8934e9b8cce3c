"""When does a timer trigger fire next?

NCRONTAB as the real host reads it: six fields, seconds first (five mean second 0), both day fields
must fit, names of days and months in English. Or a TimeSpan: that long after the last run.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Protocol

from croniter import croniter

from local_host.host.timespan import parse_timespan

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
#: A schedule that comes more often than this is not monitored.
_LEAST_MONITORED = timedelta(minutes=1)


class Schedule(Protocol):
    """When something happens again and again."""

    @property
    def adjusts(self) -> bool:
        """Whether the times follow the wall clock through summer time."""

    def next_after(self, moment: datetime) -> datetime | None:
        """The first time after `moment`; None when there is none."""


@dataclass(frozen=True, slots=True)
class CronSchedule:
    """An NCRONTAB expression in a time zone."""

    expression: str
    zone: tzinfo
    adjusts: bool = True

    def next_after(self, moment: datetime) -> datetime | None:
        """The first time after `moment`; None when there is none, as on February 31."""
        with_seconds = len(self.expression.split()) == _FIELDS_WITH_SECONDS
        times = croniter(
            self.expression,
            moment.astimezone(self.zone),
            ret_type=datetime,
            second_at_beginning=with_seconds,
            day_or=False,
        )
        try:
            found: datetime = times.get_next()
        except ValueError:
            return None
        return found


@dataclass(frozen=True, slots=True)
class ConstantSchedule:
    """The same time between any two runs."""

    interval: timedelta
    adjusts: bool = False

    def next_after(self, moment: datetime) -> datetime:
        """`moment` and the interval."""
        return moment + self.interval


def parse_schedule(text: str, settings: dict[str, str], zone: tzinfo) -> Schedule:
    """Read a schedule; `%NAME%` stands for the app setting of that name.

    Raises:
        ValueError: it is none; the message is the real host's.
    """
    expression = _SETTING.sub(lambda match: _setting(match[1], settings), text).strip()
    try:
        interval = parse_timespan(expression)
    except ValueError:
        return CronSchedule(_cron(expression), zone)
    if not interval:
        raise _unknown(expression)
    return ConstantSchedule(interval)


def is_monitored(schedule: Schedule, now: datetime) -> bool:
    """Whether missed runs can be made up for: not where the next one is seconds away."""
    first = schedule.next_after(now)
    second = schedule.next_after(first) if first else None
    return first is not None and (second is None or second - first >= _LEAST_MONITORED)


def _setting(name: str, settings: dict[str, str]) -> str:
    if name not in settings:
        raise ValueError(f"'%{name}%' does not resolve to a value.")
    return settings[name]


def _cron(expression: str) -> str:
    """The expression as croniter reads it; what NCRONTAB does not know is refused."""
    fields = expression.split()
    if not all(_FIELD.fullmatch(field) for field in fields):
        raise _unknown(expression)
    plain = " ".join(_WORD.sub(_short_name, field) for field in fields)
    with_seconds = len(fields) == _FIELDS_WITH_SECONDS
    known_length = with_seconds or len(fields) == _FIELDS_WITH_SECONDS - 1
    if not known_length or not croniter.is_valid(plain, second_at_beginning=with_seconds):
        raise _unknown(expression)
    return plain


def _short_name(match: re.Match[str]) -> str:
    word = match[0].upper()
    return word[:3] if any(name.startswith(word) for name in _NAMES) else word


def _unknown(expression: str) -> ValueError:
    return ValueError(
        f"The schedule expression '{expression}' was not recognized as a valid cron expression "
        "or timespan string."
    )
