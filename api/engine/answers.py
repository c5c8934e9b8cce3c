"""What does the engine answer, and what is a fault of it?

The SDK raises nothing more telling than Exception, and takes some faults for answers.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import azure.durable_functions as df
from azure.durable_functions.models.DurableOrchestrationStatus import (
    DurableOrchestrationStatus as Status,
)

from domain.errors import EngineUnavailable


@contextmanager
def asking() -> Iterator[None]:
    """Whatever the SDK raises in here is a fault of the engine."""
    try:
        yield
    except Exception as error:
        raise EngineUnavailable from error


async def status_of(
    client: df.DurableOrchestrationClient,
    instance_id: str,
    *,
    with_history: bool = False,
    with_input: bool = False,
) -> Status | None:
    """How the orchestration of this id stands; None where there is none."""
    with asking():
        status = await client.get_status(instance_id, with_history, with_history, with_input)
    # An unknown id is answered with nothing; a fault comes as a status with something in it.
    if not status and getattr(status, "message", None) != "":
        raise EngineUnavailable
    return status or None
