"""Is the catalogue read, and is a wrong one refused in plain words?"""

import json
from pathlib import Path
from typing import Any

import pytest

from orders.adapters.catalogue import JsonCatalogue
from orders.domain.catalogue import ShippingMethod
from orders.domain.errors import InvalidCatalogueError
from orders.domain.money import Money
from tests.shop import APP

MUG = {"sku": "MUG", "name": "Mug", "price": 1490, "openingBalance": 3}

GERMANY = {"tax": {"general": 1900, "food": 700}, "shipping": {"standard": 490, "express": 990}}


def a_catalogue(folder: Path, *items: object, **more: Any) -> JsonCatalogue:  # noqa: ANN401 - JSON
    """A catalogue of these items."""
    path = folder / "catalogue.json"
    path.write_text(json.dumps({"currency": "EUR", "items": items, **more}))
    return JsonCatalogue(path)


def test_an_product_is_found_with_its_price(tmp_path: Path) -> None:
    """The price carries the catalogue's currency."""
    product = a_catalogue(tmp_path, MUG).product("MUG")

    assert product is not None
    assert product.price == Money(1490, "EUR")
    assert not product.discontinued


def test_an_product_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    """SKUs are compared as they stand."""
    assert a_catalogue(tmp_path, MUG).product("mug") is None


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({**MUG, "price": 14.9}, "price must be a whole number"),
        ({**MUG, "price": True}, "price must be a whole number"),
        ({**MUG, "price": -1}, "price must not be negative"),
        ({**MUG, "sku": None}, "sku must be a text"),
        ("MUG", "sku must be a text"),
    ],
)
def test_a_wrong_product_is_named(tmp_path: Path, item: object, message: str) -> None:
    """The error says which file, which field and which article."""
    with pytest.raises(InvalidCatalogueError, match=f"catalogue.json: {message}"):
        a_catalogue(tmp_path, item).product("MUG")


def test_a_tariff_is_found_by_its_country(tmp_path: Path) -> None:
    """With rates for each category and prices for each method, in the catalogue's currency."""
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
def test_a_wrong_tariff_is_named(tmp_path: Path, country: object, message: str) -> None:
    """The error says which field it misses."""
    with pytest.raises(InvalidCatalogueError, match=message):
        a_catalogue(tmp_path, MUG, countries={"DE": country}).tariff("DE")


def test_a_category_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    """Nobody could tell how the article is taxed."""
    with pytest.raises(InvalidCatalogueError, match="luxury"):
        a_catalogue(tmp_path, {**MUG, "category": "luxury"}).product("MUG")


def test_a_sku_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    """Nobody could tell which price holds."""
    with pytest.raises(InvalidCatalogueError, match="twice"):
        a_catalogue(tmp_path, MUG, MUG).product("MUG")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The error says which file it looked for."""
    with pytest.raises(InvalidCatalogueError, match=r"nowhere\.json"):
        JsonCatalogue(tmp_path / "nowhere.json").product("MUG")


def test_the_shop_sells_a_dozen_products_and_the_first_is_in_good_supply() -> None:
    """The catalogue of this repository reads without complaint."""
    items = json.loads((APP / "catalogue.json").read_text())["items"]
    shop = JsonCatalogue(APP / "catalogue.json")

    products = [shop.product(item["sku"]) for item in items]
    assert len(products) >= 12
    assert products[0] is not None
    assert products[0].opening_balance >= 100_000
    assert not products[0].discontinued
