"""How long files, functions and lines are: a file has one subject, a function one thought."""

import ast
from collections.abc import Callable

import pytest

from tests.tidy.sources import PYTHON, found, syntax, tracked

FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 70
TEMPLATE_LINE_MAX = 200
"""A line of a template holds an element with its attributes and words, and no more."""


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


CHECKS = [
    (long_file, "x = 1\n" * 301),
    (long_functions, "def f():\n" + "    x = 1\n" * 70),
]


@pytest.mark.parametrize(("check", "source"), CHECKS)
def test_the_checks_can_fail(check: Callable[[str, str], list[str]], source: str) -> None:
    """Each check finds what it is there to find."""
    assert check("ledger/x.py", source) != []
