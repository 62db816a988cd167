"""In SQL no numeral stands for a member of an enum: the number is rendered from it."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.tidy.sources import PYTHON, found, syntax, tracked

_COLUMN = r"\b(?:kind|about|figure)"
"""Columns that hold numbers of `custody.places.Kind`, `facts.mentions.About`, `views.figures`."""
NUMERAL = re.compile(
    rf"{_COLUMN}\s*(?:=|<>|!=|[<>]=?)\s*-?\d|{_COLUMN}\s+(?:NOT\s+)?IN\s*\(\s*-?\d"
    rf"|\bCASE\s+(?:\w+\.)?{_COLUMN}\s+WHEN\s+-?\d|\bWHEN\s+'[a-z-]+'\s+THEN\s+-?\d"
    r"|\{[a-z]+\.[a-z_]+:d\}",
    re.IGNORECASE,
)
"""The last is a member in a string that was meant to render it, and lacks its f."""


def numerals(path: str, source: str) -> list[str]:
    """Numbers that the SQL of a file compares with a column of an enum, or chooses for it."""
    return [
        f"{path}:{line} {hit.group()}: name the member of the enum"
        for line, text in _texts(path, source)
        for hit in NUMERAL.finditer(text)
    ]


def _texts(path: str, source: str) -> Iterator[tuple[int, str]]:
    if path.endswith(".sql"):
        yield 1, source
        return
    for node in ast.walk(syntax(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def test_no_numeral_stands_for_an_enum() -> None:
    """Whoever reads a statement reads names, and a number that changes changes everywhere."""
    assert found(numerals, tracked(*PYTHON, "ledger/*.sql")) == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM places AS p WHERE p.kind = 4",
        "SELECT FROM places WHERE kind IN (2, 6)",
        "SELECT FROM named_parties WHERE about  <> 15",
        "SELECT total FROM totals WHERE figure NOT IN ( 21, 22)",
        "SELECT CASE p.kind WHEN 3 THEN 'x' END",
        "SELECT CASE subject WHEN 'party-year' THEN 22 END",
    ],
)
def test_a_numeral_is_found(sql: str) -> None:
    """In a plain string, beside a rendered part, and in a file of SQL."""
    assert numerals("ledger/x.py", f"x = {sql!r}\n") != []
    assert numerals("ledger/x.py", f'x = f"SELECT {{1:d}} {sql}"\n') != []
    assert numerals("ledger/x.sql", sql) != []


def test_a_member_that_is_never_rendered_is_found() -> None:
    """A string that lacks its f would reach the database as it stands."""
    assert numerals("ledger/x.py", 'x = "SELECT FROM places WHERE kind = {Kind.LOT:d}"\n') != []


def test_what_is_rendered_is_no_numeral() -> None:
    """Members of an enum, numbers of other columns, and words."""
    source = (
        "x = f\"SELECT FROM places WHERE kind = {Kind.LOT:d} AND position = 4 AND b = 'kind'\"\n"
    )

    assert numerals("ledger/x.py", source) == []
