"""Every list as a file: page, API, CSV, workbook and JSON tell the same, in two languages."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from decimal import Decimal
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import httpx2
import pytest

from ledger.facts.lots import LotHeld
from ledger.listing.columns import Column, tables
from ledger.listing.values import value
from ledger.tables.cells import text_of
from ledger.tables.mapping import Mapping as Mapped
from ledger.tables.reading import Asked
from ledger.tables.reading.files import found_in
from ledger.views.projection import Projector
from ledger.web import writing
from ledger.web.asking.events import Wanted
from ledger.web.asking.lists import events
from ledger.web.asking.nouns.lists import LISTS
from ledger.web.desk import SYSTEM, Desk
from ledger.web.problems import Problem
from tests.auditing import load
from tests.desks_open import Open
from tests.web.pages.conftest import Visit

TABLES = tables()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PROGRAMS = {
    "/reconciliation?as_of=2026-12-31": ("reconciliation", "rows"),
    "/reconciliation?as_of=2026-12-31&split=exporter": ("reconciliation", "rows"),
    "/stocks": ("stocks", "stocks"),
    "/discrepancies?state=all": ("cases", "discrepancies"),
    "/discrepancies?state=all&group=rule": ("case_groups", "groups"),
    "/lots": ("lots", "lots"),
    "/shipments": ("shipments", "shipments"),
    "/certificates": ("certificates", "certificates"),
    "/sources": ("sources", "sources"),
    "/events": ("events", "events"),
    "/refusals": ("refusals", "refusals"),
    "/dead-letters?state=all": ("dead_letters", "dead_letters"),
    "/periods": ("periods", "periods"),
    "/unproven": ("unproven", "unproven"),
    "/search?q=X0000": ("hits", "hits"),
}
"""Lists of the API: by address the table, and where JSON has its rows."""
PAGES = {
    "/?as_of=2026-12-31": "reconciliation",
    "/desk/statements": "stocks",
    "/desk/cases?state=all": "cases",
    "/desk/sources": "sources",
    "/desk/unproven": "unproven",
    "/desk/audit": "trail",
    **{f"/desk/{page}": listing.table for page, listing in LISTS.items()},
}
"""Lists of the desk: by address the table."""
ONES = {
    "/desk/pair": "reconciliation",
    "/desk/figure": "figure",
    "/desk/case": "case_evidence",
    "/desk/statement": "statement",
    "/desk/lot": "trace",
    "/desk/shipment": "shipment_lines",
    "/desk/event": "moves",
}
"""Pages of one thing, found by following links: their list."""


def ask(client: httpx2.Client, address: str, form: str, **words: str) -> httpx2.Response:
    """A list in a form."""
    more = "&".join(f"{name}={word}" for name, word in {"format": form, **words}.items())
    answer = client.get(f"{address}{'&' if '?' in address else '?'}{more}")
    assert answer.status_code == 200, (address, form, answer.text[:300])
    return answer


def cells(answer: httpx2.Response) -> dict[str, list[list[Any]]]:
    """A workbook's cells by sheet."""
    found = found_in(Asked(answer.content, Mapped(), []))
    return {
        sheet.name: [[*map(text_of, row.cells)] for row in sheet.rows] for sheet in found.sheets
    }


def of_csv(answer: httpx2.Response) -> list[dict[str, str]]:
    """The rows of a CSV by heading."""
    return [*csv.DictReader(io.StringIO(answer.text, newline=""))]


def in_cells(column: Column, text: str) -> list[str]:
    """What the workbook shows of a value that a CSV shows so."""
    if column.kind == "moment":
        return [text[:19].removesuffix("T00:00:00"), text[-6:]] if text else ["", ""]
    if not text:
        return [""]
    match column.kind:
        case "weight" | "share":
            return [f"{Decimal(text).normalize():f}"]
        case "bool":
            return [text.upper()]
        case "list":
            return ["; ".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))]
        case _:
            return [text]


