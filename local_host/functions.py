"""Which functions does the app have, as far as the host must know?"""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FunctionInfo:
    """What the host needs to know of a function."""

    name: str
    #: The trigger's type, as `httpTrigger`, `activityTrigger`, `entityTrigger`.
    trigger: str
    #: The name that callers use: `orchestration="…"` and the like rename a function.
    registered_name: str
    route: str | None = None
    methods: tuple[str, ...] = ()
    auth_level: str = "anonymous"
    #: The bindings as the worker describes them to the host; one of them is the trigger.
    bindings: tuple[dict[str, Any], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As it crosses from the worker to the host."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "FunctionInfo":
        """As it comes from the worker."""
        tuples = {name: tuple(data[name]) for name in ("methods", "bindings")}
        return cls(**{**data, **tuples})

    @property
    def trigger_binding(self) -> dict[str, Any]:
        """The binding that is the trigger."""
        return next(b for b in self.bindings if b["type"] == self.trigger)


class FunctionTable:
    """The functions of an app. Callers' names match in any case."""

    def __init__(self, infos: list[FunctionInfo]) -> None:
        self.infos = infos
        self._names = {(info.trigger, info.registered_name.lower()): info.name for info in infos}

    def has(self, trigger: str, name: str) -> bool:
        """Whether callers find a function of this trigger under this name."""
        return (trigger, name.lower()) in self._names

    def name_of(self, trigger: str, name: str) -> str:
        """The function's own name, where callers use `name`."""
        return self._names.get((trigger, name.lower()), name)

    def missing(self, trigger: str, name: str) -> str:
        """The real host's words for a function that is not there."""
        kind = {"orchestrationTrigger": "orchestrator", "entityTrigger": "entity"}[trigger]
        known = ", ".join(f"'{i.registered_name}'" for i in self.infos if i.trigger == trigger)
        return (
            f"The function '{name}' doesn't exist, is disabled, or is not an {kind} "
            f"function. Additional info: The following are the known {kind} functions: {known}."
        )
