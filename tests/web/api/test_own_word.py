"""To name oneself on what is another's opens nothing of it: only another's word does."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from ledger.views.projection import Projector
from tests.desks import Served
from tests.web.api.own_affairs import (
    CERTIFIED,
    CLAIMS,
    DEPARTED,
    FOREIGN,
    OWNER,
    SECRET,
    SEEN,
    STRANGER,
    THIRD,
    Fields,
    headers,
    registration,
    report,
    seen,
)
from tests.web.api.test_row_security import reader, tables


@pytest.fixture
def desk(desk: Served) -> Served:
    """A desk over a ledger in which one party reported its own affairs."""
    desk.record([])
    report(desk, "exporter", OWNER, "SYS-OWN", registration(OWNER, "SYS-OWN"))
    report(desk, "exporter", OWNER, "SYS-OWN", *FOREIGN)
    report(desk, "certifier", "CB-O", "SYS-CB", CERTIFIED)
    return desk


@pytest.mark.parametrize("source", ["SYS-GHOST", "SYS-STRANGER"])
def test_claims_open_nothing_but_themselves(desk: Served, source: str) -> None:
    """Whether from a registered source or not: of what it names the stranger sees its own word."""
    if source == "SYS-STRANGER":
        report(desk, "exporter", STRANGER, source, registration(STRANGER, source))
    for claim in CLAIMS:
        role = "importer" if claim.get("importer") == STRANGER else "exporter"
        mine = headers(desk, role, STRANGER)

        (event,) = report(desk, role, STRANGER, source, claim)

        assert seen(desk, role, STRANGER) == [404] * len(SEEN), claim
        assert seen(desk, "exporter", OWNER) == [200] * len(SEEN), claim
        if STRANGER in claim.values() or source == "SYS-STRANGER":
            assert desk.client.get(f"/events/{event}", headers=mine).status_code == 200
            assert desk.client.get(f"/receipts/{event}", headers=mine).status_code == 200
        cards = desk.client.get("/lots", headers=mine).json()["lots"]
        assert "L-O" not in [card["lot"] for card in cards], claim
        assert rows_with_secrets(desk, role) == [], claim


def rows_with_secrets(desk: Served, role: str) -> list[tuple[str, str]]:
    """What the database shows the stranger of the owner's own words, asked without any filter."""
    found = []
    with reader(desk.log.dsn, role, STRANGER) as connection:
        for table in tables(desk.log.dsn):
            state = "convert_from(state, 'UTF8')" if "events" in table else "t::text"
            rows = connection.execute(f"SELECT {state} FROM {table} AS t").fetchall()
            found += [(table, text) for (text,) in rows if any(word in text for word in SECRET)]
            found += [(table, text) for (text,) in rows if table == "lots" and "L-O" in text]
    return found


def test_an_application_opens_the_account_alone(desk: Served) -> None:
    """Who attaches seals to a foreign lot sees its own seals there, not the lot."""
    _, secret = _scanner(desk)
    applied = {
        "type": "SealsApplied", "mark": "JAS-X", "holder": STRANGER, "site": "W", "lot": "L-O",
        "label": "LBL", "label_version": 1, "units": 1, "count": 1, "source": "SCN-X",
        "id": str(uuid4()), "time": "2026-04-02T09:30:00+09:00",
    }  # fmt: skip
    answer = desk.client.post("/events", json=applied, headers={"Authorization": secret})
    desk.record([])

    assert answer.status_code == 200, answer.text
    assert seen(desk, "exporter", STRANGER) == [404] * len(SEEN)
    own = headers(desk, "exporter", STRANGER)
    assert desk.client.get(f"/events/{applied['id']}", headers=own).status_code == 200
    asked = f"/statements?mark=JAS-X&holder={STRANGER}&site=W"
    assert desk.client.get(asked, headers=own).json()["closing"] == -1


def _scanner(desk: Served) -> tuple[str, str]:
    shown = desk.token("scanner", STRANGER, source="SCN-X")
    return "SCN-X", shown["Authorization"]


