"""How do an order's prices and terms look in a table?"""

import json
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from domain.money import Money
from domain.quote import OrderLine, Quote
from domain.retry import RetryPolicies, RetryPolicy
from domain.tariff import ShippingMethod
from domain.terms import Terms


def quote_to_text(quote: Quote) -> str:
    """A quote as one column."""
    return json.dumps(asdict(quote))


def text_to_quote(text: str) -> Quote:
    """The quote that the column stands for."""
    plain = json.loads(text)
    return Quote(
        lines=tuple(_line(line) for line in plain["lines"]),
        shipping_method=ShippingMethod(plain["shipping_method"]),
        shipping=Money(**plain["shipping"]),
        tax=Money(**plain["tax"]),
    )


def terms_to_text(terms: Terms) -> str:
    """Terms as one column."""
    return json.dumps({**asdict(terms), "countries": sorted(terms.countries)})


@lru_cache(maxsize=64)  # orders of many days share the same terms
def text_to_terms(text: str) -> Terms:
    """The terms that the column stands for."""
    plain = json.loads(text)
    retries = {name: RetryPolicy(**policy) for name, policy in plain.get("retries", {}).items()}
    return Terms(
        **{
            **plain,
            "countries": frozenset(plain["countries"]),
            "retries": RetryPolicies(**retries),
        }
    )


def _line(plain: dict[str, Any]) -> OrderLine:
    return OrderLine(**{**plain, "unit_price": Money(**plain["unit_price"])})
