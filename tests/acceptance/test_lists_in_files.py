"""Lists of commands in files: CSV, workbook and JSON of one list, whole or not there at all."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.listing.columns import tables
from ledger.tables.cells import text_of
from ledger.tables.mapping import Mapping
from ledger.tables.reading import Asked
from ledger.tables.reading.files import found_in
from tests.databases import Cluster
from tests.terminal import REFUSED, SEASON, TABLES, run, with_files

LOADED = ("--recorded-at", "event")
WITHOUT_A_TABLE = {"policy", "settings", "standards"}
"""What they list is no table of the ledger's: columns are called as the keys of their rows."""


@pytest.fixture(scope="module")
def dsn(embedded_cluster: Cluster) -> Iterator[str]:
    """A season of four faults, projected and audited, and a letter that was refused."""
    with embedded_cluster.database() as found:
        assert run("load", str(SEASON), *LOADED, LEDGER_DATABASE_URL=found)[0] == 0
        assert run("load", str(REFUSED), *LOADED, LEDGER_DATABASE_URL=found)[0] == 1
        assert run("catch-up", LEDGER_DATABASE_URL=found)[0] == 0
        words = ("import-table", *TABLES["import-table"])
        assert run(*words, LEDGER_DATABASE_URL=found)[0] == 1
        yield found


def _words(dsn: str, name: str) -> list[str]:
    words = list(TABLES[name])
    if name == "event":
        case = json.loads(run("case", TABLES["case"][0], "--format", "json",
                              LEDGER_DATABASE_URL=dsn)[1])  # fmt: skip
        words = [case["evidence"][0]]
    if name == "reconcile":  # each answer says when it was, unless it is asked for a moment
        words = ["--as-of", "2027-01-01"]
    return [*name.split(" "), *words]


def _cells(file: Path) -> dict[str, list[list[Any]]]:
    found = found_in(Asked(file.read_bytes(), Mapping(), []))
    return {page.name: [[*map(text_of, row.cells)] for row in page.rows] for page in found.sheets}


@pytest.mark.parametrize("name", sorted(with_files()))
def test_a_list_is_the_same_in_every_form(dsn: str, tmp_path: Path, name: str) -> None:
    """As many rows in CSV, on stdout or in a file, as in the workbook, under the same headings."""
    words = _words(dsn, name)

    def ask(*more: str) -> str:
        code, out, said = run(*words, *more, LEDGER_DATABASE_URL=dsn)
        assert code in (0, 1), said
        return out

    printed = ask("--format", "csv")
    file, book = tmp_path / "list.csv", tmp_path / "list.xlsx"
    assert ask("--out", str(file)) == ""
    assert file.read_text(encoding="utf-8") == printed
    assert ask("--format", "xlsx", "--out", str(book), "--headings", "ja") == ""
    head, *rows = csv.reader(io.StringIO(printed, newline=""))
    sheets = _cells(book)
    shown = [heading for heading in sheets["data"][0] if not heading.endswith("(時差)")]
    assert len(shown) == len(head)
    assert len(sheets["data"]) - 1 == len(rows)
    told = {line[1] for line in sheets["notes"] if len(line) > 2}
    assert set(head) <= told
    if name not in WITHOUT_A_TABLE:
        known = {column.code for table in tables().values() for column in table}
        assert set(head) <= known
    assert json.loads(ask("--format", "json")) is not None
    assert {one.name for one in tmp_path.iterdir()} == {
        "list.csv", "list.xlsx",
    }  # fmt: skip
    assert rows or name in {"bi-login list", "period show", "token list", "trail", "moves"}


def test_the_same_state_makes_the_same_workbook(dsn: str, tmp_path: Path) -> None:
    """Byte for byte, though it is asked for at another moment; marked for Excel where asked."""
    files = [tmp_path / f"{number}.xlsx" for number in range(2)]
    for file in files:
        assert run("reconcile", "--out", str(file), LEDGER_DATABASE_URL=dsn)[0] == 0

    assert files[0].read_bytes() == files[1].read_bytes()
    notes = {line[0]: line[1] for line in _cells(files[0])["notes"] if len(line) == 2}
    assert notes["Role"] == "operator"
    assert notes["As of"] == "now"
    marked = tmp_path / "marked.csv"
    words = ("--format", "csv", "--bom", "--headings", "ja", "--out", str(marked))
    assert run("discrepancies", *words, LEDGER_DATABASE_URL=dsn)[0] == 0
    assert marked.read_bytes().startswith("\ufeff規則,説明文,".encode())
    assert marked.read_bytes().endswith(b"\r\n")


MISUSED = [
    (("--format", "xlsx"), "give the file as --out FILE.xlsx"),
    (("--format", "table", "--out", "x.csv"), "a table is for a screen"),
    (("--out", "x.pdf"), "expected .csv, .xlsx or .json"),
    (("--format", "json", "--bom"), "--bom goes with --format csv"),
    (("--format", "csv", "--out", "/nowhere/x.csv"), "/nowhere/x.csv cannot be written"),
]


@pytest.mark.parametrize(("words", "said"), MISUSED)
def test_what_does_not_go_together_is_misuse(dsn: str, words: tuple[str, ...], said: str) -> None:
    """Exit 2 with a sentence, and no file."""
    code, out, told = run("reconcile", *words, LEDGER_DATABASE_URL=dsn)

    assert (code, out) == (2, "")
    assert said in told
    assert not Path("x.csv").exists()


def test_a_file_that_was_there_stays_where_a_new_one_fails(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list is written beside and renamed: what breaks midway changes nothing."""
    file = tmp_path / "cases.csv"
    file.write_text("before", encoding="utf-8")

    def broken(*_: Any, **__: Any) -> Iterator[bytes]:
        yield b"half"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ledger.sheets.csv_text.lines", broken)
    code, _, said = run("discrepancies", "--out", str(file), LEDGER_DATABASE_URL=dsn)

    assert (code, "No space left on device" in said) == (2, True)
    assert file.read_text(encoding="utf-8") == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["cases.csv"]
