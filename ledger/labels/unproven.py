"""What is unproven of a lot: every code that says that the facts do not show something.

None of these is a case: nobody has done wrong who has not told everything. A row a lot and code,
with all that it is about and what would show it.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from ledger.facts.herds import FeedingRecorded, HerdRecorded
from ledger.facts.lots import LotGraded, LotRecorded, ProcessRecorded
from ledger.facts.mentions import About
from ledger.facts.record import Record
from ledger.facts.registry import LabelApproved
from ledger.facts.seals import SealsApplied
from ledger.labels.check import claim_check
from ledger.labels.entries import RecordedHusbandry
from ledger.labels.fields import field_untold
from ledger.labels.livestock.feeding import feeding
from ledger.labels.livestock.keeping import keeping
from ledger.labels.livestock.measures import judged
from ledger.labels.livestock.origin import Sums, origin
from ledger.labels.livestock.outings import run_untold
from ledger.labels.lots import class_of_lot, origin_record
from ledger.labels.process import process
from ledger.labels.rows import Row, Table
from ledger.labels.schemes.jas.contents import contents, lot_entries
from ledger.labels.schemes.jas.criteria import criteria_of, criteria_state
from ledger.labels.schemes.jas.goods_used import uncertified_inputs, unrecorded_crops
from ledger.labels.schemes.jas.grading import by_own_certificate
from ledger.labels.verdict import Verdict, code_row


class ShownByRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The events, with their fields, that would show what a code leaves open."""

    code: str
    events: tuple[str, ...]


SHOWN_BY: Final = Table("shown_by", ShownByRow, "code", "what would show what is unproven")


class Open(NamedTuple):
    """One thing that is unproven: what it is about, the claim and label that rest on it.

    `shown_by` where the code alone does not tell.
    """

    code: str
    detail: str = ""
    claim: str = ""
    label: str = ""
    shown_by: tuple[str, ...] = ()


DETAILS_MAX: Final = 200
"""More than criteria ask; a herd that is milked daily has an entry a day."""


class Herds:
    """What was found of herds in one record, kept for the next lot that was made of them.

    A herd that is milked daily has a lot and a feeding a day: each lot would judge all of them.
    """

    def __init__(self) -> None:
        self._fed: dict[str, dict[str, date]] = {}
        self._entries: dict[str, list[Open]] = {}

    def fed(self, record: Record, herd: HerdRecorded) -> dict[str, date]:
        """What the feedings of a herd leave open, each code with the day from which on."""
        found = self._fed.get(herd.herd)
        if found is None:
            found = self._fed[herd.herd] = {}
            for fed in record.about(FeedingRecorded, About.HERD, herd.herd):
                for code in judged(feeding(fed, herd)).unproven:
                    found[code] = min(fed.from_, found.get(code, fed.from_))
        return found

    def entries(self, record: Record, herd: str) -> list[Open]:
        """What entries of a herd, of no lot besides, leave open."""
        found = self._entries.get(herd)
        if found is None:
            entries = record.about(ProcessRecorded, About.HERD, herd)
            found = self._entries[herd] = [
                one for entry in entries if entry.lot is None for one in _entry(record, entry)
            ]
        return found


def unproven(
    record: Record,
    lot: str,
    seals: Sequence[SealsApplied],
    sums: Sums,
    on: date | None = None,
    *,
    herds: Herds | None = None,
) -> list[dict[str, Any]]:
    """A row for each code that leaves a lot unproven, sorted by code.

    Keys: lot, product, class, operator, produced_on, claim, label, code, detail, shown_by, en, ja;
    several details, claims and labels of a code are joined. Asked of lots with seals, and of those
    graded on the JAS route; nothing of others. `seals` = one application of each mark, label and
    holder; a claim is judged on the day of its label's first, or on the day `on`. `sums` = what was
    replaced in the year of a herd, which no fact about it tells. `herds` = what was found of herds
    before, for lots that are asked about together: one milked daily has a lot and a feeding a day.
    """
    made = origin_record(record, lot)
    graded = record.latest(LotGraded, About.LOT, lot)
    if made is None or not (seals or (graded is not None and by_own_certificate(record, lot))):
        return []
    class_ = class_of_lot(record, made, made.produced_on)
    known = Herds() if herds is None else herds
    found: dict[str, list[Open]] = {}
    for one in (
        *_claims(record, lot, seals, on),
        *_entries(record, lot, made, known),
        *_contents(record, lot, made),
        *_herds(record, lot, made, sums, known),
    ):
        found.setdefault(one.code, []).append(one)
    return [
        {
            "lot": lot,
            "product": made.product,
            "class": class_,
            "operator": made.operator,
            "produced_on": made.produced_on.isoformat(),
            "claim": _joined(one.claim for one in of),
            "label": _joined(one.label for one in of),
            "code": code,
            "detail": _joined(one.detail for one in of),
            "shown_by": _joined(each for one in of for each in one.shown_by or _shown_by(code)),
            "en": code_row(code).en,
            "ja": code_row(code).ja,
        }
        for code, of in sorted(found.items())
    ]


