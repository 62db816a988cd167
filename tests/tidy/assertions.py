"""How many assertions the tests hold: `python -m tests.tidy.assertions [COMMIT]` counts them.

An `assert` and a `pytest.raises` or `pytest.fail` is one each, by folder; with a commit, beside
what that commit had.
"""

import ast
import subprocess
import sys
from collections import Counter

from tests.tidy.sources import ROOT, text, tracked

COUNTED = {"pytest.raises", "pytest.fail", "pytest.warns"}


def count(source: str) -> int:
    """The assertions of one file."""
    return sum(
        isinstance(node, ast.Assert)
        or (isinstance(node, ast.Call) and ast.unparse(node.func) in COUNTED)
        for node in ast.walk(ast.parse(source))
    )


def by_folder(files: dict[str, str]) -> Counter[str]:
    """The assertions of files of tests, by folder."""
    found: Counter[str] = Counter()
    for name, source in files.items():
        found[name.rpartition("/")[0]] += count(source)
    return found


def at(commit: str) -> dict[str, str]:
    """The files of the tests as a commit had them."""

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True
        )
        return done.stdout

    names = git("ls-tree", "-r", "--name-only", commit, "tests").splitlines()
    return {name: git("show", f"{commit}:{name}") for name in names if name.endswith(".py")}


def main() -> None:
    """Print them."""
    now = by_folder({name: text(name) for name in tracked("tests/*.py")})
    before = by_folder(at(sys.argv[1])) if len(sys.argv) > 1 else now
    for folder in sorted({*now, *before}):
        print(f"{before[folder]:6,} {now[folder]:6,}  {folder}")  # noqa: T201 - what it is for
    print(f"{before.total():6,} {now.total():6,}  in all")  # noqa: T201 - what it is for


if __name__ == "__main__":
    main()
