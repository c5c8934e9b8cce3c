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

#: Rules and protocols do no I/O, whatever the standard library offers.
PURE = {"domain", "ports", "contracts", "orchestrators"}
IMPURE = {"asyncio", "http", "logging", "os", "random", "secrets", "socket", "sqlite3"} | {
    *("subprocess", "tempfile", "threading", "time", "urllib", "uuid")
}


def sources(room: str) -> list[Path]:
    """The modules of a room."""
    return sorted((APP / room).rglob("*.py")) or [APP / f"{room}.py"]


def imports(room: str) -> set[str]:
    """The top-level packages that a room imports."""
    found: set[str] = set()
    for source in sources(room):
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(str(node.module).split(".")[0])
    return found - {room, "__future__"}


@pytest.mark.parametrize("room", LAYERS)
def test_a_room_imports_only_the_rooms_below_it(room: str) -> None:
    """The folders are the architecture."""
    assert imports(room) - sys.stdlib_module_names <= LAYERS[room]


@pytest.mark.parametrize("room", PURE)
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
