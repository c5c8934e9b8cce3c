"""Links between documents resolve, and documents name files and settings that exist."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from orders.contracts.names import Endpoint
from orders.domain.audit_findings import FindingKind
from orders.domain.outcome import Reason
from tests.shop import APP

DOCUMENTS = sorted(
    path
    for path in (*APP.glob("*.md"), *APP.glob("docs/**/*.md"), *APP.glob("benchmarks/*.md"))
    if path.is_file()
)
MAX_README_LINES = 130
MAX_DECISION_LINES = 40

_CODE_BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FOLDERS = (
    "api|timers|orchestrators|activities|entities|orders|local_host|scripts|tests|docs|benchmarks"
)
_FILE = re.compile(rf"`(?:\./)?((?:{_FOLDERS})/[\w./-]*)`")
_MODULE = re.compile(r"`(\w+\.py)`")
_SETTING = re.compile(r"\b(?:ORDERS|STRIPE|CARRIER|SMTP|MAIL)_[A-Z_]+[A-Z]\b")


def name_of(path: Path) -> str:
    """Return the path of a document in the repository."""
    return path.relative_to(APP).as_posix()


@cache
def prose(path: Path) -> str:
    """Return the text of a document without its code blocks."""
    return _CODE_BLOCK.sub("", path.read_text("utf-8"))


@cache
def modules() -> frozenset[str]:
    """Return the file names of all modules."""
    folders = (APP / folder for folder in _FOLDERS.split("|"))
    return frozenset(path.name for folder in folders for path in folder.rglob("*.py"))


@cache
def anchors(path: Path) -> frozenset[str]:
    """Return the anchors that GitHub gives to the headings of a document."""
    titles = (re.sub(r"[`*]|\[([^]]*)\]\([^)]*\)", r"\1", t) for t in _HEADING.findall(prose(path)))
    return frozenset(re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles)


def exists(path: Path) -> bool:
    """Return whether a file exists, or a folder that holds any: Git keeps no empty folders."""
    files = (file for file in path.rglob("*") if "__pycache__" not in file.parts)
    return path.is_file() or any(files)


def broken_links(path: Path) -> Iterator[str]:
    """Yield the relative links of a document that lead nowhere."""
    for link in _LINK.findall(prose(path)):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_document_links_resolve(path: Path) -> None:
    """Every relative link leads to a file, and its anchor to a heading."""
    assert list(broken_links(path)) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_document_names_existing_files(path: Path) -> None:
    """A path in a document is a file or folder of the repository."""
    missing = [file for file in _FILE.findall(prose(path)) if not exists(APP / file)]
    missing += sorted(set(_MODULE.findall(prose(path))) - modules())

    assert missing == []


def test_broken_link_is_noticed(tmp_path: Path) -> None:
    """Missing files and missing headings count, existing ones and web pages do not."""
    other, document = tmp_path / "other.md", tmp_path / "a.md"
    other.write_text("# A `code` heading\n")
    document.write_text(
        "# Top\n[1](other.md#a-code-heading) [2](#top) [3](https://x.example)"
        " [4](none.md) [5](other.md#none) [6](#none)\n```\n[7](none.md)\n```\n"
    )

    assert list(broken_links(document)) == ["none.md", "other.md#none", "#none"]


def test_every_document_is_reachable_from_the_readme() -> None:
    """A reader who starts at the README can find every document."""
    seen, queue = set[Path](), [APP / "README.md"]
    while queue:
        path = queue.pop()
        if path in seen or path.suffix != ".md" or not path.exists():
            continue
        seen.add(path)
        files = (link.partition("#")[0] for link in _LINK.findall(prose(path)))
        queue += [(path.parent / file).resolve() for file in files if file and ":" not in file]

    documents = {path for path in DOCUMENTS if path.is_relative_to(APP / "docs")}
    assert {name_of(path) for path in documents - seen} == set()


def test_readme_is_short() -> None:
    """The README has at most 130 lines; everything else is in docs/."""
    assert len((APP / "README.md").read_text("utf-8").splitlines()) <= MAX_README_LINES


def test_decisions_are_numbered_and_short() -> None:
    """Decision records are numbered without a gap, and fit on a screen."""
    records = sorted((APP / "docs" / "decisions").glob("0*.md"))

    assert [path.name[:4] for path in records] == [f"{n + 1:04}" for n in range(len(records))]
    assert all(len(path.read_text("utf-8").splitlines()) <= MAX_DECISION_LINES for path in records)


def test_every_setting_is_documented() -> None:
    """The settings in configuration.md are those that the code reads."""
    source = "".join(path.read_text("utf-8") for path in (APP / "orders/settings").glob("*.py"))
    read = {name for name in _SETTING.findall(source) if not name.endswith("_RETRY")}
    suffixes = ("FIRST_INTERVAL_MS", "MAX_INTERVAL_MS", "MAX_ATTEMPTS")
    read |= {f"{p}_{suffix}" for p in ("ORDERS_RETRY", "ORDERS_UNDO_RETRY") for suffix in suffixes}
    documented = set(
        re.findall(
            r"`((?:ORDERS|STRIPE|CARRIER|SMTP|MAIL)_[A-Z_]+)`", prose(APP / "docs/configuration.md")
        )
    )

    assert documented == read


def test_every_problem_type_is_documented() -> None:
    """The problem types in api.md are those that the API returns."""
    source = "".join(path.read_text("utf-8") for path in (APP / "api").rglob("*.py"))
    calls = r"(?:bad_request|not_found|conflict|unprocessable|internal_error)\(\s*\"([a-z-]+)\""
    kinds = set(re.findall(calls, source))
    kinds |= set(re.findall(r"HTTPStatus\.\w+,\s*\"([a-z-]+)\"", source))
    kinds |= set(re.findall(r"_?(?:problem_kind|PROBLEM_KIND)[^=\n]*=\s*\"([a-z-]+)\"", source))
    table = prose(APP / "docs/api.md").partition("## Problems")[2]
    rows = re.findall(r"^\| (`[^|]+`) \| \d", table, re.MULTILINE)
    documented = {kind for row in rows for kind in re.findall(r"`([a-z-]+)`", row)}

    assert documented == kinds


@pytest.mark.parametrize(
    ("document", "names"),
    [
        ("docs/api.md", [*Reason, *Endpoint]),
        ("docs/operations.md", [*FindingKind]),
    ],
)
def test_every_name_is_documented(document: str, names: list[str]) -> None:
    """Reasons, endpoints and findings have a row each."""
    text = prose(APP / document)

    assert [name for name in names if f"| `{name}` |" not in text] == []
