"""The client's address behind proxies."""

import azure.functions as func
import pytest

from api.http.client_address import client_address


def a_request(forwarded_for: str | None) -> func.HttpRequest:
    """Return a request with this X-Forwarded-For header."""
    headers = {} if forwarded_for is None else {"X-Forwarded-For": forwarded_for}
    return func.HttpRequest(method="POST", url="/api/orders", headers=headers, body=b"")


@pytest.mark.parametrize(
    ("forwarded_for", "proxies", "address"),
    [
        ("203.0.113.7", 1, "203.0.113.7"),
        ("203.0.113.7:4711", 1, "203.0.113.7"),
        ("9.9.9.9, 203.0.113.7", 1, "203.0.113.7"),
        ("9.9.9.9, 203.0.113.7 , 10.0.0.1", 2, "203.0.113.7"),
        ("203.0.113.7", 2, "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", 1, "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:443", 1, "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", 1, "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", 1, "203.0.113.7"),
        ("203.0.113.7", 0, None),
        ("unknown", 1, None),
        ("203.0.113.7, ", 1, None),
        (None, 1, None),
    ],
)
def test_address_is_the_one_that_the_last_trusted_proxy_saw(
    forwarded_for: str | None, proxies: int, address: str | None
) -> None:
    """An IPv6 client counts with its whole network; a port is left out."""
    assert client_address(a_request(forwarded_for), proxies) == address
