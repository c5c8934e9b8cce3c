"""What is uploaded: the expected files and no others, and they run as they are."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.acceptance_checks.service import Service
from tests.builders import an_order
from tests.infra.packages import SCRIPT, install, run_python, running_package, uploaded
from tests.shop import APP

#: Everything that is uploaded. Folders contain Python files only.
UPLOADED = {
    *("function_app.py", "host.json", "requirements.txt", "catalogue.json"),
    *("activities/", "api/", "entities/", "orchestrators/", "orders/", "timers/"),
}

#: What a developer's folder has besides the files that Git knows.
LITTER = (
    *(".azure/dev/.env", ".coverage", ".coverage.1", ".data/orders.sqlite3", ".env", ".env.local"),
    *(".git/config", ".hypothesis/x", ".idea/x", ".mypy_cache/x", ".pytest_cache/x"),
    *(".ruff_cache/x", ".venv/bin/python", ".venv-index/bin/python", ".vscode/settings.json"),
    *("__azurite_db_table__.json", "__blobstorage__/x", "__pycache__/a.pyc", "__queuestorage__/x"),
    *("node_modules/x/y.js", "orders/domain/__pycache__/money.cpython-313.pyc", ".DS_Store"),
)

#: Imports every module of the package, and prints how many there are.
IMPORT_ALL = """
import importlib, pathlib
paths = sorted(pathlib.Path().rglob("*.py"))
for path in paths:
    parts = path.with_suffix("").parts
    importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
print(len(paths))
"""

INDEX = """
import function_app, json
print(json.dumps(sorted(f.get_function_name() for f in function_app.app.get_functions())))
"""


def top_level(name: str) -> str:
    """Return the file or the folder of the app that a file belongs to."""
    first, slash, _ = name.partition("/")
    return first + slash


def tracked() -> set[str]:
    """Return the files that Git knows: what a clone has."""
    listed = subprocess.run(
        ["git", "-C", APP, "ls-files", "-z"], check=True, capture_output=True, text=True
    )
    return set(listed.stdout.rstrip("\0").split("\0"))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the package of this version."""
    folder = tmp_path_factory.mktemp("package") / "app"
    subprocess.run([SCRIPT, folder], check=True)
    return folder


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of an environment with the app's requirements alone."""
    return install(tmp_path_factory.mktemp("environment") / "venv")


def test_package_has_the_expected_files() -> None:
    """A file that Git knows is uploaded only if it belongs to the app."""
    names = tracked().intersection(uploaded())

    assert {top_level(name) for name in names} == UPLOADED
    assert [name for name in names if "/" in name and not name.endswith(".py")] == []


def test_package_has_every_module_of_the_app() -> None:
    """No pattern leaves out a file in a folder that is uploaded."""
    folders = tuple(name for name in UPLOADED if name.endswith("/"))

    assert {name for name in tracked() if name.startswith(folders)} <= {*uploaded()}


def test_litter_is_not_uploaded(tmp_path: Path) -> None:
    """Neither data nor secrets, caches or environments of a developer's folder."""
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    for name in (*LITTER, "orders/domain/money.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    shutil.copy(APP / ".funcignore", tmp_path)
    (tmp_path / "scripts").mkdir()
    script = Path(shutil.copy(SCRIPT, tmp_path / "scripts"))

    assert uploaded(script) == ["orders/domain/money.py"]


def test_existing_folder_is_not_overwritten(tmp_path: Path) -> None:
    """It may hold files of another version."""
    result = subprocess.run([SCRIPT, tmp_path], capture_output=True, text=True, check=False)

    assert result.returncode == 1
    assert result.stderr == f"package: {tmp_path} exists. Name a new folder.\n"


def test_patterns_of_funcignore_are_simple() -> None:
    """Each tool reads the file with a parser of its own: names, and an asterisk at most."""
    lines = (APP / ".funcignore").read_text().splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]

    assert [pattern for pattern in patterns if set(pattern) & set("/!?[]\\ ")] == []


@pytest.mark.timeout(300)
def test_package_imports_with_its_requirements_alone(app: Path, python: Path) -> None:
    """Every module, also those that are imported when they are used."""
    assert int(run_python(python, app, IMPORT_ALL)) == len([*app.rglob("*.py")])


@pytest.mark.timeout(300)
def test_package_has_every_function(app: Path, python: Path) -> None:
    """As many as the project, indexed with the SDK of the requirements."""
    names = json.loads(run_python(python, app, INDEX))

    assert names == json.loads(run_python(Path(sys.executable), APP, INDEX))
    assert {"placeOrder", "process_order", "recoverOrders", "stock"} <= {*names}


@pytest.mark.timeout(300)
def test_real_worker_indexes_the_package(app: Path) -> None:
    """As on Azure; without Python 3.13 the script says that it is skipped."""
    script = APP / "scripts" / "check-index"
    result = subprocess.run([script, app], capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stderr
    if "skipped" in result.stderr:
        pytest.skip("Python 3.13 or newer is not installed: set PYTHON to check with another one")
    assert " placeOrder, " in result.stdout


@pytest.mark.timeout(300)
def test_package_completes_an_order(app: Path, python: Path, tmp_path: Path) -> None:
    """On the local host, whose workers have the requirements alone."""
    with running_package(python, app, tmp_path) as base_url:
        service = Service(base_url, None)
        placed = service.request_order(an_order(), Idempotency_Key="first")
        order = service.wait_for_end(placed.json()["orderId"])

    assert order["status"] == "completed"
    assert order["trackingNumber"]
