"""Lines of JSON → Parquet files, or one DuckDB file: by DuckDB, which gets nothing from outside."""

import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec

from ledger.analysts.tables import Column, Table, quoted

memory_bytes_max: Final = "1GB"
_chunk_bytes: Final = 1024 * 1024
_FROM: Final = """
read_json({files}, format = 'newline_delimited', columns = {form}, maximum_object_size = 33554432)
"""


class Writer:
    """Makes tables of lines and writes them into a folder or a file of DuckDB's own."""

    def __init__(self, scratch: Path, database: Path | None = None) -> None:
        """Without a `database` tables become files, in the folder that `write` is told."""
        self._scratch = scratch
        self._database = database
        self._engine = duckdb.connect(
            ":memory:" if database is None else str(database),
            config={
                "threads": os.cpu_count() or 1,
                "memory_limit": memory_bytes_max,
                "temp_directory": str(scratch / "overflow"),
                "preserve_insertion_order": True,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_community_extensions": False,
            },
        )
        self._engine.execute("SET TimeZone = 'UTC'")
        self._engine.execute("SET enable_progress_bar = false")

    def close(self) -> None:
        """Write what is still to be written, and let go of it."""
        self._engine.close()

    def write(self, table: Table, lines: Sequence[Path], folder: Path) -> tuple[int, str]:
        """Write a table; answers how many rows it has and the digest of them."""
        select = _select(table, lines)
        if self._database is None:
            path = folder / f"{table.name}.parquet"
            told = _kv_metadata(table)
            self._engine.execute(
                f"COPY ({select}) TO {_literal(str(path))} (FORMAT parquet, COMPRESSION zstd,"
                f" KV_METADATA {told})"
            )
            return self._digest(f"read_parquet({_literal(str(path))})")
        self._make(table)
        self._engine.execute(f"INSERT INTO {quoted(table.name)} {select}")
        return self._digest(quoted(table.name))

    def keep(self, name: str, row: Mapping[str, Any], told: Sequence[Mapping[str, Any]]) -> None:
        """Keep the manifest in the file itself: a row a table, each with what holds for all."""
        columns = ", ".join(f"{quoted(key)} {_kind(value)}" for key, value in told[0].items())
        heads = ", ".join(f"{quoted(key)} {_kind(value)}" for key, value in row.items())
        self._engine.execute(f"CREATE TABLE {quoted(name)} ({heads}, {columns})")
        marks = ", ".join("?" * (len(row) + len(told[0])))
        for each in told:
            self._engine.execute(
                f"INSERT INTO {quoted(name)} VALUES ({marks})", [*row.values(), *each.values()]
            )

    def _make(self, table: Table) -> None:
        columns = ", ".join(f"{quoted(one.name)} {one.type}" for one in table.columns)
        self._engine.execute(f"CREATE TABLE {quoted(table.name)} ({columns})")
        self._engine.execute(f"COMMENT ON TABLE {quoted(table.name)} IS {_literal(table.meaning)}")
        for column in table.columns:
            named = f"{quoted(table.name)}.{quoted(column.name)}"
            self._engine.execute(f"COMMENT ON COLUMN {named} IS {_literal(column.meaning)}")

    def _digest(self, source: str) -> tuple[int, str]:
        """How many rows there are, and the SHA-256 over them as CSV, in their order."""
        made = self._scratch / "rows.csv"
        counted = self._engine.execute(
            f"COPY (SELECT * FROM {source}) TO {_literal(str(made))} (FORMAT csv, HEADER)"
        ).fetchone()
        digest = sha256()
        with made.open("rb") as rows:
            while chunk := rows.read(_chunk_bytes):
                digest.update(chunk)
        made.unlink()
        return (0 if counted is None else int(counted[0])), digest.hexdigest()


def _select(table: Table, lines: Sequence[Path]) -> str:
    """The statement that reads a table from its lines; from none a table without rows."""
    if not lines:
        nothing = ", ".join(f"NULL::{one.type} AS {quoted(one.name)}" for one in table.columns)
        return f"SELECT {nothing} WHERE false"
    files = "[" + ", ".join(_literal(str(path)) for path in lines) + "]"
    form = "{" + ", ".join(f"{_literal(k)}: {_literal(v)}" for k, v in table.form.items()) + "}"
    source = _FROM.format(files=files, form=form)
    columns = ", ".join(_read(column) for column in table.columns)
    if not table.each:
        return f"SELECT {columns} FROM {source}"
    entries = (
        f"SELECT position, id, unnest({quoted(table.each)}) AS entry,"
        f" generate_subscripts({quoted(table.each)}, 1) AS line FROM {source}"
    )
    return f"SELECT {columns} FROM ({entries})"


def _read(column: Column) -> str:
    """A column as it is read; one that is read as another type is turned into its own."""
    return f"CAST({_own(column)} AS {column.type}) AS {quoted(column.name)}"


def _own(column: Column) -> str:
    return quoted(column.read) if column.read.isidentifier() else column.read


def _kv_metadata(table: Table) -> str:
    columns = {column.name: column.meaning for column in table.columns}
    told = {"meaning": table.meaning, "columns": msgspec.json.encode(columns).decode()}
    return "{" + ", ".join(f"{key}: {_literal(value)}" for key, value in told.items()) + "}"


def _kind(value: object) -> str:
    return "BIGINT" if isinstance(value, int) else "VARCHAR"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
