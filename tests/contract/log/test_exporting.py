"""A log exported into a file and imported into another home: the same log, or nothing at all."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from ledger.errors import Malformed, Misuse
from ledger.intake.archive import digest
from ledger.log import Archived, DeadLetter, Entry, Log, Recorded, Refusal
from tests import commanding
from tests.archives import EVENTS, LETTERS, block_of, blocks, ended, event, exported
from tests.commanding import Done

_TABLES = {
    "events": "notification_id",
    "commits": "position",
    "dead_letter": "number",
}
_V1_EXPORT = Path(__file__).parents[1] / "intake" / "v1_export.avro"


@pytest.fixture
def log(any_database: str) -> Iterator[Log]:
    """Facts from every door in commits of several sizes, decisions, and dead letters."""
    ticks = iter(range(100, 10_000, 100))
    with Log.open(any_database, clock=lambda: next(ticks)) as opened:
        for number, (door, by, person) in enumerate((
            ("file", "OPERATOR", None), ("http", "EXP-1", "P-1"), ("kafka", "RCB-1", None),
            ("kafka", None, None), (None, None, None),
        )):  # fmt: skip
            opened.append([
                Entry(uuid4(), "Fact", "{“ü”:%d}".encode() % k, 1, 0, door, by, person)
                for k in range(number + 1)
            ])  # fmt: skip
        opened.decide([Entry(uuid4(), "Opened", b"x", version) for version in (1, 2)])
        opened.append([], [letter.refusal for letter in LETTERS])
        yield opened


def ledger(dsn: str, *arguments: str) -> Done:
    """The command line on a database."""
    return commanding.ledger(*arguments, settings={"LEDGER_DATABASE_URL": dsn})


def rows(dsn: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row and every column of the log's tables."""
    with psycopg.connect(dsn) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY {order}").fetchall()
            for table, order in _TABLES.items()
        }


def is_empty(dsn: str) -> bool:
    """Whether nothing was written: no row, and no word of a simulation."""
    with psycopg.connect(dsn) as connection:
        meta = connection.execute("SELECT key FROM meta ORDER BY key").fetchall()
    return not any(rows(dsn).values()) and meta == [("ledger_id",), ("row_namespace",)]


def carried(log: Log) -> tuple[list[Archived], list[DeadLetter]]:
    """A log's rows as they are carried."""
    commits = log.commits(0, log.position())
    events = [Archived(row, row.position in commits) for row in log.read(0, 10_000)]
    return events, log.dead_letters(0, 10_000)


def test_an_imported_log_is_the_exported_one(log: Log, database: str, tmp_path: Path) -> None:
    """Row by row, column by column: doors, parties, persons, commits, decisions, dead letters."""
    file = tmp_path / "log.avro"
    done = ledger(log.dsn, "export", str(file))
    assert (done.code, done.said[:35]) == (0, "17 events and 2 dead letters are in")
    assert ledger(database, "import", str(file)).code == 0

    exported_rows = rows(log.dsn)
    assert exported_rows == rows(database)
    assert {name: len(found) for name, found in exported_rows.items()} == {
        "events": 17, "commits": 6, "dead_letter": 2,
    }  # fmt: skip
    with Log.open(database) as home:
        assert [log.known_at(t) for t in range(99, 710)] == [
            home.known_at(t) for t in range(99, 710)
        ]
        assert home.append([Entry(uuid4(), "Fact", b"")])[0].position == 18
    again = ledger(database, "import", str(file))
    assert (2, "empty home" in again.said) == (again.code, True)


def test_rows_of_tables_keep_their_ids(log: Log, database: str, tmp_path: Path) -> None:
    """What the ids of rows are made with goes along; who a ledger is stays its own."""
    file, namespace = tmp_path / "log.avro", str(uuid4())
    log.set_meta("row_namespace", namespace)
    log.set_meta("ledger_id", str(uuid4()))

    assert ledger(log.dsn, "export", str(file)).code == 0
    assert ledger(database, "import", str(file)).code == 0

    with Log.open(database) as home:
        assert home.meta("row_namespace") == namespace
        assert home.meta("ledger_id") != log.meta("ledger_id")


def test_an_export_says_what_is_not_in_it(log: Log, database: str, tmp_path: Path) -> None:
    """Both commands tell what a home has beside its log, which has to be made anew."""
    file = tmp_path / "log.avro"
    for dsn, command in ((log.dsn, "export"), (database, "import")):
        said = ledger(dsn, command, str(file)).said
        for left_out in ("tokens", "sessions", "offsets", "clock", "webhooks", "settings"):
            assert left_out in said, command


