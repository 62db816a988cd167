"""`ledger season` and `ledger demo`: a made season, alone or through the whole ledger."""

import json
import os
import shlex
import shutil
import sys
import sysconfig
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from ledger.commands.home import opened
from ledger.commands.output import SEVERITIES, progress, say
from ledger.errors import Misuse

if TYPE_CHECKING:
    from ledger.log import Log
    from ledger.season import Key, Season

_chunk_bytes_max = 1 << 20


def season(
    events: Annotated[int, typer.Option(min=1, max=100_000_000, help="How many lines.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same season.")] = 1,
    faults: Annotated[
        str | None,
        typer.Option(
            "--faults",
            "--slips",
            metavar="MIX",
            help="Plant faults: all, 1%, or names such as M-18,M-02:3.",
        ),
    ] = None,
    key: Annotated[
        Path | None, typer.Option(help="Write here which rules must fire on which subjects.")
    ] = None,
) -> None:
    """Print a made season, one event a line, late and twice as real scanners are.

    Example: ledger season --events 20000 --seed 7 --faults all > s.ndjson
    """
    from ledger.facts.canonical import encode
    from ledger.season import Mix
    from ledger.season import season as made

    story = made(events, seed, Mix.parse(faults) if faults else None)
    if key is not None:
        # Before anything is printed: what cannot be whole is not begun.
        _write_key(key, story.key())
    out = sys.stdout.buffer
    chunk: list[bytes] = []
    size = 0
    with progress("season", events) as step:
        for number, fact in enumerate(story.facts(), 1):
            chunk.append(encode(fact))
            size += len(chunk[-1]) + 1
            if size >= _chunk_bytes_max:
                out.write(b"\n".join(chunk) + b"\n")
                chunk.clear()
                size = 0
                step(number)
    if chunk:
        out.write(b"\n".join(chunk) + b"\n")
    out.flush()


def _write_key(path: Path, key: "Key") -> None:
    try:
        path.write_text(json.dumps(_plain(key), ensure_ascii=False, indent=1) + "\n")
    except OSError as error:
        raise Misuse(f"{path} cannot be written: {error.strerror}.") from None


def _plain(key: "Key") -> dict[str, object]:
    return {
        "now": key.now,
        "cases": [
            {"rule": case.rule, "subject": case.subject, "discriminator": case.discriminator}
            for case in key.cases
        ],
    }


FAULTS = "over-sealing,count-variance,receipt-difference,report-differs"
"""The faults a demo plants, by name."""
cases_said_max = 20


def demo(
    events: Annotated[int, typer.Option(min=500, max=10_000_000, help="How many events.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same season.")] = 7,
    kafka: Annotated[
        bool, typer.Option("--kafka", help="Through a real local broker (Java 17, Maven).")
    ] = False,
    once: Annotated[
        bool, typer.Option("--once", help="Print and exit, without serving the desk.")
    ] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Only remove what an earlier demo left.")
    ] = False,
) -> None:
    """Record a season with a few planted faults, print what the ledger says, serve the desk.

    It lives in a home of its own beside the usual one, made anew each time. The desk is served on
    loopback until Ctrl-C, with a sign-in link for each role.

    Example: ledger demo --events 50000 --seed 3
    """
    from ledger.settings import load

    if remove:
        remove_demo()
        return
    with ExitStack() as stack:
        listening = None
        if not once:
            from ledger.commands.demo_desk import taken

            listening = stack.enter_context(taken(load()))
        _demo(events, seed, listening, kafka=kafka)


def _demo(events: int, seed: int, listening: socket | None, *, kafka: bool) -> None:
    """The demo; its desk is served at the address taken, where one is."""
    from msgspec.structs import replace

    from ledger.commands.reconcile import answered, print_reconciliation
    from ledger.commands.verify import follow
    from ledger.season import Mix
    from ledger.season import season as made
    from ledger.settings import load
    from ledger.views.discrepancies import Wanted, listed
    from ledger.views.reading import reading
    from ledger.views.reconciliation import Question

    home = demo_home()
    settings = replace(load(), home=home, database_url=None)
    started = time.monotonic()
    story = made(events, seed, Mix.parse(FAULTS))
    if kafka:
        from ledger.commands.demo_kafka import through_kafka

        through_kafka(story.facts, events, settings)
    with opened(settings, recorded_at="clock" if kafka else "event") as log:
        if not kafka:
            _through_a_file(log, story, home)
        follow(log)
        print_reconciliation(answered(log, Question()))
        with reading(log) as rows:
            cases = [entry.row for entry in listed(rows, log, Wanted())]
        typer.echo("\nWhat does not fit")
        for sentence in in_words(log, cases):
            typer.echo(f"  {sentence}")
        seconds = time.monotonic() - started
        say(f"{log.position():,} events recorded, projected and audited in {seconds:.0f} s.")
        say(_HINTS.format(home=shlex.quote(str(home)), programs=shlex.quote(str(_programs()))))
        if listening is not None:
            from ledger.commands.demo_desk import open_desk

            open_desk(log, settings, listening)


