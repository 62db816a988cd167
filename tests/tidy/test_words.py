"""What files are called, what no file says, and how a document begins."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tidy.sources import PYTHON, found, tracked

BANNED_FILE_NAMES = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}
BANNED_WORDS = re.compile(
    r"\b(?:FIX"
    r"ME|X"
    r"XX|HA"
    r"CK|TO"
    r"DO)\b|" + "DESIGN" + r"\.md|" + "RULES" + r"\.md|" + "EVENTS"
    r"\.md|" + "LABELS" + r"\.md"
)


def vague_name(path: str, _: str) -> list[str]:
    """A file whose name could hold anything."""
    return [path] if Path(path).stem in BANNED_FILE_NAMES else []


def left_for_later(path: str, source: str) -> list[str]:
    """Markers of unfinished work, and pointers to papers that a reader does not have."""
    return [
        f"{path}:{number}"
        for number, line in enumerate(source.splitlines(), 1)
        if BANNED_WORDS.search(line)
    ]


def titles(path: str, source: str) -> list[str]:
    """A document that has not exactly one `#` title."""
    prose = re.sub(r"```.*?```", "", source, flags=re.DOTALL)
    count = sum(line.startswith("# ") for line in prose.splitlines())
    return [f"{path} has {count} titles"] if count != 1 else []


def test_files_are_named_for_what_they_hold() -> None:
    """No file is called by a name that could hold anything."""
    assert found(vague_name, tracked(*PYTHON)) == []


def test_nothing_is_left_for_later() -> None:
    """No marker of unfinished work, and no pointer to papers a reader does not have."""
    assert found(left_for_later, tracked("*.py", "*.md", "*.toml", "*.yml", "Makefile")) == []


def test_every_document_has_one_title() -> None:
    """A Markdown file opens with its only `#` title."""
    assert found(titles, tracked("*.md")) == []


CHECKS = [
    (vague_name, "ledger/utils.py", ""),
    (left_for_later, "ledger/x.py", "x = 1  # FIX" + "ME\n"),
    (left_for_later, "ledger/x.py", '"""As RULES' + '.md says."""\n'),
    (titles, "x.md", "text\n"),
    (titles, "x.md", "# one\n# two\n"),
]


@pytest.mark.parametrize(("check", "path", "source"), CHECKS)
def test_the_checks_can_fail(
    check: Callable[[str, str], list[str]], path: str, source: str
) -> None:
    """Each check finds what it is there to find."""
    assert check(path, source) != []
