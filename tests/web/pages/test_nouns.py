"""Lists and pages of nouns: every one is reached, filtered, sorted, and asks little."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg
import pytest

from ledger.listing.columns import table
from ledger.views import seal_numbers
from ledger.views.projection import reading
from ledger.web.asking.nouns.listing import Wanted, asked, rows_a_page
from ledger.web.asking.nouns.lists import LISTS
from ledger.web.pages.navigation import GROUPS, SECTIONS, WORDS, lists_of
from tests.desks_open import Open
from tests.web.pages.conftest import Visit

NOUNS = frozenset(
    f"/desk/{name}"
    for name in (
        "mark", "statement", "party", "person", "contract", "dispatch", "lot", "product",
        "label", "shipment", "certificate", "report", "request", "year", "source", "event",
        "case", *LISTS,
    )
)  # fmt: skip
"""Pages that a walk from the overview has to come by."""
NO_PAGES = ("/desk/language", "/desk/theme", "/desk/template/")
"""Links to choices and to files."""
statements_max = 12
"""As many statements ask for what a page of a noun shows, beside those that let its viewer in."""
rows_max = 2_000
_ASKS = re.compile(r"\s*\(?(SELECT|WITH)\b")
_LETS_IN = re.compile(r"session_of|token_of|set_config|FROM progress|pg_|plan_cache_mode")
JUDGED = frozenset({"/desk/product", "/desk/label"})
"""Pages that judge claims besides, on the whole registry."""


OLDER = frozenset({"/desk/lot", "/desk/shipment", "/desk/statement", "/desk/case"})
"""Pages that fold all facts about their subject."""


@contextmanager
def counted() -> Iterator[list[int]]:
    """The rows that each statement of a request answers, while the block lasts."""
    found: list[int] = []
    real = psycopg.Cursor.execute

    def execute(self: Any, query: Any, *values: Any, **more: Any) -> Any:
        answer = real(self, query, *values, **more)
        ours = threading.current_thread().name.startswith("AnyIO")  # others measure meanwhile
        if ours and _ASKS.match(str(query)) and not _LETS_IN.search(str(query)):
            found.append(max(0, self.rowcount) if self.description else 0)
        return answer

    psycopg.Cursor.execute = execute  # type: ignore[method-assign]
    try:
        yield found
    finally:
        psycopg.Cursor.execute = real  # type: ignore[method-assign]


def links(text: str) -> list[str]:
    """The desk's own pages that a page leads to."""
    found = re.findall(r'href="(/desk/[^"]+|/\?[^"]+)"', text)
    return [
        link.replace("&amp;", "&")
        for link in found
        if "format=" not in link and not link.startswith(NO_PAGES)
    ]


def said(text: str, key: str) -> str:
    """A page without the word of its form, the time that it is printed at, and a key."""
    return re.sub(r'name="csrf" value="[^"]*"|[0-9]+:[0-9]{2}|[0-9]+時[0-9]+分', "", text).replace(
        key, "?"
    )


@pytest.mark.parametrize("role", ["exporter", "importer", "certifier", "operator"])
def test_every_noun_is_reached_and_asks_little(visit: Visit, role: str) -> None:
    """Followed from the overview each kind of page opens once; none reads more than is bounded."""
    client = visit(role)
    # The list of cases opens with what its reader is to act on: an operator on none of them.
    waiting, opened = ["/desk/cases?tab=live", "/"], dict[str, str]()
    while waiting:
        address = waiting.pop(0)
        kind = address.partition("?")[0]
        if kind in opened:
            continue
        opened[kind] = address
        with counted() as read:
            answer = client.get(address)
        assert answer.status_code == 200, address
        if kind in NOUNS - JUDGED - OLDER and "issuer=" not in address:
            assert len(read) <= statements_max, (address, read)
            assert sum(read) <= rows_max, (address, read)
        assert 'action="/desk/search"' in answer.text
        waiting += links(answer.text)

    missing = NOUNS - opened.keys()
    assert not missing - {"/desk/product", "/desk/label", "/desk/year", "/desk/complaint"}, missing
    if role == "operator":
        assert not missing - {"/desk/complaint"}


def test_an_unknown_key_and_a_strangers_read_the_same(desk: Open, visit: Visit) -> None:
    """404, with search and navigation kept, whatever the noun."""
    client = visit("exporter")
    with reading(desk.log) as rows:
        theirs = rows.execute(
            "SELECT DISTINCT ON (kind) kind, key FROM nouns WHERE kind = ANY(%s)"
            " AND NOT %s = ANY(parties) AND key NOT LIKE '%%X0%%' ORDER BY kind, key",
            (["contract", "dispatch", "product", "report", "request", "person"],
             desk.parties["exporter"]),
        ).fetchall()  # fmt: skip
    assert len(theirs) == 6
    for kind, key in theirs:
        seen, none = (
            client.get(f"/desk/{kind}", params={kind: word}) for word in (key, "NOT-THERE")
        )
        assert (seen.status_code, none.status_code) == (404, 404), key
        assert said(seen.text, key) == said(none.text, "NOT-THERE")
        assert 'class="sections"' in seen.text
        assert f'value="{key}"' in seen.text


