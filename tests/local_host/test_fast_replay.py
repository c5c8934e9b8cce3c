"""Timestamps parsed by `datetime.fromisoformat`, which replaces the SDK's parser."""

from datetime import datetime, timedelta

import pytest
from dateutil.parser import parse


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T16:21:54.0586874Z",
        "2026-11-22T16:21:54.058687Z",
        "2026-11-22T16:21:54.5Z",
        "2026-11-22T16:21:54Z",
        "2026-02-28T23:59:59.999999+00:00",
    ],
)
def test_both_parsers_return_the_same_instant(text: str) -> None:
    """`datetime.fromisoformat` and dateutil agree to the microsecond on the hosts' formats."""
    fast, slow = datetime.fromisoformat(text), parse(text)

    assert fast == slow
    assert fast.utcoffset() == slow.utcoffset() == timedelta(0)
