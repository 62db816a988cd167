"""Tables against a log: recorded once, corrected, replaced, refused whole or in part."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest

from ledger.custody.moves import moves
from ledger.errors import Misuse
from ledger.facts.canonical import decode
from ledger.facts.corrections import targets_of
from ledger.intake.doors import OPERATOR, door
from ledger.log import Log
from ledger.log.seeing import Viewer
from ledger.tables.mapping import Mapping
from ledger.tables.messages import sentence
from ledger.tables.reading import Asked as AskedFor
from ledger.tables.reading import Found
from ledger.tables.reading.files import found_in
from ledger.views.projection import Projector
from ledger.web.asking.tables.checking import check
from ledger.web.asking.tables.effects import Effect, effects
from ledger.web.asking.tables.imports import latest, rows_of
from ledger.web.asking.tables.judged import Asked, Checked
from ledger.web.asking.tables.receipts import lines, summary
from ledger.web.asking.tables.recording import Gone, record, written
from ledger.web.desk import Desk
from tests.tabling import TOKYO, csv_of


@pytest.fixture(autouse=True)
def reads_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read files in this process: the one of its own has a test of its own."""

    def read(
        data: bytes, mapping: Mapping, templates: list[str], *, step: Callable[[], None]
    ) -> Found:
        step()
        found = found_in(AskedFor(data, mapping, templates))
        assert found.refused is None
        return found

    monkeypatch.setattr("ledger.web.asking.tables.checking.read", read)


ISSUED = "Ref no.,Date,Mark,Holder,Site,Seals"
APPLIED = "Date,Mark,Holder,Site,Lot,Label,Label version,Packs,Seals"
APPLIED_ROW = "2026-04-02,JAS-A,EXP-1,W1,{},LB-1,1,10,{}"


class Outcome:
    """What came of a file."""

    def __init__(self, checked: Checked, made: UUID | None, log: Log) -> None:
        self.checked, self.made = checked, made
        self.told = summary(checked, made, dry_run=False)
        self.lines = list(lines(checked, "en", log))

    def __getitem__(self, name: str) -> Any:
        return self.told[name]

    @property
    def rows(self) -> list[str]:
        """What became of each row."""
        return [line["code"] or line["outcome"] for line in self.lines]


def imported(log: Log, *rows: str, template: str = "SealsIssued", **said: Any) -> Outcome:
    """Check a table and record what is good of it."""
    options = {name: said.pop(name) for name in ("partial", "dry_run") if name in said}
    asked = Asked(
        said.pop("by", "OPERATOR"), None, said.pop("door", OPERATOR),
        corrections=said.pop("corrections", False), replaces=said.pop("replaces", None),
    )  # fmt: skip
    mapping = msgspec.convert({"template": template, **TOKYO, **said}, Mapping)
    checked = check(log, csv_of(*rows), "table.csv", mapping, asked)
    if options.get("dry_run"):
        return Outcome(checked, None, log)
    made = record(checked, written(log), partial=options.get("partial", False))
    return Outcome(checked, made.id, log)


def issued(*counts: int, ref: str = "A-1") -> list[str]:
    """A table of seals issued; `ref` numbers its first row."""
    rows = [
        f"{ref if n == 0 else f'B-{n}'},2026-04-02,JAS-A,IMP-1,TOKYO,{count}"
        for n, count in enumerate(counts)
    ]
    return [ISSUED, *rows]


def applied(*of: tuple[str, int]) -> list[str]:
    """A table of applications without numbers of their own."""
    return [APPLIED, *(APPLIED_ROW.format(*each) for each in of)]


def balance(log: Log, holder: str) -> int:
    """The seals of a holder by all that counts."""
    facts = [decode(each.state) for each in log.read(0, 10_000)]
    gone = {target for fact in facts for target in targets_of(fact)}
    return sum(
        move.seals * (1 if holder in move.target.name() else -1)
        for fact in facts if fact.id not in gone
        for move in moves(fact)
        if holder in move.target.name() or holder in move.source.name()
    )  # fmt: skip


