"""No numeral stands for a member of an enum in SQL: constants are rendered from the enums."""

import ast
import re

from tests.tidy.sources import found, syntax, tracked

COLUMNS = ("kind", "state", "severity", "status", "role", "result", "condition", "basis", "door")
NUMERAL = re.compile(
    rf"\b(?:{'|'.join(COLUMNS)})\s*(?:(?:=|<>|!=|<=|>=|<|>)\s*\d|(?:NOT\s+)?IN\s*\(\s*\d)",
    re.IGNORECASE,
)
LEFT_MAX = 7
"""So many are left from when nobody looked; this figure only falls."""


def numerals(path: str, source: str) -> list[str]:
    """Where a column of an enum is compared with a numeral, in a statement or a file of SQL."""
    if path.endswith(".sql"):
        lines = source.splitlines()
        return [f"{path}:{n}" for n, line in enumerate(lines, 1) if NUMERAL.search(line)]
    return [
        f"{path}:{node.lineno} {each}"
        for node in ast.walk(syntax(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for each in NUMERAL.findall(node.value)
    ]


def test_no_numeral_stands_for_an_enum() -> None:
    """SQL says what it compares with by the name that the code has for it."""
    left = found(numerals, tracked("ledger/*.py", "ledger/*.sql", "consumers/*.py"))

    assert len(left) <= LEFT_MAX, left


def test_the_check_can_fail() -> None:
    """It finds what it is there to find, and nothing else."""
    assert numerals("ledger/x.py", 'X = "SELECT 1 FROM places AS p WHERE p.kind = 4"\n') != []
    assert numerals("ledger/x.py", 'X = f"SELECT {1} FROM places WHERE kind IN (3, 4)"\n') != []
    assert numerals("ledger/x.sql", "UPDATE cases SET state = 2;\n") != []
    assert numerals("ledger/x.py", "answer(status=422)\n") == []
    assert numerals("ledger/x.py", 'X = "SELECT 1 FROM places WHERE kind = %(kind)s"\n') == []
