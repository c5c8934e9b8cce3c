"""Are .NET's time spans read and written as .NET does it?"""

from datetime import timedelta

import pytest

from local_host.host.configuration import format_timespan, parse_timespan


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("00:05:00", timedelta(minutes=5)),
        ("1.12:00:00", timedelta(days=1, hours=12)),
        ("00:00:00.2500000", timedelta(milliseconds=250)),
    ],
)
def test_a_span_is_read_and_written_alike(text: str, span: timedelta) -> None:
    """Both ways."""
    assert parse_timespan(text) == span
    assert format_timespan(span) == text


def test_seconds_may_be_left_out() -> None:
    """As .NET allows."""
    assert parse_timespan("00:08") == timedelta(minutes=8)


@pytest.mark.parametrize("text", ["", "5", "5m", "-00:01:00", "00:05:00 "])
def test_anything_else_is_refused(text: str) -> None:
    """With the mend."""
    with pytest.raises(ValueError, match="write it as 00:05:00"):
        parse_timespan(text)
