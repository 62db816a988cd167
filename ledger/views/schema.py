"""The schema the views live in: made, found, put in place of an older one.

A version is visible once it is complete: what is being built stands beside it under another name.
"""

from typing import Final

from psycopg import sql
from psycopg.errors import LockNotAvailable, UndefinedTable

from ledger.errors import Unavailable
from ledger.log.connecting import BEHIND
from ledger.views import SCHEMA
from ledger.views.folding import Rows

NOT_BUILT = "The views are not built yet: run the projector, or `ledger catch-up`."
_making_lock = 5283640182  # one maker at a time; the numbers only have to be ours
_moving_lock = 528364
_wait_ms_max = 60_000
_PROGRESS = """
CREATE TABLE progress (one boolean PRIMARY KEY DEFAULT true CHECK (one), position int8 NOT NULL);
INSERT INTO progress (position) VALUES (0);
"""


def each_table(command: str) -> str:
    """The statement that does this to each table of the schema in use; %I is the table."""
    return f"""
DO $body$
DECLARE
    made text;
BEGIN
    FOR made IN SELECT relname FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' LOOP
        EXECUTE format('{command}', made);
    END LOOP;
END
$body$;
"""


BOUND: Final = f"""
DO $body$
DECLARE
    one regprocedure;
BEGIN
    FOR one IN SELECT oid FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
        AND proname IN ('sees_case', 'marks_of_case') LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, %I, pg_temp', one,
            current_schema(), {BEHIND});
    END LOOP;
END
$body$;
"""
"""The statement that binds to the schema in use what logins of the database reach through the views
and what runs with the owner's rights: a session's own tables are not looked at before the ledger's.
Others of the kind are called by these, or by the reader alone."""


_PATH = f"set_config('search_path', %s::text || ', ' || {BEHIND}, true)"
_PLAN_ONCE = (
    "set_config('plan_cache_mode', 'force_generic_plan', true),"
    # A plan made while a table is small would read it whole, also once it is large.
    " set_config('enable_seqscan', 'off', true)"
)
"""What is sent with every batch is planned once a session, for any values.

In a small batch a plan for the values at hand takes as long as running it.
"""


def use(rows: Rows, schema: str = SCHEMA, *, plan_once: bool = False) -> None:
    """Let unqualified names mean this schema until the transaction ends.

    With `plan_once` for whoever sends the same statements over and over.
    """
    wanted = f"SELECT {_PATH}, {_PLAN_ONCE}" if plan_once else f"SELECT {_PATH}"
    rows.execute(wanted, (schema,), prepare=True)


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


def rename(rows: Rows, schema: str, to: str) -> None:
    """Give a schema another name: needs no lock on its tables, so readers read on."""
    rows.execute(
        sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(schema), sql.Identifier(to))
    )
    use(rows, to)
    rows.execute(BOUND)


def older(rows: Rows, version: int) -> list[str]:
    """Schemas of versions before this one."""
    rows.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^views_[0-9]+$'")
    names = sorted(str(name) for (name,) in rows.fetchall())
    return [name for name in names if int(name.removeprefix("views_")) < version]


_HOLD = f"""
SELECT set_config('lock_timeout', %s, true), {_PATH}, {_PLAN_ONCE},
    pg_advisory_xact_lock(%s::int4, hashtext(%s))
"""


def hold(rows: Rows, schema: str = SCHEMA) -> None:
    """Use this schema, and let nobody else move its views, until the transaction ends.

    Taken before any table is: a rebuild may put others in their place meanwhile. Prepared
    statements are planned once. Raises Unavailable where somebody else holds them for too long.
    """
    held = (str(_wait_ms_max), schema, _moving_lock, schema)
    try:
        rows.execute(_HOLD, held, prepare=True)
    except LockNotAvailable as error:
        raise Unavailable("Another process has been moving the views for too long.") from error


def position(rows: Rows) -> int:
    """The last position the views rest on.

    Raises Unavailable where the views have not been built yet.
    """
    try:
        row = rows.execute("SELECT position FROM progress", prepare=True).fetchone()
    except UndefinedTable as error:
        raise Unavailable(NOT_BUILT) from error
    return int(row[0]) if row else 0


def advance(rows: Rows, to: int) -> None:
    """Move the position the views rest on."""
    rows.execute("UPDATE progress SET position = %s", (to,), prepare=True)


def measure(rows: Rows) -> None:
    """Tell the planner how much is in the tables of the schema in use: about a second.

    For after many rows came at once: plans made before the database looks by itself are far off.
    A table that somebody vacuums right now is left to them.
    """
    rows.execute(each_table("ANALYZE (SKIP_LOCKED) %I"))
