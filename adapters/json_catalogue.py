"""The catalogue in a JSON file.

    {"currency",
     "items": [{"sku", "name", "price", "openingBalance", "category"?, "discontinued"?}],
     "countries": {"DE": {"tax": {category: rate}, "shipping": {method: price}}}}

Prices are integer minor units of the one currency and contain tax; rates are hundredths of a
percent. The file is read once, at first use.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from adapters.json_fields import field, not_negative
from domain.article import Article
from domain.errors import CatalogueInvalid
from domain.money import Money
from domain.tariff import Category, ShippingMethod, Tariff


@dataclass(frozen=True, slots=True)
class _Content:
    articles: dict[str, Article]
    tariffs: dict[str, Tariff]


class JsonCatalogue:
    """The articles and tariffs of one file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def article(self, sku: str) -> Article | None:
        """The article of this SKU, if there is one."""
        return self._content.articles.get(sku)

    def tariff(self, country: str) -> Tariff | None:
        """Tax and shipping in this country, if the shop knows it."""
        return self._content.tariffs.get(country)

    def skus(self) -> list[str]:
        """The SKUs of all articles."""
        return list(self._content.articles)

    @cached_property
    def _content(self) -> _Content:
        try:
            return _content(json.loads(self._path.read_text(encoding="utf-8")))
        except OSError as error:
            raise CatalogueInvalid(
                f"ORDERS_CATALOGUE must be a file that can be read, not {self._path}: "
                f"{error.strerror}"
            ) from error
        except ValueError as error:
            raise CatalogueInvalid(f"{self._path.name}: {error}") from error


def _content(document: object) -> _Content:
    currency = field(document, "currency", str)
    articles = [_article(item, currency) for item in field(document, "items", list)]
    by_sku = {article.sku: article for article in articles}
    if len(by_sku) != len(articles):
        raise ValueError("a sku stands there twice")
    countries = field(document, "countries", dict, default={})
    return _Content(by_sku, {name: _tariff(one, currency) for name, one in countries.items()})


def _article(item: object, currency: str) -> Article:
    return Article(
        sku=field(item, "sku", str),
        name=field(item, "name", str),
        price=Money(not_negative(item, "price"), currency),
        opening_balance=not_negative(item, "openingBalance"),
        category=Category(field(item, "category", str, default=Category.GENERAL.value)),
        discontinued=field(item, "discontinued", bool, default=False),
    )


def _tariff(country: object, currency: str) -> Tariff:
    tax, shipping = field(country, "tax", dict), field(country, "shipping", dict)
    return Tariff(
        tax={category: not_negative(tax, category) for category in Category},
        shipping={
            method: Money(not_negative(shipping, method), currency) for method in ShippingMethod
        },
    )
