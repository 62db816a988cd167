"""`/unproven`, and the pages of what is shown: as far as one sees the lots, page by page."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import pytest

from ledger.log import Log
from ledger.views.lazy_record import LazyRecord
from ledger.views.lots import names
from ledger.web.asking import unproven as asking
from ledger.web.asking.given import next_cursor
from ledger.web.asking.unproven import Wanted, unproven_of
from ledger.web.desk import SYSTEM
from tests.auditing import load
from tests.databases import Cluster
from tests.desks import Served, served
from tests.farms import farm


class Farms(NamedTuple):
    """A desk over two farms."""

    desk: Served
    log: Log

    def get(self, address: str, role: str = "operator", party: str | None = None) -> Any:
        """What somebody is answered."""
        name = f"{role} {party}"
        if name not in self.desk.secrets:
            self.desk.secrets[name] = self.desk.token(role, party)["Authorization"]
        return self.desk.client.get(address, headers={"Authorization": self.desk.secrets[name]})

    def rows(self, address: str, *who: Any) -> list[dict[str, Any]]:
        """Every row of a list, page by page."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            answer = self.get(f"{address}{cursor}", *who)
            assert answer.status_code == 200, answer.text
            found += answer.json()["unproven"]
            if answer.json()["next"] is None:
                return found
            cursor = f"&cursor={answer.json()['next']}"


@pytest.fixture(scope="module")
def farms(embedded_cluster: Cluster) -> Iterator[Farms]:
    """FARM-1 with four lots, FARM-2 with two."""
    with embedded_cluster.database() as dsn, Log.open(dsn) as log:
        load(log, [*farm("FARM-1", 4), *farm("FARM-2", 2)])
        with served(log) as desk:
            desk.app.state.desk.follow()
            yield Farms(desk, log)


def whole(farms: Farms) -> list[dict[str, Any]]:
    """What the records say of every lot there is."""
    with farms.desk.app.state.desk.looking(SYSTEM) as looking:
        record = LazyRecord(looking.rows, looking.log)
        lots = names(looking.rows)
        return [row for of in unproven_of(looking.rows, looking.log, record, lots) for row in of]


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_hold_every_row_once(farms: Farms, limit: int) -> None:
    """In order, whatever the size of a page; rows name lot, code and what would show it."""
    expected = whole(farms)

    found = farms.rows(f"/unproven?limit={limit}")

    assert found == expected
    assert {row["lot"] for row in found} == {
        *(f"L-FARM-1-{number}" for number in range(4)), "L-FARM-2-0", "L-FARM-2-1",
    }  # fmt: skip
    assert {"CRITERION_MISSING", "CRITERION_DOCUMENT", "HERD_HISTORY", "RECORD_CONTENT"} <= {
        row["code"] for row in found
    }
    assert all(row["shown_by"] and row["en"] and row["ja"] for row in found)


def test_a_page_looks_at_so_many_lots(farms: Farms, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that found too little goes on behind the last lot that it looked at."""
    monkeypatch.setattr(asking, "lots_looked_max", 2)

    assert farms.rows("/unproven?code=CRITERION_DOCUMENT") == [
        row for row in whole(farms) if row["code"] == "CRITERION_DOCUMENT"
    ]


def test_lists_are_filtered(farms: Farms) -> None:
    """By maker, lot, class and code; lots made later than a day are left out."""
    of_two = farms.rows("/unproven?party=FARM-2")

    assert {row["operator"] for row in of_two} == {"FARM-2"}
    assert {row["lot"] for row in farms.rows("/unproven?lot=L-FARM-2-0")} == {"L-FARM-2-0"}
    assert farms.rows("/unproven?class=PLANT") == []
    assert farms.rows("/unproven?on=2026-02-28") == []
    assert farms.get("/unproven?class=GOLD").status_code == 422
    assert farms.get("/unproven?on=2026-02-30").status_code == 422


def test_one_sees_what_is_unproven_of_the_lots_that_one_sees(farms: Farms) -> None:
    """Others' lots are not there, even where a page is asked for that begins at them."""
    mine = farms.rows("/unproven?limit=2", "processor", "FARM-1")

    assert {row["operator"] for row in mine} == {"FARM-1"}
    assert farms.get("/unproven?lot=L-FARM-2-0", "processor", "FARM-1").status_code == 404
    forged = next_cursor(["L-FARM-2-0", "A"])
    answer = farms.get(f"/unproven?cursor={forged}", "processor", "FARM-1")
    assert answer.json()["unproven"] == []
    assert farms.rows("/unproven?limit=2", "processor", "FARM-9") == []


def test_rows_come_as_csv_too(farms: Farms) -> None:
    """For a spreadsheet."""
    headers = {"Authorization": farms.desk.token("operator", None)["Authorization"],
               "Accept": "text/csv"}  # fmt: skip
    answer = farms.desk.client.get("/unproven?limit=1", headers=headers)

    assert answer.text.splitlines()[0].startswith("lot,product,class,operator,produced_on")


def test_the_day_may_be_asked(farms: Farms) -> None:
    """As a program asks it, and as the desk does."""
    assert Wanted(on=date(2026, 3, 1)).fits(whole(farms)[0])
    assert not Wanted(on=date(2026, 2, 28)).fits(whole(farms)[0])
