"""How long files, functions and lines are: a file has one subject, a function one thought."""

import ast
from collections.abc import Callable

import pytest

from tests.tidy.sources import PYTHON, found, syntax, tracked

FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 70
TEMPLATE_COLUMNS_MAX = 160


def long_file(path: str, source: str) -> list[str]:
    """A file that holds more than one subject, by its length."""
    lines = source.count("\n")
    return [f"{path} has {lines} lines, at most {FILE_LINES_MAX}"] if lines > FILE_LINES_MAX else []


def long_functions(path: str, source: str) -> list[str]:
    """Functions that hold more than one thought, by their length."""
    return [
        f"{path}:{node.lineno} {node.name} has {length} lines"
        for node in ast.walk(syntax(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    ]


def test_files_are_short() -> None:
    """A file has one subject."""
    assert found(long_file, tracked(*PYTHON)) == []


def test_functions_are_short() -> None:
    """A function has one thought, in tests too."""
    assert found(long_functions, tracked(*PYTHON, "tests/*.py")) == []


def long_lines(path: str, source: str) -> list[str]:
    """Lines of a template that hold more than a few elements."""
    return [
        f"{path}:{number} has {len(line)} columns, at most {TEMPLATE_COLUMNS_MAX}"
        for number, line in enumerate(source.splitlines(), 1)
        if len(line) > TEMPLATE_COLUMNS_MAX
    ]


def test_lines_of_templates_are_short() -> None:
    """A row of a table stands on as many lines as it takes to read it."""
    assert found(long_lines, tracked("ledger/*.html")) == []


CHECKS = [
    (long_lines, "<td>" * 41),
    (long_file, "x = 1\n" * 301),
    (long_functions, "def f():\n" + "    x = 1\n" * 70),
]


@pytest.mark.parametrize(("check", "source"), CHECKS)
def test_the_checks_can_fail(check: Callable[[str, str], list[str]], source: str) -> None:
    """Each check finds what it is there to find."""
    assert check("ledger/x.py", source) != []