def test_own_seals_on_a_foreign_lot_do_not_open_it(desk: Served) -> None:
    """An importer that says it has put its mark on a lot does not see the lot for it."""
    mark = {
        "type": "MarkRegistered", "mark": "JAS-X", "scheme": "JAS", "rcb": "RCB-X",
        "importer": STRANGER, "design": "d", "carrier": "STICKER", "serialised": False,
    }  # fmt: skip
    report(desk, "certifier", "RCB-X", "SYS-RCB", mark)
    returned = next(claim for claim in CLAIMS if claim["type"] == "GoodsReturned")
    report(desk, "importer", STRANGER, "SYS-GHOST", returned)

    assert seen(desk, "importer", STRANGER) == [404] * len(SEEN)


@pytest.mark.parametrize("source", ["SYS-OWN", "SYS-CB"])
def test_anothers_word_opens_the_lot(desk: Served, source: str) -> None:
    """Named on it by its owner or a certifier, one sees the lot; by nobody known, one does not."""
    departed = DEPARTED | {"shipment": "S-NEW", "importer": STRANGER}
    certified = CERTIFIED | {"number": "C 2", "shipment": "S-NEW", "importer": STRANGER}
    if source == "SYS-OWN":
        report(desk, "exporter", OWNER, source, departed)
    else:
        report(desk, "certifier", "CB-O", "SYS-CB", registration("CB-O", "SYS-CB"))
        report(desk, "certifier", "CB-O", "SYS-CB", certified)

    assert seen(desk, "importer", STRANGER)[:2] == [200, 200]
    assert seen(desk, "importer", "IMP-OTHER")[:2] == [404, 404]


def test_a_source_registered_afterwards_is_nobodys_word_before(desk: Served) -> None:
    """Nobody makes its own word another's by saying later whose source it was."""
    report(desk, "exporter", STRANGER, "SYS-GHOST", DEPARTED | {"importer": STRANGER})
    report(desk, "exporter", STRANGER, "SYS-X", registration(OWNER, "SYS-GHOST"))

    assert seen(desk, "exporter", STRANGER) == [404] * len(SEEN)


def test_who_registers_anothers_source_takes_nothing(desk: Served) -> None:
    """Its owner reports from it as before, the stranger still may not; at once, and ever after."""
    taken = registration(STRANGER, "SYS-OWN") | {"source": "SYS-X"}
    theirs = {"type": "LotHeld", "lot": "L-4", "cause": "c", "source": "SYS-OWN"}
    mine, owner = headers(desk, "exporter", STRANGER), headers(desk, "exporter", OWNER)

    def answered(facts: list[Fields], by: dict[str, str]) -> list[str | None]:
        body = [fact | {"id": str(uuid4()), "time": "2026-04-02T09:30:00+09:00"} for fact in facts]
        answer = desk.client.post("/events", json=body, headers=by).json()
        return [line["reason"] for line in answer["receipts"]]

    together = answered([taken, theirs], mine)
    at_once = answered([theirs, theirs], mine), answered([theirs, theirs], owner)
    desk.record([])
    later = answered([theirs, theirs], mine), answered([theirs, theirs], owner)

    assert together == [None, "not-permitted"]
    assert at_once == later == (["not-permitted"] * 2, [None, None])


def test_a_source_is_whose_registration_was_first(desk: Served) -> None:
    """In the same body, before the views know of it and after; another's word founds nothing."""
    own = registration(STRANGER, "SYS-NEW") | {"source": "SYS-X"}
    forged = registration(OWNER, "SYS-GHOST") | {"source": "SYS-X"}
    new, ghost = (
        {"type": "LotHeld", "lot": "L-4", "cause": "c", "source": source}
        for source in ("SYS-NEW", "SYS-GHOST")
    )
    mine, owner = headers(desk, "exporter", STRANGER), headers(desk, "exporter", OWNER)

    def answered(facts: list[Fields], by: dict[str, str]) -> list[str | None]:
        body = [fact | {"id": str(uuid4()), "time": "2026-04-02T09:30:00+09:00"} for fact in facts]
        answer = desk.client.post("/events", json=body, headers=by).json()
        return [line["reason"] for line in answer["receipts"]]

    assert answered([own, forged, new, ghost], mine) == [None] * 4
    for _ in range(2):
        assert answered([new, ghost], mine) == [None, None]
        assert answered([new, ghost], owner) == ["not-permitted", None]
        desk.record([])


