"""Personal data stays in the order store: not in histories, responses, logs or other files."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders import EMAIL, OPERATOR, a_refund, an_order
from tests.faults import FOREVER, Failing
from tests.privacy import personal_data_in, text_of_files
from tests.shop import MANAGEMENT_API, Shop

EVERY_BRANCH = [
    an_order(),
    an_order(quantity=101),
    an_order(country="US"),
    an_order(sku="KETTLE-2019"),
    an_order(sku="LAMP-OAK", quantity=6),
    an_order(payment_method="pm_card_chargeDeclined"),
    an_order(payment_method="pm_card_authenticationRequired"),
    an_order(payment_method="pm_sandbox_flaky"),
    an_order(payment_method="pm_sandbox_timeoutAfterEffect"),
    an_order(payment_method="pm_sandbox_unavailable"),
    an_order(payment_method="pm_sandbox_captureUnavailable"),
    an_order(payment_method="pm_sandbox_undoUnavailable"),
    an_order(postal_code="00000"),
    an_order(postal_code="00001"),
    an_order(postal_code="00002"),
    an_order(postal_code="00003"),
    an_order(postal_code="00004"),
    an_order(email="planted.wrenfield@undeliverable.example"),
]
