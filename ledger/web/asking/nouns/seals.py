"""Pages of seals: a mark with its numbers, one number, a dispatch."""

from itertools import groupby
from typing import Any, Final
from uuid import UUID

from ledger.custody.places import Kind, Place
from ledger.facts.scalars import MICROS_A_DAY
from ledger.views import seal_numbers
from ledger.views.names.finding import Latest, latest, told_all
from ledger.views.seal_numbers import Run, Step
from ledger.web.asking.nouns.asked import cases, listed_events
from ledger.web.asking.nouns.sections import (
    Card,
    Cell,
    Section,
    Value,
    constant,
    count,
    event,
    moment,
    ref,
    stock,
    text,
    told,
    word,
    yes,
)
from ledger.web.desk import Looking
from ledger.web.problems import not_found, said

runs_a_page: Final = 100
labels_shown_max: Final = 200
_LABELS: Final = "SELECT label FROM label_marks WHERE mark = %s ORDER BY label LIMIT " + str(
    labels_shown_max
)
KINDS: Final[dict[Kind, str]] = {
    Kind.ISSUER: said("Issued"),
    Kind.STOCK: said("In stock"),
    Kind.TRANSIT: said("On the way to a holder"),
    Kind.LOT: said("On goods in hand"),
    Kind.SHIPPED: said("On goods shipped"),
    Kind.DELIVERED: said("Delivered"),
    Kind.SPOILED: said("Spoiled, to be destroyed"),
    Kind.DESTROYED: said("Destroyed"),
    Kind.SAMPLED: said("Kept as samples"),
    Kind.LOST: said("Lost"),
    Kind.STOLEN: said("Stolen"),
    Kind.ADJUSTED: said("Adjusted"),
}
"""Kinds of places, as figures of a mark call them."""


_IN_PLACE: Final[dict[Kind, tuple[str, str]]] = {
    Kind.STOCK: (said("in stock"), "party"),
    Kind.TRANSIT: (said("on the way"), "dispatch"),
    Kind.LOT: (said("on lot"), "lot"),
    Kind.SHIPPED: (said("on shipment"), "shipment"),
    Kind.DELIVERED: (said("delivered to"), "party"),
    Kind.SPOILED: (said("spoiled at"), "party"),
}
"""What seals in a place are, and the noun that its key is of."""


def mark_card(looking: Looking, mark: str, start: int = 0) -> Card:
    """A mark; `start` = the seal number that its table of numbers begins with."""
    rows = looking.rows
    known = latest(rows, [("mark", mark)]).get(("mark", mark))
    figures = seal_numbers.figures(rows, mark)
    if known is None and not figures:
        raise not_found("such mark")
    of: dict[str, Any] = known.told if known else {}
    labels = [label for (label,) in rows.execute(_LABELS, (mark,), prepare=True).fetchall()]
    stocks = seal_numbers.stocks(rows, mark=mark)
    head = Section(
        said("What it is"),
        said("Nobody registered this mark: its certifying body does."),
        facts=[] if known is None else [
            ("importer", ref("party", of["importer"])), ("rcb", ref("party", of["rcb"])),
            ("scheme", word("scheme", of["scheme"])), ("design", text(of["design"])),
            ("carrier", word("carrier", of["carrier"])), ("serialised", yes(of["serialised"])),
        ],
    )  # fmt: skip
    return Card(
        "mark", mark, None,
        [
            head,
            _figures(figures),
            _numbers(looking, mark, start, serialised=bool(of.get("serialised"))),
            Section(
                said("Stocks"),
                said("No stock of it is yours to see: one appears with the first seals at it."),
                columns=(said("Stock"), "holder", "site", said("Seals in stock")),
                rows=[
                    [stock(*row[:3]), ref("party", row[1]), text(row[2]), count(row[3])]
                    for row in stocks
                ],
            ),
            Section(
                said("Labels used with it"),
                said("No seal of it was attached under a label yet."),
                columns=("label",), rows=[[ref("label", label)] for label in labels],
            ),
            cases(looking, mark, "mark", "account", of="mark", words={"mark": mark}),
        ],
    )  # fmt: skip


def _figures(figures: dict[Kind, int]) -> Section:
    facts: list[tuple[str, Value]] = [
        (KINDS[kind], count(-seals if kind is Kind.ISSUER else seals))
        for kind, seals in figures.items()
        if seals or kind is Kind.ISSUER
    ]
    return Section(said("Where its seals are"), said("No seal of it was issued yet."), facts=facts)


