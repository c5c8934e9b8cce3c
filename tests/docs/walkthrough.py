"""What answer does each command of a walkthrough really get?

A document alternates commands (```bash) and what they answer (```text or ```json). `play` runs the
commands against a shop under a virtual clock and returns the document with the answers as they are
now. `python -m tests.docs.walkthrough` writes them into the document.
"""

import json
import re
import shlex
import tempfile
from argparse import ArgumentParser, Namespace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from local_host.host.timeline import show_timeline
from tests.shop import APP, Shop, open_shop

DOCUMENT = APP / "docs" / "walkthrough.md"
#: As in local.settings.json, so that the order ids are those that a reader sees.
SECRET = json.loads((APP / "local.settings.json").read_text())["Values"]["ORDERS_ID_SECRET"]
_STEP = re.compile(
    r"```bash\n(?P<command>.*?)\n```\n\n```(?P<kind>text|json)\n(?P<answer>.*?)```", re.DOTALL
)


def play(document: str, folder: Path) -> str:
    """The document with the answers that its commands get from a new shop in `folder`."""
    with open_shop(folder, SECRET) as shop:

        def answered(step: re.Match[str]) -> str:
            answer = _answer(shop, folder, step["command"])
            return f"```bash\n{step['command']}\n```\n\n```{step['kind']}\n{answer}\n```"

        return _STEP.sub(answered, document)


def _answer(shop: Shop, folder: Path, command: str) -> str:
    """The answer to the last of the commands in a block."""
    answer = ""
    for line in _lines(command):
        words = shlex.split(line)
        match words[0]:
            case "curl":
                answer = _request(shop, words[1:])
            case "sleep":
                shop.app.let_pass(timedelta(seconds=float(words[1])))
            case "./scripts/run":
                answer = show_timeline(folder / "host", words[2])
            case other:
                raise ValueError(f"a walkthrough cannot run {other!r}")
    return answer


def _lines(command: str) -> list[str]:
    """The commands of a block; one goes on where a quote is open."""
    lines: list[str] = []
    for line in command.splitlines():
        if lines and lines[-1].count("'") % 2:
            lines[-1] += "\n" + line
        else:
            lines.append(line)
    return lines


def _request(shop: Shop, words: list[str]) -> str:
    asked = _curl(words)
    headers = dict(header.split(": ", 1) for header in asked.header)
    method = asked.method or ("POST" if asked.data else "GET")
    url = urlsplit(asked.url)
    path = url.path + (f"?{url.query}" if url.query else "")
    content = asked.data.encode() if asked.data else None
    answer = shop.app.request(method, path, content=content, headers=headers)
    shop.app.settle()
    return json.dumps(answer.json(), indent=2)


def _curl(words: list[str]) -> Namespace:
    parser = ArgumentParser("curl")
    parser.add_argument("url")
    parser.add_argument("-H", dest="header", action="append", default=[])
    parser.add_argument("-X", dest="method")
    parser.add_argument("-d", dest="data")
    return parser.parse_args(words)


def main() -> None:
    """Write the answers as they are now into the document."""
    with tempfile.TemporaryDirectory() as folder:
        text = play(DOCUMENT.read_text("utf-8"), Path(folder))
    DOCUMENT.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