def test_a_list_is_sorted_by_every_column(desk: Open) -> None:
    """Up and down; a page is 25 rows, and the sums are of all that fit."""
    today = date(2026, 12, 1)
    with reading(desk.log) as rows:
        for page, listing in LISTS.items():
            for column in table(listing.table):
                up, down = (
                    asked(rows, listing, Wanted({}, sort=f"{sign}{column.code}"), today)
                    for sign in ("", "-")
                )
                assert up.total == down.total
                assert len(up.rows) == min(rows_a_page, up.total), (page, column.code)
                values = [row[column.code] for row in up.rows if row[column.code] is not None]
                if column.kind in ("count", "number", "date", "moment", "bool"):
                    assert values == sorted(values), (page, column.code)
            whole = [
                row
                for number in range(1, -(-up.total // rows_a_page) + 1)
                for row in asked(rows, listing, Wanted({}, page=number), today).rows
            ]
            assert len(whole) == up.total, page
            for code, found in up.sums.items():
                assert found == sum(row[code] or 0 for row in whole) or not whole, (page, code)


def test_a_list_says_where_it_stands(visit: Visit) -> None:
    """Page by page, a wrong column told, and nothing in words."""
    client = visit("operator")

    assert "Page 1 of" in client.get("/desk/people").text
    assert client.get("/desk/people?page=2").text.partition("<tbody>")[2].count("<tr>") > 0
    assert client.get("/desk/people?sort=nothing").status_code == 422
    assert client.get("/desk/people?page=x").status_code == 422
    assert 'aria-sort="descending"' in client.get("/desk/people?sort=-person").text


def test_a_filter_leaves_what_fits(desk: Open, visit: Visit) -> None:
    """By a value of a column and by a part of the id; the totals are of those that are left."""
    client = visit("operator")
    exporter = desk.parties["exporter"]
    of = f"/desk/shipments?exporter={exporter}"

    rows = client.get(f"{of}&format=json").json()["rows"]

    assert rows
    assert {row["exporter"] for row in rows} == {exporter}
    text = client.get(of).text
    total = sum(row["seals_shipped"] for row in rows)
    assert f">{total:,}<" in re.sub(r"\s+", "", text.partition("<tfoot>")[2])
    part = rows[0]["shipment"].lower()
    found = client.get(f"/desk/shipments?q={part}&format=json").json()["rows"]
    assert [row["shipment"] for row in found] == [rows[0]["shipment"]]
    assert "Nothing that you can see is like that." in client.get("/desk/lots?q=nothing").text


def test_seal_numbers_add_up_to_what_was_issued(
    desk: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every number issued is in one place, however small the windows that are read."""
    with reading(desk.log) as rows:
        marks = [
            mark
            for (mark,) in rows.execute(
                "SELECT DISTINCT key FROM nouns WHERE kind = 'mark'"
                " AND (told->>'serialised')::boolean"
            ).fetchall()
        ]
        assert marks
        for mark in marks:
            issued = seal_numbers.issued(rows, mark)
            whole, end = seal_numbers.runs(rows, mark)
            assert end is None
            inside = [run for run in whole if run.topic is not None]
            assert sum(run.seals for run in inside) == issued.seals + issued.foreign
            monkeypatch.setattr(seal_numbers, "window_ranges_max", 7)
            parts, start = [], 0
            while True:
                runs, following = seal_numbers.runs(rows, mark, start)
                parts += runs
                if following is None:
                    break
                assert following > start
                start = following
            monkeypatch.undo()
            assert seal_numbers.merged(parts) == whole


def test_the_parts_of_the_desk_hold_every_list() -> None:
    """Whatever the role, each list stands in one part of its navigation, and has its word."""
    for role in set(SECTIONS) - {"scanner"}:
        found = {name for section in SECTIONS[role] for name, _ in lists_of(role, section)}
        assert found | set(SECTIONS[role]) >= {name for of in GROUPS.values() for name in of}
    assert set(LISTS) <= set(WORDS)


FIELDS = (
    ("en", "Sealing mode", "Destination"),
    ("ja", "貼付方式", "仕向国"),
)


@pytest.mark.parametrize(("language", "one", "other"), FIELDS)
def test_an_event_says_every_field_in_words(
    desk: Open, visit: Visit, language: str, one: str, other: str
) -> None:
    """Labels and constants are words; codes and the id stand in technical details alone."""
    event = next(e for e in desk.log.read(0, 100_000) if e.topic == "ShipmentDeparted")

    text = visit("operator", language).get(f"/desk/event?id={event.id}").text

    plain, _, technical = text.partition('<details class="technical">')
    words = re.sub(r"<[^>]+>", " ", plain)
    assert one in words
    assert other in words
    assert str(event.id) not in words
    assert "sealing_mode" not in words
    assert "sealing_mode" in technical
    assert str(event.id) in technical
