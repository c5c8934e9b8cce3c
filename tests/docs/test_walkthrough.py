"""Does a reader who follows the walkthrough see what it shows?"""

import re
from pathlib import Path

from tests.docs.walkthrough import DOCUMENT, play

_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\d]*(\+00:00)?")
_PAUSE = re.compile(r" +\+[\d.:]+ (ms|s|min)|after [\d.:]+ (ms|s|min)")


def essence(document: str) -> str:
    """The document without times, which differ from run to run."""
    return _PAUSE.sub(" <pause>", _TIME.sub("<time>", document))


def test_the_walkthrough_shows_what_happens(tmp_path: Path) -> None:
    """Each command gets the answer that stands below it (python -m tests.docs.walkthrough)."""
    written = DOCUMENT.read_text("utf-8")

    assert essence(play(written, tmp_path)) == essence(written)
