"""Signing a period: who may, below what, when a second person has to, and when not."""

from typing import Any

import pytest

from ledger.cases.canonical import decode_decision, encode_decision
from ledger.cases.period import (
    Graveness,
    PeriodClosed,
    PeriodPrepared,
    PeriodState,
    Signed,
    evolve_period,
    period_of,
    restate,
)
from ledger.cases.signing import Changed, Said, Sheet, acknowledge, sign
from ledger.errors import Misuse, NotPermitted
from ledger.facts.scalars import micros
from ledger.rules.policy import Seconds

NOVEMBER = period_of("IMP-1", "RCB-1", "2025-11")
YEAR = period_of("IMP-1", "RCB-1", "FY2025")
DECEMBER = micros("2025-12-03T10:00:00.000000+09:00")
GRAVE = Graveness(C=0, H=1)


def sheet(**given: Any) -> Sheet:
    """The sheet of November, or of another period."""
    common: dict[str, Any] = {
        "period": NOVEMBER, "row": {"issued": 100}, "digest": "d1", "cases": Graveness(),
        "case_ids": (), "stocks": 4,
    }  # fmt: skip
    return Sheet(**(common | given))


def said(**given: Any) -> Said:
    """A person of the body signs."""
    common: dict[str, Any] = {
        "party": "RCB-1", "person": "P-1", "digest": "d1", "text": None, "now": DECEMBER,
        "position": 50,
    }  # fmt: skip
    return Said(**(common | given))


def signed(known: Signed | None = None, of: Sheet | None = None, **given: Any) -> Signed:
    """November once it was signed, or prepared."""
    event = sign(known, of or sheet(), said(**given), "cases")
    assert decode_decision(encode_decision(event)) == event
    return evolve_period(known, event)


REFUSED: list[tuple[dict[str, Any], dict[str, Any], type[Misuse], str]] = [
    # what is said · the sheet · refused as · the sentence
    ({"party": "RCB-2"}, {}, NotPermitted, "RCB-1 signs this pair."),
    ({"party": "IMP-1"}, {}, NotPermitted, "RCB-1 signs this pair."),
    ({"now": NOVEMBER.end}, {}, Misuse,
     "November 2025 ends on 30 November at midnight, Japan time."),
    ({"digest": None}, {}, Misuse, "Look at the preview first."),
    ({"digest": ""}, {}, Misuse, "Look at the preview first."),
    ({"digest": "d0"}, {}, Changed,
     "What you saw has changed since: look at it again, then sign."),
    ({}, {"earlier_open": "2025-10"}, Misuse,
     "October 2025 is not signed yet: sign it first, or say why not."),
    ({"text": "  "}, {"cases": GRAVE}, Misuse,
     "A critical or high case touches it: say in words why it is signed."),
    ({"text": "x" * 2_001}, {}, Misuse, "A text has at most 2,000 letters, not 2,001."),
]  # fmt: skip


@pytest.mark.parametrize(("given", "of", "kind", "sentence"), REFUSED)
def test_what_may_not_be_signed(
    given: dict[str, Any], of: dict[str, Any], kind: type[Misuse], sentence: str
) -> None:
    """Each refusal says in a sentence what would have to be different."""
    with pytest.raises(Misuse) as refusal:
        sign(None, sheet(**of), said(**given), "cases")

    assert (type(refusal.value), str(refusal.value)) == (kind, sentence)


SECONDS: list[tuple[Seconds, dict[str, Any], bool]] = [
    # policy · the sheet · whether a second person has to sign
    ("never", {}, False),
    ("never", {"cases": GRAVE}, False),
    ("never", {"period": YEAR}, False),
    ("cases", {}, False),
    ("cases", {"cases": Graveness(M=3, L=1)}, False),
    ("cases", {"cases": Graveness(H=1)}, True),
    ("cases", {"cases": Graveness(C=1)}, True),
    ("cases", {"period": YEAR}, True),
    ("always", {}, True),
]


