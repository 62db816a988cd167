"""`ledger export --format parquet|duckdb`: the log and the views as tables that analysts read."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from ledger.commands.home import opened
from ledger.commands.options import Reader
from ledger.commands.output import progress, say
from ledger.errors import Misuse

if TYPE_CHECKING:
    from ledger.log import Log, Rows

_READS_AS: Final = {
    "IMPORTER": Reader.IMPORTER, "EXPORTER": Reader.EXPORTER, "PRODUCER": Reader.EXPORTER,
    "PROCESSOR": Reader.EXPORTER, "SUBDIVIDER": Reader.EXPORTER, "RCB": Reader.CERTIFIER,
    "CERTIFYING_AGENT": Reader.CERTIFIER,
}  # fmt: skip
"""As what a party reads, by a role that it is registered with."""


def export_tables(
    place: Path, form: Literal["parquet", "duckdb"], party: str | None, role: Reader | None
) -> None:
    """Write the tables into a new folder or a file; everything, or what one party sees."""
    if find_spec("duckdb") is None:
        raise Misuse(
            "This needs DuckDB, which is not installed: pip install 'seal-ledger[analysts]'."
        )
    if party is None and role is not None:
        raise Misuse("--role is for --as PARTY: without it everything is written.")
    from ledger.analysts.exporting import Whose, check_place, export

    check_place(place, form)
    with opened() as log:
        total = log.position()
        if party is None:
            snapshot, whose = _everything(log), Whose("operator", "operator")
        else:
            whose = Whose(_role_of(log, party, role).value, party)
            snapshot = _seen(log, whose.role, party)
        with progress("export", total) as step:
            written = export(log, snapshot, place, form, whose=whose, step=step)
        behind = total - written.position
    say(
        f"{written.events:,} events and all views are in {place}, as of position"
        f" {written.position:,}: {written.tables} tables."
    )
    if behind > 0:
        say(f"{behind:,} recorded events are not in it yet: run `ledger catch-up`.")


@contextmanager
def _everything(log: "Log") -> "Iterator[Rows]":
    """One snapshot of the views for whoever runs the ledger."""
    from ledger.views.reading import reading

    with reading(log) as rows:
        rows.execute("SELECT set_config('ledger.role', 'operator', true)")
        yield rows


@contextmanager
def _seen(log: "Log", role: str, party: str) -> "Iterator[Rows]":
    """One snapshot of log and views as the database shows it to a party."""
    from ledger.log.seeing import Sight, Viewer
    from ledger.views import SCHEMA

    sight = Sight(log)
    sight.open()
    try:
        sight.grant(SCHEMA)
        sight.check(SCHEMA)
        with sight.seen(Viewer("export", role, party), SCHEMA) as (rows, _):
            yield rows
    finally:
        sight.close()


def _role_of(log: "Log", party: str, given: Reader | None) -> Reader:
    """As what a party reads: as is given, else by its registration; Misuse where that is open."""
    from ledger.facts.mentions import About
    from ledger.facts.registry import PartyRegistered
    from ledger.views.known import Named, check_known
    from ledger.views.loading import facts_about
    from ledger.views.reading import reading

    with reading(log) as rows:
        check_known(rows, log, (Named.PARTY, party))
        record = facts_about(rows, log, [(About.PARTY, party)])
    if given is not None:
        return given
    registered = record.latest(PartyRegistered, About.PARTY, party)
    roles = registered.roles if registered is not None else ()
    found = sorted({_READS_AS[role] for role in roles if role in _READS_AS})
    if len(found) == 1:
        return found[0]
    said = f"may read as {' or '.join(found)}" if found else "is registered with no role that reads"
    raise Misuse(f"{party} {said}: say --role.")
