"""`ledger season`: a made season as NDJSON, and its answer key."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from ledger.commands.output import progress
from ledger.errors import Misuse
from ledger.facts.canonical import encode
from ledger.season import Key, Mix
from ledger.season import season as made

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
    story = made(events, seed, Mix.parse(faults) if faults else None)
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
    if key is not None:
        try:
            key.write_text(json.dumps(_plain(story.key()), ensure_ascii=False, indent=1) + "\n")
        except OSError as error:
            raise Misuse(f"{key} cannot be written: {error.strerror}.") from None


def _plain(key: Key) -> dict[str, object]:
    return {
        "now": key.now,
        "cases": [
            {"rule": case.rule, "subject": case.subject, "discriminator": case.discriminator}
            for case in key.cases
        ],
    }
