"""Time spans in .NET's format."""

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
def test_timespan_is_parsed_and_formatted(text: str, span: timedelta) -> None:
    """Parsing and formatting are inverse."""
    assert parse_timespan(text) == span
    assert format_timespan(span) == text


def test_timespan_without_seconds_is_parsed() -> None:
    """.NET accepts hours and minutes alone."""
    assert parse_timespan("00:08") == timedelta(minutes=8)


@pytest.mark.parametrize("text", ["", "5", "5m", "-00:01:00", "00:05:00 "])
def test_text_that_is_not_a_timespan_is_rejected(text: str) -> None:
    """The message has an example of the format."""
    with pytest.raises(ValueError, match="write it as 00:05:00"):
        parse_timespan(text)