def _joined(texts: Iterable[str]) -> str | None:
    """Each text once, in the order in which it was found first; behind the first 200 how many."""
    found = [*dict.fromkeys(filter(None, texts))]
    if len(found) > DETAILS_MAX:
        found = [*found[:DETAILS_MAX], f"+ {len(found) - DETAILS_MAX} more"]
    return ", ".join(found) or None


def _shown_by(code: str) -> tuple[str, ...]:
    row = SHOWN_BY.topmost(code, None)
    return () if row is None else row.events


def _contents(record: Record, lot: str, made: LotRecorded) -> Iterator[Open]:
    """What the record of a lot leaves out, of its inputs, and of its maker's criteria."""
    class_ = class_of_lot(record, made, made.produced_on)
    for code in field_untold(made.field, class_).unproven:
        yield Open(code)
    for content in contents(record, lot):
        if not content.told:
            yield Open("RECORD_CONTENT", content.row.item, shown_by=content.row.shown_by)
    if by_own_certificate(record, lot):
        for used in uncertified_inputs(record, lot):
            yield Open("INPUT_CERTIFICATE", used)
    for crop in unrecorded_crops(record, lot):
        yield Open("OWN_CROP_RECORDS", crop)
    yield from _criteria(record, made.operator, made.produced_on)


def _claims(
    record: Record, lot: str, seals: Sequence[SealsApplied], on: date | None
) -> Iterator[Open]:
    """What claims of the labels on a lot leave open, each on the day of its first seal."""
    used: dict[tuple[str, int], list[SealsApplied]] = {}
    for applied in sorted(seals, key=lambda applied: (applied.at, applied.id)):
        used.setdefault((applied.label, applied.label_version), []).append(applied)
    for label, of in sorted(used.items()):
        approved = record.latest(LabelApproved, About.LABEL, f"{label[0]} {label[1]}")
        if approved is None:
            continue
        verdict = claim_check(
            approved.claim, record, on=on or of[0].day, lot=lot, label=label,
            label_text=approved.wording, seals=of,
        )  # fmt: skip
        for code in verdict.unproven:
            yield Open(code, claim=approved.claim, label=f"{label[0]} {label[1]}")


def _entries(record: Record, lot: str, made: LotRecorded, known: Herds) -> Iterator[Open]:
    """What entries of the process record leave open, of the lot and of its herds."""
    for entry in lot_entries(record, lot):
        yield from _entry(record, entry)
    for herd in made.herds:
        yield from known.entries(record, herd)


def _entry(record: Record, entry: ProcessRecorded) -> Iterator[Open]:
    for code in process(record, entry).unproven:
        yield Open(code, " ".join(filter(None, (
            entry.herd, entry.activity, entry.on.isoformat(), entry.substance
        ))))  # fmt: skip


def _herds(record: Record, lot: str, made: LotRecorded, sums: Sums, known: Herds) -> Iterator[Open]:
    """Animals that nobody named or recorded; of the others what is open of origin, feed and use."""
    if class_of_lot(record, made, made.produced_on) != "LIVESTOCK":
        return
    if not made.herds:
        yield Open("HERD_MISSING")
    past = RecordedHusbandry(record)
    for name in made.herds:
        herd = record.latest(HerdRecorded, About.ANIMALS, name)
        if herd is None:
            yield Open("HERD_MISSING", name)
            continue
        found = [
            *judged(origin(herd, sums(herd))).unproven,
            *Verdict.of(run_untold(herd, past)).unproven,
        ]
        if made.status == "ORGANIC" and by_own_certificate(record, lot):
            found += judged(keeping(herd, made.produced_on)).unproven
        fed = known.fed(record, herd)
        found += [code for code, first in fed.items() if first <= made.produced_on]
        for code in found:
            yield Open(code, name)


def _criteria(record: Record, party: str, on: date) -> Iterator[Open]:
    """Criteria that a party was asked on a day and nothing shows, or shows without a paper."""
    for criteria in criteria_of(record, party, on):
        for each in criteria_state(record, party, criteria, on):
            if each.state == "MISSING":
                yield Open("CRITERION_MISSING", each.name)
            elif each.shown is not None and each.state == "SHOWN" and not each.shown.documents:
                yield Open("CRITERION_DOCUMENT", each.name)
