"""Does anything personal leave the order book?"""

from pathlib import Path
from typing import Any

import pytest

from tests.builders import PERSONAL, an_order
from tests.shop import Shop

EVERY_BRANCH = [
    an_order(),
    an_order(quantity=101),
    an_order(payment_method="pm_card_chargeDeclined"),
    an_order(payment_method="pm_sandbox_unavailable"),
    an_order(payment_method="pm_sandbox_undoUnavailable"),
    an_order(postal_code="00001"),
    an_order(postal_code="00002"),
    an_order(email="planted.wrenfield@undeliverable.example"),
]


def planted(folder: Path) -> list[str]:
    """The personal words found in any file of the folder."""
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return [word for word in (*PERSONAL, "planted.wrenfield") if word.encode() in everything]


@pytest.mark.parametrize("order", EVERY_BRANCH)
def test_the_engine_never_sees_anything_personal(
    shop: Shop, tmp_path: Path, order: dict[str, Any]
) -> None:
    """No history, input, output or custom status, whichever way an order goes."""
    shop.run(order)

    assert planted(tmp_path / "host") == []
    assert "pm_" not in _text(tmp_path / "host")
    assert planted(tmp_path / "orders") != []


def test_the_log_does_not_name_the_customer(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """Neither of a good order nor of a bad one."""
    shop.run(an_order())
    shop.run(an_order(postal_code="00000"))
    bad = an_order(quantity=0)
    shop.post(bad)

    assert not any(word in caplog.text for word in PERSONAL)


def _text(folder: Path) -> str:
    files = (path for path in folder.rglob("*") if path.is_file())
    return "".join(path.read_bytes().decode("latin-1") for path in files)
