"""The card of a herd: what it is, what it was fed, what was done with it, what was made from it.

A fold of the facts that count; pure.
"""

from decimal import Decimal
from typing import Any, Final

from ledger.facts.canonical import told
from ledger.facts.herds import AnimalsLeft, FeedingRecorded, HerdRecorded
from ledger.facts.lots import LotRecorded, ProcessRecorded
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.labels.describe import verdict_row
from ledger.labels.livestock.feeding import feeding, shares
from ledger.labels.livestock.keeping import keeping
from ledger.labels.livestock.measures import judged
from ledger.labels.livestock.origin import Sums, origin
from ledger.labels.lots import origin_record
from ledger.labels.process import process
from ledger.labels.schemes.jas.contents import contents
from ledger.labels.verdict import Verdict

_FACTS: Final = (
    "operator", "site", "species", "breed", "individual", "heads", "born_on", "origin", "reason",
    "arrived_on", "arrival_weight_kg", "organic_since", "weaned_on", "conceived_on", "milk_since",
    "slaughter_on",
)  # fmt: skip
_TENTH: Final = Decimal("0.1")


def herd_card(record: Record, herd: str, sums: Sums) -> dict[str, Any] | None:
    """What the records say of a herd, with codes and sentences; None where nobody recorded it.

    Keys: herd, what its latest record says, event, history, left, feed, entries, lots; weights as
    text in kg, shares of a feeding in per cent of its dry matter. `sums` = what was replaced in the
    year of a herd, which no fact about it tells.
    """
    latest = record.latest(HerdRecorded, About.ANIMALS, herd)
    if latest is None:
        return None
    return {
        "herd": herd,
        **told(latest, *_FACTS),
        "event": latest.id,
        "history": [
            {**told(each, "time", "species", "heads", "origin", "reason", "organic_since"),
             "event": each.id,
             "codes": _codes(judged(origin(each, sums(each) if each is latest else None)))}
            for each in reversed(record.about(HerdRecorded, About.HERD, herd))
        ],
        "left": [
            {**told(left, "on", "heads", "how"), "event": left.id}
            for left in record.about(AnimalsLeft, About.HERD, herd)
        ],
        "feed": [_fed(fed, latest) for fed in record.about(FeedingRecorded, About.HERD, herd)],
        "entries": [
            {**told(entry, "activity", "on", "until", "lot", "substance"), "event": entry.id,
             "codes": _codes(process(record, entry))}
            for entry in record.about(ProcessRecorded, About.HERD, herd)
        ],
        "lots": [
            {**told(made, "lot", "product", "produced_on", "status"), "event": made.id,
             "codes": _codes(judged(keeping(latest, made.produced_on)))}
            for made in record.about(LotRecorded, About.FROM_HERD, herd)
        ],
    }  # fmt: skip


def made_of(record: Record, lot: str, sums: Sums) -> dict[str, list[dict[str, Any]]]:
    """What a lot was made of: its `herds` as recorded last, and the `content` of its records."""
    made = origin_record(record, lot)
    return {
        "herds": [] if made is None else [_of_lot(record, made, herd, sums) for herd in made.herds],
        "content": [
            {
                **told(content.row, "number", "item"),
                "told": content.told,
                "en": content.row.en,
                "ja": content.row.ja,
            }
            for content in contents(record, lot)
        ],
    }


def _of_lot(record: Record, made: LotRecorded, herd: str, sums: Sums) -> dict[str, Any]:
    """Animals that a lot was made from, as recorded last, with what is said of origin and use."""
    latest = record.latest(HerdRecorded, About.ANIMALS, herd)
    found = []
    if latest is not None:
        found = [*origin(latest, sums(latest)), *keeping(latest, made.produced_on)]
    shown = ("species", "heads", "origin", "born_on", "organic_since")
    return {
        "herd": herd,
        **told(latest, *shown),
        "event": None if latest is None else latest.id,
        "codes": _codes(judged(found)),
    }


def _fed(fed: FeedingRecorded, herd: HerdRecorded) -> dict[str, Any]:
    whole = sum((line.dry_matter for line in fed.lines), Decimal())
    return {
        "from": fed.from_.isoformat(),
        **told(fed, "until", "stage", "period", "heads"),
        "kg": str(whole),
        "shares": {kind: _share(part, whole) for kind, part in shares(fed).items()},
        "event": fed.id,
        "codes": _codes(judged(feeding(fed, herd))),
    }


def _share(part: Decimal, whole: Decimal) -> str:
    """A share in per cent of the dry matter, to a tenth: to read, not to judge."""
    return f"{(100 * part / whole).quantize(_TENTH)} %" if whole else "0.0 %"


def _codes(verdict: Verdict) -> list[dict[str, Any]]:
    codes: list[dict[str, Any]] = verdict_row(verdict)["codes"]
    return codes
