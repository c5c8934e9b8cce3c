"""The exceptions of the local host.

LocalHostError                    base class; its default message is the docstring of the class
├── HostError                     stops the host with one line on the terminal
│   ├── AppFolderError            the folder is not a function app, or does not load
│   ├── ConfigurationError        host.json or local.settings.json has an invalid value
│   ├── DataFolderInUseError      another host uses the data folder
│   ├── DataFileError             a file in the data folder cannot be read or written
│   ├── PortInUseError            the port is not free
│   ├── WorkerRestartLimitError   the worker processes ended too often
│   └── InspectionError           `--inspect` names no instance or entity
├── InvocationError               a call of a function did not return a value
│   ├── FunctionFailedError       the function raised an exception
│   └── WorkerLostError           the process that ran the function ended
├── InstanceError                 the engine refuses an operation on an orchestration instance
│   ├── InstanceNotFoundError     no instance has this ID
│   ├── InstanceConflictError     an instance with this ID is still running
│   ├── InstanceEndedError        the instance has ended
│   └── InstanceStatusError       the instance does not have the required status
├── EntityNotFoundError           no entity function has this name
├── ReplayError                   the replay of an orchestration failed, and the instance fails
│   ├── NonDeterministicError     the replay and the history differ
│   ├── UnsupportedActionError    the orchestrator scheduled an action that is not supported
│   └── CustomStatusTooLargeError the custom status exceeds its limit
├── CallFailedError               a call failed; the SDK raises the failure in the orchestrator
└── RequestError                  an HTTP request cannot be read
    ├── BadRequestError           its body does not match its headers
    └── BodyTooLargeError         its body exceeds the limit
"""


class LocalHostError(Exception):
    """The local host failed."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(self.__doc__ if message is None else message)


class HostError(LocalHostError):
    """The host cannot continue."""


class AppFolderError(HostError):
    """The folder is not a function app that can be loaded."""


class ConfigurationError(HostError):
    """host.json or local.settings.json has an invalid value."""


class DataFolderInUseError(HostError):
    """Another host uses the data folder."""


class DataFileError(HostError):
    """A file in the data folder cannot be read or written."""


class PortInUseError(HostError):
    """The port is not free."""


class WorkerRestartLimitError(HostError):
    """The worker processes ended too often."""


class InspectionError(HostError):
    """No instance or entity has this ID."""


class InvocationError(LocalHostError):
    """The function did not return a value."""

    @property
    def report(self) -> str:
        """The failure as the real host reports it."""
        return str(self)


class FunctionFailedError(InvocationError):
    """The function raised an exception: `kind` is its class, `str()` its message."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind

    @property
    def report(self) -> str:
        """The failure as the real worker reports it: `ValueError: no luck`."""
        return f"{self.kind}: {self}"


class WorkerLostError(InvocationError):
    """The worker process ended while it ran the function."""


class InstanceError(LocalHostError):
    """The orchestration instance does not allow this operation."""


class InstanceNotFoundError(InstanceError):
    """No orchestration instance has this ID."""


class InstanceConflictError(InstanceError):
    """An orchestration instance with this ID is still running."""

    def __init__(self, status: str) -> None:
        super().__init__(f"An Orchestration instance with the status {status} already exists.")


class InstanceEndedError(InstanceError):
    """The orchestration instance has ended and accepts no more messages."""


class InstanceStatusError(InstanceError):
    """The orchestration instance does not have the status that the operation requires."""

    def __init__(self, operation: str, instance_id: str, status: str) -> None:
        super().__init__(
            f"Cannot {operation} the orchestration instance {instance_id} because instance is in "
            f"the {status} state."
        )
        self.status = status


class EntityNotFoundError(LocalHostError):
    """No entity function has this name."""


class ReplayError(LocalHostError):
    """The replay of the orchestration failed."""


class NonDeterministicError(ReplayError):
    """The orchestrator scheduled other actions than its history records."""


class UnsupportedActionError(ReplayError):
    """The orchestrator scheduled an action that the local host does not support."""


class CustomStatusTooLargeError(ReplayError):
    """The custom status exceeds its limit."""


class CallFailedError(LocalHostError):
    """A call of the orchestrator failed."""


class RequestError(LocalHostError):
    """The HTTP request cannot be read."""


class BadRequestError(RequestError):
    """The body of the HTTP request does not match its headers."""


class BodyTooLargeError(RequestError):
    """The body of the HTTP request exceeds the limit."""
