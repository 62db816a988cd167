"""Tables on pages: sent, asked about, recorded, stopped and begun again; without a browser."""

import csv
import io
import re
import threading
import time
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from uuid import uuid4

import pytest

from ledger.facts.registry import PartyRegistered
from ledger.log import Log
from ledger.rules.reading import TONGUES, Tongue
from ledger.tables.mapping import Mapping
from ledger.tables.reading import Asked
from ledger.tables.reading.files import found_in
from ledger.web.access.signing import COOKIE
from ledger.web.asking.tables import checks, recording
from ledger.web.asking.tables.checking import check
from ledger.web.pages.language import language
from tests.databases import Cluster
from tests.desks import Served, served
from tests.sending import ISSUED, read_here, source
from tests.tabling import csv_of
from tests.workbooks import one_sheet

seconds_max = 120.0
large_seconds_max = 300.0
HEAD = f"{ISSUED},Weather"
ROW = "{},{},JAS-A,IMP-1,TOKYO,{},fine"
Page = Callable[..., Any]


@pytest.fixture
def reads_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process for each file."""
    read_here(monkeypatch)


@pytest.fixture(scope="module")
def desk(embedded_cluster: Cluster) -> Iterator[Served]:
    """A desk over an empty ledger with an importer's source, the importer signed in."""
    with embedded_cluster.database() as dsn, Log.open(dsn) as log, served(log) as found:
        party = PartyRegistered(
            id=str(uuid4()), time="2026-03-01T00:00:00.000000+00:00", source="OFFICE",
            party="IMP-1", name="Importer", country="JP",
        )  # fmt: skip
        devices = [source("OFFICE", "IMP-1"), source("DEVICE", "IMP-1", "SCANNER")]
        found.record([party, *devices])
        entered(found, "importer", "IMP-1")
        yield found


def entered(desk: Served, role: str, party: str) -> None:
    """Sign somebody in, in place of whoever was."""
    secret = desk.token(role, party)["Authorization"].removeprefix("Bearer ")
    desk.client.cookies.clear()
    assert desk.client.post("/session", data={"token": secret}).status_code == 303


def posted(desk: Served, address: str, tongue: str = "en", **more: Any) -> Any:
    """A form sent from a page."""
    word = desk.app.state.signing.word(desk.client.cookies[COOKIE])
    data = {"csrf": word, **more.pop("data", {})}
    headers = {"Accept": "text/html", "Accept-Language": tongue}
    return desk.client.post(address, data=data, headers=headers, **more)


def opened(desk: Served, address: str, tongue: str = "en") -> Any:
    """A page."""
    headers = {"Accept": "text/html", "Accept-Language": tongue}
    return desk.client.get(address, headers=headers)


