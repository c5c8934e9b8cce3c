"""The order service as a process tree that is killed and started again."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Lock
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
_WORKER: Final = b"local_host.worker"


class Service:
    """`python -m local_host` with its data in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = (folder / "log").open("ab")
        self._lock = Lock()
        #: How often the whole service was killed, and a worker alone.
        self.kills = self.worker_kills = 0
        self._start()

    def kill_all(self) -> None:
        """Kill host and workers at once, as a power failure would, and start again."""
        with self._lock:
            self._kill_group()
            self.kills += 1
            self._start()

    def kill_worker(self) -> None:
        """Kill one worker; the host goes on."""
        with self._lock:
            workers = self._workers()
            if workers:
                os.kill(workers[0], signal.SIGKILL)
                self.worker_kills += 1

    def close(self) -> None:
        """Kill everything for good."""
        with self._lock:
            self._kill_group()
            self._log.close()

    def _start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - this project's own host
            [
                *(sys.executable, "-m", "local_host", "--app", str(ROOT)),
                *("--data", str(self._folder), "--port", "0"),
            ],
            cwd=ROOT,
            env={**os.environ, "ORDERS_DATA_DIR": str(self._folder)},
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
        )
        output = self._process.stdout
        if output is None:
            raise SystemExit("chaos: the service has no output")
        for line in output:
            if b"Listening on " in line:
                self.base_url = line.split()[2].decode()
                # Without a reader the service would block on a full pipe.
                subprocess.Popen(
                    ["/bin/cat"], stdin=output, stdout=self._log, start_new_session=True
                )
                output.close()
                return
        raise SystemExit(f"chaos: the service did not start; see {self._folder / 'log'}")

    def _kill_group(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _workers(self) -> list[int]:
        return [
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and self._is_worker(entry)
        ]

    def _is_worker(self, entry: Path) -> bool:
        try:
            is_ours = os.getsid(int(entry.name)) == self._process.pid
            return is_ours and _WORKER in (entry / "cmdline").read_bytes()
        except OSError:
            return False  # it has ended meanwhile
