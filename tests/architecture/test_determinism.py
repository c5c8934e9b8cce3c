"""Orchestrators are deterministic: a replay takes the same path."""

import ast

import pytest

from tests.architecture.source import Source, sources

SOURCES = sources("orchestrators")

#: Calls whose result differs from replay to replay, or that have side effects.
FORBIDDEN_CALLS = {"now", "utcnow", "today", "open", "print", "input", "sleep", "hash", "id"} | {
    *("uuid4", "getenv", "random", "vars", "globals", "eval", "exec")
}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_orchestrator_calls_nothing_that_may_change(source: Source) -> None:
    """No clock, no randomness, no files, no environment."""
    called = {
        call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
        for call in source.calls()
    }

    assert called & FORBIDDEN_CALLS == set()


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_orchestrator_awaits_nothing_and_has_no_global_state(source: Source) -> None:
    """A workflow is a plain generator, and all its state is its own."""
    kinds = (ast.AsyncFunctionDef, ast.Await, ast.Global, ast.Nonlocal, ast.Set, ast.SetComp)

    assert [type(node).__name__ for node in source.nodes if isinstance(node, kinds)] == []


def test_sdk_exceptions_are_translated_at_one_place() -> None:
    """A bare exception from the SDK becomes an error of ours where it arises."""
    handlers = [
        source.name
        for source in SOURCES
        for node in source.nodes
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
    ]

    assert handlers == ["orchestrators/calls.py"]