def alike(
    table: str, rows: list[Mapping[str, Any]], lines: list[dict[str, str]], book: Any
) -> None:
    """JSON, CSV and workbook have the same rows in the same order with the same values."""
    columns = [TABLES[table].column(code) for code in (lines[0] if lines else ())]
    assert len(rows) == len(lines) == len(book) - 1
    for row, line, shown in zip(rows, lines, book[1:], strict=True):
        told: list[str] = []
        for column in columns:
            text = line[column.code].removeprefix("'")
            told += in_cells(column, text)
            if column.of(row) is not None and column.kind not in ("list", "nested"):
                assert text == _plain(value(column, column.of(row))), (column.code, row)
        padded = [*shown, *[""] * (len(told) - len(shown))]
        assert padded == told


def _plain(found: Any) -> str:
    if isinstance(found, bool):
        return str(found).lower()
    return f"{found:f}" if isinstance(found, Decimal) else str(found)


@pytest.mark.parametrize("role", ["operator", "exporter"])
@pytest.mark.parametrize("address", PROGRAMS)
def test_a_list_of_programs_tells_the_same_in_every_form(
    visit: Visit, role: str, address: str
) -> None:
    """The same rows, whole, from JSON to the workbook, under the codes of their columns."""
    client = visit(role)
    table, key = PROGRAMS[address]
    answer = ask(client, address, "json")
    rows = answer.json()[key]
    lines = of_csv(ask(client, address, "csv"))
    book = cells(ask(client, address, "xlsx"))

    assert answer.json().get("next") is None
    assert client.get(address, headers={"accept": "application/json"}).json()[key] == rows
    alike(table, rows, lines, book["data"])
    if role == "operator" and table not in ("refusals", "dead_letters", "periods", "unproven"):
        assert rows


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("address", PAGES)
def test_a_list_of_the_desk_tells_the_same_in_every_form(
    visit: Visit, language: str, address: str
) -> None:
    """From the page's own links, under headings in the viewer's language, marked for Excel."""
    client = visit("operator", language)
    page = client.get(address).text
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]*format=[^"]+)"', page)]
    table = TABLES[PAGES[address]]

    assert [link.rpartition("format=")[2] for link in links] == ["csv", "xlsx"]
    sheet = client.get(links[0])
    assert sheet.content.startswith(b"\xef\xbb\xbf")
    assert sheet.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    head = next(csv.reader(io.StringIO(sheet.text.removeprefix("\ufeff"), newline="")))
    assert head == [column.called(language) for column in table]
    assert b"\r\n" in sheet.content
    rows = ask(client, address, "json").json()["rows"]
    lines = of_csv(ask(client, address, "csv", headings="code", bom="0"))
    alike(table.code, rows, lines, cells(ask(client, address, "xlsx", headings="code"))["data"])
    for column in (column for column in table if not rows and column.shown):
        assert column.called(language)


def _ones(client: httpx2.Client) -> Iterator[tuple[str, str]]:
    """An address of each page of one thing, found by following links."""
    waiting, seen, found = ["/", "/desk/cases?state=all", "/desk/lots"], set[str](), set[str]()
    waiting += ["/desk/shipments", "/desk/statements"]
    while waiting and len(found) < len(ONES):
        address = waiting.pop(0)
        kind = address.partition("?")[0]
        if kind in ONES and kind not in found:
            found.add(kind)
            yield address, ONES[kind]
        if (kind in ONES and kind in seen) or address in seen:
            continue
        seen |= {kind, address}
        hrefs = re.findall(r'href="(/desk/[^"]+)"', client.get(address).text)
        waiting += [link.replace("&amp;", "&") for link in hrefs if "format=" not in link]
    assert found == set(ONES)


def test_a_page_of_one_thing_has_its_list_as_a_file(visit: Visit) -> None:
    """A pair, a figure, a case's evidence, a stock, a lot's way, a shipment, what moved."""
    client = visit("operator")

    for found, table in _ones(client):
        address = found + ("&as_of=2026-12-31" if table == "reconciliation" else "")
        rows = ask(client, address, "json").json()["rows"]
        lines = of_csv(ask(client, address, "csv", headings="code", bom="0"))
        alike(table, rows, lines, cells(ask(client, address, "xlsx", headings="code"))["data"])
        assert rows, address


def test_a_workbook_says_what_it_is(visit: Visit) -> None:
    """What, for whom, as of when, at which position; the same state has the same bytes."""
    client = visit("importer", "ja")
    answer = ask(client, "/desk/lots", "xlsx")
    sheets = cells(answer)
    notes = {line[0]: line[1] for line in sheets["notes"] if len(line) > 1}

    assert answer.content == ask(client, "/desk/lots", "xlsx").content
    assert notes["内容"] == "ロット"
    assert notes["権限"] == "importer"
    assert notes["発生の基準時点"] == notes["記録の基準時点"] == "現在"
    assert notes["記録位置"] == answer.headers["ledger-position"]
    assert notes["行数"] == str(len(sheets["data"]) - 1)
    assert len(notes["監査方針のハッシュ値"]) == 64
    assert notes["模擬データ"] == "TRUE"
    assert ["ロット", "lot", "ロット"] in [line[:3] for line in sheets["notes"]]
    name = unquote(answer.headers["content-disposition"].partition("''")[2])
    assert name.startswith("ロット_")
    assert name.endswith(f"_{notes['記録位置']}.xlsx")
    now = ask(client, "/", "xlsx")
    assert now.content == ask(client, "/", "xlsx").content
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(now.content)).read("xl/worksheets/sheet1.xml")