def test_13_corrections(log: Log) -> None:
    """File 13: another figure under a number is a conflict, and a correction where that is said."""
    assert imported(log, *issued(2000)).rows == ["recorded"]
    assert imported(log, *issued(2000)).rows == ["duplicate"]

    refused = imported(log, *issued(2100))
    corrected = imported(log, *issued(2100), corrections=True)
    again = imported(log, *issued(2100), corrections=True)
    older = imported(log, *issued(2000), corrections=True)

    assert (refused.rows, refused["reasons"]) == (["conflict"], {"conflict": 1})
    assert "--corrections" in refused.lines[0]["words"]
    assert (corrected["corrected"], corrected["recorded"]) == (1, 0)
    assert balance(log, "IMP-1") == 2100
    assert again.rows == ["duplicate"]
    assert older.lines[0]["words"] == ("row 2: Row 2 is revision 0; the ledger has revision 1.")
    said = "Ref no.,Revision,Date,Mark,Holder,Site,Seals", "A-1,2,2026-04-02,JAS-A,IMP-1,TOKYO,2200"
    assert imported(log, *said).rows == ["recorded"]
    assert balance(log, "IMP-1") == 2200


def test_a_report_is_raised_not_corrected(log: Log) -> None:
    """A seal report has versions of its own."""
    head = (
        "Date,Report,Version,Contract,Shipment,Exporter,Importer,Certifying body,"
        "Exporter's certifier,Grader,Product,Label,Lot,Graded on,Pack weight (kg),Packs,"
        "Net weight (kg),Mark,Used,Received,Discarded,Remaining"
    )
    row = "2026-04-09,R-1,{},C,S,E,I,R,A,P,PR,LB,L-7,2026-04-02,0.5,240,120,JAS-A,{},0,0,0"
    assert imported(log, head, row.format(1, 240), template="SealReportFiled").rows == ["recorded"]

    for corrections in (False, True):
        changed = imported(
            log, head, row.format(1, 241), template="SealReportFiled", corrections=corrections
        )
        assert changed.rows == ["raise-version"]
    assert imported(log, head, row.format(2, 241), template="SealReportFiled").rows == ["recorded"]


def test_14_rows_without_numbers(log: Log) -> None:
    """File 14: equal rows are told apart by their order; a third one is one more."""
    twice = imported(log, *applied(("L-7", 10), ("L-7", 10)), template="SealsApplied")
    thrice = imported(log, *applied(("L-7", 10), ("L-7", 10), ("L-7", 10)), template="SealsApplied")

    assert (twice["recorded"], twice["duplicate"]) == (2, 0)
    assert (thrice["recorded"], thrice["duplicate"]) == (1, 2)
    assert twice["codes"]["no-number-of-its-own"] == 1


def test_15_a_file_replaced(log: Log) -> None:
    """File 15: what the new file lacks is retracted, once; an import is replaced once."""
    three = applied(("L-7", 10), ("L-7", 10), ("L-7", 10))
    first = imported(log, *three, template="SealsApplied")
    changed = applied(("L-7", 10), ("L-7", 10), ("L-7", 12))

    second = imported(log, *changed, template="SealsApplied", replaces=first.made)
    third = imported(log, *changed, template="SealsApplied", replaces=first.made)

    assert (second["retracted"], second["recorded"], second["duplicate"]) == (1, 1, 2)
    assert balance(log, "EXP-1") == -32
    assert [line["code"] for line in third.lines] == ["replaced-already"] * len(third.lines)
    assert third.made is None
    back = imported(log, *three, template="SealsApplied", replaces=second.made)
    assert (back["retracted"], back["recorded"], back["duplicate"]) == (1, 0, 3)


