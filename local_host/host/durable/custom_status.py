"""How much may an orchestrator tell of itself while it runs?"""

from local_host.errors import CustomStatusTooLargeError
from local_host.host.durable.actions import OrchestratorState
from local_host.host.durable.builder import compact

_MOST_KILOBYTES = 16
#: No character takes more bytes in UTF-16.
_MOST_BYTES_OF_A_CHARACTER = 4


def custom_status_of(state: OrchestratorState) -> str | None:
    """The custom status as JSON text.

    Raises:
        CustomStatusTooLargeError: it is larger than 16 KB in UTF-16.
    """
    if state.custom_status is None:
        return None
    text = compact(state.custom_status)
    if len(text) * _MOST_BYTES_OF_A_CHARACTER <= _MOST_KILOBYTES * 1024:
        return text
    kilobytes = len(text.encode("utf-16-le", "surrogatepass")) / 1024
    if kilobytes > _MOST_KILOBYTES:
        raise CustomStatusTooLargeError(
            f"The UTF-16 size of the JSON-serialized payload must not exceed {_MOST_KILOBYTES} KB. "
            f"The current payload size is {kilobytes:.0f} KB."
        )
    return text