@pytest.mark.parametrize("place", [20, 1_500, -200, -10], ids=["header", "schema", "rows", "end"])
def test_an_altered_export_is_refused(log: Log, database: str, tmp_path: Path, place: int) -> None:
    """One sentence, exit 1, and the home is as empty as before."""
    file = tmp_path / "log.avro"
    ledger(log.dsn, "export", str(file))
    body = bytearray(file.read_bytes())
    body[place] ^= 1
    file.write_bytes(body)
    done = ledger(database, "import", str(file))

    assert done.code == 1
    assert len(done.said.strip().splitlines()) == 1, done.said
    assert "export" in done.said
    assert is_empty(database)


def test_what_only_shows_half_way_leaves_nothing(database: str, tmp_path: Path) -> None:
    """Where rows already written turn out not to be as exported, they are taken back."""
    header, first, _, third, letters, _ = blocks(exported(simulation=True))
    altered = [*EVENTS[1_000:1_999], event(2_000, b"{}")]
    said = digest(EVENTS[1_000:2_000], simulation=True)
    second = block_of(
        [
            *(
                ("Event", row.recorded._asdict() | {"id": str(row.recorded.id), "commit": True})
                for row in altered
            ),
            ("Digest", dict(zip(("first", "last", "sha256"), said, strict=True))),
        ],
        header[-16:],
    )
    file = tmp_path / "log.avro"
    file.write_bytes(ended([header, first, second, third, letters]))
    done = ledger(database, "import", str(file))

    assert done.code == 1
    assert "positions 1,001 to 2,000 are not as exported" in done.said
    assert is_empty(database)


def test_blocks_in_another_order_are_refused(database: str, tmp_path: Path) -> None:
    """Also where the end was made anew: positions are dense and in order."""
    header, first, second, third, letters, _ = blocks(exported())
    for pieces, sentence in (
        ((header, second, first, third, letters), "Position 1001 stands where 1 belongs."),
        ((header, letters, first, second, third), "an event stands behind a dead letter"),
    ):
        file = tmp_path / "log.avro"
        file.write_bytes(ended(pieces))
        done = ledger(database, "import", str(file))

        assert (done.code, sentence in done.said) == (1, True), done.said
        assert is_empty(database)


@pytest.mark.parametrize("what", ["nothing", "folder", "pipe", "text"])
def test_what_is_no_export_is_one_sentence(database: str, tmp_path: Path, what: str) -> None:
    """A name of nothing, a folder, a pipe, a text: told by what they are, nothing written."""
    file = tmp_path / "x"
    if what == "folder":
        file.mkdir()
    elif what == "text":
        file.write_text("position,recorded_at\n")
    if what == "pipe":
        piped = subprocess.run(
            [sys.executable, "-m", "ledger", "import", "/dev/stdin"],
            env=commanding.environment(LEDGER_DATABASE_URL=database),
            input=b"", capture_output=True, check=False,
        )  # fmt: skip
        code, said = piped.returncode, piped.stderr.decode()
    else:
        code, _, said = ledger(database, "import", str(file))

    assert (1 if what == "text" else 2) == code
    assert len(said.strip().splitlines()) == 1, said
    assert is_empty(database)


def test_a_simulation_stays_one(any_database: str, database: str, tmp_path: Path) -> None:
    """What was recorded at made-up times is imported as such, and never as a record."""
    file = tmp_path / "log.avro"
    with Log.open(any_database, recorded_at="event") as log:
        log.append([Entry(uuid4(), "Fact", b"{}", time=5)])
    ledger(any_database, "export", str(file))
    assert ledger(database, "import", str(file)).code == 0

    with Log.open(database) as home:
        assert home.is_simulation()


def test_a_record_does_not_become_a_simulation(log: Log, database: str, tmp_path: Path) -> None:
    """A home whose times are made up takes no log whose times are true."""
    file = tmp_path / "log.avro"
    ledger(log.dsn, "export", str(file))
    with Log.open(database, recorded_at="event"):
        pass
    done = ledger(database, "import", str(file))

    assert done.code == 2
    assert "what is imported is none" in done.said
    assert not any(rows(database).values())


