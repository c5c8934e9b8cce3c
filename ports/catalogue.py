"""Which articles are there?"""

from typing import Protocol

from domain.article import Article


class Catalogue(Protocol):
    """The shop's articles."""

    def article(self, sku: str) -> Article | None:
        """The article of this SKU, if there is one. Raises CatalogueInvalid."""
        ...
