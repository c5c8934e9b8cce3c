"""Host side and worker side of the local host are separate packages."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "local_host"


def imports(path: Path) -> set[str]:
    """Return the modules and the attributes that a file imports, as dotted names."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def imports_package(path: Path, package: str) -> bool:
    """Return whether a file imports a package or anything in it."""
    return any(f"{name}.".startswith(f"{package}.") for name in imports(path))


@pytest.mark.parametrize(("side", "other"), [("host", "worker"), ("worker", "host")])
def test_one_side_does_not_import_the_other(side: str, other: str) -> None:
    """The sides share the modules at the top of the package only."""
    files = list((PACKAGE / side).rglob("*.py"))

    assert len(files) > 3
    assert [f for f in files if imports_package(f, f"local_host.{other}")] == []


def test_shared_modules_import_neither_side() -> None:
    """Only the command line imports the host; only `testing` imports both sides."""
    files = [f for f in PACKAGE.glob("*.py") if f.name != "cli.py"]

    assert len(files) > 3
    for side in ("local_host.host", "local_host.worker"):
        assert [f for f in files if imports_package(f, side)] == []
