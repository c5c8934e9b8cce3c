"""Durable client that fails as the SDK does: with bare exceptions, or with empty statuses."""

from azure.durable_functions.models.DurableOrchestrationStatus import DurableOrchestrationStatus


class FailingClient:
    """A client that starts nothing and reads no entity."""

    def __init__(self, *, status: object = "", is_reachable: bool = True) -> None:
        self._status = status
        self._is_reachable = is_reachable

    async def start_new(self, *_: object) -> str:
        """Refuse to start an orchestration."""
        raise Exception({"Message": "something with Status Running"})  # noqa: TRY002 - as the SDK

    async def get_status(self, *_: object) -> object:
        """Return the status, if the engine is reachable."""
        if not self._is_reachable:
            raise Exception("The operation failed with an unexpected status code 503")  # noqa: TRY002 - as the SDK
        return DurableOrchestrationStatus.from_json(self._status)

    async def read_entity_state(self, *_: object) -> object:
        """Fail to read."""
        raise Exception("The operation failed with an unexpected status code 503")  # noqa: TRY002 - as the SDK
