"""Tables for analysts: every event with every field, the same figures as elsewhere, all or none."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec
import psycopg
import pytest
from typer.testing import CliRunner

from ledger.__main__ import app
from ledger.analysts import writing
from ledger.analysts.exporting import Whose, export
from ledger.analysts.tables import DOCUMENTS, NAMED, Table, snake, tables
from ledger.commands.loading import Loading
from ledger.commands.reconcile import answer
from ledger.custody.moves import moves
from ledger.errors import Misuse, Unavailable
from ledger.facts.canonical import decode, encode
from ledger.facts.identity import Fact
from ledger.intake.doors import OPERATOR
from ledger.log import Log, Recorded, Rows
from ledger.rules.moments import fiscal_year
from ledger.views.loading import retracted
from ledger.views.projection import Projector
from ledger.views.published.datasets import DATASETS
from ledger.views.reading import reading
from ledger.views.reconciliation import CLAIMS, FIGURES, WEIGHTS, Question
from ledger.views.statements import statement
from tests.databases import Cluster
from tests.fixtures.desk import resourcing

ROOT: Final = Path(__file__).parents[3]
WHOSE: Final = Whose("operator", "operator")
PINNED: Final = ROOT / "tests" / "fixtures" / "analyst-columns.json"
IMPORTER: Final = "IMP-TSUBAKI"
Row = dict[str, Any]


@contextlib.contextmanager
def whole(log: Log) -> Iterator[Rows]:
    """A snapshot of the views, as the operator sees them."""
    with reading(log) as rows:
        rows.execute("SELECT set_config('ledger.role', 'operator', true)")
        yield rows


@pytest.fixture(scope="module")
def demo(embedded_cluster: Cluster) -> Iterator[str]:
    """The frozen season of the demo, in the views."""
    with embedded_cluster.database() as dsn:
        with Log.open(dsn, recorded_at="event") as log:
            Loading(log, None).file(str(resourcing.SEASON), OPERATOR)
            projector = Projector(log)
            projector.make()
            projector.catch_up()
            projector.retire_older()
        yield dsn


@pytest.fixture(scope="module")
def log(demo: str) -> Iterator[Log]:
    """Its log."""
    with Log.open(demo, recorded_at="event") as opened:
        yield opened


@pytest.fixture(scope="module")
def places(log: Log, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both forms of its export; nothing else is left beside them."""
    folder = tmp_path_factory.mktemp("analysts")
    made = {"parquet": folder / "season", "duckdb": folder / "season.duckdb"}
    export(log, whole(log), made["parquet"], "parquet", whose=WHOSE, step=str)
    export(log, whole(log), made["duckdb"], "duckdb", whose=WHOSE, step=str)
    assert sorted(folder.iterdir()) == sorted(made.values())
    return made


