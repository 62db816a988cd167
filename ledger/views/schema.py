"""The schema the views live in: made, found, put in place of an older one.

A version is visible once it is complete: what is being built stands beside it under another name.
"""

from psycopg import sql

from ledger.errors import Unavailable
from ledger.views import SCHEMA
from ledger.views.folding import Rows

_making_lock = 5283640182  # one maker at a time; the number only has to be ours
_PROGRESS = """
CREATE TABLE progress (one boolean PRIMARY KEY DEFAULT true CHECK (one), position int8 NOT NULL);
INSERT INTO progress (position) VALUES (0);
"""


def use(rows: Rows, schema: str = SCHEMA) -> None:
    """Let unqualified names mean this schema until the transaction ends."""
    rows.execute("SELECT set_config('search_path', %s, true)", (f"{schema}, public",))


def make(rows: Rows, tables: str, schema: str = SCHEMA) -> None:
    """Create the schema and its tables, unless they are there."""
    rows.execute("SELECT pg_advisory_xact_lock(%s)", (_making_lock,))
    if not exists(rows, schema):
        rows.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        use(rows, schema)
        # Several statements at once, as only a cursor that reads text takes them.
        rows.connection.execute((_PROGRESS + tables).encode())


def exists(rows: Rows, schema: str = SCHEMA) -> bool:
    """Whether the schema has been made."""
    return rows.execute("SELECT to_regnamespace(%s)", (schema,)).fetchone() != (None,)


def drop(rows: Rows, schema: str) -> None:
    """Drop the schema with all that is in it, if it is there."""
    rows.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


def take_over(rows: Rows, built: str, schema: str = SCHEMA) -> None:
    """Put what was built in the place of what is live, in one step."""
    drop(rows, schema)
    rows.execute(
        sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(
            sql.Identifier(built), sql.Identifier(schema)
        )
    )


def older(rows: Rows, version: int) -> list[str]:
    """Schemas of versions before this one."""
    rows.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^views_[0-9]+$'")
    names = sorted(str(name) for (name,) in rows.fetchall())
    return [name for name in names if int(name.removeprefix("views_")) < version]


def position(rows: Rows, *, lock: bool = False) -> int:
    """The last position the views rest on; with `lock` it is ours to move.

    Raises Unavailable where the views have not been built yet.
    """
    if rows.execute("SELECT to_regclass('progress')").fetchone() == (None,):
        raise Unavailable("The views are not built yet: run the projector, or `ledger catch-up`.")
    rows.execute(f"SELECT position FROM progress{' FOR UPDATE' if lock else ''}")
    row = rows.fetchone()
    return int(row[0]) if row else 0


def advance(rows: Rows, to: int) -> None:
    """Move the position the views rest on."""
    rows.execute("UPDATE progress SET position = %s", (to,), prepare=True)
