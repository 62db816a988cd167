"""Whatever a stranger registers, nothing of others opens, moves or passes to it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any, Final, NamedTuple

import psycopg
import pytest

from ledger.facts.corrections import EventRetracted
from ledger.facts.lots import LotRecorded
from ledger.log import Log
from ledger.views.projection import Projector
from tests.databases import Cluster
from tests.desks import Served, served
from tests.strangers import (
    DOORS,
    KINDS,
    NOBODY,
    SECRETS,
    STRANGER,
    Said,
    record,
    registrations,
    trade,
)
from tests.web.api.test_row_security import reader, tables

STRANGERS: Final = tuple((role, STRANGER) for role in ("exporter", "processor", "importer",
                                                       "certifier"))  # fmt: skip
LAWFUL: Final = (
    ("exporter", "EXP-1"), ("importer", "IMP-1"), ("certifier", "RCB-1"), ("certifier", "AG-1"),
    ("operator", None),
)  # fmt: skip
SUBJECTS: Final = (
    "/lots/L1", "/lots/L1/trace", "/shipments/S1", "/certificates/AG-1/A1",
    "/statements?mark=JAS-A&holder=EXP-1&site=W-SECRET",
    "/statements?mark=JAS-A&holder=IMP-1&site=W9", "/periods/IMP-1/RCB-1/2026-04",
    "/labels/check?claim=JAS_ORGANIC&lot=L1", "/reconciliation?importer=IMP-1&rcb=RCB-1",
)  # fmt: skip
LISTS: Final = (
    "/reconciliation", "/reconciliation?split=exporter", "/reconciliation?split=agent",
    "/discrepancies?state=all&limit=1000", "/lots", "/shipments", "/certificates", "/periods",
    "/sources", "/unproven?limit=1000", "/events", "/stocks",
)  # fmt: skip
PASSING: Final = {"position", "behind", "audited", "changed_at", "opened_at", "cases",
           "as_of", "due", "late", "status"}  # fmt: skip
"""What of an answer tells how far the ledger is; how many cases a pair has is told by them."""
OF_LOTS: Final = ("/lots", "/labels", "/discrepancies", "/unproven")
DECISIONS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("explain", {"reason": "OTHER", "text": "x"}),
    ("escalate", {"text": "x"}),
    ("close", {"reason": "OTHER", "text": "x"}),
    ("assign", {"owner": "P-1"}),
    ("due", {"due": "2026-12-24", "text": "x"}),
    ("comment", {"text": "x"}),
    (
        "ask-correction",
        {
            "from_party": "EXP-1",
            "actions": ["STOP_SHIPMENT"],
            "text": "x",
            "due": "2099-12-24",
        },
    ),
    (
        "report-correction",
        {
            "cause": "c",
            "action": "a",
            "prevention": "p",
            "done_on": "2026-04-01",
        },
    ),
    ("accept-correction", {}),
    ("refuse-correction", {"text": "x", "due": "2099-12-24"}),
    ("route", {"to": "RCB-1", "text": "x"}),
)
TOGETHER: Final = ("explain", "escalate", "close")
"""The acts that are about many cases at once."""


class Seen(NamedTuple):
    """What lawful parties are answered, what strangers find, and who decides about what."""

    lawful: dict[str, Any]
    strangers: dict[str, Any]
    rows: dict[str, Any]
    powers: dict[str, Any]


class Prepared(NamedTuple):
    """The trade, a database that holds it, what was seen of it and all of its cases."""

    said: list[Said]
    dsn: str
    seen: Seen
    cases: list[str]


@pytest.fixture(scope="module")
def prepared(embedded_cluster: Cluster) -> Iterator[Prepared]:
    """A trade of which everybody said its own part, audited."""
    said = trade()
    with embedded_cluster.database() as dsn:
        with Log.open(dsn) as log:
            Projector(log).make()
            record(log, said)
        with _copied(embedded_cluster, dsn) as desk:
            found = desk.client.get(LISTS[3], headers=_as(desk, "operator", None)).json()
            cases = [case["id"] for case in found["discrepancies"]]
            rules = {(case["rule"], case["subject_kind"]) for case in found["discrepancies"]}
            assert {"person", "issuer", "lot", "event", "account"} <= {kind for _, kind in rules}
            seen = _seen(desk, said, cases, set())
        yield Prepared(said, dsn, seen, cases)


@contextmanager
def _copied(cluster: Cluster, dsn: str) -> Iterator[Served]:
    with cluster.copied(dsn) as copy, Log.open(copy) as log, served(log) as desk:
        yield desk


def _as(desk: Served, role: str, party: str | None) -> dict[str, str]:
    key = f"{role} {party}"
    if key not in desk.secrets:
        desk.secrets[key] = desk.token(role, party)["Authorization"]
    return {"Authorization": desk.secrets[key]}


def _seen(desk: Served, said: list[Said], cases: list[str], ours: set[str]) -> Seen:
    """Everything that anybody is answered, but for what the stranger said itself (`ours`)."""

    def answers(viewers: Any, addresses: tuple[str, ...]) -> dict[str, Any]:
        found = {}
        for role, party in viewers:
            for address in addresses:
                answer = desk.client.get(address, headers=_as(desk, role, party))
                assert answer.status_code in (200, 404), answer.text
                found[f"{role} {party} {address}"] = (
                    answer.status_code, _kept(answer.json(), ours),
                )  # fmt: skip
        return found

    return Seen(
        answers(LAWFUL, SUBJECTS + LISTS),
        answers(STRANGERS, SUBJECTS + LISTS),
        {role: _rows(desk, role, said, cases) for role, _ in STRANGERS},
        _powers(desk, cases),
    )


def _rows(desk: Served, role: str, said: list[Said], cases: list[str]) -> list[tuple[str, str]]:
    """What the database itself shows a stranger of the trade: events, cases, secret words."""
    events = [one.fact.id for one in said if one.by != STRANGER]
    found: list[tuple[str, str]] = []
    with reader(desk.log.dsn, role, STRANGER) as connection:
        for table in tables(desk.log.dsn):
            state = "convert_from(state, 'UTF8')" if "events" in table else "t::text"
            rows = connection.execute(f"SELECT {state} FROM {table} AS t").fetchall()
            found += [(table, t) for (t,) in rows if any(word in t for word in SECRETS)]
        for table, key, ids in (
            ("events", "originator_id", [*events, *cases]), ("cases", "id", cases),
            ("case_shown", "id", cases),
        ):  # fmt: skip
            rows = connection.execute(
                f"SELECT {key}::text FROM {table} WHERE {key} = ANY(%s::uuid[])", (ids,)
            ).fetchall()
            found += [(table, key) for (key,) in rows]
    return found


def _kept(value: Any, ours: set[str]) -> Any:
    """An answer without what tells how far the ledger is, and without rows that are ours."""
    if isinstance(value, dict):
        return {name: _kept(inner, ours) for name, inner in value.items() if name not in PASSING}
    if isinstance(value, list):
        return [_kept(inner, ours) for inner in value if not _is_ours(inner, ours)]
    return value


def _is_ours(row: Any, ours: set[str]) -> bool:
    if not isinstance(row, dict | str):
        return False
    text = json.dumps(row)
    return STRANGER in text or any(event in text for event in ours)


def _apart(then: Any, now: Any, at: str) -> Iterator[str]:
    """Where two answers differ, and how."""
    if isinstance(then, dict) and isinstance(now, dict) and then.keys() == now.keys():
        for name, value in then.items():
            yield from _apart(value, now[name], f"{at} {name}")
    elif isinstance(then, list) and isinstance(now, list):
        yield from (f"{at}: gone {row}" for row in then if row not in now)
        yield from (f"{at}: come {row}" for row in now if row not in then)
    elif isinstance(then, tuple) and isinstance(now, tuple):
        for number, (value, other) in enumerate(zip(then, now, strict=True)):
            yield from _apart(value, other, f"{at} {number}")
    elif then != now:
        yield f"{at}: {then} is now {now}"


def _powers(desk: Served, cases: list[str]) -> dict[str, Any]:
    """Who may explain, and who may escalate and close, each case of the trade."""
    with psycopg.connect(desk.log.dsn) as connection:
        connection.execute("SET search_path = views_4, public")
        found = connection.execute(
            "SELECT c.id::text, concerned_in(subject_kind, subject, parties),"
            " certifiers_of_case(subject_kind, subject, discriminator, marks, parties,"
            " '2026-04-20') FROM cases AS c JOIN case_shown AS s USING (id)"
            " WHERE c.id = ANY(%s::uuid[])",
            (cases,),
        ).fetchall()
    return {case: (sorted(whom), sorted(certifiers)) for case, whom, certifiers in found}


def _learnt(desk: Served) -> list[Any]:
    """What the cases of a stranger's own events tell it of the trade."""
    theirs = {"EXP-1", "IMP-1", "RCB-1", "AG-1", "JAS-A"}
    rows = []
    for role, party in STRANGERS:
        headers = _as(desk, role, party)
        listed = desk.client.get(LISTS[3], headers=headers).json()["discrepancies"]
        said = [row for row in listed if row["rule"] == "M-65"]
        if role == "exporter":
            said = [
                desk.client.get(
                    f"/discrepancies/{row['id']}?known_at=2099-01-01", headers=headers
                ).json()
                for row in said[:5]
            ]  # fmt: skip
        assert all(row["found"] == [STRANGER] for row in said)
        rows += [*listed, *said]
    return [row for row in rows if theirs & {*row["expected"], *row["marks"]}]


