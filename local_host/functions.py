"""Descriptions of the app's functions, as the worker reports them to the host."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

_KIND_NAMES = {"orchestrationTrigger": "orchestrator", "entityTrigger": "entity"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionInfo:
    """Name, trigger and bindings of one function."""

    name: str
    #: The type of the trigger: `httpTrigger`, `activityTrigger`, `entityTrigger`, …
    trigger: str
    #: The name that callers use; `orchestration="…"` and similar arguments rename a function.
    registered_name: str
    route: str | None = None
    methods: tuple[str, ...] = ()
    auth_level: str = "anonymous"
    #: All bindings as the SDK describes them; one of them is the trigger.
    bindings: tuple[dict[str, Any], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form that the worker sends to the host."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "FunctionInfo":
        """Read the JSON form that the worker sends."""
        tuples = {name: tuple(data[name]) for name in ("methods", "bindings")}
        return cls(**{**data, **tuples})

    @property
    def trigger_binding(self) -> dict[str, Any]:
        """The binding of the trigger."""
        return next(b for b in self.bindings if b["type"] == self.trigger)


class FunctionTable:
    """The functions of an app; lookups by registered name ignore case."""

    def __init__(self, infos: Sequence[FunctionInfo]) -> None:
        self.infos = list(infos)
        self._names = {(info.trigger, info.registered_name.lower()): info.name for info in infos}

    def has(self, trigger: str, registered_name: str) -> bool:
        """Return whether a function with this trigger is registered under this name."""
        return (trigger, registered_name.lower()) in self._names

    def name_of(self, trigger: str, registered_name: str) -> str:
        """Return the Python name of a function, or the given name if it is unknown."""
        return self._names.get((trigger, registered_name.lower()), registered_name)

    def not_found_message(self, trigger: str, name: str) -> str:
        """Return the real host's message for a function that does not exist."""
        kind = _KIND_NAMES[trigger]
        names = ", ".join(f"'{i.registered_name}'" for i in self.infos if i.trigger == trigger)
        return (
            f"The function '{name}' doesn't exist, is disabled, or is not an {kind} "
            f"function. Additional info: The following are the known {kind} functions: {names}."
        )