def test_the_first_version_is_imported(database: str) -> None:
    """It is said to have no checksum; its events came in by the import, for nobody known."""
    done = ledger(database, "import", str(_V1_EXPORT))

    assert done.code == 0
    assert "this export has no checksum" in done.said
    with psycopg.connect(database) as connection:
        provenance = connection.execute("SELECT DISTINCT door, by, person FROM events")
        assert provenance.fetchall() == [("import", None, None)]
        letters = connection.execute("SELECT DISTINCT door, by, person FROM dead_letter")
        assert letters.fetchall() == [("file", None, None)]
    with Log.open(database) as home:
        assert home.position() == 70
        assert home.recorded_last() == home.read(69, 1)[0].recorded_at
    assert ledger(database, "catch-up").code == 0
    assert ledger(database, "verify").code == 0


def test_an_export_that_cannot_be_written_leaves_no_file(log: Log, tmp_path: Path) -> None:
    """Where its place cannot be written it is one sentence, and no half of a file stays."""
    done = ledger(log.dsn, "export", str(tmp_path / "no" / "log.avro"))

    assert (done.code, "cannot be written" in done.said) == (2, True)
    assert list(tmp_path.iterdir()) == []


def _letter(number: int, **fields: Any) -> DeadLetter:
    refusal = Refusal("http", "request-1", 0, "invalid", "count", b"{}", bytes(32))
    return DeadLetter(number, 1, refusal._replace(**fields))


GOOD = [
    Archived(Recorded(n, 100 + n, UUID(int=n), 1, "Fact", b"{}", "http"), n in {2, 6})
    for n in range(1, 7)
]


def _with(number: int, **fields: Any) -> list[Archived]:
    """The good rows, one of them otherwise."""
    rows_ = list(GOOD)
    row = rows_[number - 1]
    rows_[number - 1] = row._replace(recorded=row.recorded._replace(**fields))
    return rows_


DAMAGED: list[tuple[str, list[Archived], list[DeadLetter], str]] = [
    # what, events, dead letters, sentence
    ("a gap", [*GOOD[:2], *GOOD[3:]], [], "Position 4 stands where 3"),
    ("a time that falls", _with(2, recorded_at=100), [], "position 2 is not after"),
    ("a time that stays", _with(2, recorded_at=101), [], "position 2 is not after"),
    ("an event twice", _with(2, id=UUID(int=1)), [], "stands twice"),
    ("no commit at the end", GOOD[:5], [], "No commit ended at the last position, 5"),
    ("no commit at all", GOOD[:1], [], "No commit ended at the last position, 1"),
    ("a letter's gap", GOOD, [_letter(1), _letter(3)], "Dead letter 3 stands where 2"),
    ("a NUL in a topic", _with(2, topic="a\0"), [], "positions 1 to 6 is a row"),
    ("a NUL in a door", _with(2, door="a\0"), [], "positions 1 to 6 is a row"),
    ("a version beyond", _with(2, version=2**63), [], "positions 1 to 6 is a row"),
    ("a NUL in a reason", GOOD, [_letter(1, reason="\0")], "dead letters 1 to 1 is a row"),
    ("a NUL in a party", GOOD, [_letter(1, by="\0")], "dead letters 1 to 1 is a row"),
    ("an index beyond", GOOD, [_letter(1, index=2**31)], "Dead letter 1 has an index"),
    ("an index below", GOOD, [_letter(1, index=-(2**31) - 1)], "Dead letter 1 has an index"),
    ("a size beyond", GOOD, [_letter(1, size=2**63)], "dead letters 1 to 1 is a row"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("events", "letters", "sentence"), [d[1:] for d in DAMAGED], ids=[d[0] for d in DAMAGED]
)
def test_a_damaged_import_leaves_an_empty_home(
    database: str, events: list[Archived], letters: list[DeadLetter], sentence: str
) -> None:
    """Rows that cannot follow one another or cannot be kept: a clear error, nothing written."""
    with Log.open(database) as home:
        with pytest.raises(Malformed, match=sentence):
            home.restore(iter(events), iter(letters), simulation=True)
        assert is_empty(database)
        assert home.restore(iter(GOOD), iter([_letter(1)])) == 6
        assert ([*GOOD], [_letter(1)]) == carried(home)


def test_only_an_empty_home_takes_a_log(log: Log) -> None:
    """What is recorded already is never mixed with what is imported."""
    with pytest.raises(Misuse, match="empty home"):
        log.restore(iter(GOOD))
