"""The environment as the settings see it: what was read of it, and what is wrong with it.

All settings are read before anything is refused, so that an operator sees every problem at once.
The names that were read are the known names; there is no other list of them.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Final

from orders.domain.errors import InvalidSettingsError

#: Names with this prefix belong to the app, so one that is never read is a mistake.
_PREFIX: Final = "ORDERS_"

#: The platform replaces such a value with a secret. If it cannot, the app gets this text.
_REFERENCE: Final = re.compile(r"@Microsoft\.(KeyVault|AppConfiguration)\(", re.IGNORECASE)


class Environment(Mapping[str, str]):
    """Environment variables. Every setting is read from here, whatever other settings say."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._read = set[str]()
        #: What is wrong, by setting.
        self.problems: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        """Return a value. A reference that was not resolved is reported."""
        self._read.add(name)
        value = self._values[name]
        if _REFERENCE.search(value):
            self.refuse(
                name,
                f"{name} is a reference that the platform did not resolve: check that the secret"
                " exists and that the identity of the app may read it",
            )
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def refuse(self, name: str, problem: str) -> None:
        """Report what is wrong with a setting; the first problem of a setting counts."""
        self.problems.setdefault(name, problem)

    def unknown(self) -> tuple[str, ...]:
        """Return a line about each name of the app's own that no setting has."""
        unknown = {name for name in self._values if name.startswith(_PREFIX)} - self._read
        return tuple(self._describe(name) for name in sorted(unknown))

    def raise_problems(self, *more: str) -> None:
        """Raise all problems as one error, a line each.

        Raises:
            InvalidSettingsError: there are any.
        """
        problems = [*self.problems.values(), *more]
        if problems:
            raise InvalidSettingsError("\n".join(problems))

    def _describe(self, name: str) -> str:
        nearest = difflib.get_close_matches(name, sorted(self._read), n=1, cutoff=0)
        return f"{name} is no setting of this version; the nearest name is {nearest[0]}"
