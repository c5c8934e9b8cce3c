"""Names, messages and prose use the words of the glossary."""

from pathlib import Path

import pytest

from tests.architecture import vocabulary
from tests.architecture.source import APP, write

PLACES = (*APP, "local_host", "benchmarks", "scripts", "tests")


def test_coined_words_are_not_used() -> None:
    """The bold words of the glossary appear nowhere else."""
    assert vocabulary.coined_words() == []


@pytest.mark.parametrize("place", PLACES)
def test_docstrings_are_no_questions(place: str) -> None:
    """A docstring states what is there, or what a function does."""
    assert vocabulary.questions(place) == []


def test_shell_scripts_are_described_by_statements() -> None:
    """Their first comment is their docstring."""
    assert vocabulary.header_questions() == []


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with a glossary of its own."""
    rows = [
        "| Term | Meaning | In code | Not (bold: forbidden) |",
        "|---|---|---|---|",
        "| **order** | something to **buy** | `order` | purchase, **frobnicate** |",
        "| undo | reverse a step | `undo` | **wind back**, **gnome** |",
    ]
    write(tmp_path, {vocabulary.GLOSSARY: "\n".join(rows), "README.md": "An order to buy.\n"})
    return tmp_path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("api/orders/new.py", "def frobnicate_order() -> None: ..."),
        ("api/orders/new.py", "class OrderFrobnicate: ..."),
        ("api/orders/new.py", "HTTPFrobnicate = 1"),
        ("api/orders/new.py", "FROBNICATE = 1"),
        ("api/orders/new.py", "def wind_back(): ..."),
        ("api/orders/new.py", "windBack = 1"),
        ("api/orders/new.py", "WIND_BACK = 1"),
        ("api/orders/new.py", "raise ValueError('the steps were winded back')"),
        ("api/orders/new.py", "# wind\n# back"),
        ("api/orders/new.py", '"""Frobnicated orders."""'),
        ("api/orders/gnomes.py", "x = 1"),
        ("api/gnome/__init__.py", ""),
        ("docs/deep/er.md", "The **gnome** of the order."),
        ("docs/api.md", "`POST /api/gnomes/{id}`"),
        ("CHANGELOG.md", "- Frobnicating is faster."),
        ("scripts/run", "#!/usr/bin/env bash\n# Frobnicate."),
        (".github/workflows/ci.yml", "name: Frobnicate"),
    ],
)
def test_guard_notices_a_coined_word(project: Path, name: str, text: str) -> None:
    """In identifiers, messages, comments, docstrings, documents and names of files."""
    assert vocabulary.coined_words(project) == []

    write(project, {name: text})

    assert len(vocabulary.coined_words(project)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "The wind. Back home",
        "wind, back",
        "windbacking",
        "rewind back",
        "gnomen and gnomon",
        "purchase",
        "buy",
        "context.wind(back)",
    ],
)
def test_guard_ignores_other_words(project: Path, text: str) -> None:
    """Parts of longer words, words of other sentences, and words that are not bold."""
    write(project, {"docs/text.md": text})

    assert vocabulary.coined_words(project) == []


def test_guard_without_coined_words_fails(project: Path) -> None:
    """A glossary without bold words forbids nothing."""
    write(project, {vocabulary.GLOSSARY: "| **Term** | Not |\n|---|---|\n| order | purchase |\n"})

    with pytest.raises(AssertionError):
        vocabulary.coined_words(project)


@pytest.mark.parametrize(
    "text",
    [
        '"""What is this?"""',
        '"""What is\nthis?\n\nIt is this.\n"""',
        'def f():\n    """Is it?"""',
        'class A:\n    """A.\n\n    And B?\n    """',
        'async def f():\n    """Is it?"""',
    ],
)
def test_guard_notices_a_question(project: Path, text: str) -> None:
    """In any docstring, at its beginning or end."""
    write(project, {"api/orders/deep/new.py": text})

    assert len(vocabulary.questions("api", root=project)) == 1


def test_guard_notices_a_question_in_a_script(project: Path) -> None:
    """The comment below the first line of a shell script counts."""
    write(project, {"scripts/run": "#!/usr/bin/env bash\n# Does it\n# run? It does.\nset -e\n"})

    assert vocabulary.header_questions(project) == ["run"]


def test_guard_without_docstrings_fails(project: Path) -> None:
    """A guard that saw nothing proves nothing."""
    write(project, {"api/new.py": "x = 1", "scripts/run": "#!/usr/bin/env bash\nset -e\n"})

    with pytest.raises(AssertionError):
        vocabulary.questions("api", root=project)
    with pytest.raises(AssertionError):
        vocabulary.header_questions(project)
