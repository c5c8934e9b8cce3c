"""Do our errors say what is the matter?"""

import pytest

from orders.domain import errors


@pytest.mark.parametrize("kind", [item for item in vars(errors).values() if isinstance(item, type)])
def test_an_error_without_a_message_says_what_it_stands_for(kind: type[Exception]) -> None:
    """Its docstring is its default message, and all are of one family."""
    assert str(kind()) == kind.__doc__
    assert issubclass(kind, errors.OrdersError)


def test_the_tree_in_the_docstring_is_complete() -> None:
    """Whoever reads the module's docstring knows every error."""
    kinds = [name for name, item in vars(errors).items() if isinstance(item, type)]

    assert all(name in str(errors.__doc__) for name in kinds)
