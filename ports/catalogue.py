"""Which articles are there?"""

from collections.abc import Iterable
from typing import Protocol

from domain.article import Article


class Catalogue(Protocol):
    """The shop's articles."""

    def article(self, sku: str) -> Article | None:
        """The article of this SKU, if there is one. Raises CatalogueInvalid."""
        ...

    def skus(self) -> Iterable[str]:
        """The SKUs of all articles. Raises CatalogueInvalid."""
        ...
