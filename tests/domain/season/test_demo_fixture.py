"""The frozen season of the demo: whole, in balance, and everybody in it speaks for themselves."""

import json
from collections import Counter
from hashlib import sha256

import pytest

from ledger.custody.moves import moves
from ledger.custody.places import Kind
from ledger.facts.canonical import decode, encode
from ledger.facts.identity import Fact
from ledger.facts.record import Record
from ledger.facts.registry import SourceRegistered
from ledger.facts.scalars import micros
from ledger.rules.audit import audit
from ledger.rules.policy import default_policy
from tests.domain.season.speaking import out_of_standing
from tests.fixtures.desk import resourcing

PLACES = {
    "ISSUER": -455_295, "STOCK": 21_200, "TRANSIT": 20, "LOT": 275_400, "DELIVERED": 155_151,
    "SPOILED": 130, "DESTROYED": 3_244, "SAMPLED": 74, "ADJUSTED": 76,
}  # fmt: skip
"""Seals of all marks by place at the end; those issued stand below zero."""


@pytest.fixture(scope="module")
def facts() -> list[Fact]:
    """Every line of the frozen season, decoded."""
    return [decode(line) for line in resourcing.unpacked(resourcing.SEASON)]


def test_the_season_is_whole(facts: list[Fact]) -> None:
    """It has as many lines, events and types as the demo had when it was frozen."""
    assert len(facts) == 20_000
    assert len({fact.id for fact in facts}) == 19_600
    assert len({type(fact) for fact in facts}) == 44


def test_the_identity_of_the_reconciliation(facts: list[Fact]) -> None:
    """What was issued is the sum of all places, to the seal."""
    record = Record((fact, fact.at) for fact in facts)
    held: Counter[Kind] = Counter()
    for known in record:
        for move in moves(known.fact) if record.counts(known.fact) else ():
            held[move.source.kind] -= move.seals
            held[move.target.kind] += move.seals

    assert {kind.name: seals for kind, seals in held.items() if seals} == PLACES
    assert sum(PLACES.values()) == 0


def test_everybody_speaks_for_themselves(facts: list[Fact]) -> None:
    """Sources register themselves, and every event is said by a party that may say it."""
    assert all(f.source == f.registers for f in facts if isinstance(f, SourceRegistered))
    assert out_of_standing(facts) == []


def test_it_is_made_of_the_old_season() -> None:
    """With the lines kept beside it the old season is had back; made again, it is the same."""
    before = {decode(line).id: line for line in resourcing.unpacked(resourcing.BEFORE)}
    frozen = resourcing.unpacked(resourcing.SEASON)
    old = [before.get(decode(line).id, line) for line in frozen]

    assert sha256(b"".join(line + b"\n" for line in old)).hexdigest() == resourcing.OLD_SHA256
    assert resourcing.resourced(old) == frozen
    assert sum(line != after for line, after in zip(old, frozen, strict=True)) == 178


def test_the_lines_are_canonical() -> None:
    """Each line is the canonical form of its fact."""
    lines = resourcing.unpacked(resourcing.SEASON)

    assert [encode(decode(line)) for line in lines] == lines


def test_the_audit_finds_the_four_faults(facts: list[Fact]) -> None:
    """The rules find the cases of the answer key beside it, and no others."""
    key = json.loads(resourcing.KEY.read_bytes())
    rec, rows = 0, []
    for fact in facts:
        rec = max(rec + 1, fact.at)
        rows.append((fact, rec))
    found = audit(Record(rows), default_policy(), micros(key["now"]))

    assert sorted((case.rule, case.subject, case.discriminator) for case in found) == [
        (case["rule"], case["subject"], case["discriminator"]) for case in key["cases"]
    ]