def test_a_source_is_nobodys_before_somebody_says_so(desk: Served) -> None:
    """Who registers another's unknown source sees nothing of what it had reported."""
    (event,) = report(desk, "exporter", OWNER, "SYS-UNKNOWN", FOREIGN[1] | {"lot": "L-3"})
    report(desk, "exporter", STRANGER, "SYS-X", registration(STRANGER, "SYS-UNKNOWN"))
    held = {"type": "LotHeld", "lot": "L-4", "cause": "c"}
    (own,) = report(desk, "exporter", STRANGER, "SYS-UNKNOWN", held)
    mine = headers(desk, "exporter", STRANGER)

    assert desk.client.get(f"/events/{event}", headers=mine).status_code == 404
    assert desk.client.get("/lots/L-3", headers=mine).status_code == 404
    assert desk.client.get(f"/events/{own}", headers=mine).status_code == 200


def test_an_owner_that_mends_its_record_keeps_the_lot(desk: Served) -> None:
    """Recorded under a wrong name first, the lot is its operator's once that is corrected."""
    wrong = FOREIGN[1] | {"lot": "L-2", "operator": "PRC-TYPO"}
    (event,) = report(desk, "exporter", OWNER, "SYS-OWN", wrong)
    right = wrong | {"operator": OWNER, "corrects": event}
    report(desk, "exporter", OWNER, "SYS-OWN", right)

    answer = desk.client.get("/lots/L-2", headers=headers(desk, "exporter", OWNER))

    assert answer.json()["operator"] == OWNER


def test_what_nobody_recorded_is_theirs_who_spoke_first(desk: Served) -> None:
    """A lot without a record is seen by whom its first fact names, until somebody records it."""
    sold = CLAIMS[0] | {"lot": "L-NEW"}
    report(desk, "importer", STRANGER, "SYS-GHOST", sold)
    first = desk.client.get("/lots/L-NEW/trace", headers=headers(desk, "importer", STRANGER))
    report(desk, "importer", THIRD, "SYS-GHOST", sold | {"importer": THIRD})
    second = desk.client.get("/lots/L-NEW/trace", headers=headers(desk, "importer", THIRD))
    report(desk, "exporter", OWNER, "SYS-OWN", FOREIGN[1] | {"lot": "L-NEW"})
    then = desk.client.get("/lots/L-NEW/trace", headers=headers(desk, "importer", STRANGER))
    owner = desk.client.get("/lots/L-NEW/trace", headers=headers(desk, "exporter", OWNER))

    assert [one.status_code for one in (first, second, then, owner)] == [404, 404, 404, 200]


def test_the_tables_of_sight_do_not_depend_on_batches(desk: Served) -> None:
    """A rebuild event by event holds the same rows."""
    for claim in CLAIMS:
        report(desk, "exporter", STRANGER, "SYS-GHOST", claim)
    kept = ("named_parties", "marks_named", "founders", "speakers", "accompanied", "dealt",
            "contracts")  # fmt: skip

    def rows(schema: str) -> list[list[Any]]:
        with psycopg.connect(desk.log.dsn) as connection:
            return [
                connection.execute(
                    f"SELECT t::text FROM {schema}.{table} AS t ORDER BY 1"
                ).fetchall()
                for table in kept
            ]

    expected = rows("views_4")
    one_by_one, at_once = Projector(desk.log, "views_a"), Projector(desk.log, "views_b")
    one_by_one.make()
    at_once.make()
    while one_by_one.run_batch(1):
        pass
    at_once.catch_up()

    assert all(expected)
    assert rows("views_a") == expected
    assert rows("views_b") == expected
