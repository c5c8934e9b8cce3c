"""Batches of requests to the Table service, and of its responses."""

from email import message_from_string
from email.message import Message
from email.parser import Parser
from typing import cast
from urllib.parse import unquote, urlsplit

from tests.wire import Request

#: Status, body, headers.
Response = tuple[int, bytes, dict[str, str]]

_TYPE = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"


def split_batch(request: Request) -> list[Request]:
    """Return the requests of a transaction."""
    outer = message_from_string(
        f"Content-Type: {request.headers['Content-Type']}\n\n{request.body}"
    )
    (changes,) = _parts(outer)
    return [_request(str(part.get_payload())) for part in _parts(changes)]


def encode_batch(responses: list[Response]) -> Response:
    """Return one response that holds all of them."""
    parts = [f"--changes\r\n{_TYPE}{_text(response)}\r\n" for response in responses]
    changes = f"Content-Type: multipart/mixed; boundary=changes\r\n\r\n{''.join(parts)}--changes--"
    body = f"--batch\r\n{changes}\r\n--batch--\r\n"
    return 202, body.encode(), {"Content-Type": "multipart/mixed; boundary=batch"}


def _parts(message: Message) -> list[Message]:
    return cast("list[Message]", message.get_payload())


def _request(text: str) -> Request:
    line, _, rest = text.replace("\r\n", "\n").partition("\n")
    method, url, _ = line.split(" ")
    head, _, body = rest.partition("\n\n")
    headers = Parser().parsestr(head)
    return Request(method, split_path(url), {}, headers, body)


def split_path(url: str) -> list[str]:
    """Return the segments of a URL's path."""
    return [unquote(part) for part in urlsplit(url).path.strip("/").split("/")]


def _text(response: Response) -> str:
    status, body, headers = response
    lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", body.decode()])
