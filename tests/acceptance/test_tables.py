"""`ledger import-table` as people type it: what it prints, how it ends, stopped and begun again."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from ledger.log import Log
from tests.commanding import Done, environment, ledger
from tests.tabling import csv_of
from tests.workbooks import one_sheet

ISSUED = "Ref no.,Date,Mark,Holder,Site,Seals"
MAPPING = 'zone = "Asia/Tokyo"\nsource = "SRC-1"\n'
seconds_max = 120.0
CONNECTED = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database()
    AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A good table, one with a row that is refused, and a mapping."""
    good = csv_of(ISSUED, "A-1,2026-04-02,JAS-A,IMP-1,TOKYO,2000")
    (tmp_path / "good.csv").write_bytes(good)
    (tmp_path / "bad.csv").write_bytes(good + csv_of("A-2,03/04/2026,JAS-A,IMP-1,TOKYO,5"))
    new = csv_of(ISSUED, "A-3,2026-04-02,JAS-A,IMP-1,TOKYO,7", "A-4,03/04/2026,JAS-A,IMP-1,TOKYO,5")
    (tmp_path / "new.csv").write_bytes(new)
    (tmp_path / "m.toml").write_text(MAPPING)
    return tmp_path


def test_the_way_of_a_table(database: str, files: Path) -> None:
    """Tried, recorded, met again; refused with its cell; what was imported can be looked up."""

    def run(*words: str) -> Done:
        return ledger(*words, settings={"LEDGER_DATABASE_URL": database})

    mapping = ("--mapping", str(files / "m.toml"))
    good, bad = str(files / "good.csv"), str(files / "bad.csv")
    tried = run("import-table", good, *mapping, "--dry-run", "--format", "json")
    made = run("import-table", good, *mapping, "--format", "json")
    refused = run(
        "import-table", bad, *mapping, "--template", "SealsIssued", "--lang", "ja",
        "--receipts", str(files / "r.ndjson"), "--format", "json",
    )  # fmt: skip
    would = json.loads(
        run("import-table", str(files / "new.csv"), *mapping, "--dry-run", "--format", "json").out
    )
    listed = json.loads(run("table-imports", "--format", "json").out)

    assert [each.code for each in (tried, made, refused)] == [0, 0, 1]
    assert json.loads(tried.out)["import"] is None
    assert json.loads(made.out)["recorded"] == json.loads(tried.out)["recorded"] == 1
    assert [would[name] for name in ("recorded", "not_recorded", "refused")] == [0, 1, 1]
    assert "bad.csv: B3：03/04/2026は" in refused.said
    lines = [json.loads(line) for line in (files / "r.ndjson").read_text().splitlines()]
    assert [(line["outcome"], line["code"]) for line in lines] == [
        ("duplicate", None), ("refused", "date-unclear"),
    ]  # fmt: skip
    assert [each["import"] for each in listed] == [json.loads(made.out)["import"]]
    rows = json.loads(run("table-imports", listed[0]["import"], "--format", "json").out)["events"]
    assert [(each["row"], each["event"]) for each in rows] == [(2, lines[0]["id"])]
    with Log.open(database) as log:
        assert (log.position(), log.dead_letters_last()) == (1, 0)


MISUSED = {
    "no file": (("import-table", "none.csv"), "There is no file"),
    "a folder": (("import-table", "."), "is a folder"),
    "no template": (("import-table", "good.csv", "--template", "SealIssued"), "SealsIssued"),
    "no mapping": (("import-table", "good.csv", "--mapping", "none.toml"), "none.toml"),
    "no import": (
        ("import-table", "good.csv", "--replaces", "00000000-0000-7000-8000-000000000001"),
        "There is no import",
    ),
    "two for one": (
        ("import-table", "good.csv", "bad.csv", "--replaces", "0-0"), "is no id of an import",
    ),
    "a source that is none": (("import-table", "good.csv", "--source", "a b"), "--source"),
    "events": (("load", "sheet.xlsx"), "ledger import-table"),
    "no place": (("table-template", "SealsIssued", "--out", "t.ods"), ".xlsx, .csv or .toml"),
    "no such import": (("table-imports", "x"), "is no id of an import"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISUSED)
def test_misuse(database: str, files: Path, name: str) -> None:
    """One sentence that says what is wrong, exit 2, nothing recorded."""
    words, said = MISUSED[name]
    (files / "sheet.xlsx").write_bytes(one_sheet(["Date"]))
    names = {"good.csv", "bad.csv", "none.csv", "sheet.xlsx", "t.ods", "none.toml"}
    typed = [str(files / word) if word in names else word for word in words]

    done = ledger(*typed, settings={"LEDGER_DATABASE_URL": database})

    assert done.code == 2, done.said
    assert said in done.said
    with Log.open(database) as log:
        assert (log.position(), log.dead_letters_last()) == (0, 0)


def test_load_forwards(database: str, files: Path) -> None:
    """`load --table` is the same door; its events say so."""
    table = csv_of(ISSUED + ",Source", "A-1,2026-04-02T09:00:00+09:00,M,H,S,5,SRC-1")
    (files / "t.csv").write_bytes(table)
    words = ("load", "--table", "SealsIssued", str(files / "t.csv"), "--as", "RCB-1")

    done = ledger(*words, settings={"LEDGER_DATABASE_URL": database})

    assert done.code == 0, done.said
    with Log.open(database) as log:
        [recorded] = log.read(0, 10)
    assert (recorded.door, recorded.by) == ("table", "RCB-1")


def connected(database: str) -> set[int]:
    """The server's processes that work for somebody else in the database."""
    with psycopg.connect(database) as looking:
        return {number for (number,) in looking.execute(CONNECTED)}


def test_killed_and_begun_again(database: str, files: Path) -> None:
    """A process that is killed while it records leaves whole batches; the same file goes on."""
    rows = 15_000
    lines = [f"A-{n},2026-04-02,JAS-A,IMP-1,TOKYO,{n + 1}" for n in range(rows)]
    (files / "big.csv").write_bytes(csv_of(ISSUED, *lines))
    words = ("import-table", str(files / "big.csv"), "--mapping", str(files / "m.toml"))
    env = environment(LEDGER_DATABASE_URL=database)
    before = connected(database)
    with subprocess.Popen([sys.executable, "-m", "ledger", *words], env=env) as process:
        deadline = time.monotonic() + seconds_max
        with Log.open(database) as log:
            while log.position() == 0 and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
    # What it had sent before is still being done: a batch may yet be recorded.
    while connected(database) - before and time.monotonic() < deadline:
        time.sleep(0.01)
    with Log.open(database) as log:
        left = log.position()
        done = ledger(*words, "--format", "json", settings={"LEDGER_DATABASE_URL": database})
        told = json.loads(done.out)

        assert left > 0
        assert left % 5_000 == 0
        assert (told["recorded"], told["duplicate"]) == (rows - left, left)
        assert log.position() == rows
