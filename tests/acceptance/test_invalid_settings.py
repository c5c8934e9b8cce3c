"""The service with an invalid setting."""

import json
from pathlib import Path

from tests.builders import an_order
from tests.local_host.process import fetch, running_host
from tests.shop import APP


def test_invalid_setting_is_logged_and_requests_are_503(tmp_path: Path) -> None:
    """The log names the setting before the first request; responses do not."""
    body = json.dumps(an_order()).encode()
    settings = {"ORDERS_DATA_DIR": str(tmp_path / "app"), "ORDERS_MAX_QUANTITY": "none"}
    with running_host(APP, tmp_path / "host", environment=settings) as host:
        status, response = fetch(host.base_url, "POST", "/api/orders", body)

        assert host.output.count("the app refuses to serve: ORDERS_MAX_QUANTITY must be") == 1
        assert status == 503
        assert b"ORDERS_MAX_QUANTITY" not in response
