"""How does host.json write a length of time? As .NET does: `00:05:00`, `1.12:00:00`, `-1`."""

import re
from datetime import timedelta

_PATTERN = re.compile(
    r"(?:(?P<days>\d+)\.)?(?P<hours>\d{1,2}):(?P<minutes>\d{1,2})"
    r"(?::(?P<seconds>\d{1,2}(?:\.\d{1,7})?))?"
)


def parse_timespan(text: str) -> timedelta:
    """Read a TimeSpan.

    Raises:
        ValueError: it is none.
    """
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a time span: write it as 00:05:00")
    return timedelta(**{unit: float(number or 0) for unit, number in match.groupdict().items()})


def show_timespan(span: timedelta) -> str:
    """Write a TimeSpan as .NET's `ToString` does."""
    minutes, seconds = divmod(span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days = f"{span.days}." if span.days else ""
    fraction = f".{span.microseconds:06d}0" if span.microseconds else ""
    return f"{days}{hours:02}:{minutes:02}:{seconds:02}{fraction}"
