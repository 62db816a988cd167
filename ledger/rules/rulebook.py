"""The rule book: every rule of every family, in one table, and which edition of it this is."""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from ledger.rules import (
    annual,
    authority,
    certificate,
    certificates_issued,
    chain,
    claims,
    conduct,
    consignment,
    criteria,
    duties,
    fitness,
    herds,
    labels_used,
    lot,
    lot_inputs,
    lot_names,
    order,
    papers_sent,
    people,
    practice,
    receipt,
    report,
    reversals,
    scope,
    serials,
    shipment_papers,
    shipment_seals,
    sources,
    standing,
    stock,
)
from ledger.rules.rule import Rule

RULES: Final[tuple[Rule, ...]] = (
    *stock.RULES,
    *receipt.RULES,
    *consignment.RULES,
    *chain.RULES,
    *authority.RULES,
    *scope.RULES,
    *duties.RULES,
    *labels_used.RULES,
    *claims.RULES,
    *fitness.RULES,
    *serials.RULES,
    *lot.RULES,
    *lot_names.RULES,
    *lot_inputs.RULES,
    *shipment_papers.RULES,
    *papers_sent.RULES,
    *shipment_seals.RULES,
    *certificate.RULES,
    *certificates_issued.RULES,
    *report.RULES,
    *annual.RULES,
    *order.RULES,
    *reversals.RULES,
    *sources.RULES,
    *conduct.RULES,
    *practice.RULES,
    *herds.RULES,
    *people.RULES,
    *criteria.RULES,
    *standing.RULES,
)
"""Each family file lists its own; here they come together."""


_JUDGES: Final = ("custody", "facts", "labels", "questions", "rules")
"""What decides what is found of facts: rules, labels, custody; what a fact is about, which ones
count and which bind; and what rules that ask about the past are answered."""
_KINDS: Final = (".py", ".csv")
"""Programs and tables of law. The policy has a digest of its own; a sentence decides nothing."""


@cache
def revision(program: Traversable | None = None) -> str:
    """SHA-256, as 64 hexadecimal digits, over the files that judge, sorted by name.

    Other rules may find something else of the same facts, so whoever keeps findings keeps this
    beside them. `program` is the folder of the package, as files or in an archive; this one unless
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