def sent(
    desk: Served, data: bytes, tongue: str = "en", name: str = "table.csv", **said: str
) -> str:
    """Send a table; the address that the form leads to."""
    form = {"template": "SealsIssued", "source": "OFFICE", "zone": "Asia/Tokyo", **said}
    answer = posted(desk, "/desk/upload", tongue, data=form, files={"file": (name, data)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def done(desk: Served, address: str, tongue: str = "en", look_seconds: float = 0.01) -> Any:
    """The page once nothing is done with the table any more."""
    deadline = time.monotonic() + (large_seconds_max if look_seconds >= 1 else seconds_max)
    while True:
        answer = opened(desk, address, tongue)
        if "refresh" not in answer.headers:
            return answer
        assert time.monotonic() < deadline
        time.sleep(look_seconds)


def text_of(page: Any) -> str:
    """What a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


WORDS = {
    "en": (
        "B2: 03/04/2026 can be", "fits 2 cells", "Record 2 events", "2 events are recorded.",
        "Weather",
    ),
    "ja": (
        "B2：03/04/2026は4月3日とも3月4日とも",
        "2個のセルが当てはまる", "2件を記録する", "2件を記録しました。",
        "Weather",
    ),
}  # fmt: skip


@pytest.mark.usefixtures("reads_here")
@pytest.mark.parametrize("tongue", WORDS)
def test_the_way_of_a_table(desk: Served, tongue: str) -> None:
    """Sent, asked about its dates, answered, recorded; receipts, import and list tell of it."""
    unclear, fits, button, recorded, unread = WORDS[tongue]
    rows = [ROW.format(f"{tongue}-{n}", "03/04/2026", 700 + n) for n in range(2)]
    before = desk.log.position()

    form = opened(desk, "/desk/upload", tongue)
    address = sent(desk, csv_of(HEAD, *rows), tongue, name=f"表-{tongue}.csv")
    asked = done(desk, address, tongue)
    kept = desk.log.position()
    answer = posted(desk, f"{address}/read", tongue, data={"day_order": "mdy"})
    answered = done(desk, address, tongue)
    led = posted(desk, f"{address}/record", tongue)
    made = done(desk, address, tongue)

    assert 'value="OFFICE"' in form.text
    assert 'id="zone" name="zone" list="zones" maxlength="60" value="Asia/Tokyo"' in form.text
    assert unclear in text_of(asked)
    assert fits in text_of(asked)
    assert unread in text_of(asked)
    assert (kept, answer.status_code, led.status_code) == (before, 303, 303)
    assert button in text_of(answered)
    assert 'value="mdy" checked' in answered.text
    assert recorded in text_of(made)
    assert desk.log.position() == before + 2
    lines = [*csv.DictReader(io.StringIO(opened(desk, f"{address}/receipts.csv").text[1:]))]
    assert [line["outcome"] for line in lines] == ["recorded"] * 2
    [place] = set(re.findall(r'href="(/desk/import\?id=[0-9a-f-]+)"', made.text))
    assert all(line["id"] in opened(desk, place, tongue).text for line in lines)
    assert f"表-{tongue}.csv" in opened(desk, "/desk/upload", tongue).text
    assert f"表-{tongue}.csv" in opened(desk, "/desk/upload?format=csv", tongue).text


@pytest.mark.usefixtures("reads_here")
def test_the_table_with_what_becomes_of_it(desk: Served) -> None:
    """The same table as a workbook, two columns more; it is read again as it was."""
    desk.record([])
    data = one_sheet(ISSUED.split(","), ["X-1", "2026-04-02", "JAS-A", "IMP-1", "TOKYO", "1.5"],
                     ["X-2", "2026-04-02", "JAS-A", "IMP-1", "TOKYO", "=1+1"])  # fmt: skip
    address = sent(desk, data, name="出荷.xlsx")
    page = done(desk, address)

    answer = opened(desk, f"{address}/table.xlsx", "ja")
    refused = opened(desk, f"{address}/table.xlsx?only=refused")
    told = opened(desk, f"{address}/receipts.xlsx")

    [sheet] = found_in(Asked(answer.content, Mapping(), ["SealsIssued"])).sheets
    rows = [row.cells for row in sheet.rows]
    assert sheet.name == "出荷"
    assert rows[0] == [*ISSUED.split(","), "結果", "説明文"]
    assert [row[5] for row in rows[1:]] == ["1.5", "=1+1"]
    assert [row[6] for row in rows[1:]] == ["受付不可"] * 2
    assert str(rows[1][7]).startswith("出荷!F2：")
    assert "出荷!F2: 1.5 is no whole number." in text_of(page)
    assert [each.status_code for each in (refused, told)] == [200, 200]
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E5%87")


@pytest.mark.usefixtures("reads_here")
def test_a_heading_of_ones_own(desk: Served) -> None:
    """A column that was not found is chosen among the headings that are there."""
    data = csv_of("Ref no.,Date,Mark,Holder,Site,Stück", "OW-1,2026-04-02,JAS-A,IMP-1,TOKYO,5")
    address = sent(desk, data)

    asked = done(desk, address)
    posted(desk, f"{address}/read", data={"column:count": "Stück"})

    assert '<select id="q1" name="column:count">' in asked.text
    assert "Record 1 event" in text_of(done(desk, address))


@pytest.mark.usefixtures("reads_here")
def test_what_is_left_out(desk: Served) -> None:
    """Where one row is refused the rest is recorded by a button of its own."""
    before = desk.log.position()
    rows = [ROW.format("LO-1", "2026-04-02", 5), ROW.format("LO-2", "2026-04-02", "5.5")]
    address = sent(desk, csv_of(HEAD, *rows))
    checked = done(desk, address)

    posted(desk, f"{address}/record")
    nothing = done(desk, address)
    kept = desk.log.position()
    posted(desk, f"{address}/record", data={"partial": "true"})
    part = done(desk, address)

    assert "Record 1, leave 1 out" in text_of(checked)
    assert "Record 1 event" not in text_of(checked)
    assert (kept, "Record 1, leave 1 out" in text_of(nothing)) == (before, True)
    assert "1 event is recorded. 1 is refused, and was left out." in text_of(part)
    assert "table.xlsx?only=refused" in part.text
    assert desk.log.position() == before + 1


@pytest.mark.usefixtures("reads_here")
def test_much_is_said_of_it(desk: Served) -> None:
    """A thousand messages are shown, a hundred rows a page; of the rest it is told how many."""
    rows = [ROW.format(f"MU-{n}", "2026-04-02", "5.5") for n in range(1_200)]

    address = sent(desk, csv_of(HEAD, *rows))
    page = text_of(done(desk, address))
    last = text_of(opened(desk, f"{address}?page=9"))

    assert "200 more rows with a refusal or note are in the workbook alone." in page
    assert "1 to 100 of 1,000" in page
    assert "F1001: 5.5 is no whole number." in last


@pytest.mark.usefixtures("reads_here")
def test_below_zero_is_told(desk: Served) -> None:
    """What a table would take from a stock that has not so many."""
    desk.record([])
    head = "Date,Mark,Holder,Site,Lot,Label,Label version,Packs,Seals"
    row = "2026-04-02,JAS-Z,IMP-1,TOKYO,L-7,LB-1,1,10,10"

    page = text_of(done(desk, sent(desk, csv_of(head, row), template="SealsApplied")))

    assert "JAS-Z IMP-1 TOKYO −10 0 −10 below zero" in page
    assert "JAS-Z is not known here." in page


@pytest.mark.usefixtures("reads_here")
def test_progress_is_told_and_stopped(desk: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is read the page comes again by itself, in words, and can be stopped."""
    go_on, wanted = threading.Event(), check

    def slow(*given: Any, step: Any, **more: Any) -> Any:
        step("judge", 35_000, 100_000)
        assert go_on.wait(seconds_max)
        return wanted(*given, step=step, **more)

    with monkeypatch.context() as patched:
        patched.setattr("ledger.web.asking.tables.checks.checked_file", slow)
        address = sent(desk, csv_of(HEAD, ROW.format("S-1", "2026-04-02", 5)))
        deadline = time.monotonic() + seconds_max
        while "35,000 of 100,000" not in (page := opened(desk, address)).text:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        stopped = posted(desk, f"{address}/stop")
        go_on.set()
        after = done(desk, address)

    assert page.headers["refresh"] == "2"
    assert 'role="status"' in page.text
    assert "<progress" in page.text
    assert stopped.status_code == 303
    assert "Stopped before anything was recorded." in text_of(after)
    posted(desk, f"{address}/read")
    assert "Record 1 event" in text_of(done(desk, address))


@pytest.mark.usefixtures("reads_here")
def test_stopped_while_recording(desk: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is recorded by then stays; recorded again it goes on, nothing twice."""
    rows = [ROW.format(f"ST-{n}", "2026-04-02", n + 1) for n in range(5)]
    before, batches = desk.log.position(), []
    monkeypatch.setattr(recording, "batch_events_max", 2)
    address = sent(desk, csv_of(HEAD, *rows))
    done(desk, address)

    def stopping(log: Log) -> recording.Write:
        write = recording.written(log)

        def once(batch: Any, inside: Any) -> Any:
            appended = write(batch, inside)
            batches.append(len(appended.known))
            if len(batches) == 2:  # the import's own row, and two events
                posted(desk, f"{address}/stop")
            return appended

        return once

    with monkeypatch.context() as patched:
        patched.setattr(checks, "written", stopping)
        posted(desk, f"{address}/record")
        stopped = done(desk, address)
    left = desk.log.position()
    posted(desk, f"{address}/record")
    made = done(desk, address)

    assert "Stopped: 2 of 5 are recorded." in text_of(stopped)
    assert left == before + 2
    assert "3 events are recorded." in text_of(made)
    assert desk.log.position() == before + 5


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_hundred_thousand_rows(desk: Served) -> None:
    """They show how far they are, are stopped in the middle, and go on without a duplicate."""
    count, before = 100_000, desk.log.position()
    rows = (f"BIG-{n},2026-04-02,JAS-A,IMP-1,TOKYO,{n + 1},x" for n in range(count))
    address = sent(desk, csv_of(HEAD, *rows))
    assert "Record 100,000 events" in text_of(done(desk, address, look_seconds=1))

    posted(desk, f"{address}/record")
    progress = re.compile(r"[1-9][0-9]?,000 of 100,000")
    deadline = time.monotonic() + large_seconds_max
    while desk.log.position() == before or not progress.search(opened(desk, address).text):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    posted(desk, f"{address}/stop")
    stopped, left = done(desk, address, look_seconds=1), desk.log.position()
    posted(desk, f"{address}/record")
    done(desk, address, look_seconds=1)

    assert "are recorded. Record again to go on" in text_of(stopped)
    assert before < left < before + count
    assert desk.log.position() == before + count


WRONG: dict[str, tuple[dict[str, Any], int, str]] = {
    "no file": ({"data": {}}, 422, "choose a file"),
    "no zone of that name": ({"data": {"zone": "Mars"}, "files": True}, 422, "no zone"),
    "a mapping that is none": ({"data": {"mapping": "="}, "files": True}, 422, "mapping"),
    "no import of that id": ({"data": {"replaces": "x"}, "files": True}, 422, "import"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_form_that_cannot_be(desk: Served, name: str) -> None:
    """The form again, with what is wrong in a sentence."""
    given, status, said = WRONG[name]
    files = {"file": ("t.csv", b"x")} if given.get("files") else {"mapping": ("", b"{}")}

    answer = posted(desk, "/desk/upload", data=given["data"], files=files)

    assert (answer.status_code, 'role="alert"' in answer.text) == (status, True), answer.text
    assert said in answer.text


@pytest.mark.parametrize("tongue", TONGUES)
def test_a_check_that_is_gone(desk: Served, tongue: Tongue) -> None:
    """A page that says to send it again."""
    answer = opened(desk, "/desk/upload/01890a5d-ac96-474b-bcce-b302099a8057", tongue)

    assert answer.status_code == 404
    assert language(tongue).say(checks.AGAIN) in answer.text


@pytest.mark.parametrize("name", ["SealsApplied.xlsx", "SealsApplied.csv", "SealsApplied.toml"])
def test_empty_tables_are_there(desk: Served, name: str) -> None:
    """Of each type in each form; of none that there is not."""
    assert opened(desk, f"/desk/template/{name}", "ja").status_code == 200
    assert opened(desk, "/desk/template/Nothing.xlsx").status_code == 404
    assert opened(desk, "/desk/template/SealsApplied.ods").status_code == 404


def test_who_has_the_page(desk: Served) -> None:
    """An operator sees imports alone, a scanner nothing; nobody sees others' imports."""
    try:
        entered(desk, "operator", "operator")
        operator = opened(desk, "/desk/upload")
        entered(desk, "exporter", "EXP-9")
        exporter = opened(desk, "/desk/upload")
        places = set(re.findall(r"/desk/import\?id=[0-9a-f-]+", operator.text))
        foreign = {opened(desk, place).status_code for place in places}
    finally:
        entered(desk, "importer", "IMP-1")

    assert 'type="file"' not in operator.text
    assert 'type="file"' in exporter.text
    assert "OFFICE" not in exporter.text
    assert 'value="Asia/Tokyo" autocomplete' not in exporter.text
    assert foreign <= {404}
