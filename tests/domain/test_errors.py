"""Errors of the domain: default messages and the tree in the docstring."""

import pytest

from orders.domain import errors

KINDS = [item for item in vars(errors).values() if isinstance(item, type)]


@pytest.mark.parametrize("kind", KINDS)
def test_error_without_message_uses_its_docstring(kind: type[Exception]) -> None:
    """The docstring is the default message, and every error is an `OrdersError`."""
    assert str(kind()) == kind.__doc__
    assert issubclass(kind, errors.OrdersError)


def test_error_tree_in_module_docstring_is_complete() -> None:
    """The module's docstring names every error."""
    assert KINDS
    assert [kind for kind in KINDS if kind.__name__ not in str(errors.__doc__)] == []
