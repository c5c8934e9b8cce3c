"""Which orders does the shop take?"""

from domain.answers import StockNeed, Verdict
from domain.article import Article
from domain.money import Money
from domain.rules import Terms, judge
from tests.builders import a_booked_order, a_line

TERMS = Terms(max_quantity=5, countries=frozenset({"DE", "FR"}))
PRICE = Money(1490, "EUR")
SHELF = {
    "MUG-BLUE": Article(sku="MUG-BLUE", name="Mug", price=PRICE, opening_balance=1),
    "OLD": Article(sku="OLD", name="Old", price=PRICE, opening_balance=0, discontinued=True),
}


def test_an_order_within_the_limits_is_accepted_with_its_amount() -> None:
    """The amount is the sum over the lines at the prices of the order."""
    order = a_booked_order("ord_1", a_line(quantity=5, minor=100))

    assert judge(order, TERMS, SHELF.get) == Verdict(
        accepted=True,
        amount=Money(500, "EUR"),
        needs=(StockNeed(sku="MUG-BLUE", quantity=5, opening_balance=1),),
    )


def test_a_quantity_above_the_limit_is_refused() -> None:
    """One more than the limit is too many."""
    order = a_booked_order("ord_1", a_line(quantity=6))

    assert judge(order, TERMS, SHELF.get).reason == "quantityAboveLimit"


def test_two_lines_of_one_article_count_together() -> None:
    """The limit cannot be got round by writing the article twice."""
    order = a_booked_order("ord_1", a_line(quantity=3), a_line(quantity=3))

    assert judge(order, TERMS, SHELF.get).reason == "quantityAboveLimit"


def test_a_country_that_is_not_served_is_refused() -> None:
    """The shop ships to the countries of its terms only."""
    assert judge(a_booked_order(country="US"), TERMS, SHELF.get).reason == "countryNotServed"


def test_a_discontinued_article_is_refused() -> None:
    """The catalogue still knows it, the shop sells it no more."""
    order = a_booked_order("ord_1", a_line("OLD"))

    assert judge(order, TERMS, SHELF.get).reason == "discontinued"


def test_an_article_that_left_the_catalogue_is_discontinued() -> None:
    """It was there when the order was placed."""
    order = a_booked_order("ord_1", a_line("GONE"))

    assert judge(order, TERMS, SHELF.get).reason == "discontinued"
