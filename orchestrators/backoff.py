"""How long does a step go on trying?

The SDK knows only a fixed interval, but hands these options to the host as they are, and the host
knows more. After the last failure the SDK waits one more interval before it gives up.
"""

from datetime import timedelta
from typing import Final

import azure.durable_functions as df


class Backoff(df.RetryOptions):
    """Waits that double from the first interval up to a longest one."""

    def __init__(self, *, first_ms: int, longest_ms: int, attempts: int) -> None:
        super().__init__(first_ms, attempts)
        self._longest_ms = longest_ms

    @property
    def pauses(self) -> list[timedelta]:
        """The wait after each failure, for calls that the host does not repeat by itself."""
        first = self.first_retry_interval_in_milliseconds
        waits = (first * 2**n for n in range(self.max_number_of_attempts))
        return [timedelta(milliseconds=min(wait, self._longest_ms)) for wait in waits]

    def to_json(self) -> dict[str, str | int]:
        """What the host is told."""
        return {
            **super().to_json(),
            "backoffCoefficient": 2,
            "maxRetryIntervalInMilliseconds": self._longest_ms,
        }


#: Gives up after some 45 seconds of waiting: 0.5, 1, 2, 4, 8, and three times 10 seconds.
DOING: Final = Backoff(first_ms=500, longest_ms=10_000, attempts=8)

#: Gives up after some four minutes of waiting: what was begun must not be left half undone, or done
#: and not recorded.
UNDOING: Final = Backoff(first_ms=1_000, longest_ms=30_000, attempts=12)
