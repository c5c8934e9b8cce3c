"""What the tests of several adapters share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.gateways import Gateway, sandbox_gateway, stripe_gateway
from tests.stripe_server import Stripe, serving


@pytest.fixture(params=[sandbox_gateway, stripe_gateway])
def gateway(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gateway]:
    """A payment gateway that never saw an order."""
    with request.param(tmp_path) as opened:
        yield opened


@pytest.fixture
def stripe() -> Iterator[Stripe]:
    """A Stripe without payments."""
    with serving() as opened:
        yield opened
