"""How long does a step go on trying?"""

import pytest

from orchestrators.retries import Backoff
from orders.contracts.retries import RetryPolicies

DOING = Backoff(RetryPolicies().doing)
UNDOING = Backoff(RetryPolicies().undoing)


def waits(backoff: Backoff) -> list[int]:
    """The waits in milliseconds that the host makes of these options, the last one included."""
    told = {name: int(value) for name, value in backoff.to_json().items()}
    return [
        min(
            told["firstRetryIntervalInMilliseconds"] * told["backoffCoefficient"] ** attempt,
            told["maxRetryIntervalInMilliseconds"],
        )
        for attempt in range(told["maxNumberOfAttempts"])
    ]


def test_the_first_wait_is_short_and_the_next_ones_double() -> None:
    """A hiccup costs half a second; what lasts longer is asked less often."""
    assert waits(DOING)[:5] == [500, 1000, 2000, 4000, 8000]


@pytest.mark.parametrize(("backoff", "least", "most"), [(DOING, 30, 55), (UNDOING, 180, 300)])
def test_a_step_gives_up_in_time(backoff: Backoff, least: int, most: int) -> None:
    """Doing gives up within a minute, undoing after some minutes."""
    assert least <= sum(waits(backoff)) / 1000 <= most


def test_no_wait_is_longer_than_the_longest() -> None:
    """The waits stop doubling at the cap."""
    assert max(waits(DOING)) == 10_000
    assert max(waits(UNDOING)) == 30_000
