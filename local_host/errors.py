"""What can stop the host, and what does it say?

HostError                  one clear line for the person at the terminal
├── BadAppFolder           the folder is not a function app, or cannot be loaded
├── BadConfiguration       host.json or local.settings.json cannot be used
├── DataFolderInUse        another host owns the data folder
├── BadDataFile            host.sqlite3 cannot be read or written
├── PortTaken              the port is not free
├── WorkersKeepDying       the processes that run the functions died too often
└── NothingToInspect       no instance or entity has the id that somebody asked for
FunctionFailed             a function of the app raised
WorkerLost                 the process that ran the function is gone
InstanceConflict           an instance with this id is still running
NoSuchInstance             no instance has this id
InstanceEnded              the instance has ended and takes no more messages
WrongStatus                the instance is not in a state in which this can be done
UnknownEntity              no entity function has this name
"""


class HostError(Exception):
    """The host cannot go on."""


class BadAppFolder(HostError):
    """The folder is not a function app that can be loaded."""


class BadConfiguration(HostError):
    """host.json or local.settings.json cannot be used."""


class DataFolderInUse(HostError):
    """Another host owns the data folder."""


class BadDataFile(HostError):
    """The data file cannot be read or written."""


class PortTaken(HostError):
    """The port is not free."""


class WorkersKeepDying(HostError):
    """The processes that run the app's functions died too often."""


class NothingToInspect(HostError):
    """No instance or entity has the id that somebody asked for."""


class FunctionFailed(Exception):
    """A function of the app raised. `str()` is the exception's text; `kind` its class's name."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind

    @property
    def report(self) -> str:
        """The line that the real worker sends: `ValueError: no luck`."""
        return f"{self.kind}: {self}"


class WorkerLost(Exception):
    """The worker process ended while it ran a function."""


class InstanceConflict(Exception):
    """An orchestration instance with this id is still running."""

    def __init__(self, status: str) -> None:
        super().__init__(f"An Orchestration instance with the status {status} already exists.")


class NoSuchInstance(Exception):
    """No orchestration instance has this id."""


class InstanceEnded(Exception):
    """The instance has ended and takes no more messages."""


class WrongStatus(Exception):
    """The instance is not in a state in which this can be done."""

    def __init__(self, operation: str, instance_id: str, status: str) -> None:
        super().__init__(
            f"Cannot {operation} the orchestration instance {instance_id} because instance is in "
            f"the {status} state."
        )
        self.status = status


class UnknownEntity(Exception):
    """No entity function has this name."""