@pytest.fixture(scope="module")
def season(places: dict[str, Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The DuckDB file."""
    with duckdb.connect(str(places["duckdb"]), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


@pytest.fixture(scope="module")
def recorded(log: Log) -> list[Recorded]:
    """Every event."""
    return log.read(0, 100_000)


def read(season: duckdb.DuckDBPyConnection, name: str, order: str = "position") -> list[Row]:
    """A table, row by row; times in µs UTC."""
    kinds = season.execute(f"DESCRIBE {name}").fetchall()
    told = ", ".join(
        f'epoch_us("{column}")' if kind == "TIMESTAMP WITH TIME ZONE" else f'"{column}"'
        for column, kind, *_ in kinds
    )
    names = [column for column, *_ in kinds]
    found = season.execute(f"SELECT {told} FROM {name} ORDER BY {order}").fetchall()
    return [dict(zip(names, row, strict=True)) for row in found]


def plain(value: object) -> object:
    """A value as both sides tell it."""
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value if value is None or isinstance(value, int | bool) else str(value)


def flat(told: Mapping[str, Any], columns: list[str]) -> Iterator[tuple[str, object]]:
    """The fields of an object as columns, those that it leaves out too."""
    for name in columns:
        own = name.removeprefix(NAMED) if name.startswith(NAMED) else name
        value = told.get(own)
        if own not in told:
            outer = next((one for one in told if own.startswith(f"{one}_")), None)
            inside = told[outer] if outer is not None else None
            if isinstance(inside, dict):
                value = inside.get(own.removeprefix(f"{outer}_"))
        yield name, plain(value)


def test_every_field_of_every_event_is_there(
    log: Log, season: duckdb.DuckDBPyConnection, recorded: list[Recorded]
) -> None:
    """Table by table, row by row: what stands in the log, no more and no less."""
    with reading(log) as rows:
        gone = retracted(rows, [str(event.id) for event in recorded])
    events = [(event, decode(event.state)) for event in recorded]
    ours = {table.name: table for table in tables()}
    checked = 0
    for name in {snake(type(fact).__name__) for _, fact in events}:
        own = [(event, fact) for event, fact in events if snake(type(fact).__name__) == name]
        found = read(season, name)
        assert len(found) == len(own)
        for row, (event, fact) in zip(found, own, strict=True):
            checked += check(row, event, fact, counts=fact.id not in gone)
    assert checked == len(recorded)
    lists = [table for table in ours.values() if table.each and table.name != DOCUMENTS]
    assert sum(check_list(season, table, events) for table in lists) > 500


def check(row: Row, event: Recorded, fact: Fact, *, counts: bool) -> int:
    """Compare a row with its event; answers 1."""
    common = {
        "position": event.position, "recorded_at": event.recorded_at, "time": fact.at,
        "offset_minutes": fact.offset, "local_day": str(fact.day),
        "fiscal_year": fiscal_year(fact.at), "counts": counts,
    }  # fmt: skip
    told = msgspec.json.decode(encode(fact))
    columns = [name for name in row if name not in common and name != "sha256"]
    assert {name: plain(row[name]) for name in common} == common
    empty: tuple[object, ...] = ([], None)  # a list that an event leaves out has nothing in it
    for name, value in flat(told, columns):
        assert plain(row[name]) == value or (row[name] in empty and value in empty), (name, told)
    return 1


def check_list(
    season: duckdb.DuckDBPyConnection, table: Table, events: list[tuple[Recorded, Fact]]
) -> int:
    """Compare the entries of a list with those of the events; answers how many there are."""
    found = read(season, table.name, "position, line")
    told = [
        (event.position, fact.id, line, entry)
        for event, fact in events
        if type(fact).__name__ == table.spool
        for line, entry in enumerate(msgspec.json.decode(encode(fact)).get(table.each, ()), 1)
    ]
    assert len(found) == len(told)
    for row, (position, key, line, entry) in zip(found, told, strict=True):
        columns = [name for name in row if name not in {"position", "id", "line"}]
        assert (row["position"], str(row["id"]), row["line"]) == (position, key, line)
        assert [(name, plain(row[name])) for name in columns] == [*flat(entry, columns)]
    return len(found)


def test_moves_are_those_of_the_facts(
    season: duckdb.DuckDBPyConnection, recorded: list[Recorded]
) -> None:
    """From where to where, how many and with which numbers; a correction moves back."""
    facts: dict[str, Fact] = {}
    expected: list[tuple[object, ...]] = []
    undone: set[str] = set()
    for event in recorded:
        fact = facts[str(event.id)] = decode(event.state)
        target = getattr(fact, "target", None) or fact.corrects
        if target is not None and target not in undone:
            undone.add(target)
            before = facts.get(target)
            expected += [
                (event.position, before.at, *ends(move.reversed()), move.seals, None)
                for move in (moves(before) if before is not None else ())
                if before is not None
            ]
        if fact.id not in undone:
            expected += [
                (event.position, fact.at, *ends(move), move.seals, move.first)
                for move in moves(fact)
            ]
    names = ("mark", "from_kind", "from_key", "from_site", "to_kind", "to_key", "to_site")
    found = [
        (row["position"], row["time"], *(row[name] for name in names), row["count"], row["first"])
        for row in read(season, "moves")
    ]

    assert sorted(found, key=str) == sorted(expected, key=str)


def ends(move: Any) -> tuple[str, ...]:
    """The mark and both places of a move."""
    places = [(place.kind.name, place.key, place.site) for place in (move.source, move.target)]
    return move.mark, *places[0], *places[1]


def test_figures_are_those_of_the_reconciliation_and_the_statements(
    demo: str, log: Log, season: duckdb.DuckDBPyConnection
) -> None:
    """All pairs, all parts, all stocks, all columns: as JSON, in the files, and by SQL."""
    for name, question in (
        ("reconciliation", Question()),
        ("reconciliation_split", Question(split="exporter")),
    ):
        by_sql, kept = asked(demo, name), read(season, name, "importer, rcb")
        key = ["importer", "rcb", *(["exporter"] if question.split else [])]
        told = {tuple(row[part] for part in key): row for row in answer(log, question)}
        assert sorted(map(str, by_sql)) == sorted(map(str, kept))
        assert told.keys() == {tuple(row[part] for part in key) for row in kept}
        for row in kept:
            same = told[tuple(row[part] for part in key)]
            columns = [one for one in row if one != "agent" and not one.startswith("cases_")]
            assert {one: plain(row[one]) for one in columns} == {
                one: plain(same[one]) for one in columns
            }
        summed = {*FIGURES[1:], *CLAIMS, *WEIGHTS}
        assert summed <= kept[0].keys()
    days = read(season, "days", "mark, holder, site, day")
    stocks = {(row["mark"], row["holder"], row["site"]) for row in days}
    with reading(log) as rows:
        for account in stocks:
            told = statement(rows, log, account)["days"]
            own = [row for row in days if (row["mark"], row["holder"], row["site"]) == account]
            assert [{name: plain(row[name]) for name in told[0]} for row in own] == told
    assert len(stocks) > 20


def asked(dsn: str, name: str) -> list[Row]:
    """A view of the database as the operator reads it."""
    with psycopg.connect(dsn) as connection:
        connection.execute("SET ledger.role = 'operator'")
        found = connection.execute(f"SELECT * FROM seal_ledger.{name}".encode())
        names = [column.name for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_both_forms_hold_the_same_and_say_so(places: dict[str, Path]) -> None:
    """Every table is there, with all its columns and their meaning, its rows and their digest."""
    manifest = json.loads((places["parquet"] / "manifest.json").read_text())
    with duckdb.connect(str(places["duckdb"]), read_only=True) as connection:
        kept = connection.execute('SELECT "table", rows, sha256, home, position FROM manifest')
        told = {name: rest for name, *rest in kept.fetchall()}
        comments = connection.execute(
            "SELECT count(*) FROM duckdb_columns() WHERE comment IS NULL AND NOT internal"
            " AND table_name <> 'manifest'"
        ).fetchall()

    assert comments == [(0,)]
    assert manifest["position"] > 19_000
    assert (manifest["role"], manifest["simulation"]) == ("operator", True)
    assert {one["table"] for one in manifest["tables"]} == told.keys()
    assert [one["table"] for one in manifest["tables"]] == [table.name for table in tables()]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for one in manifest["tables"]:
            file = places["parquet"] / one["file"]
            rows = places["parquet"].parent / "rows.csv"
            connection.execute(f"COPY (SELECT * FROM '{file}') TO '{rows}' (FORMAT csv, HEADER)")
            assert sha256(rows.read_bytes()).hexdigest() == one["sha256"], one["table"]
            assert told[one["table"]] == [
                one["rows"], one["sha256"], manifest["home"], manifest["position"]
            ]  # fmt: skip
            described = connection.execute(f"DESCRIBE SELECT * FROM '{file}'").fetchall()
            assert [name for name, *_ in described] == [each["name"] for each in one["columns"]]
        rows.unlink()


def test_no_name_of_before_is_lost() -> None:
    """Tables and columns are only ever added: `python -m tests.contract.analysts` pins new ones."""
    now = {table.name: {column.name for column in table.columns} for table in tables()}
    pinned = {name: set(columns) for name, columns in json.loads(PINNED.read_text()).items()}

    assert {name: columns - now.get(name, set()) for name, columns in pinned.items()} == {
        name: set() for name in pinned
    }
    assert len(pinned) > 70


def test_every_column_has_a_name_of_its_own_and_a_meaning() -> None:
    """Also where an event has a field that is called as a column of all."""
    for table in tables():
        names = [column.name for column in table.columns]
        assert len(names) == len({name.lower() for name in names}), table.name
        assert all(column.meaning for column in table.columns), table.name


def test_views_are_as_they_are_declared(demo: str) -> None:
    """Columns, types and comments of the database are those that the export relies on."""
    with psycopg.connect(demo) as connection:
        for dataset in DATASETS:
            found = connection.execute(
                "SELECT attname, format_type(atttypid, atttypmod),"
                " col_description(attrelid, attnum) FROM pg_attribute"
                " WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum",
                (f"seal_ledger.{dataset.name}",),
            ).fetchall()
            assert found == [tuple(column) for column in dataset.columns], dataset.name


def run(*arguments: str) -> Any:
    """Run the command."""
    return CliRunner().invoke(app, ["export", *arguments])


def test_a_party_has_what_it_sees_and_no_more(
    demo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own pairs are whole; of others nothing is in any table."""
    monkeypatch.setenv("LEDGER_DATABASE_URL", demo)
    place = tmp_path / "own"
    done = run(str(place), "--format", "parquet", "--as", IMPORTER)
    assert done.exit_code == 0, done.exception
    with duckdb.connect() as connection:
        own = connection.execute(f"SELECT DISTINCT importer FROM '{place}/reconciliation.parquet'")
        importers = own.fetchall()
        marks = connection.execute(f"SELECT mark FROM '{place}/marks.parquet'").fetchall()
        applied = connection.execute(
            f"SELECT DISTINCT mark FROM '{place}/seals_applied.parquet'"
        ).fetchall()
        text = ""
        for file in sorted(place.glob("*.parquet")):
            text += str(connection.execute(f"SELECT * FROM '{file}'").fetchall())
    with psycopg.connect(demo) as owner:
        others = owner.execute(
            "SELECT DISTINCT mark FROM views_4.licences WHERE importer <> %s", (IMPORTER,)
        ).fetchall()

    assert importers == [(IMPORTER,)]
    assert applied
    assert set(applied) <= set(marks)
    assert not [mark for (mark,) in others if f"'{mark}'" in text]
    assert json.loads((place / "manifest.json").read_text())["party"] == IMPORTER


def test_what_cannot_be_is_a_misuse(
    demo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence says why, and nothing is written."""
    monkeypatch.setenv("LEDGER_DATABASE_URL", demo)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    new = str(tmp_path / "new")
    for arguments, words in (
        ((str(tmp_path / "full"), "--format", "parquet"), "is there already"),
        ((str(tmp_path), "--format", "duckdb"), "is a folder"),
        ((f"{new}/deeper", "--format", "parquet"), "is no folder"),
        ((new, "--format", "parquet", "--as", "IMP-NOBODY"), "IMP-NOBODY"),
        ((new, "--format", "parquet", "--role", "importer"), "--as"),
        ((new, "--as", IMPORTER), "exported whole"),
    ):
        done = run(*arguments)
        assert isinstance(done.exception, Misuse), (arguments, done.exception)
        assert words in str(done.exception)
    monkeypatch.setattr("ledger.commands.analysts.find_spec", lambda _: None)
    done = run(new, "--format", "duckdb")

    assert "pip install 'seal-ledger[analysts]'" in str(done.exception)
    assert isinstance(done.exception, Misuse)
    assert [path.name for path in tmp_path.iterdir()] == ["full"]


def test_it_is_written_whole_or_not_at_all(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where writing fails half-way, the place is as it was and nothing lies beside it."""
    file = tmp_path / "kept.duckdb"
    file.write_bytes(b"before")
    done: list[str] = []

    def fails(self: writing.Writer, table: Table, *given: Any) -> tuple[int, str]:
        if done:
            raise OSError(28, "No space left on device")
        done.append(table.name)
        return written(self, table, *given)

    written = writing.Writer.write
    monkeypatch.setattr(writing.Writer, "write", fails)
    for place, form in ((file, "duckdb"), (tmp_path / "season", "parquet")):
        done.clear()
        with pytest.raises(Misuse, match="No space left"):
            export(log, whole(log), place, form, whose=WHOSE, step=str)  # type: ignore[arg-type]  # of the two

    assert file.read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["kept.duckdb"]


def test_without_views_there_is_nothing(database: str, tmp_path: Path) -> None:
    """It says what to do."""
    place = tmp_path / "season"
    with Log.open(database) as empty:
        Projector(empty).make()
        with pytest.raises(Unavailable, match="ledger catch-up"):
            export(empty, whole(empty), place, "parquet", whose=WHOSE, step=str)


CELLS: Final = """
import ast, json, sys
known = {}
for cell in json.load(open(sys.argv[1]))["cells"]:
    if cell["cell_type"] == "code":
        *before, last = ast.parse("".join(cell["source"])).body
        exec(compile(ast.Module(before, []), "cell", "exec"), known)
        shown = eval(compile(ast.Expression(last.value), "cell", "eval"), known)
        print(str(shown) + "\\n" + " ".join(cell["metadata"].get("tags", [])), flush=True)
"""
"""Runs a notebook's cells from top to bottom, and shows what each shows, as a kernel would."""


def test_the_notebook_runs_and_nothing_is_lost(places: dict[str, Path]) -> None:
    """Every cell shows something, none keeps what it showed, and the identity holds."""
    file = ROOT / "examples" / "analyst.ipynb"
    cells = [one for one in json.loads(file.read_text())["cells"] if one["cell_type"] == "code"]
    done = subprocess.run(
        [sys.executable, "-c", CELLS, file],
        capture_output=True, text=True, check=False, timeout=120,
        env=os.environ | {"SEAL_LEDGER_DUCKDB": str(places["duckdb"])},
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("\n0\nidentity\n")
    assert done.stdout.count("│") > 100  # tables, with something in them
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)
