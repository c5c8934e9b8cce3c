"""Replay of a document's commands against the app.

A document alternates commands (```bash) and their output (```text or ```json). `replay` runs the
commands against a new shop under a virtual clock and returns the document with the current output.
`python -m tests.docs.walkthrough` writes it.
"""

import json
import re
import shlex
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from local_host.host.timeline import show_timeline
from orders.domain.waits import WaitPolicy
from tests.shop import APP, Shop, open_shop

DOCUMENT = APP / "docs" / "walkthrough.md"
#: As in local.settings.json, so that readers get the same order IDs.
SECRET = json.loads((APP / "local.settings.json").read_text())["Values"]["ORDERS_ID_SECRET"]
_BLOCK = re.compile(
    r"```bash\n(?P<commands>.*?)\n```\n\n```(?P<kind>text|json)\n(?P<output>.*?)```", re.DOTALL
)


def replay(document: str, folder: Path) -> str:
    """Return the document with the output of its commands in a new shop."""
    with open_shop(folder, SECRET) as shop:
        shop.replace_ports(settings=replace(shop.services.settings, waits=WaitPolicy()))

        def current(block: re.Match[str]) -> str:
            output = "\n".join(_outputs(shop, folder, block["commands"]))
            return f"```bash\n{block['commands']}\n```\n\n```{block['kind']}\n{output}\n```"

        return _BLOCK.sub(current, document)


def _outputs(shop: Shop, folder: Path, commands: str) -> Iterator[str]:
    """Yield the output of each command that has one."""
    for command in _split(commands):
        match shlex.split(command):
            case ["curl", *arguments, "|", "python3", "-m", "json.tool"]:
                yield json.dumps(json.loads(_request(shop, arguments)), indent=4)
            case ["curl", *arguments]:
                yield _request(shop, arguments)
            case ["sleep", seconds]:
                shop.app.advance(timedelta(seconds=float(seconds)))
            case ["./scripts/run", "--data", _, "--inspect", instance_id]:
                yield show_timeline(folder / "host", instance_id)
            case words:
                raise ValueError(f"a walkthrough cannot run {words}")


def _split(commands: str) -> list[str]:
    """Split a block into commands. A command continues on the next line inside a quote."""
    result: list[str] = []
    for line in commands.splitlines():
        if result and result[-1].count("'") % 2:
            result[-1] += "\n" + line
        else:
            result.append(line)
    return result


def _request(shop: Shop, words: list[str]) -> str:
    arguments = _parse_curl(words)
    headers = dict(header.split(": ", 1) for header in arguments.header)
    method = arguments.method or ("POST" if arguments.data else "GET")
    url = urlsplit(arguments.url)
    path = url.path + (f"?{url.query}" if url.query else "")
    content = arguments.data.encode() if arguments.data else None
    response = shop.app.request(method, path, content=content, headers=headers)
    shop.app.wait_until_idle()
    return response.text


def _parse_curl(words: list[str]) -> Namespace:
    parser = ArgumentParser("curl")
    parser.add_argument("url")
    parser.add_argument("-s", action="store_true")
    parser.add_argument("-H", dest="header", action="append", default=[])
    parser.add_argument("-X", dest="method")
    parser.add_argument("-d", dest="data")
    return parser.parse_args(words)


def main() -> None:
    """Write the current output into the document."""
    with tempfile.TemporaryDirectory() as folder:
        text = replay(DOCUMENT.read_text("utf-8"), Path(folder))
    DOCUMENT.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
