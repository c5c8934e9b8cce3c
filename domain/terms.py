"""Within which limits does the shop sell?"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The limits within which the shop sells."""

    #: Of one article in one order.
    max_quantity: int
    #: Where the shop ships to.
    countries: frozenset[str]

    def without(self, country: str) -> Terms:
        """The same terms for a shop that does not ship to this country."""
        return replace(self, countries=self.countries - {country})
