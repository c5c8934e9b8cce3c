"""Imports point inwards; the environment and the clock are read at one place each."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import imports
from tests.architecture.source import APP, sources, write


@pytest.mark.parametrize("row", imports.LAYERS)
def test_package_imports_only_the_packages_below_it(row: str) -> None:
    """The folders are the architecture."""
    assert imports.forbidden_imports(row) == []


def test_every_file_belongs_to_a_package_with_a_rule() -> None:
    """A new package gets a row in LAYERS."""
    files = sources(*APP, "local_host")
    direct = {"api", "orders"}

    without = [s.name for s in files if s.path.stem != "__init__" and imports.row_of(s) is None]
    new = [
        s.name for s in files if imports.row_of(s) in direct and s.path.parent.name not in direct
    ]

    assert without + new == []


@pytest.mark.parametrize("package", imports.PURE)
def test_pure_package_has_no_side_effects(package: str) -> None:
    """Rules and workflows compute; ports and activities reach the outside world."""
    assert imports.impure_imports(package) == []


def test_local_host_imports_nothing_of_the_app() -> None:
    """The local host runs any function app."""
    assert imports.app_imports_of_the_host() == []


def test_app_imports_nothing_of_local_host() -> None:
    """The app runs on any Functions host."""
    assert imports.host_imports_of_the_app() == []


def test_orchestrators_import_no_activities() -> None:
    """They call activities by the names in `orders.contracts`."""
    assert imports.activity_imports_of_orchestrators() == []


def test_only_services_imports_adapters() -> None:
    """There is one composition root."""
    assert imports.adapter_importers() == {"orders/services.py"}


def test_only_the_settings_read_the_environment() -> None:
    """All settings are in one package."""
    readers = imports.environment_readers()

    assert readers
    assert {name for name in readers if not name.startswith("orders/settings/")} == set()


def test_only_the_clock_adapter_reads_the_clock() -> None:
    """Tests replace the clock with a virtual one."""
    assert imports.clock_readers() == {"orders/adapters/system_clock.py"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project that satisfies all rules."""
    write(
        tmp_path,
        {
            "function_app.py": "import orders.services\n",
            "local_host/host/engine.py": "import local_host.logs\n",
            **{
                f"{package}/__init__.py": "import re\n"
                for package in APP
                if not package.endswith(".py")
            },
        },
    )
    return tmp_path


@pytest.mark.parametrize(
    "statement",
    [
        "import orders.domain.money",
        "from orders.domain.money import Money",
        "from orders import domain",
        "def late():\n    import function_app",
        "importlib.import_module('orders.services')",
    ],
)
def test_guard_notices_an_import_of_the_app_in_local_host(project: Path, statement: str) -> None:
    """Also in a sub-folder, within a function, or by name."""
    assert imports.app_imports_of_the_host(project) == []

    write(project, {"local_host/host/web/page.py": statement})

    assert imports.app_imports_of_the_host(project) != []


@pytest.mark.parametrize(
    ("row", "name", "statement"),
    [
        ("orders/domain", "orders/domain/sub/rule.py", "from orders.ports import clock"),
        ("orders/domain", "orders/domain/rule.py", "from ..ports.clock import Clock"),
        ("orchestrators", "orchestrators/deep/er/flow.py", "import activities.payment"),
        ("api/orders", "api/orders/deep/view.py", "from orders.adapters.carrier import sandbox"),
        ("api/orders", "api/orders/view.py", "import api.operations.audit"),
        ("timers", "timers/nightly.py", "from orders.settings import load"),
        ("local_host/worker", "local_host/worker/main.py", "import local_host.host.clock"),
        ("local_host/host", "local_host/host/main.py", "import local_host.worker.index"),
    ],
)
def test_guard_notices_an_import_that_points_outwards(
    tmp_path: Path, row: str, name: str, statement: str
) -> None:
    """Each row covers its sub-folders."""
    write(tmp_path, {name: statement})

    assert imports.forbidden_imports(row, tmp_path) != []


def test_guard_notices_local_host_in_the_app(project: Path) -> None:
    """An import of the local host in a sub-folder of the app is reported."""
    write(project, {"orders/domain/rule.py": "from local_host import testing"})

    assert imports.host_imports_of_the_app(project) != []


@pytest.mark.parametrize(
    "text",
    ["import os\nos.environ['A']", "from os import environ", "import os\nos.getenv('A')"],
)
def test_guard_notices_a_reader_of_the_environment(project: Path, text: str) -> None:
    """Any way of reading it is reported."""
    write(project, {"orders/domain/rule.py": text})

    assert imports.environment_readers(project) == {"orders/domain/rule.py"}


@pytest.mark.parametrize(
    "text",
    [
        "datetime.now(UTC)",
        "dt.datetime.now(tz=UTC)",
        "date.today()",
        "time.time()",
        "from time import time",
        "default_factory(datetime.utcnow)",
    ],
)
def test_guard_notices_a_reader_of_the_clock(project: Path, text: str) -> None:
    """Any way of reading it is reported, also as a reference."""
    write(project, {"orders/domain/rule.py": text})

    assert imports.clock_readers(project) == {"orders/domain/rule.py"}


def test_guard_without_files_fails(tmp_path: Path) -> None:
    """A guard that saw nothing proves nothing."""
    guards: list[Callable[[], object]] = [
        lambda: imports.forbidden_imports("orders/domain", tmp_path),
        lambda: imports.impure_imports("orders/domain", tmp_path),
        lambda: imports.app_imports_of_the_host(tmp_path),
        lambda: imports.host_imports_of_the_app(tmp_path),
        lambda: imports.activity_imports_of_orchestrators(tmp_path),
        lambda: imports.adapter_importers(tmp_path),
        lambda: imports.environment_readers(tmp_path),
        lambda: imports.clock_readers(tmp_path),
    ]

    for guard in guards:
        with pytest.raises(AssertionError):
            guard()
