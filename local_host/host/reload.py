"""When has a file of the app changed?"""

import logging
from pathlib import Path

_log = logging.getLogger("local_host")
_SETTINGS = (".json",)
#: How often the watcher looks at what the operating system told it, in milliseconds.
_STEP = 250


async def changed_file(app: Path, data: Path) -> None:
    """Return when a Python file or a settings file in `app` has changed."""
    from watchfiles import PythonFilter, awatch  # noqa: PLC0415 (only where somebody watches)

    files = PythonFilter(extra_extensions=_SETTINGS, ignore_paths=[data])
    async for changes in awatch(app, watch_filter=files, step=_STEP):
        _, path = min(changes, key=lambda change: change[1])
        _log.warning("%s has changed: starting again", Path(path).relative_to(app))
        return
