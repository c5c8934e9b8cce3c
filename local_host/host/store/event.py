"""What is one entry of a history to those who only keep it? A JSON object."""

from typing import Any

Event = dict[str, Any]