def test_all_or_nothing(log: Log) -> None:
    """One bad row keeps all from being recorded; what is said of the others says so."""
    before = log.position()

    whole = imported(log, *issued(2000, 0, 30))
    kept = len(log.dead_letters(0, 10))
    part = imported(log, *issued(2000, 0, 30), partial=True)

    assert whole.rows == ["not-recorded", "invalid", "not-recorded"]
    assert (kept, log.position() - before) == (0, 2)
    assert part.rows == ["recorded", "invalid", "recorded"]
    [letter] = log.dead_letters(0, 10)
    assert (letter.refusal.door, letter.refusal.place) == ("table", "table.csv!!3")
    payload = json.loads(letter.refusal.payload)
    assert payload["cells"] == [["B-1", "2026-04-02", "JAS-A", "IMP-1", "TOKYO", "0"]]
    assert letter.refusal.path == "count"


def test_a_dry_run_records_nothing(log: Log) -> None:
    """It tells what would become of each row, and leaves no trace."""
    imported(log, *issued(2000))
    before = log.position()

    told = imported(log, *issued(2000, 30), dry_run=True)

    assert told.rows == ["duplicate", "would-record"]
    assert (told["recorded"], told["duplicate"]) == (1, 1)
    assert log.position() == before


def test_an_id_of_its_own(log: Log) -> None:
    """A column of ids is taken as it stands; two rows under one id are one event or a conflict."""
    one = "0190a7c2-5b1e-7c3a-9d2f-1f2e3d4c5b6a"
    head = "Event id,Date,Lot,Cause"

    told = imported(
        log, head, f"{one},2026-04-02,L-1,c", f"{one},2026-04-02,L-1,c", f"{one},2026-04-02,L-2,c",
        template="LotHeld", partial=True,
    )  # fmt: skip

    assert told.rows == ["recorded", "duplicate", "conflict"]
    assert told.lines[0]["id"] == one


def test_a_replacement_begun_again(log: Log) -> None:
    """Broken off before what is gone was retracted, the same file goes on; another one may not."""
    first = imported(log, *applied(("L-7", 10), ("L-8", 10)), template="SealsApplied")
    new = applied(("L-7", 10), ("L-9", 10))
    mapping = msgspec.convert({"template": "SealsApplied", **TOKYO}, Mapping)
    asked = Asked("OPERATOR", replaces=first.made)
    checked = check(log, csv_of(*new), "table.csv", mapping, asked)
    write = written(log)

    def broken(batch: Any, inside: Any) -> Any:
        if isinstance(batch, Gone):
            raise KeyboardInterrupt
        return write(batch, inside)

    with pytest.raises(KeyboardInterrupt):
        record(checked, broken)
    other = imported(log, *applied(("L-1", 1)), template="SealsApplied", replaces=first.made)
    again = imported(log, *new, template="SealsApplied", replaces=first.made)
    finished = imported(log, *new, template="SealsApplied", replaces=first.made)

    assert (again["retracted"], again["recorded"], again["duplicate"]) == (1, 0, 2)
    assert balance(log, "EXP-1") == -20
    assert [each.lines[0]["code"] for each in (other, finished)] == ["replaced-already"] * 2


def test_a_constant_that_cannot_be(log: Log) -> None:
    """What the mapping gives for every row is read as a cell is, and misuse where it is none."""
    with pytest.raises(Misuse, match="given for mark"):
        imported(log, *issued(5), columns={"mark": {"value": "Ä"}})


@pytest.mark.parametrize(("channel", "expected"), [("S", "not-permitted"), ("C", "recorded")])
def test_what_a_channel_permits(log: Log, channel: str, expected: str) -> None:
    """The door's table of types holds for tables too."""
    assert imported(log, *issued(2000), door=door(channel)).rows == [expected]


def test_an_import_is_kept(log: Log, database: str) -> None:
    """Who, when, which file, and which row became which event; nobody changes it."""
    told = imported(log, *issued(2000, 30))

    with log.transaction() as rows:
        kept = rows_of(rows, told.made or UUID(int=0))
    assert [(each.row, str(each.event)) for each in kept] == [
        (line["row"], line["id"]) for line in told.lines
    ]
    for table in ("table_imports", "table_import_rows"):
        with psycopg.connect(database) as connection, pytest.raises(psycopg.Error, match="never"):
            connection.execute(f"DELETE FROM public.{table}".encode())


