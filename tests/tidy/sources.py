"""What the checks of tidiness read: the files that git knows, their text and their syntax."""

import ast
import subprocess
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTHON = ("ledger/*.py", "consumers/*.py", "bench/*.py", "handbook/*.py")
"""The product, its benchmarks, and what makes its handbook."""


@cache
def tracked(*patterns: str) -> tuple[str, ...]:
    """Names of files that git knows or would add, by pattern, from the root of the project."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return tuple(sorted({name for name in listed if (ROOT / name).is_file()}))


@cache
def text(name: str) -> str:
    """What a file holds."""
    return (ROOT / name).read_text()


@cache
def syntax(source: str) -> ast.Module:
    """The syntax of a text, read once for all checks."""
    return ast.parse(source)


def found(check: Callable[[str, str], list[str]], names: Iterable[str]) -> list[str]:
    """What a check of one file's name and text finds in all of them."""
    return [each for name in names for each in check(name, text(name))]
