"""Databases that refuse, die or are none: one sentence and an exit code, whatever the command."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from typer.main import get_command

from ledger.commands import line
from ledger.log import Log
from tests.commanding import ROOT, ledger, refused
from tests.cutting import answering, line_to
from tests.databases import Cluster

NOWHERE = "00000000-0000-7000-8000-000000000001"
NEEDS_NO_DATABASE = {
    "policy", "season", "scope", "substance", "standards", "demo", "label form", "label check",
    "topics create", "run", "doctor", "table-template", "settings",
}  # fmt: skip
"""Commands that open no log, or have ways of their own to be tried."""
COMMANDS: dict[str, tuple[str, ...]] = {
    "load": ("{empty}",),
    "import-table": ("{empty}",),
    "table-imports": (),
    "catch-up": (),
    "reconcile": (),
    "discrepancies": (),
    "case": (NOWHERE,),
    "explain": (NOWHERE, "--as", "P", "--person", "X", "--reason", "LATE_ENTRY"),
    "escalate": (NOWHERE, "--as", "P", "--person", "X", "--text", "t"),
    "close": (NOWHERE, "--as", "P", "--person", "X", "--reason", "LATE_ENTRY"),
    "assign": (NOWHERE, "--as", "P", "--person", "X"),
    "due": (NOWHERE, "--as", "P", "--person", "X", "--due", "2026-12-24", "--text", "t"),
    "comment": (NOWHERE, "--as", "P", "--person", "X", "--text", "t"),
    "ask-correction": (
        NOWHERE, "--as", "P", "--person", "X", "--of", "E", "--action", "CORRECT_RECORDS",
        "--due", "2026-12-24", "--text", "t",
    ),
    "report-correction": (
        NOWHERE, "--as", "P", "--person", "X", "--cause", "c", "--action", "a", "--prevention", "p",
        "--done-on", "2026-11-24",
    ),
    "accept-correction": (NOWHERE, "--as", "P", "--person", "X"),
    "refuse-correction": (
        NOWHERE, "--as", "P", "--person", "X", "--due", "2026-12-24", "--text", "t",
    ),
    "route": (NOWHERE, "--person", "X", "--to", "R", "--text", "t"),
    "statement": ("--mark", "M", "--holder", "H", "--site", "S"),
    "trace": ("L",),
    "search": ("L",),
    "event": (NOWHERE,),
    "receipt": (NOWHERE,),
    "verify": (),
    "rebuild": (),
    "export": ("/dev/null",),
    "import": (str(ROOT / "tests/fixtures/home-0.1.0/export.avro"),),
    "retention": ("L",),
    "lot": ("L",),
    "herd": ("H",),
    "criteria": ("P",),
    "unproven": (),
    "database prepare": ("--run", "--user", "x", "--admin-url", "host=127.0.0.1 port=1"),
    "account create": ("--party", "P", "--person", "X"),
    "period preview": ("2026-04", "--importer", "I", "--rcb", "R"),
    "period close": (
        "2026-04", "--importer", "I", "--rcb", "R", "--as", "R", "--person", "X", "--digest", "d",
    ),
    "period acknowledge": (
        "2026-04", "--importer", "I", "--rcb", "R", "--as", "I", "--person", "X", "--digest", "d",
    ),
    "period show": (),
    "dead-letters list": (),
    "dead-letters show": ("1",),
    "dead-letters export": ("/dev/null",),
    "dead-letters mend": ("1", "{empty}", "--person", "P"),
    "dead-letters replay": ("1", "--person", "P"),
    "dead-letters dismiss": ("1", "--reason", "TEST", "--person", "P"),
    "token create": ("--role", "operator"),
    "token list": (),
    "token rotate": ("T-0123456789",),
    "bi-login create": ("x", "--role", "operator"),
    "bi-login list": (),
    "bi-login drop": ("x",),
    "trail": (),
    "token revoke": ("T-0123456789",),
    "status": (),
}  # fmt: skip


def every_command() -> set[str]:
    """The name of every command, those of groups with their group's."""
    found = set()
    for name, command in get_command(line.app).commands.items():  # type: ignore[attr-defined]
        of = getattr(command, "commands", None)
        found |= {name} if of is None else {f"{name} {each}" for each in of}
    return found


