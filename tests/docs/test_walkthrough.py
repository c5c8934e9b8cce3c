"""The walkthrough shows what a reader gets."""

import re
from pathlib import Path

from tests.docs.walkthrough import DOCUMENT, replay

_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\d]*Z?")
_DURATION = re.compile(r" +\+[\d.:]+ (ms|s|min)|after [\d.:]+ (ms|s|min)")


def without_times(document: str) -> str:
    """Return the document without times, which differ between runs."""
    return _DURATION.sub(" <duration>", _TIME.sub("<time>", document))


def test_walkthrough_shows_the_current_output(tmp_path: Path) -> None:
    """Each command has the output below it; `python -m tests.docs.walkthrough` writes it."""
    written = DOCUMENT.read_text("utf-8")

    assert without_times(replay(written, tmp_path)) == without_times(written)
