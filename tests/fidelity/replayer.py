"""Replay of recorded calls against a host, with a comparison of the responses.

    python -m tests.fidelity.replayer http://127.0.0.1:7071 [FOLDER [SCENARIO ...]]

A recording is a list of steps: a call with its response, a status to wait for, or a pause. Both
sides are normalized: ids, times, ports and stack traces differ in each run. A response that follows
a recorded pause may take as long as the pause.
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

from tests.fidelity.comparison import find_differences, normalize

HERE = Path(__file__).parent
HOOK = "/runtime/webhooks/durabletask"
_MAX_PARALLEL = 12
_MAX_WAIT_SECONDS = 20.0
_POLLING_SECONDS = 0.05
_SHOWN_DIFFERENCES = 3
#: Headers that the recording client sent with every call.
_HEADERS = {"Accept": "*/*", "User-Agent": "replayer", "Connection": "keep-alive"}
Json = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Result of one scenario: the differences, in words."""

    scenario: str
    calls: int
    differences: list[str]


@dataclass(slots=True)
class Scenario:
    """One recording during its replay; unfrozen because it collects ids."""

    base: str
    run: str = field(default_factory=lambda: str(uuid4().int % 10**13))
    #: Ids of this host for the recorded `{i1}`, `{i2}` ….
    ids: dict[str, str] = field(default_factory=dict)
    continuation_token: str = ""
    pause_seconds: float = 0.0

    def replay(self, steps: list[Json]) -> Iterator[str]:
        """Replay the steps; yield each difference."""
        for number, step in enumerate(steps):
            if "sleep" in step:
                self.pause_seconds = step["sleep"]
                time.sleep(min(self.pause_seconds / 10, 0.5))
                continue
            differences = self._wait(step["until"]) if "until" in step else self._call(step)
            yield from (f"step {number}: {difference}" for difference in differences)

    def _wait(self, condition: Json) -> list[str]:
        """Wait until an instance or an entity is in the recorded state."""
        condition = self._fill(condition)
        kind, key = ("entities", "entity") if "entity" in condition else ("instances", "instance")
        timeout = min(condition.get("seconds", _MAX_WAIT_SECONDS), _MAX_WAIT_SECONDS)
        end = time.monotonic() + timeout
        path = f"{HOOK}/{kind}/{condition[key]}"
        while time.monotonic() < end:
            status, _, body = self.send({"method": "GET", "path": path})
            if _holds(condition, status, body):
                return []
            time.sleep(_POLLING_SECONDS)
        return [f"never reached {condition}: {status} {str(body)[:200]}"]

    def _call(self, step: Json) -> list[str]:
        """Send a call. After a pause, repeat a read with a different response for that long."""
        is_read = step["call"]["method"] == "GET"
        end = time.monotonic() + (self.pause_seconds if is_read else 0)
        while (differences := self._compare(step)) and time.monotonic() < end:
            time.sleep(_POLLING_SECONDS)
        if not is_read:
            self.pause_seconds = 0.0
        return differences

    def _compare(self, step: Json) -> list[str]:
        status, headers, body = self.send(self._fill(step["call"]))
        recorded = step["response"]
        self._learn_id(recorded["body"], body)
        self.continuation_token = headers.get("x-ms-continuation-token", self.continuation_token)
        compared = {name: headers[name] for name in recorded["headers"] if name in headers}
        actual = self._unfill({"status": status, "headers": compared, "body": body})
        call = f"{step['call']['method']} {step['call']['path'][:80]}"
        differences = find_differences(normalize(recorded), normalize(actual))
        return [f"{call}: {difference}" for difference in differences]

    def send(self, call: Json) -> tuple[int, dict[str, str], Json]:
        """Send a call; return status, headers and body."""
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
            response = connection.getresponse()
            received = {name.lower(): value for name, value in response.getheaders()}
            body = _decode(response.read(), received.get("content-type", ""))
            return response.status, received, body

    def _fill(self, value: Json) -> Json:
        """Replace placeholders by the ids and the address of this host."""
        text = json.dumps(value).replace("{run}", self.run).replace("{base}", self.base)
        text = text.replace("{token}", self.continuation_token)
        for placeholder, own_id in self.ids.items():
            text = text.replace(placeholder, own_id)
        return json.loads(text)

    def _unfill(self, value: Json) -> Json:
        """Replace the ids and the address of this host by placeholders."""
        text = json.dumps(value)
        for placeholder, own_id in self.ids.items():
            text = text.replace(own_id, placeholder)
        return json.loads(text.replace(self.run, "{run}").replace(self.base, "{base}"))

    def _learn_id(self, recorded: Json, body: Json) -> None:
        placeholder, own_id = _read_id(recorded), _read_id(body)
        if placeholder and own_id and placeholder.startswith("{i"):
            self.ids.setdefault(placeholder, own_id)


def _read_id(body: Json) -> str | None:
    value = body.get("id") if isinstance(body, dict) else None
    return value if isinstance(value, str) else None


def _holds(condition: Json, status: int, body: Json) -> bool:
    if "entity" in condition:
        return status == http.HTTPStatus.OK
    if not isinstance(body, dict) or "runtimeStatus" not in body:
        return False
    statuses = condition.get("runtimeStatus", [body["runtimeStatus"]])
    custom_status = condition.get("customStatus", body["customStatus"])
    return body["runtimeStatus"] in statuses and body["customStatus"] == custom_status


def _decode(content: bytes, content_type: str) -> Json:
    try:
        return json.loads(content)
    except ValueError:
        if content_type.startswith("text/html"):
            return "<html>"
        return list(content) if "octet-stream" in content_type else content.decode()


def replay(base: str, folder: Path, only: list[str] | None = None) -> list[Result]:
    """Replay all recordings of a folder on the host at `base`, several at a time."""
    with ThreadPoolExecutor(_MAX_PARALLEL) as pool:
        files = [f for f in sorted(folder.glob("*.json")) if not only or f.stem in only]
        return list(pool.map(lambda file: _replay_file(base, file), files))


def _replay_file(base: str, file: Path) -> Result:
    recording = json.loads(file.read_text("utf-8"))
    calls = sum("call" in step for step in recording["steps"])
    differences = list(Scenario(base).replay(recording["steps"]))
    return Result(scenario=recording["scenario"], calls=calls, differences=differences)


def format_score(results: list[Result]) -> str:
    """Format the first differences of each scenario, and the number of scenarios without any."""
    lines = [
        f"{result.scenario}: {difference}"
        for result in results
        for difference in result.differences[:_SHOWN_DIFFERENCES]
    ]
    same = sum(not result.differences for result in results)
    calls = sum(result.calls for result in results)
    return "\n".join([*lines, f"{same} of {len(results)} scenarios the same ({calls} calls)"])


def main(arguments: list[str]) -> int:
    """Replay the recordings and print the score; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fidelity.replayer")
    parser.add_argument("host", help="URL of a host that runs the app of this folder")
    parser.add_argument("folder", nargs="?", default="recordings", help="(default: recordings)")
    parser.add_argument("scenario", nargs="*", help="scenarios to replay (default: all)")
    options = parser.parse_args(arguments)
    results = replay(options.host, HERE / options.folder, options.scenario)
    sys.stdout.write(format_score(results) + "\n")
    return int(any(result.differences for result in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
