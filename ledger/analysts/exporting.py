"""The export for analysts: read at one snapshot, written beside its place, then put there whole."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import msgspec

from ledger.analysts.spool import Spool, spool_events, spool_view
from ledger.analysts.tables import SCHEMA_VERSION, tables
from ledger.analysts.writing import Writer
from ledger.errors import Misuse, Unavailable
from ledger.facts.scalars import time_text
from ledger.log import Log, Rows
from ledger.views import schema
from ledger.views.published import is_published
from ledger.views.published.datasets import DATASETS

Form = Literal["parquet", "duckdb"]
MANIFEST: Final = "manifest"
LEDGER_ID: Final = "ledger_id"
"""Under this key of `meta`: which ledger this is, as anybody may be told."""
Step = Callable[[int], object]


class Written(NamedTuple):
    """What was written: how many events and tables, up to which position."""

    events: int
    tables: int
    position: int


class Whose(NamedTuple):
    """As whom it is read, for the manifest."""

    role: str
    party: str


def check_place(place: Path, form: Form) -> None:
    """Raise Misuse where nothing can be put in that place."""
    if form == "parquet":
        if place.exists() and not (place.is_dir() and not any(place.iterdir())):
            raise Misuse(f"{place} is there already: a new folder, or an empty one, is wanted.")
    elif place.is_dir():
        raise Misuse(f"{place} is a folder: a file is wanted.")
    if not place.resolve().parent.is_dir():
        raise Misuse(f"{place.resolve().parent} is no folder.")


def export(
    log: Log,
    snapshot: AbstractContextManager[Rows],
    place: Path,
    form: Form,
    *,
    whose: Whose,
    step: Step,
) -> Written:
    """Write everything that a snapshot of the views shows, and put it in its place.

    `log` is the whole log. Raises Misuse where it cannot be put there, Unavailable where the views
    were not built yet.
    """
    check_place(place, form)
    with _beside(place) as folder, Spool(_made(folder / "spool")) as spool:
        with snapshot as rows:
            head, events = _read(rows, log, spool, step)
        head = {"format": form, **head, "role": whose.role, "party": whose.party}
        spool.close()
        made = _made(folder / "made")
        told = _write(spool, folder, made / place.name if form == "duckdb" else None, head)
        if form == "parquet":
            manifest = msgspec.json.format(msgspec.json.encode({**head, "tables": told}), indent=1)
            (made / f"{MANIFEST}.json").write_bytes(manifest + b"\n")
            _kept(made)
            if place.exists():
                place.rmdir()  # empty, or it would have been refused
            made.rename(place)
        else:
            (made / place.name).replace(place)
    return Written(events, len(told), head["position"])


def _read(rows: Rows, log: Log, spool: Spool, step: Step) -> tuple[dict[str, Any], int]:
    """Spool the log and the views; answers what is told of all of it, and how many events."""
    if not is_published(rows):
        raise Unavailable("There is nothing for analysts yet: run `ledger catch-up`.")
    rows.execute("SET LOCAL statement_timeout = 0")
    rows.execute("SET LOCAL work_mem = '64MB'")
    position = schema.position(rows)
    last = log.at([position])
    head = {
        "schema_version": SCHEMA_VERSION,
        "home": log.meta(LEDGER_ID),
        "position": position,
        "recorded_at": time_text(last[0].recorded_at, 0) if last else None,
        "simulation": log.is_simulation(),
    }
    events = spool_events(rows, spool, step)
    for dataset in DATASETS:
        spool_view(rows, spool, dataset)
    return head, events


def _write(
    spool: Spool, folder: Path, database: Path | None, head: dict[str, Any]
) -> list[dict[str, Any]]:
    """Write every table; answers what the manifest tells of each."""
    told: list[dict[str, Any]] = []
    writer = Writer(folder / "spool", database)
    try:
        for table in tables():
            rows, digest = writer.write(table, spool.pieces(table.spool), folder / "made")
            told.append({"table": table.name, "rows": rows, "sha256": digest})
            if database is None:
                told[-1] |= {
                    "file": f"{table.name}.parquet",
                    "meaning": table.meaning,
                    "columns": [
                        {"name": one.name, "type": one.type, "meaning": one.meaning}
                        for one in table.columns
                    ],
                }
        if database is not None:
            writer.keep(MANIFEST, head, told)
    finally:
        writer.close()
    return told


@contextmanager
def _beside(place: Path) -> Iterator[Path]:
    """A folder beside a place, of which nothing is left."""
    place = place.resolve()
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{place.name}.part-", dir=place.parent))
    except OSError as error:
        raise Misuse(f"{place.parent} cannot be written: {error.strerror}.") from None
    try:
        yield folder
    except OSError as error:
        raise Misuse(f"{place} cannot be written: {error.strerror or error}.") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _kept(folder: Path) -> None:
    """Let what is in a folder be on the disk before the folder has its name."""
    for path in folder.iterdir():
        with path.open("rb") as written:
            os.fsync(written.fileno())
