"""The order service as a process tree that can be killed at will and is started again."""

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
        self.killed_all = self.killed_workers = 0
        self._start()

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
                # Whatever it says from now on nobody reads, and it must not wait for a reader.
                subprocess.Popen(
                    ["/bin/cat"], stdin=output, stdout=self._log, start_new_session=True
                )
                output.close()
                return
        raise SystemExit(f"chaos: the service did not start; see {self._folder / 'log'}")

    def kill_all(self) -> None:
        """End host and workers at once, as a power cut would, and start again."""
        with self._lock:
            self._kill_group()
            self.killed_all += 1
            self._start()

    def kill_a_worker(self) -> None:
        """End one worker at once; the host goes on."""
        with self._lock:
            workers = self._workers()
            if workers:
                os.kill(workers[0], signal.SIGKILL)
                self.killed_workers += 1

    def close(self) -> None:
        """End everything for good."""
        with self._lock:
            self._kill_group()
            self._log.close()

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
            ours = os.getsid(int(entry.name)) == self._process.pid
            return ours and _WORKER in (entry / "cmdline").read_bytes()
        except OSError:
            return False  # it has ended meanwhile
