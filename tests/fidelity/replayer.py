"""Does a host answer a recording's calls as the real one did?

    python -m tests.fidelity.replayer http://127.0.0.1:7071 [FOLDER [SCENARIO ...]]

A recording is a list of steps: a call with its response, a status to wait for, or a pause. What may
differ between two runs of one host (ids, times, ports, stack traces) is made alike on both sides.
Where a pause was recorded, the answer after it may take that long; it need not.
"""

import argparse
import http.client
import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from tests.fidelity.alike import differences, made_alike

HERE = Path(__file__).parent
HOOK = "/runtime/webhooks/durabletask"
_AT_ONCE = 12
_LONGEST_WAIT = 20.0
_PAUSE = 0.05
#: What the recording client sent of its own accord.
_HEADERS = {"Accept": "*/*", "User-Agent": "replayer", "Connection": "keep-alive"}
Json = Any


@dataclass(frozen=True, slots=True)
class Result:
    """How one scenario went: what differed, in words."""

    scenario: str
    calls: int
    differences: list[str]


@dataclass(slots=True)
class Scenario:
    """One recording on its way through a host."""

    base: str
    run: str = field(default_factory=lambda: str(uuid4().int % 10**13))
    #: The ids that this host made, in the place of the recording's `{i1}`, `{i2}` ….
    ids: dict[str, str] = field(default_factory=dict)
    token: str = ""
    patience: float = 0.0

    def play(self, steps: list[Json]) -> Iterator[str]:
        """Go through the steps; yield each difference."""
        for number, step in enumerate(steps):
            if "sleep" in step:
                self.patience = step["sleep"]
                time.sleep(min(self.patience / 10, 0.5))
                continue
            found = self._until(step["until"]) if "until" in step else self._call(step)
            yield from (f"step {number}: {difference}" for difference in found)

    def _until(self, wanted: Json) -> list[str]:
        wanted = self._filled(wanted)
        kind, key = ("entities", "entity") if "entity" in wanted else ("instances", "instance")
        end = time.monotonic() + min(wanted.get("seconds", _LONGEST_WAIT), _LONGEST_WAIT)
        while time.monotonic() < end:
            status, _, body = self._send({"method": "GET", "path": f"{HOOK}/{kind}/{wanted[key]}"})
            if _reached(wanted, status, body):
                return []
            time.sleep(_PAUSE)
        return [f"never reached {wanted}: {status} {str(body)[:200]}"]

    def _call(self, step: Json) -> list[str]:
        """Make a call; after a pause, an answer that differs is asked for again for that long."""
        end = time.monotonic() + (self.patience if step["call"]["method"] == "GET" else 0)
        while (found := self._compare(step)) and time.monotonic() < end:
            time.sleep(_PAUSE)
        if step["call"]["method"] != "GET":
            self.patience = 0.0
        return found

    def _compare(self, step: Json) -> list[str]:
        status, headers, body = self._send(self._filled(step["call"]))
        wanted = step["response"]
        self._learn(wanted["body"], body)
        self.token = headers.get("x-ms-continuation-token", self.token)
        shown = {name: headers[name] for name in wanted["headers"] if name in headers}
        got = self._unfilled({"status": status, "headers": shown, "body": body})
        where = f"{step['call']['method']} {step['call']['path'][:80]}"
        found = differences(made_alike(wanted), made_alike(got))
        return [f"{where}: {difference}" for difference in found]

    def _send(self, call: Json) -> tuple[int, dict[str, str], Json]:
        headers = {**_HEADERS, **(call.get("headers") or {})}
        content: bytes | None = None
        if "json" in call:
            content = json.dumps(call["json"], separators=(",", ":"), ensure_ascii=False).encode()
            headers["Content-Type"] = "application/json"
        elif "content" in call:
            binary = "octet-stream" in headers.get("content-type", "")
            content = call["content"].encode("latin-1" if binary else "utf-8")
        address = urlsplit(self.base)
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
        with closing(connection):
            connection.request(call["method"], call["path"], content, headers)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, found, _body(answer.read(), found.get("content-type", ""))

    def _filled(self, value: Json) -> Json:
        text = json.dumps(value).replace("{run}", self.run).replace("{base}", self.base)
        text = text.replace("{token}", self.token)
        for name, made in self.ids.items():
            text = text.replace(name, made)
        return json.loads(text)

    def _unfilled(self, value: Json) -> Json:
        text = json.dumps(value)
        for name, made in self.ids.items():
            text = text.replace(made, name)
        return json.loads(text.replace(self.run, "{run}").replace(self.base, "{base}"))

    def _learn(self, wanted: Json, body: Json) -> None:
        name, made = _id_in(wanted), _id_in(body)
        if name and made and name.startswith("{i"):
            self.ids.setdefault(name, made)


def _id_in(body: Json) -> str | None:
    found = body.get("id") if isinstance(body, dict) else None
    return found if isinstance(found, str) else None


def _reached(wanted: Json, status: int, body: Json) -> bool:
    if "entity" in wanted:
        return status == http.HTTPStatus.OK
    if not isinstance(body, dict) or "runtimeStatus" not in body:
        return False
    statuses = wanted.get("runtimeStatus", [body["runtimeStatus"]])
    custom = wanted.get("customStatus", body["customStatus"])
    return body["runtimeStatus"] in statuses and body["customStatus"] == custom


def _body(content: bytes, kind: str) -> Json:
    try:
        return json.loads(content)
    except ValueError:
        if kind.startswith("text/html"):
            return "<html>"
        return list(content) if "octet-stream" in kind else content.decode()


def replay(base: str, folder: Path, only: list[str] | None = None) -> list[Result]:
    """Play all recordings of a folder, many at a time, on the host at `base`."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        files = [f for f in sorted(folder.glob("*.json")) if not only or f.stem in only]
        return list(pool.map(lambda file: _replay_file(base, file), files))


def _replay_file(base: str, file: Path) -> Result:
    recording = json.loads(file.read_text("utf-8"))
    calls = sum("call" in step for step in recording["steps"])
    found = list(Scenario(base).play(recording["steps"]))
    return Result(recording["scenario"], calls, found)


def score(results: list[Result]) -> str:
    """The result in lines: each scenario that differs, and how many do not."""
    lines = [f"{r.scenario}: {difference}" for r in results for difference in r.differences[:3]]
    same = sum(not result.differences for result in results)
    calls = sum(result.calls for result in results)
    return "\n".join([*lines, f"{same} of {len(results)} scenarios the same ({calls} calls)"])


def main(arguments: list[str]) -> int:
    """Replay and print the score; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fidelity.replayer")
    parser.add_argument("host", help="where the host listens, running the app of this folder")
    parser.add_argument("folder", nargs="?", default="recordings", help="(default: recordings)")
    parser.add_argument("scenario", nargs="*", help="only these")
    options = parser.parse_args(arguments)
    results = replay(options.host, HERE / options.folder, options.scenario)
    sys.stdout.write(score(results) + "\n")
    return int(any(result.differences for result in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
