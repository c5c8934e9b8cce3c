"""Catalogue in a JSON file: products, tariffs and errors."""

import json
from pathlib import Path
from typing import Any

import pytest

from orders.adapters.catalogue import JsonCatalogue
from orders.domain.catalogue import ShippingMethod
from orders.domain.errors import InvalidCatalogueError
from orders.domain.money import Money

CATALOGUE_OF_THE_APP = Path(__file__).parents[2] / "catalogue.json"

MUG = {"sku": "MUG", "name": "Mug", "price": 1490, "openingBalance": 3}

GERMANY = {"tax": {"general": 1900, "food": 700}, "shipping": {"standard": 490, "express": 990}}


def a_catalogue(folder: Path, *products: object, **more: Any) -> JsonCatalogue:  # noqa: ANN401 - any JSON
    """Return a catalogue with these products."""
    path = folder / "catalogue.json"
    path.write_text(json.dumps({"currency": "EUR", "products": products, **more}))
    return JsonCatalogue(path)


def test_product_is_found_with_its_price(tmp_path: Path) -> None:
    """The price has the catalogue's currency."""
    product = a_catalogue(tmp_path, MUG).product("MUG")

    assert product is not None
    assert product.price == Money(1490, "EUR")
    assert not product.discontinued


def test_unknown_product_is_not_found(tmp_path: Path) -> None:
    """SKUs are case-sensitive."""
    assert a_catalogue(tmp_path, MUG).product("mug") is None


def test_skus_are_those_of_all_products(tmp_path: Path) -> None:
    """They are in the order of the file."""
    assert a_catalogue(tmp_path, MUG, {**MUG, "sku": "CUP"}).skus() == ["MUG", "CUP"]


@pytest.mark.parametrize(
    ("product", "message"),
    [
        ({**MUG, "price": 14.9}, "price must be a whole number"),
        ({**MUG, "price": True}, "price must be a whole number"),
        ({**MUG, "price": -1}, "price must not be negative"),
        ({**MUG, "sku": None}, "sku must be a text"),
        ("MUG", "sku must be a text"),
    ],
)
def test_invalid_product_is_named(tmp_path: Path, product: object, message: str) -> None:
    """The error names the file, the field and the product."""
    with pytest.raises(InvalidCatalogueError, match=f"catalogue.json: {message}"):
        a_catalogue(tmp_path, product).product("MUG")


def test_tariff_is_found_by_country(tmp_path: Path) -> None:
    """It has a rate for each category and a price for each method."""
    catalogue = a_catalogue(tmp_path, MUG, countries={"DE": GERMANY})

    tariff = catalogue.tariff("DE")

    assert tariff is not None
    assert tariff.tax == {"general": 1900, "food": 700}
    assert tariff.shipping[ShippingMethod.EXPRESS] == Money(990, "EUR")
    assert catalogue.tariff("US") is None


@pytest.mark.parametrize(
    ("country", "message"),
    [
        ({**GERMANY, "tax": {"general": 1900}}, "food must be a whole number"),
        ({**GERMANY, "shipping": {"standard": -1}}, "standard must not be negative"),
        ({"tax": GERMANY["tax"]}, "shipping must be an object"),
    ],
)
def test_invalid_tariff_is_named(tmp_path: Path, country: object, message: str) -> None:
    """The error names the field."""
    with pytest.raises(InvalidCatalogueError, match=message):
        a_catalogue(tmp_path, MUG, countries={"DE": country}).tariff("DE")


def test_unknown_category_is_refused(tmp_path: Path) -> None:
    """Its tax rate is unknown."""
    with pytest.raises(InvalidCatalogueError, match="luxury"):
        a_catalogue(tmp_path, {**MUG, "category": "luxury"}).product("MUG")


@pytest.mark.parametrize("currency", ["banana", "eur", "", "XXX"])
def test_unknown_currency_is_refused(tmp_path: Path, currency: str) -> None:
    """The error says what is expected, and what there is."""
    message = f"currency must be a code of ISO 4217 such as EUR, not '{currency}'"
    with pytest.raises(InvalidCatalogueError, match=message):
        a_catalogue(tmp_path, MUG, currency=currency).product("MUG")


def test_repeated_sku_is_refused(tmp_path: Path) -> None:
    """Its price would be ambiguous."""
    with pytest.raises(InvalidCatalogueError, match="twice"):
        a_catalogue(tmp_path, MUG, MUG).product("MUG")


def test_missing_file_is_named(tmp_path: Path) -> None:
    """The error has the path."""
    with pytest.raises(InvalidCatalogueError, match=r"missing\.json"):
        JsonCatalogue(tmp_path / "missing.json").product("MUG")


def test_catalogue_of_the_app_is_valid() -> None:
    """It has a dozen products, and the first is always in stock."""
    catalogue = JsonCatalogue(CATALOGUE_OF_THE_APP)

    products = [catalogue.product(sku) for sku in catalogue.skus()]
    assert len(products) >= 12
    assert products[0] is not None
    assert products[0].opening_balance >= 100_000
    assert not products[0].discontinued
