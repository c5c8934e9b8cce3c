"""Money: integer minor units (cents) and a currency, never a float."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the minor units of one currency."""

    #: 4980 is 49.80 in a currency with two decimals.
    minor: int
    #: ISO 4217 code, upper case.
    currency: str

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return self + other * -1

    def __mul__(self, factor: int) -> Money:
        return Money(self.minor * factor, self.currency)

    def __str__(self) -> str:
        return f"{self.minor // 100}.{self.minor % 100:02d} {self.currency}"
