"""Search for the personal data of `tests.builders`."""

from pathlib import Path

from tests.builders import EMAIL, PERSONAL_DATA

_WORDS = (*PERSONAL_DATA, EMAIL.partition("@")[0])


def personal_data_in(text: str) -> list[str]:
    """Return the personal data in a text."""
    return [word for word in _WORDS if word in text]


def text_of_files(folder: Path) -> str:
    """Return the content of all files of a folder, deleted rows included."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return "".join(path.read_bytes().decode("utf-8", "replace") for path in files)