def test_no_command_is_forgotten() -> None:
    """Each command stands in one of the two lists."""
    assert every_command() == COMMANDS.keys() | NEEDS_NO_DATABASE
    assert not COMMANDS.keys() & NEEDS_NO_DATABASE


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file without an event in it."""
    path = tmp_path_factory.mktemp("files") / "empty"
    path.write_text("{}\n")
    return str(path)


def in_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str, *words: str
) -> tuple[int, str]:
    """Run a command here: its exit code and what it says; anything else it raises is a failure."""
    monkeypatch.setenv("LEDGER_DATABASE_URL", url)
    monkeypatch.setattr(sys, "argv", ["ledger", *words])
    monkeypatch.setattr("ledger.commands.line._say_no_more", lambda: None)
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        line.run_line()
    return int(str(ended.value.code or 0)), capsys.readouterr().err


URLS = [
    ("nonsense", 2, "set it to postgresql://user:password@host/name"),
    ("mysql://root:hush@h/db", 2, "set it to postgresql://user:password@host/name"),
    ("http://root:hush@h/?a=b", 2, "set it to postgresql://user:password@host/name"),
    ("postgresql://root:hush@h/db?nonsense=1", 2, "is no connection string of PostgreSQL"),
    ("postgresql://root:hush@127.0.0.1:1/db", 1, "cannot be reached"),
    ("postgresql://root:hush@127.0.0.1:99999/db", 1, "cannot be reached"),
    ("host=/nowhere dbname=x", 1, "cannot be reached"),
]


@pytest.mark.parametrize(("url", "code", "words"), URLS)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_url_that_leads_nowhere(  # noqa: PLR0917 - fixtures and the two tables
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], empty: str,
    name: str, url: str, code: int, words: str,
) -> None:  # fmt: skip
    """Each command says so in one sentence, without the password that stands in it."""
    arguments = [each.format(empty=empty) for each in COMMANDS[name]]

    ended, said = in_process(monkeypatch, capsys, url, *name.split(" "), *arguments)

    assert (ended, words in said) == (code, True), said
    assert "hush" not in said
    assert len(said.splitlines()) <= 2


NOBODY = [
    (None, True), (None, False), (b"E", True), (b"N", True), (b"HTTP/1.1 400\r\n\r\n", True),
    (b"R\0\0\0\x08\0\0\0\0", True), (b"R\0\0\0\x08\0\0\0\0", False), (b"\xff" * 64, True),
]  # fmt: skip


@pytest.mark.parametrize(("first", "ends"), NOBODY)
def test_a_server_that_dies_while_one_connects(first: bytes | None, *, ends: bool) -> None:
    """Hung up at once, after a word, in the middle of signing in, or silent for good."""
    with answering(first, ends=ends) as url:
        done = ledger("reconcile", settings={"LEDGER_DATABASE_URL": url})

    refused(done, 1, "The database cannot be reached")
    assert len(done.said.splitlines()) == 1


# -- rights


@pytest.fixture
def poor(embedded_cluster: Cluster) -> Iterator[str]:
    """A user who may sign in and nothing else."""
    name = f"poor_{uuid4().hex[:8]}"
    with embedded_cluster.admin() as admin:
        admin.execute(f"CREATE ROLE {name} LOGIN")
        yield name
        admin.execute(f"DROP ROLE {name}")


@pytest.mark.parametrize("command", [("load", "-"), ("catch-up",), ("verify",)])
def test_a_user_who_may_make_nothing(
    embedded_cluster: Cluster, poor: str, command: tuple[str, ...]
) -> None:
    """It is told what an administrator has to grant; once that is done it works."""
    with embedded_cluster.database(migrated=False) as dsn:
        settings = {"LEDGER_DATABASE_URL": make_conninfo(dsn, user=poor)}
        done = ledger(*command, settings=settings)

        refused(done, 2, "ledger database prepare", f'TO "{poor}";')
        with psycopg.connect(dsn, autocommit=True) as owner:
            owner.execute(f"GRANT{done.said.split('GRANT')[1].split(';')[0]}".encode())
        assert ledger("catch-up", settings=settings).code == 0


def test_a_user_who_may_not_see_the_tables(database: str, poor: str) -> None:
    """Signed in as somebody else than the owner: said so, in a sentence."""
    settings = {"LEDGER_DATABASE_URL": make_conninfo(database, user=poor)}

    refused(ledger("verify", settings=settings), 2, "permission denied", "as the owner")


# -- the answer to a commit


LINES = [
    {"type": "SealsApplied"},
    {"type": "SourceHeartbeat", "id": "{1}", "time": "2026-04-01T09:00:00Z", "source": "S-1"},
    {"type": "SourceHeartbeat", "id": "{2}", "time": "2026-04-01T09:00:00Z", "source": "S-1"},
    {"type": "SourceHeartbeat", "id": "{2}", "time": "2026-04-01T09:00:00Z", "source": "S-1"},
    {"type": "SourceHeartbeat", "id": "{1}", "time": "2026-04-02T09:00:00Z", "source": "S-1"},
    {"no": "event"},
]


def told(receipts: Path) -> list[tuple[object, ...]]:
    """What became of each line, whenever."""
    lines = [json.loads(each) for each in receipts.read_text().splitlines()]
    return [(one["line"], one["id"], one["outcome"], one["position"], one["reason"])
            for one in lines]  # fmt: skip


# The first COMMIT is one of opening the log.
@pytest.mark.parametrize("cut", [0, 2, 3, 4])
def test_a_load_whose_commit_was_not_answered_goes_on(
    ordinary_cluster: Cluster, tmp_path: Path, cut: int
) -> None:
    """Every event and every refusal is there once, and the receipts are those of a quiet day."""
    files = []
    for number in range(3):
        ids = {
            f"{{{each}}}": f"00000000-0000-7000-8000-00000000{number}0{each}0" for each in (1, 2)
        }
        path = tmp_path / f"{number}.ndjson"
        text = "\n".join(map(json.dumps, LINES))
        for name, value in ids.items():
            text = text.replace(name, value)
        path.write_text(text + "\n")
        files.append(str(path))
    receipts = tmp_path / "receipts"
    with ordinary_cluster.database() as dsn, line_to(dsn) as line:
        line.cut_at_commit = cut
        settings = {"LEDGER_DATABASE_URL": line.dsn}
        done = ledger("load", *files, "--receipts", str(receipts), "--format", "json",
                      settings=settings)  # fmt: skip

        assert line.cuts == (cut > 0)
        assert done.code == 1, done.said
        assert ("nothing is lost" in done.said) == (cut > 0)
        summary = json.loads(done.out)
        assert (summary["recorded"], summary["duplicate"], summary["refused"]) == (6, 3, 9)
        with Log.open(dsn) as log:
            assert [event.position for event in log.read(0, 100)] == list(range(1, 7))
            letters = log.dead_letters(0, 100)
            kept = sorted((letter.refusal.place, letter.refusal.reason) for letter in letters)
            assert len(kept) == len(set(kept)) == 9
        outcomes = told(receipts)
    assert [each[2] for each in outcomes[:6]] == [
        "refused", "recorded", "recorded", "duplicate", "refused", "refused",
    ]  # fmt: skip
    assert len(outcomes) == 18
    assert {each[4] for each in outcomes if each[2] == "refused"} == {"invalid", "conflict"}


def test_a_load_gives_up_with_what_to_do(
    ordinary_cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """Where the database stays away: what is recorded stays so, and the same command goes on."""
    monkeypatch.setattr("ledger.commands.loading.again_seconds_max", 1.0)
    monkeypatch.setattr("ledger.log.recorder._pool_wait_seconds", 2.0)
    file = tmp_path / "f.ndjson"
    file.write_text(json.dumps(LINES[1]).replace("{1}", NOWHERE) + "\n")
    with ordinary_cluster.database() as dsn:
        with line_to(dsn) as line:
            line.cut_at_commit = 2
            # From then on nobody is answered.
            monkeypatch.setattr(line, "cut", lambda: setattr(line, "bytes_max", 0))

            code, said = in_process(monkeypatch, capsys, line.dsn, "load", str(file))

        assert (code, "Load the same files again" in said) == (1, True), said
        done = ledger("load", str(file), "--format", "json",
                      settings={"LEDGER_DATABASE_URL": dsn})  # fmt: skip
        assert (done.code, json.loads(done.out)["refused"]) == (0, 0)
        with Log.open(dsn) as log:
            assert log.position() == 1
