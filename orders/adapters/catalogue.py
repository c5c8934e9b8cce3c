"""Catalogue in a JSON file.

    {"currency",
     "products": [{"sku", "name", "price", "openingBalance", "category"?, "discontinued"?}],
     "countries": {"DE": {"tax": {category: rate}, "shipping": {method: price}}}}

Prices are integer minor units of the one currency and include tax; rates are hundredths of a
percent. The file is read once, at first use.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from orders.domain.catalogue import Category, Product, ShippingMethod, Tariff
from orders.domain.currencies import is_currency
from orders.domain.errors import InvalidCatalogueError
from orders.domain.money import Money

_TYPE_NAMES: Final = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    products: dict[str, Product]
    tariffs: dict[str, Tariff]


class JsonCatalogue:
    """Products and tariffs of one file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def product(self, sku: str) -> Product | None:
        """Return the product with this SKU."""
        return self._content.products.get(sku)

    def tariff(self, country: str) -> Tariff | None:
        """Return tax and shipping prices of a country, if the shop serves it."""
        return self._content.tariffs.get(country)

    def skus(self) -> list[str]:
        """Return the SKUs of all products."""
        return list(self._content.products)

    @cached_property
    def _content(self) -> _Content:
        try:
            return _read(json.loads(self._path.read_text(encoding="utf-8")))
        except OSError as error:
            raise InvalidCatalogueError(
                f"ORDERS_CATALOGUE must be a readable file, not {self._path}: {error.strerror}"
            ) from error
        except ValueError as error:
            raise InvalidCatalogueError(f"{self._path.name}: {error}") from error


def _read(document: object) -> _Content:
    currency = _currency(document)
    products = [_product(item, currency) for item in _field(document, "products", list)]
    by_sku = {product.sku: product for product in products}
    if len(by_sku) != len(products):
        raise ValueError("a sku appears twice")
    countries = _field(document, "countries", dict, default={})
    return _Content(
        products=by_sku,
        tariffs={code: _tariff(country, currency) for code, country in countries.items()},
    )


def _currency(document: object) -> str:
    currency: str = _field(document, "currency", str)
    if not is_currency(currency):
        raise ValueError(f"currency must be a code of ISO 4217 such as EUR, not {currency!r}")
    return currency


def _product(item: object, currency: str) -> Product:
    return Product(
        sku=_field(item, "sku", str),
        name=_field(item, "name", str),
        price=Money(_natural_number(item, "price"), currency),
        opening_balance=_natural_number(item, "openingBalance"),
        category=Category(_field(item, "category", str, default=Category.GENERAL.value)),
        discontinued=_field(item, "discontinued", bool, default=False),
    )


def _tariff(country: object, currency: str) -> Tariff:
    tax, shipping = _field(country, "tax", dict), _field(country, "shipping", dict)
    return Tariff(
        tax={category: _natural_number(tax, category) for category in Category},
        shipping={
            method: Money(_natural_number(shipping, method), currency) for method in ShippingMethod
        },
    )


def _field(document: object, name: str, kind: type, default: object = None) -> Any:  # noqa: ANN401 - JSON
    value = document.get(name, default) if isinstance(document, dict) else None
    # `type`, not `isinstance`: true is not a price.
    if type(value) is not kind:
        raise ValueError(f"{name} must be {_TYPE_NAMES[kind]} in {document}")
    return value


def _natural_number(document: object, name: str) -> int:
    number: int = _field(document, name, int)
    if number < 0:
        raise ValueError(f"{name} must not be negative in {document}")
    return number
