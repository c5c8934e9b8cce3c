"""Signatures of events: Stripe's scheme, which all partners use.

The header is `t=1772366400,v1=5257a8…`: a time in seconds, and the HMAC-SHA256 of the time, a dot
and the body as it was sent, in hexadecimal. While a secret is replaced there is a `v1` for each
secret. Other schemes, such as `v0`, are ignored.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

#: Older and younger signatures are refused, so that a recorded request cannot be sent again later.
TOLERANCE: Final = timedelta(minutes=5)

_TIME: Final = re.compile(r"[0-9]{1,11}", re.ASCII)
_MAX_SIGNATURES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """The parts of a signature header."""

    #: As it was sent: it is a part of what is signed.
    time: str
    #: In hexadecimal.
    v1: tuple[str, ...]

    @classmethod
    def parse(cls, header: str) -> Signature | None:
        """Return the signature in a header; None if it has not exactly one time and a `v1`."""
        pairs = [part.strip().partition("=") for part in header.split(",")]
        times = [value for name, _, value in pairs if name == "t"]
        v1 = tuple(value for name, _, value in pairs if name == "v1")
        if len(times) != 1 or not _TIME.fullmatch(times[0]) or not 1 <= len(v1) <= _MAX_SIGNATURES:
            return None
        return cls(time=times[0], v1=v1)

    def matches(self, body: bytes, secrets: Iterable[str]) -> bool:
        """Whether one of the secrets signed this body at this time."""
        signed = self.time.encode() + b"." + body
        expected = [hmac.digest(key.encode(), signed, hashlib.sha256).hex() for key in secrets]
        # Every pair is compared, each in constant time.
        results = [
            hmac.compare_digest(right.encode(), given.encode("utf-8", "replace"))
            for right in expected
            for given in self.v1
        ]
        return any(results)

    def is_current(self, now: datetime) -> bool:
        """Whether it was made within the tolerance, before or after now."""
        return abs(now.timestamp() - int(self.time)) <= TOLERANCE.total_seconds()
