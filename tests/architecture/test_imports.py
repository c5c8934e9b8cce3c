"""Do imports point inwards?"""

import ast
import sys
from pathlib import Path

import pytest

from tests.shop import APP

#: What each room may import beside itself and the standard library.
LAYERS = {
    "domain": set[str](),
    "ports": {"domain"},
    "contracts": {"domain", "pydantic"},
    "adapters": {"ports", "domain", "azure", "stripe", "urllib3"},
    "access": {"domain"},
    "settings": {"access", "domain"},
    "bootstrap": {"access", "adapters", "ports", "domain", "settings"},
    "activities": {"azure", "bootstrap", "contracts", "domain"},
    "entities": {"azure", "contracts", "domain"},
    "orchestrators": {"azure", "contracts", "domain"},
    "api": {"azure", "pydantic", "pydantic_core", "bootstrap", "contracts", "ports", "domain"},
    "function_app": {"azure", "bootstrap", "activities", "api", "entities", "orchestrators"},
}

#: Rooms inside of rooms, and which of their neighbors each may import.
INNER = {
    "adapters/book": set[str](),
    "adapters/http": set[str](),
    "adapters/stripe": set[str](),
    "adapters/sqlite": {"adapters.book"},
    "adapters/tables": {"adapters.book"},
    "adapters/sandbox": {"adapters.sqlite"},
    "api/http": set[str](),
    "api/engine": set[str](),
    "api/orders": {"api.engine", "api.http", "api.order_ids"},
    "api/stock": {"api.engine", "api.http", "api.order_ids"},
    "api/operations": {"api.engine", "api.http", "api.order_ids", "api.orders"},
}

#: Rules and protocols do no I/O, whatever the standard library offers.
PURE = {"domain", "ports", "contracts", "orchestrators"}
IMPURE = {"asyncio", "http", "logging", "os", "random", "secrets", "socket", "sqlite3"} | {
    *("subprocess", "tempfile", "threading", "time", "urllib", "uuid")
}


def sources(room: str) -> list[Path]:
    """The modules of a room."""
    return sorted((APP / room).rglob("*.py")) or [APP / f"{room}.py"]


def modules(room: str) -> set[str]:
    """The modules that a room imports; what is imported from a package counts as one of it."""
    found: set[str] = set()
    for source in sources(room):
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def imports(room: str) -> set[str]:
    """The top-level packages that a room imports."""
    return {module.split(".")[0] for module in modules(room)} - {room, "__future__"}


@pytest.mark.parametrize("room", LAYERS)
def test_a_room_imports_only_the_rooms_below_it(room: str) -> None:
    """The folders are the architecture."""
    assert imports(room) - sys.stdlib_module_names <= LAYERS[room]


@pytest.mark.parametrize("room", INNER)
def test_an_inner_room_imports_only_its_neighbors_below_it(room: str) -> None:
    """So there is no circle inside a room either."""
    house, _, name = room.partition("/")
    neighbors = {".".join(m.split(".")[:2]) for m in modules(room) if m.startswith(f"{house}.")}

    assert neighbors - {f"{house}.{name}"} <= INNER[room]


def test_every_inner_room_is_known() -> None:
    """A new one says what it may import."""
    found = {
        f"{house}/{room.parent.name}"
        for house in ("adapters", "api")
        for room in APP.glob(f"{house}/*/__init__.py")
    }

    assert found == set(INNER)


@pytest.mark.parametrize("room", sorted(PURE))
def test_rules_and_workflows_do_no_io(room: str) -> None:
    """They compute; whatever touches the world is behind a port."""
    assert not imports(room) & IMPURE


def test_only_the_settings_read_the_environment() -> None:
    """One place to look for what can be set."""
    readers = {
        room
        for room in LAYERS
        for source in sources(room)
        if "os.environ" in source.read_text() or "getenv" in source.read_text()
    }

    assert readers == {"settings"}


def test_only_the_clock_adapter_reads_the_clock() -> None:
    """Tests bind it to virtual time; `time.monotonic` measures waits and is no clock."""
    readers = {
        source.name
        for room in LAYERS
        for source in sources(room)
        if "datetime.now" in source.read_text() or "time.time(" in source.read_text()
    }

    assert readers == {"system_clock.py"}
