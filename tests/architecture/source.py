"""Source files as the architecture tests read them. An empty selection is an error."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: The order service. local_host, tests, scripts and benchmarks are no part of it.
APP = ("function_app.py", "api", "timers", "orchestrators", "activities", "entities", "orders")

FunctionDef = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, kw_only=True)
class Source:  # cached properties need a dictionary, hence no slots
    """A Python file of the project."""

    root: Path
    path: Path

    @property
    def name(self) -> str:
        """Its path below the project's folder."""
        return self.path.relative_to(self.root).as_posix()

    @property
    def module(self) -> str:
        """Its dotted name; a package is named without `__init__`."""
        parts = self.path.relative_to(self.root).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def text(self) -> str:
        """Its content."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes of its syntax tree."""
        return list(ast.walk(ast.parse(self.text)))

    def functions(self) -> Iterator[FunctionDef]:
        """Yield its functions and methods."""
        return (node for node in self.nodes if isinstance(node, FunctionDef))

    def calls(self) -> Iterator[ast.Call]:
        """Yield the calls in it."""
        return (node for node in self.nodes if isinstance(node, ast.Call))

    def imports(self) -> set[str]:
        """Return the imported names in full: `orders.domain.money.Money`."""
        found: set[str] = set()
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found |= {f"{self._absolute(node)}.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.Call) and _is_dynamic_import(node):
                found |= {
                    argument.value
                    for argument in node.args
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                }
        return found

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.path.relative_to(self.root).parts[: -node.level]
        return ".".join([*package, *([node.module] if node.module else [])])


def sources(*places: str, root: Path = ROOT) -> list[Source]:
    """Return the Python files at these places, sub-folders included.

    Raises:
        AssertionError: a place has no Python code, so a test of it would prove nothing.
    """
    found = []
    for place in places:
        path = root / place
        files = [path] if path.is_file() else sorted(path.rglob("*.py"))
        assert any(file.stat().st_size for file in files), f"{place} has no Python code"
        found += [Source(root=root, path=file) for file in files]
    return found


def write(root: Path, files: dict[str, str]) -> None:
    """Write a small project, to try a rule on."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def is_below(module: str, packages: Iterable[str]) -> bool:
    """Whether a dotted name is one of the packages, or something in one of them."""
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def _is_dynamic_import(node: ast.Call) -> bool:
    return ast.unparse(node.func).split(".")[-1] in {"import_module", "__import__"}
