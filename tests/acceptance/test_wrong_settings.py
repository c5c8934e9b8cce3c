"""Does a host whose app is set up wrong say so, and refuse to serve?"""

import json
from pathlib import Path

from tests.builders import an_order
from tests.local_host.process import fetch, running_host
from tests.shop import APP


def test_an_app_that_is_set_up_wrong_answers_503_and_says_why(tmp_path: Path) -> None:
    """The log says it before the first request comes; callers do not learn it."""
    body = json.dumps(an_order()).encode()
    wrong = {"ORDERS_DATA_DIR": str(tmp_path / "app"), "ORDERS_MAX_QUANTITY": "none"}
    with running_host(APP, tmp_path / "host", environment=wrong) as host:
        status, answer = fetch(host.base_url, "POST", "/api/orders", body)

        assert host.output.count("the app refuses to serve: ORDERS_MAX_QUANTITY must be") == 1
        assert status == 503
        assert b"ORDERS_MAX_QUANTITY" not in answer
