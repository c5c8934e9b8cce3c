"""The catalogue in a JSON file.

    {"currency", "items": [{"sku", "name", "price", "openingBalance", "discontinued"?}]}

Prices are integer minor units of the currency. The file is read once, at first use.
"""

import json
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from domain.article import Article
from domain.errors import CatalogueInvalid
from domain.money import Money

_KINDS: Final = {str: "a text", int: "a whole number", bool: "true or false", list: "a list"}


class JsonCatalogue:
    """The articles of one file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def article(self, sku: str) -> Article | None:
        """The article of this SKU, if there is one."""
        return self._articles.get(sku)

    def skus(self) -> list[str]:
        """The SKUs of all articles."""
        return list(self._articles)

    @cached_property
    def _articles(self) -> dict[str, Article]:
        try:
            document = json.loads(self._path.read_text(encoding="utf-8"))
            currency = _of(document, "currency", str)
            items = _of(document, "items", list)
            articles = [_article(item, currency) for item in items]
        except (OSError, ValueError) as error:
            raise CatalogueInvalid(f"{self._path.name}: {error}") from error
        by_sku = {article.sku: article for article in articles}
        if len(by_sku) != len(articles):
            raise CatalogueInvalid(f"{self._path.name}: a sku stands there twice")
        return by_sku


def _article(item: object, currency: str) -> Article:
    return Article(
        sku=_of(item, "sku", str),
        name=_of(item, "name", str),
        price=Money(_not_negative(item, "price"), currency),
        opening_balance=_not_negative(item, "openingBalance"),
        discontinued=_of(item, "discontinued", bool, default=False),
    )


def _not_negative(item: object, field: str) -> int:
    number: int = _of(item, field, int)
    if number < 0:
        raise ValueError(f"{field} must not be negative in {item}")
    return number


def _of(document: object, field: str, kind: type, default: object = None) -> Any:  # noqa: ANN401
    value = document.get(field, default) if isinstance(document, dict) else None
    # `type`, not `isinstance`: true is no price.
    if type(value) is not kind:
        raise ValueError(f"{field} must be {_KINDS[kind]} in {document}")
    return value