def test_headers_say_what_a_file_has_no_cell_for(visit: Visit) -> None:
    """Position, both clocks, whether times are made up."""
    client = visit("operator")
    then = ask(client, "/reconciliation?as_of=2026-07-31&known_at=2026-07-31", "csv").headers
    now = ask(client, "/reconciliation", "csv").headers

    assert then["ledger-as-of"] == then["ledger-known-at"] == "2026-07-31T23:59:59.999999+09:00"
    assert int(then["ledger-position"]) < int(now["ledger-position"])
    assert now["ledger-as-of"] > then["ledger-as-of"]
    assert now["ledger-simulation"] == "true"
    assert "2026-07-31" in unquote(then["content-disposition"])


FORMS = [  # address, Accept, status, type
    ("/lots", "*/*", 200, "application/json"),
    ("/lots", "text/csv", 200, "text/csv; charset=utf-8; header=present"),
    ("/lots", XLSX, 200, XLSX),
    ("/lots", "text/html;q=0.9, text/csv;q=0.5, application/json;q=0.4", 200, None),
    ("/lots", "application/*, text/csv;q=0.9", 200, "application/json"),
    ("/lots", "image/png", 406, "application/problem+json"),
    ("/lots", "text/csv;q=0", 406, "application/problem+json"),
    ("/lots?format=csv", "image/png", 200, None),
    ("/lots?format=pdf", "*/*", 422, "application/problem+json"),
    ("/lots?headings=fr", "*/*", 422, "application/problem+json"),
    ("/lots?bom=perhaps", "*/*", 422, "application/problem+json"),
    ("/desk/lots", "text/html,application/xml;q=0.9,*/*;q=0.8", 200, "text/html; charset=utf-8"),
    ("/desk/lots", "*/*", 200, "text/html; charset=utf-8"),
    ("/desk/lots", "text/csv", 200, "text/csv; charset=utf-8; header=present"),
    ("/desk/lots", "application/json", 200, "application/json"),
    ("/desk/lots", "image/png", 406, None),
    ("/desk/lots?format=pdf", "*/*", 422, None),
    ("/desk/lots?format=csv&headings=fr", "*/*", 422, None),
    ("/desk/lots?format=csv&bom=2", "*/*", 422, None),
]


@pytest.mark.parametrize(("address", "accept", "status", "kind"), FORMS)
def test_the_form_is_the_addresss_or_what_is_accepted(
    visit: Visit, address: str, accept: str, status: int, kind: str | None
) -> None:
    """`format` wins; 406 where nothing that is accepted is served, 422 for a form there is not."""
    answer = visit("operator").get(address, headers={"accept": accept})

    assert answer.status_code == status, answer.text[:300]
    assert kind in (None, answer.headers["content-type"])


