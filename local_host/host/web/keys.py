"""Access keys, of the real host's four kinds.

A function's own keys and the host's function keys grant access to functions. The system key
`durabletask_extension` grants access to the management API, the master key to everything. Keys are
off by default, as with `func start`; with `--auth` they are kept in the data folder.
"""

import hmac
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum, auto
from pathlib import Path

from local_host.errors import DataFileError
from local_host.functions import FunctionInfo
from local_host.host.web.requests import Request

KEYS_FILE = "keys.json"
#: The name of the system key of the durable extension.
DURABLE_KEY = "durabletask_extension"


class Access(Enum):
    """The result of an access check."""

    GRANTED = auto()
    #: No key, or one that grants nothing here (401).
    UNAUTHORIZED = auto()
    #: A valid key that grants access to something else (403).
    FORBIDDEN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys of a host, by name."""

    master: str
    #: The host's function keys, which grant access to every function.
    host: dict[str, str]
    #: The keys of extensions with webhooks.
    system: dict[str, str]
    #: Each function's own keys.
    functions: dict[str, dict[str, str]] = field(default_factory=dict)

    def for_function(self, request: Request, function: FunctionInfo) -> Access:
        """Check whether the request may call the function."""
        if function.auth_level == "anonymous" or self._has_master_key(request):
            return Access.GRANTED
        own = self.functions.get(function.name, {})
        matches = _has_key(request, *self.host.values(), *own.values())
        is_granted = matches and function.auth_level == "function"
        return Access.GRANTED if is_granted else Access.UNAUTHORIZED

    def for_webhooks(self, request: Request) -> Access:
        """Check whether the request may call the management API."""
        matches = self._has_master_key(request) or _has_key(request, self.system[DURABLE_KEY])
        return Access.GRANTED if matches else Access.UNAUTHORIZED

    def for_admin(self, request: Request) -> Access:
        """Check whether the request may call `/admin`."""
        if self._has_master_key(request):
            return Access.GRANTED
        has_other_key = _has_key(request, *self.system.values())
        return Access.FORBIDDEN if has_other_key else Access.UNAUTHORIZED

    def _has_master_key(self, request: Request) -> bool:
        return _has_key(request, self.master)


class NoKeys:
    """Grants every request access, as `func start` does."""

    def for_function(self, request: Request, function: FunctionInfo) -> Access:  # noqa: ARG002 - as in Keys
        """Grant access to any function."""
        return Access.GRANTED

    def for_webhooks(self, request: Request) -> Access:  # noqa: ARG002 - as in Keys
        """Grant access to the management API."""
        return Access.GRANTED

    def for_admin(self, request: Request) -> Access:  # noqa: ARG002 - as in Keys
        """Grant access to `/admin`."""
        return Access.GRANTED


def load_keys(data: Path, functions: Sequence[FunctionInfo]) -> tuple[Keys, bool]:
    """Read the keys in the data folder, and create those that are missing.

    Returns:
        The keys, and whether the file is new.

    Raises:
        DataFileError: the file cannot be read or written.
    """
    path = data / KEYS_FILE
    existing = _read(path)
    keys = existing or Keys(
        master=_new_key(), host={"default": _new_key()}, system={DURABLE_KEY: _new_key()}
    )
    keyed = [f.name for f in functions if f.route is not None and f.auth_level == "function"]
    missing = [name for name in keyed if name not in keys.functions]
    keys.functions.update({name: {"default": _new_key()} for name in missing})
    if existing is None or missing:
        _write(path, keys)
    return keys, existing is None


def _new_key() -> str:
    return secrets.token_urlsafe(40)


def _has_key(request: Request, *keys: str) -> bool:
    """Return whether the request carries one of the keys; the time does not depend on which."""
    given = (request.header("x-functions-key") or request.query.get("code", "")).encode()
    matches = [hmac.compare_digest(given, key.encode()) for key in keys]
    return any(matches)


def _read(path: Path) -> Keys | None:
    try:
        return Keys(**json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise DataFileError(
            f"{path} cannot be used: {error}. Remove it to create new keys."
        ) from error


def _write(path: Path, keys: Keys) -> None:
    """Replace the file; at no time can anyone but its owner read it."""
    new = path.with_suffix(".new")
    try:
        new.unlink(missing_ok=True)
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(keys), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        raise DataFileError(f"{path} cannot be written: {error.strerror}") from error