def test_a_receipt_says_what_load_says(log: Log) -> None:
    """Position, time, digest and provenance, beside the place in the file."""
    [line] = imported(log, *issued(2000)).lines

    assert (line["position"], line["door"], line["by"]) == (1, "table", "OPERATOR")
    assert len(line["sha256"]) == 64
    assert (line["file"], line["row"], line["cell"], line["notes"]) == ("table.csv", 2, None, [])


def test_begun_again(log: Log) -> None:
    """A file whose recording was broken off is recorded to its end by the same file again."""
    rows = applied(*((f"L-{n}", 10) for n in range(12)))
    mapping = msgspec.convert({"template": "SealsApplied", **TOKYO}, Mapping)
    checked = check(log, csv_of(*rows), "table.csv", mapping, Asked("OPERATOR"))
    write, calls = written(log), 0

    def broken(batch: Any, inside: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return write(batch, inside)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ledger.web.asking.tables.recording.batch_events_max", 5)
        with pytest.raises(KeyboardInterrupt):
            record(checked, broken)
    assert log.position() == 5

    again = imported(log, *rows, template="SealsApplied")

    assert (again["recorded"], again["duplicate"], log.position()) == (7, 5, 12)


def projected(log: Log) -> None:
    """Have the views know all that is recorded."""
    projector = Projector(log)
    projector.make()
    while projector.run_batch():
        pass


def test_names_that_nobody_knows(log: Log) -> None:
    """A name that nothing recorded knows is noted, with the one that may be meant."""
    head = "Date,Lot,Operator,Number,Product,Weight (kg),Status,Produced on"
    lot = "2026-04-01,00123,EXP-1,26-7,PR-1,120,ORGANIC,2026-03-31"
    assert imported(log, head, lot, template="LotRecorded").rows == ["recorded"]
    held = "Date,Lot,Cause", "2026-04-02,123,c", "2026-04-02,L-9,c", "2026-04-02,00123,c"
    behind = imported(log, *held, template="LotHeld", dry_run=True)
    projected(log)

    told = imported(log, *held, template="LotHeld", dry_run=True)

    assert "unknown-id" not in behind["codes"]
    said = [sentence(each, "en") for each in told.checked.notes if each.code == "unknown-id"]
    assert said == [
        "B2: 123 is not known here; 00123 is.", "B3: L-9 is not known here.",
    ]  # fmt: skip


def test_what_a_table_changes(log: Log) -> None:
    """Each stock before and after, corrections and what is replaced included."""
    first = imported(log, *applied(("L-7", 10), ("L-8", 10)), template="SealsApplied")
    imported(log, *issued(2000))
    projected(log)
    corrected = imported(log, *issued(2100, 50), corrections=True, dry_run=True)
    replaced = imported(
        log, *applied(("L-7", 10)), template="SealsApplied", replaces=first.made, dry_run=True
    )

    changed = [
        effects(log, each.checked.events, each.checked.gone) for each in (corrected, replaced)
    ]

    assert changed == [
        [Effect("JAS-A", "IMP-1", "TOKYO", 150, 2000, 2150)],
        [Effect("JAS-A", "EXP-1", "W1", 10, -20, -10)],
    ]  # fmt: skip
    imported(log, *issued(2000, ref="A-9"))
    assert effects(log, corrected.checked.events, ()) is None


def test_who_sees_an_import(log: Log) -> None:
    """Whoever made it, and the operator; no scanner, and nobody by asking for its rows."""
    told = imported(log, *issued(2000), by="IMP-1")
    desk = Desk(log)
    desk.open()
    try:
        seen = {}
        for role, party in (
            ("importer", "IMP-1"), ("importer", "IMP-2"), ("scanner", "IMP-1"), ("operator", "x"),
        ):  # fmt: skip
            with desk.looking(Viewer("T", role, party, source="S")) as looking:
                rows = looking.rows
                seen[role, party] = len(latest(rows)), len(rows_of(rows, told.made or UUID(int=0)))
    finally:
        desk.close()

    assert [*seen.values()] == [(1, 1), (0, 0), (0, 0), (1, 1)]
