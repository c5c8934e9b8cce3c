"""Email addresses: their form, and domains in other scripts than Latin."""

import re
from typing import Final

import idna
from pydantic_core import PydanticCustomError

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART: Final = re.compile(rf"(?=.{{1,64}}\Z){_ATOM}(\.{_ATOM})*")
#: Two labels or more; the last one is no number.
_DOMAIN: Final = re.compile(r"([a-z0-9-]+\.)+[a-z][a-z0-9-]+")
_MAX_LENGTH: Final = 254


def normalize_email(text: str) -> str:
    """Return an email address as mail servers take it: the domain in ASCII (IDNA).

    Raises:
        PydanticCustomError: the text is no email address that every mail server takes.
    """
    local_part, _, domain = text.rpartition("@")
    if not local_part.isascii():
        raise PydanticCustomError("email", "must have only ASCII characters before the @")
    address = f"{local_part}@{_to_ascii(domain)}"
    if not _LOCAL_PART.fullmatch(local_part) or len(address) > _MAX_LENGTH:
        raise _invalid()
    return address


def _to_ascii(domain: str) -> str:
    try:
        encoded = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")
    except idna.IDNAError:
        raise _invalid() from None
    if not _DOMAIN.fullmatch(encoded):
        raise _invalid()
    return encoded


def _invalid() -> PydanticCustomError:
    return PydanticCustomError("email", "must be an email address")
