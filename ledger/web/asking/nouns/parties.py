"""Pages of whoever acts: a party, a person, a source."""

from collections.abc import Sequence
from typing import Any, Final

from ledger.facts.mentions import About
from ledger.facts.scalars import MICROS_A_DAY
from ledger.views import seal_numbers
from ledger.views.names.finding import Latest, latest, told_all
from ledger.views.places import hashed
from ledger.web.asking.nouns.asked import cases, events_about
from ledger.web.asking.nouns.sections import (
    Card,
    Cell,
    Section,
    Value,
    constant,
    count,
    day,
    moment,
    ref,
    refs,
    stock,
    text,
    word,
    words,
)
from ledger.web.desk import Looking
from ledger.web.problems import not_found, said

rows_shown_max: Final = 100
source_days: Final = 30
_OF_PARTY: Final = f"""
SELECT kind, key, id::text, at, told FROM (
    SELECT DISTINCT ON (n.kind, n.key) n.* FROM nouns AS n
    WHERE n.kind = ANY(%s) AND %s = ANY(n.parties)
        AND NOT EXISTS (SELECT FROM unbound AS u WHERE u.id = n.id AND u.until IS NULL)
    ORDER BY n.kind, n.key, n.at DESC, n.id DESC
) AS found ORDER BY kind, key LIMIT {rows_shown_max * 4}
"""
_ACQUAINTED: Final = "SELECT FROM names WHERE kind = 'party' AND key = %s LIMIT 1"


def party_card(looking: Looking, party: str, today: str) -> Card:
    """A party, as far as the viewer has anything to do with it."""
    rows = looking.rows
    own = told_all(rows, ("party", "certification", "year"), party)
    rows.execute(_OF_PARTY, (["mark", "contract", "person", "source", "year"], party), prepare=True)
    beside = [(kind, key, Latest(*more)) for kind, key, *more in rows.fetchall()]
    if not own and not beside:
        rows.execute(_ACQUAINTED, (party,), prepare=True)
        if not rows.fetchall():
            raise not_found("such party")
    registered = next((one for kind, one in own if kind == "party"), None)
    name = registered.told["name"] if registered else None
    of = {kind: [(key, one) for k, key, one in beside if k == kind] for kind, _, _ in beside}
    return Card("party", party, name, [
        _registered(registered),
        _certifications([one for kind, one in own if kind == "certification"], today),
        _pairs(of.get("mark", [])),
        _contracts(of.get("contract", [])),
        _people(of.get("person", [])),
        _sources(of.get("source", [])),
        Section(
            said("Stocks"),
            said("It has no stock that is yours to see."),
            columns=(said("Stock"), "mark", "site", said("Seals in stock")),
            rows=[
                [stock(*row[:3]), ref("mark", row[0]), text(row[2]), count(row[3])]
                for row in seal_numbers.stocks(rows, holder=party, limit=rows_shown_max)
            ],
        ),
        cases(looking, party, of="party", words={"party": party}),
        _years(of.get("year", [])),
        events_about(looking, About.PARTY, party),
    ])  # fmt: skip


def _registered(known: Latest | None) -> Section:
    if known is None:
        return Section(
            said("What it is"),
            said("It is not registered, or its registration is not yours to see."),
        )
    return Section(
        said("What it is"),
        facts=[
            ("name", text(known.told["name"])),
            ("country", Cell("country", known.told["country"])),
            ("roles", words("role", known.told["roles"])),
        ],
    )


def _certifications(found: Sequence[Latest], today: str) -> Section:
    """Each change, the latest first; what is in force today stands in its state."""
    seen: set[tuple[Any, ...]] = set()
    rows: list[list[Value]] = []
    for one in found:
        of = one.told
        key = (of["scheme"], of["role"], of["issuer"], of["number"])
        over = of["until"] is not None and of["until"] < today
        state: Value = word("status", of["status"])
        if key not in seen and over and of["status"] in ("GRANTED", "REINSTATED"):
            state = word("status", "EXPIRED")
        seen.add(key)
        rows.append([
            word("scheme", of["scheme"]), word("role", of["role"]), ref("party", of["issuer"]),
            text(of["number"]), state, day(of["from"]), day(of["until"]),
        ])  # fmt: skip
    return Section(
        said("Certifications"),
        said("No certification of it is on record: its certifying body reports one."),
        columns=("scheme", "role", "issuer", "number", "status", "from", "until"),
        rows=rows,
    )


def _pairs(found: Sequence[tuple[str, Latest]]) -> Section:
    pairs = sorted({(one.told["importer"], one.told["rcb"]) for _, one in found})
    return Section(
        said("Pairs"),
        said("No mark bears its name or is licensed to it."),
        columns=(said("Pair"), "importer", "rcb"),
        rows=[[Cell("pair", pair), ref("party", pair[0]), ref("party", pair[1])] for pair in pairs],
    )


def _contracts(found: Sequence[tuple[str, Latest]]) -> Section:
    return Section(
        said("Contracts"),
        said("No consignment contract with it is on record: its parties report one."),
        columns=("contract", "exporter", "importer", "rcb", "from", "until"),
        rows=[
            [ref("contract", key), ref("party", one.told["exporter"]),
             ref("party", one.told["importer"]), ref("party", one.told["rcb"]),
             day(one.told["from"]), day(one.told["until"])]
            for key, one in found[:rows_shown_max]
        ],
    )  # fmt: skip


