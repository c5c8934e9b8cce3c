"""Protocol between the host and its worker processes.

Frames over a socket pair: two lengths (4 bytes each, big endian), a JSON header, a body of bytes.
The body carries what needs no further encoding: the SDK's JSON, an HTTP body.

    host → worker   {"type": "init", "app": …, "client": …, "log_level": …}
    worker → host   {"type": "ready", "functions": […]} or {"type": "unusable", "reason": …}
    host → worker   {"id": 7, "type": "activity" | "orchestration" | "entity" | "http" | "timer", …}
    worker → host   {"id": 7, "ok": true, …} or {"id": 7, "ok": false, "kind": …, "message": …}
"""

import asyncio
import json
import struct
from dataclasses import dataclass
from typing import Any

#: Buffer size of the stream on either side.
STREAM_LIMIT = 2**26
_LENGTHS = struct.Struct(">II")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One message: a JSON header and a body."""

    header: dict[str, Any]
    body: bytes = b""


def pack(frame: Frame) -> bytes:
    """Encode a frame."""
    header = json.dumps(frame.header).encode()
    return _LENGTHS.pack(len(header), len(frame.body)) + header + frame.body


async def read(stream: asyncio.StreamReader) -> Frame | None:
    """Read the next frame; return None if the other side has closed the connection."""
    try:
        lengths = await stream.readexactly(_LENGTHS.size)
        header_length, body_length = _LENGTHS.unpack(lengths)
        header = await stream.readexactly(header_length)
        body = await stream.readexactly(body_length) if body_length else b""
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return Frame(header=json.loads(header), body=body)
