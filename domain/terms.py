"""On which terms does the shop sell? An order keeps those of the moment when it was placed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from domain.retry import RetryPolicies


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The limits within which the shop sells, and how hard it tries."""

    #: Of one article in one order.
    max_quantity: int
    #: Where the shop ships to.
    countries: frozenset[str]
    #: How long each step of an order is tried.
    retries: RetryPolicies = field(default_factory=RetryPolicies)

    def without(self, country: str) -> Terms:
        """The same terms for a shop that does not ship to this country."""
        return replace(self, countries=self.countries - {country})