def _numbers(looking: Looking, mark: str, start: int, *, serialised: bool) -> Section:
    title = said("Seal numbers")
    if not serialised:
        return Section(title, said("Seals of this mark are counted, not numbered."))
    issued = seal_numbers.issued(looking.rows, mark)
    runs, end = seal_numbers.runs(looking.rows, mark, start)
    following = runs[runs_a_page].first if len(runs) > runs_a_page else end
    more = None
    if following is not None:
        words = {"mark": mark, "from": str(following)}
        more = (said("Further"), "mark", words)
    note = [told(said("Issued")), *(Cell("range", each) for each in issued.ranges),
            Cell("count", issued.seals)]  # fmt: skip
    if issued.foreign:
        note += [told(said("not issued, but used")), Cell("count", issued.foreign)]
    return Section(
        title,
        said("No number of it was issued yet."),
        columns=(said("Numbers"), "count", said("Where"), said("Since"), said("Event")),
        rows=[
            [Cell("range", (run.first, run.last)), count(run.seals), where(run),
             moment(run.since), event(run.event)]
            for run in runs[:runs_a_page]
        ],
        note=note if issued.seals or issued.foreign else None,
        more=more,
    )  # fmt: skip


def where(at: Run | Step | Place) -> Value:
    """A place in words, with a link to what seals are on or with."""
    if at.kind is None:
        return told(said("not yours to see"))
    kind = Kind(at.kind)
    if kind not in _IN_PLACE:
        return told(KINDS[kind])
    sentence, noun = _IN_PLACE[kind]
    found = [told(sentence), Cell("ref", at.key, noun)]
    return [*found, Cell("text", at.site)] if at.site else found


def seal_card(looking: Looking, mark: str, number: int) -> Card:
    """The way of one number of a mark, as counting facts tell it."""
    known = latest(looking.rows, [("mark", mark)]).get(("mark", mark))
    if known is None:
        raise not_found("such mark")
    steps = seal_numbers.holding(looking.rows, [mark], number)
    was_issued = any(step.topic == seal_numbers.ISSUED for step in steps)
    state = where(steps[0]) if steps else None
    facts: list[tuple[str, Value]] = [
        ("mark", ref("mark", mark)),
        (said("Now"), state if state is not None else told(said("not issued"))),
    ]
    if steps and not was_issued:
        facts.append((said("Issued"), told(said("not issued, but used"))))
    way = Section(
        said("Its way"),
        said("This number was not issued: nothing is recorded of it."),
        columns=(said("Event"), said("When"), said("Numbers"), said("Where it came to")),
        rows=[
            [event(step.event), moment(step.time), Cell("range", (step.first, step.last)),
             where(step)]
            for step in steps
        ],
    )  # fmt: skip
    return Card("seal", f"{mark} {number}", None, [Section(said("Where it is"), facts=facts), way])


def dispatch_card(looking: Looking, dispatch: str, now: int) -> Card:
    """A dispatch: sent, received, lost, still on the way and how long."""
    found = told_all(looking.rows, ("dispatch", "receipt", "loss"), dispatch)
    sent = [one for kind, one in found if kind == "dispatch"]
    if not found:
        raise not_found("such dispatch")
    sections = []
    for mark, of_mark in groupby(
        sorted(found, key=lambda each: str(each[1].told["mark"])),
        key=lambda each: str(each[1].told["mark"]),
    ):
        sections.append(_way_of_mark(mark, [*of_mark], now))
    streams = looking.log.get([UUID(one.event) for _, one in found])
    recorded = [stream[0] for stream in streams.values()]
    return Card(
        "dispatch", dispatch, None,
        [
            _head(sent[0] if sent else None), *sections,
            listed_events(recorded, said("Events in order")),
            cases(looking, dispatch, "dispatch"),
        ],
    )  # fmt: skip


def _head(sent: Latest | None) -> Section:
    title, empty = said("What it is"), said("Nobody reported that it was sent: its sender does.")
    if sent is None:
        return Section(title, empty)
    of = sent.told
    return Section(
        title,
        facts=[
            ("purpose", constant("SealsDispatched.purpose", of["purpose"])),
            ("from_holder", ref("party", of["from_holder"])), ("from_site", text(of["from_site"])),
            ("to_holder", ref("party", of["to_holder"])), ("to_site", text(of["to_site"])),
            (said("Sent at"), moment(sent.at)),
        ],
    )  # fmt: skip


def _way_of_mark(mark: str, found: list[tuple[str, Latest]], now: int) -> Section:
    sums = dict.fromkeys(("dispatch", "receipt", "loss"), 0)
    numbers = []
    for kind, one in found:
        sums[kind] += one.told["count"]
        if kind == "dispatch" and one.told["first"] is not None:
            numbers.append(Cell("range", (one.told["first"], one.told["last"])))
    left = sums["dispatch"] - sums["receipt"] - sums["loss"]
    facts: list[tuple[str, Value]] = [
        ("mark", ref("mark", mark)),
        (said("Seals sent"), count(sums["dispatch"])),
        (said("Seals received"), count(sums["receipt"])),
        (said("Seals lost"), count(sums["loss"])),
        (said("Still on the way"), count(left)),
    ]
    if left > 0:
        first = min((one.at for kind, one in found if kind == "dispatch"), default=now)
        facts.append((said("Days on the way"), count((now - first) // MICROS_A_DAY)))
    if numbers:
        facts.append((said("Numbers"), numbers))
    return Section(said("Seals"), facts=facts)
