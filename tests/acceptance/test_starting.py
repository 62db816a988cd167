"""How commands start, and what they say where they cannot: little is loaded, nothing half made."""

import json
import os
import pty
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.commands import line
from ledger.commands.output import progress
from tests.commanding import ROOT, environment, ledger, refused
from tests.databases import Cluster
from tests.terminal import run

LOADED = """
import json, sys
from ledger.__main__ import main
try:
    main()
finally:
    with open({!r}, "w") as out:
        json.dump(sorted(sys.modules), out)
"""
"""The installed script, which writes down what it loaded."""
NEVER = (
    "asyncio", "fastapi", "fastavro", "jinja2", "kafka", "prometheus_client", "rich.table",
    "starlette", "uvicorn", "yoyo", "consumers", "ledger.intake", "ledger.labels",
    "ledger.questions", "ledger.rules.audit", "ledger.season", "ledger.web",
)  # fmt: skip
HELP = """
import contextlib, io, json, sys
from ledger.commands import line
walked, seen = {{}}, set(sys.modules)
def walk(*words):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        line.app([*words, "--help"], prog_name="ledger", standalone_mode=False)
    assert f"Usage: ledger {{' '.join(words)}}" in out.getvalue(), out.getvalue()
    walked[" ".join(words)] = sorted(set(sys.modules) - seen)
    seen.update(sys.modules)
for name, command in line._Commands().items():
    walk(name)
    for each in getattr(command, "commands", ()):
        walk(name, each)
with open({!r}, "w") as out:
    json.dump(walked, out)
"""
"""Help of every command, one after the other, and what each loaded that none before it had."""
NEVER_FOR_HELP = (
    *NEVER, "eventsourcing", "psycopg", "pydantic_settings", "rich", "xlsxwriter", "ledger.log",
    "ledger.metrics", "ledger.sheets", "ledger.tables", "ledger.views",
)  # fmt: skip
ROLES = {"ledger.web", "ledger.web.access", "ledger.web.access.admin", "ledger.web.access.tokens"}
"""The roles that a token may have, which help names; nothing else of the web."""
NO_BROKER = "No Kafka broker answers at 127.0.0.1:1 (LEDGER_KAFKA_BOOTSTRAP)"
WORDS = [
    (("--version",), 0, (*NEVER, "psycopg", "pydantic_settings", "rich", "ledger.log",
                         "ledger.views", "ledger.facts")),
    (("--help",), 0, (*NEVER, "psycopg", "pydantic_settings", "rich", "ledger.log",
                      "ledger.views", "ledger.facts")),
    # It runs until it opens the home.
    (("reconcile",), 2, tuple(set(NEVER) - {"asyncio"})),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "never"), WORDS)
def test_what_is_not_used_is_not_loaded(
    tmp_path: Path, words: tuple[str, ...], code: int, never: tuple[str, ...]
) -> None:
    """A command starts with what it works with, and help with nothing of that."""
    out = tmp_path / "loaded"
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(str(out)), *words],
        env=environment(LEDGER_DATABASE_URL="nonsense"), capture_output=True, check=False,
        cwd=ROOT,
    )  # fmt: skip

    assert done.returncode == code, done.stderr.decode()
    loaded = json.loads(out.read_text())
    assert "typer" in loaded
    below = tuple(f"{name}." for name in never)
    assert [name for name in loaded if name in never or name.startswith(below)] == []


