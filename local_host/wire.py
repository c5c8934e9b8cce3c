"""What do host and worker process say to each other?

Frames over a socket pair: two lengths (4 bytes each, big endian), a JSON header, a body of bytes.
The body carries what need not be wrapped once more: the SDK's JSON, an HTTP body.

    host → worker   {"type": "init", "app": …, "client": …}
    worker → host   {"type": "ready", "functions": […]} or {"type": "unusable", "reason": …}
    host → worker   {"id": 7, "type": "activity" | "orchestration" | "entity" | "http", …}
    worker → host   {"id": 7, "ok": true, …} or {"id": 7, "ok": false, "kind": …, "text": …}
"""

import asyncio
import json
import struct
from dataclasses import dataclass
from typing import Any

_LENGTHS = struct.Struct(">II")


@dataclass(frozen=True, slots=True)
class Frame:
    """One message: a JSON header and a body."""

    header: dict[str, Any]
    body: bytes = b""


def pack(frame: Frame) -> bytes:
    """The frame as bytes."""
    header = json.dumps(frame.header).encode()
    return _LENGTHS.pack(len(header), len(frame.body)) + header + frame.body


async def read(stream: asyncio.StreamReader) -> Frame | None:
    """The next frame, or None when the other side is gone."""
    try:
        lengths = await stream.readexactly(_LENGTHS.size)
        header_length, body_length = _LENGTHS.unpack(lengths)
        header = await stream.readexactly(header_length)
        body = await stream.readexactly(body_length) if body_length else b""
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return Frame(json.loads(header), body)
