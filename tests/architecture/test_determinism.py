"""Would an orchestrator take the same path when it is replayed?"""

import ast
from pathlib import Path

import pytest

from tests.shop import APP

SOURCES = sorted((APP / "orchestrators").glob("*.py"))

#: Calls whose answer differs from replay to replay, or that touch the world.
FORBIDDEN_CALLS = {"now", "utcnow", "today", "open", "print", "input", "sleep", "hash", "id"} | {
    *("uuid4", "getenv", "random", "vars", "globals", "eval", "exec")
}


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_nothing_is_called_whose_answer_may_change(source: Path) -> None:
    """No clock, no randomness, no files, no environment."""
    calls = [node for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, ast.Call)]

    assert {_called(call) for call in calls} & FORBIDDEN_CALLS == set()


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_nothing_is_awaited_and_nothing_is_global(source: Path) -> None:
    """A workflow is a plain generator, and all its state is its own."""
    kinds = (ast.AsyncFunctionDef, ast.Await, ast.Global, ast.Nonlocal, ast.Set, ast.SetComp)

    found = [
        type(node).__name__
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, kinds)
    ]
    assert found == []


def test_faults_are_caught_at_one_place() -> None:
    """A bare exception from the SDK turns into StepFailed where it arises, and nowhere else."""
    handlers = [
        source.name
        for source in SOURCES
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
    ]

    assert handlers == ["steps.py"]
