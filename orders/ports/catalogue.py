"""Port: the catalogue of products and tariffs."""

from collections.abc import Iterable
from typing import Protocol

from orders.domain.catalogue import Product, Tariff


class Catalogue(Protocol):
    """The shop's catalogue. Every method may raise InvalidCatalogueError."""

    def product(self, sku: str) -> Product | None:
        """Return the product with this SKU."""

    def skus(self) -> Iterable[str]:
        """Return the SKUs of all products."""

    def tariff(self, country: str) -> Tariff | None:
        """Return tax and shipping prices of a country, if the shop serves it."""
