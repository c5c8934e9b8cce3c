"""Money: integer minor units (cents) and a currency, never a float."""

from __future__ import annotations

from dataclasses import dataclass

from orders.domain.currencies import decimals_of


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the minor units of one currency."""

    #: 4980 is 49.80 EUR, 4980 JPY or 4.980 KWD: each currency has decimals of its own.
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
        decimals = decimals_of(self.currency)
        digits = f"{abs(self.minor):0{decimals + 1}d}"
        whole = digits[: len(digits) - decimals]
        fraction = f".{digits[-decimals:]}" if decimals else ""
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{whole}{fraction} {self.currency}"
