"""How is the host told how long a step goes on trying?

The SDK knows only a fixed interval, but hands these options to the host as they are, and the host
knows more. After the last failure the SDK waits one more interval before it gives up.
"""

from datetime import timedelta

import azure.durable_functions as df

from domain.retry import RetryPolicy


class Backoff(df.RetryOptions):
    """Waits that double from the first interval up to a longest one."""

    def __init__(self, policy: RetryPolicy) -> None:
        super().__init__(policy.first_ms, policy.attempts)
        self._longest_ms = policy.longest_ms

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