def _decided(desk: Served, cases: list[str]) -> list[Any]:
    """What strangers get to decide of the cases of the trade, and to sign.

    Acts about one case are tried in turn, so that every case and every act has its own.
    """
    found: list[Any] = []
    singly = [(act, body) for act, body in DECISIONS if act not in TOGETHER]
    for role, party in STRANGERS:
        headers = desk.token(role, party, person="P-STRANGER")
        for act, body in DECISIONS:
            if act not in TOGETHER or (act == "explain") == (role == "certifier"):
                continue
            answer = desk.client.post(
                f"/discrepancies/{act}", json=body | {"where": {"ids": cases}}, headers=headers
            ).json()
            found += [*answer["decided"], *answer["refused"]]
        for (act, body), case in zip(cycle(singly), cases, strict=False):
            one = desk.client.post(f"/discrepancies/{case}/{act}", json=body, headers=headers)
            found += [one.text] if one.status_code not in (403, 404) else []
        signed = desk.client.post(
            "/periods", json={"importer": "IMP-1", "period": "2026-03"},
            headers=headers,
        )  # fmt: skip
        found += [signed.text] if signed.status_code not in (403, 404) else []
    return found


def _check(desk: Served, prepared: Prepared, ours: list[Said]) -> None:
    record(desk.log, ours)
    seen = _seen(desk, prepared.said, prepared.cases, {one.fact.id for one in ours})
    before = prepared.seen._replace(lawful=dict(prepared.seen.lawful))
    if any(isinstance(one.fact, LotRecorded) for one in ours):
        # A lot's record counts whoever says it: the lot tells so, and rules on it may.
        for answers in (before.lawful, seen.lawful):
            for key in [key for key in answers if any(word in key for word in OF_LOTS)]:
                del answers[key]
    for name, then, now in zip(before._fields, before, seen, strict=True):
        apart = [*_apart(then, now, name)]
        assert apart == [], "\n".join(apart)
    assert not any(seen.rows.values()), seen.rows
    assert _learnt(desk) == []
    assert _decided(desk, prepared.cases) == []


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_stranger_registers(
    embedded_cluster: Cluster, prepared: Prepared, kind: str
) -> None:
    """Of one type, itself as each party in turn: nobody sees, decides or counts otherwise."""
    with _copied(embedded_cluster, prepared.dsn) as desk:
        ours = [one for door in DOORS for one in registrations(kind, door, prepared.said)]
        _check(desk, prepared, ours)


@pytest.mark.parametrize("door", DOORS)
def test_all_that_a_stranger_registers(
    embedded_cluster: Cluster, prepared: Prepared, door: str
) -> None:
    """However many it has said before, no further registration gains it anything."""
    with _copied(embedded_cluster, prepared.dsn) as desk:
        ours = [one for kind in KINDS[:-1] for one in registrations(kind, door, prepared.said)]
        _check(desk, prepared, ours)


@pytest.mark.parametrize("door", [*DOORS, NOBODY])
def test_nothing_opens_by_saying_otherwise(
    embedded_cluster: Cluster, prepared: Prepared, door: str
) -> None:
    """While the trade's own registrations stand, also through a source that nobody registered."""
    with _copied(embedded_cluster, prepared.dsn) as desk:
        ours = [
            one
            for kind in KINDS
            for one in registrations(kind, door, prepared.said)
            if not isinstance(one.fact, EventRetracted) and one.fact.corrects is None
        ]
        record(desk.log, ours)
        seen = _seen(desk, prepared.said, prepared.cases, {one.fact.id for one in ours})

        assert [*_apart(prepared.seen.strangers, seen.strangers, "")] == []
        assert not any(seen.rows.values()), seen.rows
        assert _decided(desk, prepared.cases) == []
