"""Which rules these are: a digest of the program that judges.

Other rules may find something else of the same facts, so whoever keeps findings keeps this beside
them. The program's own files are read, as the policy and the tables of law are: they are part of
it and do not change while it runs.
"""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

_JUDGES: Final = ("custody", "facts", "labels", "questions", "rules")
"""What decides what is found of facts: rules, labels, custody; what a fact is about, which ones
count and which bind; and what rules that ask about the past are answered."""
_KINDS: Final = (".py", ".csv")
"""Programs and tables of law. The policy has a digest of its own; a sentence decides nothing."""


@cache
def revision(program: Traversable | None = None) -> str:
    """SHA-256, as 64 hexadecimal digits, over the files that judge, sorted by name.

    `program` is the folder of the package, installed as files or in an archive; this one unless
    given. The same files have the same revision wherever they lie.
    """
    root = files("ledger") if program is None else program
    found = sorted(each for name in _JUDGES for each in _files(root.joinpath(name), name))
    digest = sha256()
    for name, content in found:
        digest.update(f"{name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _files(of: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    if of.is_dir():
        for each in of.iterdir():
            yield from _files(each, f"{name}/{each.name}")
    elif name.endswith(_KINDS):
        yield name, of.read_bytes()
