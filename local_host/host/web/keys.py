"""Which key opens what?

The real host's four kinds: a function's own keys and the host's function keys open functions, the
system key `durabletask_extension` opens the durable webhooks, the master key opens everything. Off
by default, as under `func start`; with `--auth` they are kept in the data folder.
"""

import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from enum import Enum, auto
from pathlib import Path

from local_host.errors import DataFileError
from local_host.functions import FunctionInfo
from local_host.host.web.requests import Request

FILE_NAME = "keys.json"
#: The system key of the durable extension.
DURABLE = "durabletask_extension"


class Access(Enum):
    """What a request may have."""

    GRANTED = auto()
    #: No key, or one that this host does not know here (401).
    UNKNOWN = auto()
    #: A key that is good for something else (403).
    FORBIDDEN = auto()


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a host, by name."""

    master: str
    #: The host's function keys: they open every function.
    host: dict[str, str]
    #: One key for each extension that has webhooks.
    system: dict[str, str]
    #: Each function's own keys.
    functions: dict[str, dict[str, str]] = field(default_factory=dict)

    def for_function(self, request: Request, function: FunctionInfo) -> Access:
        """Whether the request may call the function."""
        if function.auth_level == "anonymous" or self._is_master(request):
            return Access.GRANTED
        own = self.functions.get(function.name, {})
        fits = _fits(request, *self.host.values(), *own.values())
        return Access.GRANTED if fits and function.auth_level == "function" else Access.UNKNOWN

    def for_webhooks(self, request: Request) -> Access:
        """Whether the request may call the durable extension."""
        fits = self._is_master(request) or _fits(request, self.system[DURABLE])
        return Access.GRANTED if fits else Access.UNKNOWN

    def for_admin(self, request: Request) -> Access:
        """Whether the request may administer the host."""
        if self._is_master(request):
            return Access.GRANTED
        return Access.FORBIDDEN if _fits(request, *self.system.values()) else Access.UNKNOWN

    def _is_master(self, request: Request) -> bool:
        return _fits(request, self.master)


class Open:
    """No keys are asked for, as under `func start`: everybody may do everything."""

    def for_function(self, request: Request, function: FunctionInfo) -> Access:  # noqa: ARG002 (as Keys)
        """Everybody may call any function."""
        return Access.GRANTED

    def for_webhooks(self, request: Request) -> Access:  # noqa: ARG002 (as Keys)
        """Everybody may call the durable extension."""
        return Access.GRANTED

    def for_admin(self, request: Request) -> Access:  # noqa: ARG002 (as Keys)
        """Everybody may administer the host."""
        return Access.GRANTED


def keep_keys(data: Path, functions: list[FunctionInfo]) -> tuple[Keys, bool]:
    """Read the keys of this data folder, and make those that are missing.

    Returns:
        The keys, and whether they are new and should be shown.

    Raises:
        DataFileError: the file cannot be read or written.
    """
    path = data / FILE_NAME
    found = _read(path)
    keys = found or Keys(_new_key(), {"default": _new_key()}, {DURABLE: _new_key()})
    keyed = [f.name for f in functions if f.route is not None and f.auth_level == "function"]
    missing = [name for name in keyed if name not in keys.functions]
    keys.functions.update({name: {"default": _new_key()} for name in missing})
    if found is None or missing:
        _write(path, keys)
    return keys, found is None


def _new_key() -> str:
    return secrets.token_urlsafe(40)


def _fits(request: Request, *keys: str) -> bool:
    """Whether the request brings one of the keys; the comparison takes as long for any key."""
    brought = (request.header("x-functions-key") or request.query.get("code", "")).encode()
    matches = [hmac.compare_digest(brought, key.encode()) for key in keys]
    return any(matches)


def _read(path: Path) -> Keys | None:
    try:
        return Keys(**json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise DataFileError(
            f"{path} cannot be used: {error}. Remove it to have new keys made."
        ) from error


def _write(path: Path, keys: Keys) -> None:
    """Write the file anew; nobody but its owner may ever read it."""
    fresh = path.with_suffix(".new")
    try:
        fresh.unlink(missing_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(keys), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise DataFileError(f"{path} cannot be written: {error.strerror}") from error