def _people(found: Sequence[tuple[str, Latest]]) -> Section:
    return Section(
        said("People"),
        said("Nobody is registered or qualified for it: it reports who is."),
        columns=("person", "function"),
        rows=[
            [ref("person", key), word("function", one.told.get("function"))]
            for key, one in found[:rows_shown_max]
        ],
    )


def _sources(found: Sequence[tuple[str, Latest]]) -> Section:
    return Section(
        said("Sources"),
        said("No source is registered to it."),
        columns=("source", "kind", "site"),
        rows=[
            [ref("source", key), constant("SourceRegistered.kind", one.told.get("kind")),
             text(one.told.get("site"))]
            for key, one in found[:rows_shown_max]
        ],
    )  # fmt: skip


def _years(found: Sequence[tuple[str, Latest]]) -> Section:
    return Section(
        said("Annual reports"),
        said("No annual report of it is filed: it reports what it graded until 30 June."),
        columns=(said("Annual report"), "rcb", "filed_on"),
        rows=[
            [ref("year", key), ref("party", one.told["rcb"]), day(one.told["filed_on"])]
            for key, one in found[:rows_shown_max]
        ],
    )


def person_card(looking: Looking, person: str) -> Card:
    """A person by reference: for whom, qualified for what, trained when, responsible for what."""
    found = [one for _, one in told_all(looking.rows, ("person",), person)]
    if not found:
        raise not_found("such person")
    qualified = [one.told for one in found if one.told.get("function")]
    trained = [one.told for one in found if one.told.get("course")]
    answers = [one.told for one in found if one.told.get("contract")]
    parties = sorted({one.told["party"] for one in found if one.told.get("party")})
    return Card("person", person, None, [
        Section(said("Who it is"), facts=[("party", refs("party", parties))]),
        _acting(found),
        Section(
            said("Qualified for"),
            said("No qualification is on record: the party reports one."),
            columns=("function", "party", "schooling", "from", "until"),
            rows=[
                [word("function", of["function"]), ref("party", of["party"]),
                 constant("PersonQualified.schooling", of["schooling"]), day(of["from"]),
                 day(of["until"])]
                for of in qualified
            ],
        ),
        Section(
            said("Trainings"),
            said("No training is on record: the party reports one."),
            columns=("course", "party", "completed_on"),
            rows=[
                [text(of["course"]), ref("party", of["party"]), day(of["completed_on"])]
                for of in trained
            ],
        ),
        Section(
            said("Responsible under contracts"),
            said("No contract names this person as responsible for its seals."),
            columns=("contract", "from"),
            rows=[[ref("contract", of["contract"]), day(of["from"])] for of in answers],
        ),
        events_about(looking, About.PERSON, person),
        cases(looking, person, "person"),
    ])  # fmt: skip


def _acting(found: Sequence[Latest]) -> Section:
    """For whom a person is registered, and as what."""
    return Section(
        said("Registered"),
        said("The person is not registered: a party registers who acts for it."),
        columns=("party", "works_as", "from", "until"),
        rows=[
            [
                ref("party", of["party"]),
                [Cell("constant", one, "PersonRegistered.works_as") for one in of["works_as"]],
                day(of["from"]),
                day(of["until"]),
            ]
            for of in (one.told for one in found)
            if of.get("works_as") is not None
        ],
    )


_SOURCE: Final = "SELECT events, last_recorded, last_time FROM sources WHERE source = %s"
_DAYS: Final = """
SELECT (to_timestamp(time / 1000000) AT TIME ZONE 'Asia/Tokyo')::date, count(*) FROM heard
WHERE who = %s AND time >= %s GROUP BY 1 ORDER BY 1 DESC LIMIT 31
"""


def heard_by_day(looking: Looking, source: str, now: int) -> Section:
    """How much a source reported of each of the last thirty days; `looking` sees all."""
    since = now - source_days * MICROS_A_DAY
    found = looking.rows.execute(_DAYS, (hashed("source", source), since), prepare=True).fetchall()
    return Section(
        said("Events of the last 30 days"),
        said("It reported nothing of the last 30 days."),
        columns=(said("Day"), said("Events")),
        rows=[[day(on.isoformat()), count(events)] for on, events in found],
    )


def source_card(looking: Looking, source: str, now: int, by_day: Section) -> Card:
    """A source: for whom it speaks, when it was last heard, its cases."""
    rows = looking.rows
    known = latest(rows, [("source", source)]).get(("source", source))
    heard = rows.execute(_SOURCE, (source,), prepare=True).fetchone()
    if known is None and heard is None:
        raise not_found("such source")
    of = known.told if known else {}
    registered = Section(
        said("What it is"),
        said("Nobody registered this source: what it says is known to be nobody's."),
        facts=[] if known is None else [
            ("party", ref("party", of["party"])), ("site", text(of["site"])),
            ("kind", constant("SourceRegistered.kind", of["kind"])),
            ("heartbeat_minutes", count(of["heartbeat_minutes"])),
        ],
    )  # fmt: skip
    facts: list[tuple[str, Value]] = []
    if heard is not None:
        facts = [
            (said("Events"), count(heard[0])),
            (said("Last heard"), moment(heard[1])),
            (said("Days ago"), count(max(0, now - heard[1]) // MICROS_A_DAY)),
            (said("Reported up to"), moment(heard[2])),
        ]
    return Card("source", source, None, [
        registered,
        Section(said("Last heard"), said("It has not reported anything yet."), facts=facts),
        by_day,
        events_about(looking, About.SOURCE, source),
        cases(looking, source, "source"),
    ])  # fmt: skip