def _through_a_file(log: "Log", story: "Season", home: Path) -> None:
    from ledger.commands.loading import Loading
    from ledger.facts.canonical import encode
    from ledger.intake.doors import OPERATOR

    file = home / "season.ndjson"
    with file.open("wb") as out:
        out.writelines(encode(fact) + b"\n" for fact in story.facts())
    Loading(log, None).file(str(file), OPERATOR)


_HINTS = """
To look further (the demo lives in {home}):
  export LEDGER_HOME={home} PATH={programs}:"$PATH"
  ledger reconcile --split exporter          who holds them, exporter by exporter
  ledger reconcile --as-of 2026-01-31        where they were at the end of January
  ledger discrepancies                       what does not fit, with its evidence
  ledger verify                              do the promises hold?
  ledger --help                              everything else"""


def _programs() -> Path:
    """The folder in which this program lies, to be found again by whoever types its name."""
    beside = Path(sys.argv[0]).parent
    if (beside / "ledger").is_file():
        return beside.resolve()
    return Path(sysconfig.get_path("scripts"))


_MARKER = ".demo"


def remove_demo() -> None:
    """Remove the home that a demo left; says so, and says nothing where there is none."""
    home = _demo_place()
    if home.exists():
        _emptied()
        say(f"The demo's home {home} is removed.")


def _demo_place() -> Path:
    from ledger.log.embedded import default_home

    home = default_home()
    return home.with_name(home.name + "-demo")


def _emptied() -> Path:
    """The demo's place without what a demo left there. Misuse: it is no demo's, or one runs."""
    from ledger.log.embedded import alive, in_use, leave, server

    home = _demo_place()
    if home.exists() and any(home.iterdir()) and not (home / _MARKER).exists():
        raise Misuse(f"{home} is no demo's home: move it away, or set LEDGER_HOME.")
    if home.exists() and in_use(home):
        raise Misuse(f"A demo is running in {home}: end it first, with Ctrl-C.")
    if alive(home):
        # A demo that was killed left its database running.
        server(home)
        leave(home)
    shutil.rmtree(home, ignore_errors=True)
    return home


def demo_home() -> Path:
    """Make an empty home for the demo: beside the usual one, and only ever what a demo left."""
    home = _emptied()
    try:
        home.mkdir(parents=True)
        (home / _MARKER).touch()
    except OSError as error:
        raise Misuse(f"{home} cannot be made: {error.strerror}. Set LEDGER_HOME.") from None
    os.environ["LEDGER_HOME"] = str(home)
    return home


def in_words(log: "Log", rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Say the first cases, the gravest first, each with the scans that are its evidence."""
    gravest = sorted(rows, key=lambda row: (list(SEVERITIES).index(row["severity"]), row["rule"]))
    for row in gravest[:cases_said_max]:
        behind = _scans(log, row["evidence"])
        artefact = " It looks like a scanner's slip." if row["suspected_scanner_artifact"] else ""
        yield (
            f"{row['rule']} {SEVERITIES[row['severity']]}: {row['sentence']}"
            f"{f' {behind}.' if behind else ''}{artefact}"
        )
    if len(gravest) > cases_said_max:
        yield f"… and {len(gravest) - cases_said_max} more: ledger discrepancies"


def _scans(log: "Log", evidence: Sequence[str]) -> str:
    """Say which scans are among the evidence: how many, on which lines, by whom."""
    from ledger.facts.canonical import decode
    from ledger.facts.seals import SealsApplied

    found: Counter[tuple[str | None, str]] = Counter()
    for stream in log.get([UUID(each) for each in evidence]).values():
        if stream[0].topic == SealsApplied.__name__:
            fact = decode(stream[0].state)
            if isinstance(fact, SealsApplied):
                found[fact.line, fact.source] += 1
    parts = [
        f"{count} scan{'s' if count > 1 else ''}{f' on line {line}' if line else ''} by {source}"
        for (line, source), count in sorted(found.items(), key=lambda item: (-item[1], item[0][1]))
    ]
    return "; ".join(parts)
