"""What whoever sent a table is told: a summary, and a line for each of its rows."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from ledger.log import Log
from ledger.rules.reading import Tongue
from ledger.tables.messages import Message, sentence
from ledger.tables.rows import ReadRow
from ledger.web.asking.records import receipt
from ledger.web.asking.tables.judged import Checked, Judged

_UNTOLD: Final = dict.fromkeys(
    ("position", "recorded_at", "sha256", "reason", "path", "warning", "door", "by", "person")
)


def counts(checked: Checked) -> dict[str, Any]:
    """How many of what there are, as an import keeps it and a summary begins."""
    outcomes = Counter(each.outcome for each in checked.events)
    corrected = sum(
        each.outcome in ("would-record", "recorded") and _corrects(each) for each in checked.events
    )
    new = outcomes["would-record"] + outcomes["recorded"] - corrected
    notes = sum(len(row.notes) for each in checked.events for row in each.event.rows)
    skipped = checked.table.skipped
    return {
        "rows": checked.table.rows + len(skipped),
        "events": len(checked.events),
        "recorded": new,
        "duplicate": outcomes["duplicate"],
        "corrected": corrected,
        "retracted": len(checked.gone),
        "refused": outcomes["refused"],
        "not_recorded": outcomes["not-recorded"],
        "skipped": len(skipped),
        "notes": notes + len(checked.notes) + len(skipped),
    }


def _corrects(of: Judged) -> bool:
    return of.fact is not None and of.fact.corrects is not None


def summary(checked: Checked, made: UUID | None, *, dry_run: bool) -> dict[str, Any]:
    """What `import-table` prints; in a dry run `recorded` is what would be."""
    found = counts(checked)
    if not checked.good and made is None:
        found |= {"retracted": 0}
    reasons = Counter(
        each.reason or "invalid" for each in checked.events if each.outcome == "refused"
    )
    for message in checked.refused:
        known = {"too-large", "undecodable"}
        reasons[message.code if message.code in known else "invalid"] += 1
    template = checked.table.template
    return {
        "import": str(made) if made is not None else None,
        "file": checked.name,
        "sha256": checked.digest.hex(),
        "template": template.name if template is not None else checked.mapping.template,
        "dry_run": dry_run,
        **found,
        "reasons": dict(sorted(reasons.items())),
        "codes": checked.codes(),
    }


ids_a_look_max: Final = 10_000


def lines(checked: Checked, tongue: Tongue, log: Log) -> Iterator[dict[str, Any]]:
    """A line for each row, in the order of the file; one for each refusal of all of it."""
    for message in checked.refused:
        yield _line(checked, message.sheet or None, message.row, {"outcome": "refused"}) | {
            "cell": message.cell, "code": message.code,
            "words": sentence(message, tongue, checked.table.template),
        }  # fmt: skip
    known = _known(log, checked.events)
    order = {name: at for at, name in enumerate(checked.table.sheets)}
    found: list[tuple[int, int, dict[str, Any]]] = [
        (order[row.sheet], row.number, _of_row(checked, each, row, tongue, known))
        for each in checked.events
        for row in each.event.rows
    ]
    for skipped in checked.table.skipped:
        message = skipped.message
        line = _line(checked, message.sheet, message.row, {"outcome": "skipped"})
        line["notes"] = [_said(message, tongue, checked)]
        found.append((order[message.sheet], message.row or 0, line))
    found.sort(key=lambda each: each[:2])
    yield from (line for *_, line in found)


def _line(
    checked: Checked, sheet: str | None, row: int | None, more: dict[str, Any]
) -> dict[str, Any]:
    return {
        "line": row, "id": None, "outcome": None, **_UNTOLD, "file": checked.name,
        "sheet": sheet or None, "row": row, "cell": None, "code": None, "words": None, "notes": [],
        **more,
    }  # fmt: skip


def _known(log: Log, events: Sequence[Judged]) -> dict[UUID, dict[str, Any]]:
    """The receipts of what is recorded, now or before, by the events' ids."""
    ids = [each.id for each in events if each.outcome in ("recorded", "duplicate") and each.id]
    found: dict[UUID, dict[str, Any]] = {}
    for start in range(0, len(ids), ids_a_look_max):
        for number, stream in log.get(ids[start : start + ids_a_look_max]).items():
            found[number] = receipt(stream[0])
    return found


def _of_row(
    checked: Checked, of: Judged, row: ReadRow, tongue: Tongue, known: dict[UUID, dict[str, Any]]
) -> dict[str, Any]:
    line = _line(checked, row.sheet, row.number, known.get(of.id, {}) if of.id else {})
    line |= {"outcome": of.outcome, "reason": of.reason, "path": of.path}
    line["id"] = str(of.id) if of.id is not None else None
    if of.messages:
        own = [each for each in of.messages if (each.sheet, each.row) == (row.sheet, row.number)]
        message = (own or of.messages)[0]
        said = _said(message, tongue, checked)
        line |= {"cell": said["cell"], "code": said["code"], "words": said["words"]}
        line["more"] = [_said(each, tongue, checked) for each in own[1:]]
    line["notes"] = [_said(each, tongue, checked) for each in row.notes]
    return line


def _said(message: Message, tongue: Tongue, checked: Checked) -> dict[str, Any]:
    return {
        "cell": message.cell, "code": message.code,
        "words": sentence(message, tongue, checked.table.template),
    }  # fmt: skip


def refusals(checked: Checked, tongue: Tongue) -> Iterator[str]:
    """Every refusal in words, in the order of the file."""
    found: Sequence[Message] = [
        *checked.refused, *(message for each in checked.events for message in each.messages)
    ]  # fmt: skip
    for message in found:
        yield sentence(message, tongue, checked.table.template)


def notes(checked: Checked, tongue: Tongue) -> Iterator[str]:
    """Every note on all of the file in words."""
    for message in checked.notes:
        yield sentence(message, tongue, checked.table.template)
