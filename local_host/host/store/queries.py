"""Which instances and entities does a list show?

A page is asked for with the id that it begins at; what it returns goes one further than it shows,
so that whoever asks knows where the next page begins.
"""

from dataclasses import dataclass
from typing import Any

_BEHIND_ALL = "\U0010ffff"
Query = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True)
class InstanceQuery:
    """Which instances are meant; times are text as in the histories, empty for any."""

    statuses: frozenset[str] = frozenset()
    created_from: str = ""
    created_to: str = ""
    prefix: str = ""
    first_id: str = ""
    top: int = 100

    def sql(self, columns: str = "*") -> Query:
        """The statement and its parameters; one row more than `top`."""
        text = "SELECT {} FROM instances WHERE instance_id >= ? AND instance_id < ?"
        parameters: list[Any] = [max(self.first_id, self.prefix), self.prefix + _BEHIND_ALL]
        if self.created_from:
            text += " AND created_at >= ?"
            parameters.append(self.created_from)
        if self.created_to:
            text += " AND created_at <= ?"
            parameters.append(self.created_to)
        if self.statuses:
            text += f" AND status IN ({', '.join('?' * len(self.statuses))})"
            parameters += sorted(self.statuses)
            if "Completed" not in self.statuses:
                text += " AND status <> 'Completed'"  # so that the index of those is used
        text += " ORDER BY instance_id LIMIT ?"
        return text.format(columns), [*parameters, self.top + 1]


@dataclass(frozen=True, slots=True)
class EntityQuery:
    """Which entities are meant; an empty name is any."""

    name: str = ""
    updated_from: str = ""
    updated_to: str = ""
    first_id: str = ""
    top: int = 100

    def sql(self) -> Query:
        """The statement and its parameters; one row more than `top`."""
        prefix = f"@{self.name.lower()}@" if self.name else "@"
        text = "SELECT * FROM entities WHERE entity_id >= ? AND entity_id < ? AND present"
        parameters: list[Any] = [max(self.first_id, prefix), prefix + _BEHIND_ALL]
        if self.updated_from:
            text += " AND updated_at >= ?"
            parameters.append(self.updated_from)
        if self.updated_to:
            text += " AND updated_at <= ?"
            parameters.append(self.updated_to)
        return text + " ORDER BY entity_id LIMIT ?", [*parameters, self.top + 1]
