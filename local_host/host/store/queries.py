"""Queries for pages of instances and entities, ordered by id.

A query returns one row more than the page holds: its id is where the next page begins.
"""

from dataclasses import dataclass
from typing import Any

from local_host.host.history.events import RuntimeStatus

_LAST_CHARACTER = "\U0010ffff"
#: A statement and its parameters.
Query = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceQuery:
    """Filters for instances. Times are text as in histories; an empty filter matches all."""

    statuses: frozenset[RuntimeStatus] = frozenset()
    created_from: str = ""
    created_to: str = ""
    prefix: str = ""
    first_id: str = ""
    top: int = 100

    def to_sql(self, columns: str = "*") -> Query:
        """Return the statement for a page of `top` instances and one more."""
        text = "SELECT {} FROM instances WHERE instance_id >= ? AND instance_id < ?"
        parameters: list[Any] = [max(self.first_id, self.prefix), self.prefix + _LAST_CHARACTER]
        if self.created_from:
            text += " AND created_at >= ?"
            parameters.append(self.created_from)
        if self.created_to:
            text += " AND created_at <= ?"
            parameters.append(self.created_to)
        if self.statuses:
            text += f" AND status IN ({', '.join('?' * len(self.statuses))})"
            parameters += sorted(self.statuses)
            if RuntimeStatus.COMPLETED not in self.statuses:
                # Redundant, but SQLite uses the partial index only with this condition.
                text += " AND status <> 'Completed'"
        text += " ORDER BY instance_id LIMIT ?"
        return text.format(columns), [*parameters, self.top + 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityQuery:
    """Filters for entities; an empty filter matches all."""

    name: str = ""
    updated_from: str = ""
    updated_to: str = ""
    first_id: str = ""
    top: int = 100

    def to_sql(self) -> Query:
        """Return the statement for a page of `top` entities and one more."""
        prefix = f"@{self.name.lower()}@" if self.name else "@"
        text = "SELECT * FROM entities WHERE entity_id >= ? AND entity_id < ? AND present"
        parameters: list[Any] = [max(self.first_id, prefix), prefix + _LAST_CHARACTER]
        if self.updated_from:
            text += " AND updated_at >= ?"
            parameters.append(self.updated_from)
        if self.updated_to:
            text += " AND updated_at <= ?"
            parameters.append(self.updated_to)
        return text + " ORDER BY entity_id LIMIT ?", [*parameters, self.top + 1]
