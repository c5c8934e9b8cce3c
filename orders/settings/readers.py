"""Readers of single settings: numbers, durations, texts.

A wrong value is reported to the environment, and the default is returned in its place.
"""

import re
from datetime import timedelta

from orders.contracts.retries import RetryPolicy
from orders.settings.environment import Environment


def read_number(
    environment: Environment, name: str, default: int, max_digits: int = 9, minimum: int = 1
) -> int:
    """Read a whole number of 1 or more, or of another minimum."""
    text = environment.get(name) or str(default)
    is_number = re.fullmatch(f"0|[1-9][0-9]{{0,{max_digits - 1}}}", text)
    if not is_number or int(text) < minimum:
        limit = "9" * max_digits
        environment.refuse(name, f"{name} must be a number from {minimum} to {limit}, not {text!r}")
        return default
    return int(text)


def read_flag(environment: Environment, name: str) -> bool:
    """Read 1 or 0; without a value, 0."""
    text = environment.get(name) or "0"
    if text not in {"0", "1"}:
        environment.refuse(name, f"{name} must be 1 or 0, not {text!r}")
    return text == "1"


def read_days(
    environment: Environment, name: str, default: timedelta, max_digits: int = 5
) -> timedelta:
    """Read a number of days."""
    return timedelta(days=read_number(environment, name, default.days, max_digits))


def read_minutes(
    environment: Environment, name: str, default: timedelta, max_digits: int = 5
) -> timedelta:
    """Read a number of minutes."""
    minutes = default // timedelta(minutes=1)
    return timedelta(minutes=read_number(environment, name, minutes, max_digits))


def read_countries(environment: Environment, name: str, default: str) -> frozenset[str]:
    """Read country codes, separated by commas."""
    text = environment.get(name) or default
    countries = frozenset(country.strip() for country in text.split(","))
    wrong = sorted(country for country in countries if not re.fullmatch("[A-Z]{2}", country))
    if wrong:
        environment.refuse(
            name,
            f"{name} must list country codes such as DE,FR; wrong: {', '.join(map(repr, wrong))}",
        )
    return countries


def read_retry_policy(environment: Environment, prefix: str, default: RetryPolicy) -> RetryPolicy:
    """Read the three settings of a retry policy."""
    first, longest = f"{prefix}_FIRST_INTERVAL_MS", f"{prefix}_MAX_INTERVAL_MS"
    policy = RetryPolicy(
        first_interval_ms=read_number(environment, first, default.first_interval_ms, 6),
        max_interval_ms=read_number(environment, longest, default.max_interval_ms, 7),
        max_attempts=read_number(environment, f"{prefix}_MAX_ATTEMPTS", default.max_attempts, 2),
    )
    if policy.max_interval_ms < policy.first_interval_ms:
        environment.refuse(longest, f"{longest} must not be less than {first}")
    return policy
