"""Rules of words: the glossary's forbidden words are nowhere, and no docstring is a question."""

import ast
import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.architecture.source import ROOT, sources

GLOSSARY = "docs/glossary.md"

#: Files whose words are ours.
_SUFFIXES = {".json", ".md", ".py", ".sh", ".sql", ".toml", ".txt", ".yaml", ".yml", ""}
#: Folders of data, of tools, and of the environment.
_SKIPPED = re.compile(
    r"(^|/)(\.git|\.venv[^/]*|\.data|\.hypothesis|\.[a-z]+_cache|__pycache__|node_modules)/"
    r"|^tests/fidelity/(payloads|recordings[^/]*)/|\.coverage"
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
#: What may be between the words of a term: `wind_back`, `windBack`, `wind-back`, or the break
#: between two lines of a comment.
_GAP = re.compile(r"[\s_\-/#*`\"']*")
_IRREGULAR = {
    "give": ("gave", "given"),
    "lay": ("laid",),
    "leave": ("left",),
    "let": ("letting",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A forbidden term: for each of its words, the forms that count."""

    text: str
    forms: tuple[frozenset[str], ...]


def forms(word: str) -> frozenset[str]:
    """Return a word with its inflections."""
    stem = word.removesuffix("e")
    regular = {word, f"{word}s", f"{word}es", f"{stem}ed", f"{stem}ing", f"{word[:-1]}ves"}
    return frozenset(regular | {*_IRREGULAR.get(word, ())})


def forbidden_terms(root: Path = ROOT) -> list[Term]:
    """Return the bold words in the last column of the glossary.

    Raises:
        AssertionError: there are none, so a test of them would prove nothing.
    """
    rows = re.findall(r"^\|.*\|\s*$", (root / GLOSSARY).read_text(encoding="utf-8"), re.MULTILINE)
    cells = [row.strip().rstrip("|").rsplit("|", 1)[-1] for row in rows[2:]]  # without the header
    bold = [text.lower() for cell in cells for text in re.findall(r"\*\*(.+?)\*\*", cell)]
    assert bold, f"{GLOSSARY} has no bold word in its last column"
    return [
        Term(text=text, forms=tuple(forms(word) for word in text.split()))
        for text in dict.fromkeys(bold)
    ]


def texts(root: Path = ROOT) -> list[Path]:
    """Return the files whose words are checked."""
    found = [
        path
        for path in sorted(root.rglob("*"))
        if path.suffix in _SUFFIXES
        and path.is_file()
        and not _SKIPPED.search(name := path.relative_to(root).as_posix())
        and name != GLOSSARY
    ]
    assert found, "there is no text to check"
    return found


def uses(text: str, terms: list[Term]) -> Iterator[tuple[int, str]]:
    """Yield each use of a term in a text, and the number of its line."""
    words = list(_WORD.finditer(text))
    spellings = [word.group().lower() for word in words]
    joined = [
        _GAP.fullmatch(text, before.end(), after.start()) is not None
        for before, after in pairwise(words)
    ]
    lines = [match.start() for match in re.finditer("\n", text)]
    for index, spelling in enumerate(spellings):
        for term in terms:
            if spelling not in term.forms[0]:
                continue
            end = index + len(term.forms)
            if (
                len(spellings) >= end
                and all(joined[index : end - 1])
                and all(
                    word in allowed
                    for word, allowed in zip(spellings[index:end], term.forms, strict=True)
                )
            ):
                yield bisect(lines, words[index].start()) + 1, term.text


def coined_words(root: Path = ROOT) -> list[str]:
    """Return the uses of forbidden terms in names of files, identifiers, messages and prose."""
    terms = forbidden_terms(root)
    return [
        f"{name}:{line} {term}"
        for path in texts(root)
        for name in [path.relative_to(root).as_posix()]
        for line, term in [
            *((0, term) for _, term in uses(name, terms)),
            *uses(path.read_text(encoding="utf-8"), terms),
        ]
    ]


def questions(*places: str, root: Path = ROOT) -> list[str]:
    """Return the docstrings that are questions, or begin or end with one."""
    documented = [
        (source, node, docstring)
        for source in sources(*places, root=root)
        for node in source.nodes
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if (docstring := ast.get_docstring(node))
    ]
    assert documented, "there is no docstring"
    return [
        f"{source.name}:{getattr(node, 'lineno', 1)} {docstring.splitlines()[0]}"
        for source, node, docstring in documented
        if docstring.split("\n\n")[0].endswith("?") or docstring.endswith("?")
    ]


def header_questions(root: Path = ROOT) -> list[str]:
    """Return the shell scripts whose first comment, their docstring, contains a question."""
    headers = [
        (path, re.match(r"#!.*bash\n((?:#.*\n)+)", path.read_text(encoding="utf-8")))
        for path in sorted((root / "scripts").iterdir())
        if path.is_file() and not path.suffix
    ]
    assert any(header for _, header in headers), "there is no shell script with a comment"
    return [path.name for path, header in headers if header and re.search(r"\?\s", header[1])]
