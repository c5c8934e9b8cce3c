"""The address of the client, as trusted proxies saw it."""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

import azure.functions as func

#: An address with or without a port; an IPv6 address with a port is in brackets.
_ADDRESS: Final = re.compile(r"\[(.+)\](?::\d+)?|([^:]+)(?::\d+)?|(.+)")
#: A household or a server has a whole network of this size.
_IPV6_PREFIX: Final = 64


def client_address(req: func.HttpRequest, trusted_proxies: int) -> str | None:
    """Return the client's IPv4 address, or its IPv6 network; None if it is not known.

    Each proxy appends the address that it saw to `X-Forwarded-For`. What precedes the entries of
    trusted proxies comes from the client and proves nothing.
    """
    if not trusted_proxies:
        return None
    entries = str(req.headers.get("X-Forwarded-For") or "").split(",")
    return _normalize(entries[-trusted_proxies:][0].strip())


def _normalize(text: str) -> str | None:
    match = _ADDRESS.fullmatch(text)
    if match is None:
        return None
    try:
        address = ip_address(match[1] or match[2] or match[3])
    except ValueError:
        return None
    return _network(address)


def _network(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), _IPV6_PREFIX), strict=False))
