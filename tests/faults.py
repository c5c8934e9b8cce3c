"""Ports that fail when they are told to, before or after their effect."""

from typing import Any

from domain.errors import Unavailable

FOREVER = 10**9


class Failing:
    """An adapter whose first calls of one method raise: some before the effect, then some after."""

    def __init__(self, adapter: object, method: str, *, before: int = 0, after: int = 0) -> None:
        self._adapter = adapter
        self._method = method
        self._before = before
        self._after = after
        self.calls = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the adapter has
        return self._call if name == self._method else getattr(self._adapter, name)

    def _call(self, *args: object, **named: object) -> object:
        self.calls += 1
        if self.calls <= self._before:
            raise Unavailable("made to fail before the effect")
        answer = getattr(self._adapter, self._method)(*args, **named)
        if self.calls <= self._before + self._after:
            raise Unavailable("made to fail after the effect")
        return answer
