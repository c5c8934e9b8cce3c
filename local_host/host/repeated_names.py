"""Headers and parameters whose names may be repeated."""

from collections.abc import Iterable


def join_repeated(pairs: Iterable[tuple[str, str]], separator: str) -> dict[str, str]:
    """Join the values of each name, in their order."""
    joined: dict[str, list[str]] = {}
    for name, value in pairs:
        joined.setdefault(name, []).append(value)
    return {name: separator.join(values) for name, values in joined.items()}