def test_a_list_comes_in_parts_where_they_are_asked_for(visit: Visit) -> None:
    """With a limit the cursor leads on to the end; the parts are the whole."""
    client = visit("operator")
    for address, key in (("/lots", "lots"), ("/events", "events"), ("/stocks", "stocks"),
                         ("/certificates", "certificates"), ("/sources", "sources")):  # fmt: skip
        whole = ask(client, address, "json").json()[key]
        limit = len(whole) // 3 + 1
        found: list[Any] = []
        following: str | None = ""
        while following is not None:
            cursor = f"&cursor={following}" if following else ""
            part = client.get(f"{address}?limit={limit}{cursor}", headers={"accept": "*/*"}).json()
            assert len(part[key]) <= limit
            found += part[key]
            following = part["next"]
        assert found == whole


def test_what_breaks_midway_breaks_the_connection(
    visit: Visit, desk: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No list ends as if it were whole; what breaks before is told, and nothing is held after."""
    client = visit("operator")
    del desk

    def failing(after: int) -> Any:
        def rows(*_: Any) -> Iterator[Mapping[str, Any]]:
            for number in range(after):
                yield {"position": number, "note": "x" * 100}
            raise OSError("The disk went away.")

        return lambda *_: events(Wanted())._replace(rows=rows)

    monkeypatch.setattr("ledger.web.api.events.lists.events", failing(10))
    assert client.get("/events", headers={"accept": "*/*"}).status_code == 500
    monkeypatch.setattr("ledger.web.api.events.lists.events", failing(20_000))
    for accept in ("application/json", "text/csv"):
        with client.stream("GET", "/events", headers={"accept": accept}) as answer:
            assert answer.status_code == 200
            with pytest.raises(httpx2.RemoteProtocolError):
                answer.read()
    assert client.get("/events", headers={"accept": XLSX}).status_code == 500
    monkeypatch.undo()
    for _ in range(writing.written_at_once_max + 1):
        assert client.get("/events?limit=1", headers={"accept": "*/*"}).status_code == 200


def test_too_many_lists_at_once_are_asked_to_wait(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each holds a connection; who comes last is told to come again, and then is served."""
    client = visit("operator")
    monkeypatch.setattr(writing, "_wait_seconds", 0.01)
    with ExitStack() as taken:
        for number in range(writing.written_at_once_max):
            taken.enter_context(writing.room.for_one(f"token {number}"))
        refused = client.get("/lots", headers={"accept": "text/csv"})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    with ExitStack() as taken:
        for _ in range(writing.written_of_one_max):
            taken.enter_context(writing.room.for_one("another"))
        with pytest.raises(Problem), writing.room.for_one("another"):
            pass
        assert client.get("/lots", headers={"accept": "text/csv"}).status_code == 200
    assert client.get("/lots", headers={"accept": "text/csv"}).status_code == 200


def test_a_list_is_of_one_moment(own_desk: Open) -> None:
    """What is recorded while it is read is not in it."""
    desk = Desk(own_desk.log)
    desk.sight.open()
    before = own_desk.log.position()
    held = LotHeld(
        id=str(uuid4()), time="2026-04-02T09:30:00.000000+09:00", source="SYS-1", lot="L-1",
        cause="c",
    )  # fmt: skip
    try:
        with desk.looking(SYSTEM) as looking:
            rows = iter(events(Wanted()).rows(looking, 200))
            found = [next(rows)["position"]]
            load(own_desk.log, [held], 5_000)
            Projector(own_desk.log).catch_up()
            found += [row["position"] for row in rows]
        with desk.looking(SYSTEM) as looking:
            later = [row["position"] for row in events(Wanted()).rows(looking, 200)]
    finally:
        desk.close()

    assert max(found) <= before
    assert later == [*found, before + 1]