@pytest.mark.parametrize(("policy", "of", "second"), SECONDS)
def test_when_a_second_person_signs(policy: Seconds, of: dict[str, Any], *, second: bool) -> None:
    """As the policy says: then the first signature is a preparation, by another the closing."""
    given = sheet(**of)
    late = max(DECEMBER, given.period.end + 1)
    event = sign(None, given, said(text="seen", now=late), policy)
    assert isinstance(event, PeriodPrepared if second else PeriodClosed)
    if not second:
        return
    known = evolve_period(None, event)
    assert known.state is PeriodState.PREPARED

    with pytest.raises(NotPermitted, match=r"^Another person than P-1 has to sign\.$"):
        sign(known, given, said(now=late), policy)
    closing = sign(known, given, said(person="P-2", now=late), policy)

    assert isinstance(closing, PeriodClosed)
    assert (closing.person, closing.prepared_by, closing.prepared_at) == ("P-2", "P-1", event.time)
    assert evolve_period(known, closing).state is PeriodState.CLOSED


def test_a_preparation_lapses_when_facts_change_the_sheet() -> None:
    """Whoever prepared it may prepare the new one; the old one lets nobody close."""
    grave = sheet(cases=GRAVE)
    known = signed(None, grave, text="seen")
    other = sheet(cases=GRAVE, digest="d2")

    again = sign(known, other, said(person="P-2", digest="d2", text="seen"), "cases")

    assert isinstance(again, PeriodPrepared)
    prepared = evolve_period(known, again).prepared
    assert prepared is not None
    assert (prepared.person, prepared.digest) == ("P-2", "d2")
    with pytest.raises(Misuse, match="say in words"):
        sign(known, other, said(person="P-2", digest="d2"), "cases")


def test_what_was_signed_is_signed_again_only_once_it_is_restated() -> None:
    """It replaces the version that was signed before."""
    known = signed()
    with pytest.raises(
        Misuse,
        match=r"^Signed on 3 Dec 2025 by P-1\. It can be signed again when later facts change it",
    ):
        sign(known, sheet(), said(), "cases")
    event = restate(known, {"issued": 90}, now=DECEMBER, position=60)
    assert event is not None
    restated = evolve_period(known, event)

    again = sign(restated, sheet(row={"issued": 90}), said(person="P-2"), "cases")

    assert isinstance(again, PeriodClosed)
    assert (again.replaces, again.prepared_by) == (1, None)
    assert evolve_period(restated, again).state is PeriodState.CLOSED


def test_the_importer_acknowledges_what_was_signed() -> None:
    """Once, below the digest that was signed, and anew below another signature."""
    mine = {"party": "IMP-1", "person": "P-4"}
    with pytest.raises(Misuse, match=r"^November 2025 is not signed yet\.$"):
        acknowledge(None, NOVEMBER, said(**mine))
    known = signed()
    with pytest.raises(NotPermitted, match="IMP-1 acknowledges this pair"):
        acknowledge(known, NOVEMBER, said())
    with pytest.raises(Changed):
        acknowledge(known, NOVEMBER, said(**mine, digest="d2"))
    with pytest.raises(Misuse, match="Look at the preview first"):
        acknowledge(known, NOVEMBER, said(**mine, digest=None))

    event = acknowledge(known, NOVEMBER, said(**mine))
    seen = evolve_period(known, event)

    assert decode_decision(encode_decision(event)) == event
    assert seen.acknowledged is not None
    assert (seen.acknowledged.person, seen.state) == ("P-4", PeriodState.CLOSED)
    with pytest.raises(Misuse, match=r"^Acknowledged on 3 Dec 2025 by P-4\.$"):
        acknowledge(seen, NOVEMBER, said(**mine))


def test_what_was_signed_before_digests_reads_as_it_was() -> None:
    """A signature of an earlier version of the ledger has none, and nobody acknowledges it."""
    old = (
        b'{"type":"PeriodClosed","period":"6d9edb49-8817-8bce-8f78-f6dc9cda266e",'
        b'"time":"2026-12-05T14:59:59.999999+00:00","position":438,"row":{"issued":367},'
        b'"importer":"IMP-1","rcb":"RCB-1","name":"2025-11","party":"RCB-1","person":"P-1",'
        b'"text":null}'
    )
    event = decode_decision(old)
    assert isinstance(event, PeriodClosed)
    known = evolve_period(None, event)

    assert (known.state, known.person, event.digest) == (PeriodState.CLOSED, "P-1", None)
    with pytest.raises(Misuse, match="is not signed yet"):
        acknowledge(known, NOVEMBER, said(party="IMP-1", person="P-4"))