def test_help_of_no_command_loads_what_it_works_with(tmp_path: Path) -> None:
    """Help of every command and of every command of a group, in one process."""
    out = tmp_path / "walked"
    done = subprocess.run(
        [sys.executable, "-c", HELP.format(str(out))],
        env=environment(LEDGER_DATABASE_URL="nonsense"), capture_output=True, check=False,
        cwd=ROOT,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr.decode()
    walked = json.loads(out.read_text())
    assert {*line.COMMANDS, "label check", "token create"} <= {*walked}
    below = tuple(f"{name}." for name in NEVER_FOR_HELP)
    loaded = {
        name: words
        for words, new in walked.items()
        for name in new
        if (name in NEVER_FOR_HELP or name.startswith(below)) and name not in ROLES
    }
    assert loaded == {}


def test_help_says_what_each_command_does() -> None:
    """Whole sentences, read from the files; the same that the command's own help begins with."""
    code, out, _ = run("--help")

    assert code == 0
    said = " ".join(out.split())
    for name in line.COMMANDS:
        command = line._Commands()[name]  # noqa: SLF001 - as the line itself has it
        assert f"{name} {line.about(name)}" in said
        assert " ".join((command.help or "").split()).startswith(line.about(name))


def test_help_of_a_group_has_whole_sentences() -> None:
    """However narrow, each command of a group is said to the end of its sentence."""
    for name, place in line.COMMANDS.items():
        if place.endswith(".app"):
            code, out, _ = run(name, "--help", COLUMNS="50")
            assert code == 0
            said = " ".join(out.split())
            for each, command in line._Commands()[name].commands.items():  # noqa: SLF001 - as above
                sentence = " ".join((command.help or "").partition("\n\n")[0].split())
                assert f"{each} {sentence}" in said


REFUSALS = [
    (("--accept-refusals", "nonsense"), "'nonsense' is not TOPIC:PARTITION"),
    (("--only", "web", "--accept-refusals", "t:0"), "there is no ingest among web"),
]


@pytest.mark.parametrize(("words", "sentence"), REFUSALS)
def test_refusals_that_nobody_could_accept(words: tuple[str, ...], sentence: str) -> None:
    """Told before anything starts."""
    code, out, said = run("run", *words)

    assert (code, out) == (2, "")
    assert sentence in said


def test_version() -> None:
    """Its name and a number, on stdout."""
    code, out, said = run("--version")

    assert (code, said) == (0, "")
    assert re.fullmatch(r"ledger [0-9]+\.[0-9]+\.[0-9]+\S*\n", out)


COMPLETED = [
    (
        "ledger re",
        1,
        {"reconcile", "receipt", "rebuild", "retention", "refuse-correction", "report-correction"},
    ),
    ("ledger reconcile --format ", 3, {"table", "json", "csv", "xlsx"}),
    ("ledger discrepancies --rule M-18", 3, {"M-18"}),
    ("ledger discrepancies --severity cr", 3, {"critical"}),
    ("ledger label check --claim KRAV_M", 4, {"KRAV_MARK"}),
    ("ledger standards scope_", 2, {"scope_groups"}),
]


@pytest.mark.parametrize(("typed", "place", "offered"), COMPLETED)
def test_a_shell_completes(
    monkeypatch: pytest.MonkeyPatch, typed: str, place: int, offered: set[str]
) -> None:
    """Commands, options and values that stand in tables, without opening a home."""
    monkeypatch.setenv("LEDGER_DATABASE_URL", "nonsense")
    monkeypatch.setattr("sys.argv", ["ledger"])
    shell = {"_LEDGER_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(place)}

    code, out, _ = run(**shell)

    assert (code, set(out.split())) == (0, offered)


@contextmanager
def taken() -> Iterator[str]:
    """A port that somebody has."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield str(listening.getsockname()[1])


@pytest.mark.parametrize("words", [("run", "--only", "web"), ("demo",)])
def test_a_port_that_is_taken(database: str, tmp_path: Path, words: tuple[str, ...]) -> None:
    """One sentence with what to set, before a home is made for it."""
    home = tmp_path / "home"
    with taken() as port:
        settings = {"LEDGER_METRICS_PORT": "0", "LEDGER_WEB_PORT": port, "LEDGER_HOME": str(home)}
        if words != ("demo",):
            settings["LEDGER_DATABASE_URL"] = database
        done = ledger(*words, settings=settings)

    refused(done, 2, f"127.0.0.1:{port}: Address already in use. LEDGER_WEB_PORT=0 takes")
    assert done.out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_metrics_port_that_is_taken(database: str) -> None:
    """The same of the metrics."""
    with taken() as port:
        settings = {"LEDGER_METRICS_PORT": port, "LEDGER_DATABASE_URL": database}
        done = ledger("run", "--only", "projector", settings=settings)

    where = f"Metrics cannot be served at 127.0.0.1:{port}: Address already in use."
    refused(done, 2, f"{where} LEDGER_METRICS_PORT=0 takes any free port.")


@pytest.mark.parametrize(
    "words", [("topics", "create"), ("run", "--only", "ingest"), ("run", "--only", "publisher")]
)
def test_a_broker_that_is_away(database: str, words: tuple[str, ...]) -> None:
    """One sentence that names the setting."""
    settings = {
        "LEDGER_METRICS_PORT": "0", "LEDGER_DATABASE_URL": database,
        "LEDGER_KAFKA_BOOTSTRAP": "127.0.0.1:1",
    }  # fmt: skip

    refused(ledger(*words, settings=settings), 1, NO_BROKER)


FILES = [
    ("empty.ndjson", b"", "is empty: it holds no events"),
    ("blank.ndjson", b" \n\n", "is empty: it holds no events"),
    ("events.xlsx", b"PK\x03\x04" + bytes(64), "holds no events: it is"),
]


@pytest.mark.parametrize(("name", "content", "sentence"), FILES)
def test_a_file_without_events(
    database: str, tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    """It is misuse, and nothing is recorded of the files beside it."""
    good, bad = tmp_path / "good.ndjson", tmp_path / name
    good.write_text('{"type": "SourceHeartbeat"}\n')
    bad.write_bytes(content)

    code, out, said = run("load", str(good), str(bad), LEDGER_DATABASE_URL=database)

    assert (code, out) == (2, "")
    assert f"{bad} {sentence}" in said


SEASONS = [
    (("--events", "400", "--faults", "all"), "do not suffice"),
    (("--events", "3"), "at least"),
    (("--events", "1000", "--faults", "over-saling"), "did you mean over-sealing?"),
    (("--events", "1000", "--faults", "over-sealing", "--key", "{folder}/none/key"), "written"),
]


@pytest.mark.parametrize(("words", "sentence"), SEASONS)
def test_a_season_that_cannot_be_is_not_begun(
    tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    """No line on stdout, and no key."""
    key = ("--key", str(tmp_path / "key")) if "--key" not in words else ()
    asked = [word.format(folder=tmp_path) for word in (*words, *key)]

    code, out, said = run("season", *asked)

    assert (code, out) == (2, "")
    assert sentence in said
    assert list(tmp_path.iterdir()) == []


def test_an_export_goes_to_stdout_and_a_clock_never_back(
    embedded_cluster: Cluster, tmp_path: Path
) -> None:
    """What `export -` prints is imported again; --now that is refused says from what to what."""
    file = tmp_path / "log.avro"
    with embedded_cluster.database() as dsn, embedded_cluster.database() as copy:
        settings = environment(LEDGER_DATABASE_URL=dsn)
        assert run("load", str(ROOT / "tests/fixtures/version-1.ndjson"), **settings)[0] < 2
        with file.open("wb") as out:
            subprocess.run([sys.executable, "-m", "ledger", "export", "-"],
                           stdout=out, env=settings, check=True, capture_output=False)  # fmt: skip
        code, _, said = run("import", str(file), LEDGER_DATABASE_URL=copy)
        assert code == 0, said
        assert [path.name for path in tmp_path.iterdir()] == ["log.avro"]

        code, _, said = run("catch-up", "--now", "2020-01-01", **settings)
        assert (code, "which is later than --now" in said) == (0, True), said
        assert run("catch-up", "--now", "2999-12-31", **settings)[0] == 0
        code, _, said = run("catch-up", "--now", "2998-12-31", **settings)

    assert code == 2
    assert "stands at 2999-12-31T14:59:59.999999+00:00 and does not go back to 2998-12-31" in said


def printed(*words: str, **settings: str) -> str:
    """What a command prints on a wide terminal."""
    first, second = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "ledger", *words],
        stdin=second, stdout=second, stderr=second,
        env=environment(TERM="xterm", COLUMNS="400", **settings),
    ) as running:  # fmt: skip
        os.close(second)
        found = b""
        while True:
            try:
                read = os.read(first, 1 << 16)
            except OSError:
                break
            if not read:
                break
            found += read
        assert running.wait() == 0, found.decode()
    os.close(first)
    return found.decode()


def test_colours_are_as_one_asks() -> None:
    """On a terminal headings are bold, with NO_COLOR nothing is; forced, also in a file."""
    asked = ("standards", "scope")

    assert "\x1b[" in printed(*asked)
    assert "\x1b" not in printed(*asked, NO_COLOR="1")
    assert "\x1b" not in printed(*asked, CLICOLOR="0")
    assert "\x1b" not in run(*asked)[1]
    assert "\x1b[" in run(*asked, CLICOLOR_FORCE="1")[1]


def test_progress_ends_at_its_total(capfd: pytest.CaptureFixture[str]) -> None:
    """Also where the last step said less; where an error ends it, it stays where it was."""
    first, second = pty.openpty()
    script = (
        "from ledger.commands.output import progress\n"
        "with progress('whole', 1000) as step: step(998)\n"
        "with progress('open', None) as step: step(7)\n"
        "try:\n"
        "    with progress('failed', 1000) as step: step(333); raise ValueError\n"
        "except ValueError: pass\n"
    )
    subprocess.run([sys.executable, "-c", script], stderr=second, check=True,
                   env=environment(TERM="xterm"), cwd=ROOT)  # fmt: skip
    os.close(second)
    shown = os.read(first, 1 << 16).decode()
    os.close(first)
    last = {name: re.findall(rf"{name}[^\r\n]*?([0-9]+)/([0-9?]+)", shown)[-1]
            for name in ("whole", "open", "failed")}  # fmt: skip

    assert last == {"whole": ("1000", "1000"), "open": ("7", "7"), "failed": ("333", "1000")}
    with progress("unseen", 3) as step:
        step(1)
    assert capfd.readouterr().err == ""


def test_what_a_demo_left_is_removed(tmp_path: Path) -> None:
    """Only what is a demo's, and nobody's at work; `make clean` asks for it."""
    home = tmp_path / "seal"
    left = tmp_path / "seal-demo"
    settings = {"LEDGER_HOME": str(home)}

    assert run("demo", "--remove", **settings) == (0, "", "")
    left.mkdir()
    (left / "precious").touch()
    code, _, said = run("demo", "--remove", **settings)
    assert (code, "is no demo's home" in said) == (2, True)
    assert (left / "precious").exists()
    (left / ".demo").touch()
    assert run("demo", "--remove", **settings)[0] == 0
    assert not left.exists()
    assert "demo --remove" in (ROOT / "Makefile").read_text().partition("\nclean:")[2]
