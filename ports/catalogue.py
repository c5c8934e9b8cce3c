"""Which articles are there, and what do tax and shipping come to?"""

from collections.abc import Iterable
from typing import Protocol

from domain.article import Article
from domain.tariff import Tariff


class Catalogue(Protocol):
    """The shop's articles."""

    def article(self, sku: str) -> Article | None:
        """The article of this SKU, if there is one. Raises CatalogueInvalid."""
        ...

    def skus(self) -> Iterable[str]:
        """The SKUs of all articles. Raises CatalogueInvalid."""
        ...

    def tariff(self, country: str) -> Tariff | None:
        """Tax and shipping in this country, if the shop knows it. Raises CatalogueInvalid."""
        ...
