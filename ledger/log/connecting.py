"""Connections to the ledger's database, and where in it the ledger's own tables are.

Statements name those tables without a schema: every connection made here looks them up in the one
that holds them, `public` or `seal_ledger_log`.
"""

import re
from typing import Any, Final

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import tuple_row

from ledger.errors import Misuse, Unavailable

OWN_SCHEMA: Final = "seal_ledger_log"
"""Where a ledger makes its tables whose user may not make any in `public`."""
connect_seconds_max: Final = 10
server_version_min: Final = 15

# A ledger that is there already stays where it is; one of ours goes before what somebody else made
# under its name. Catalogues are asked, as they answer anybody.
_SETTLE: Final = f"""
SELECT current_setting('transaction_read_only')::boolean, set_config('search_path', s.name, false),
    set_config('ledger.schema', s.name, false)
FROM (SELECT coalesce(
    (SELECT n.nspname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relname = 'source_position' AND n.nspname IN ('{OWN_SCHEMA}', 'public')
        ORDER BY pg_has_role(c.relowner, 'USAGE') DESC, n.nspname = 'public' LIMIT 1),
    (SELECT nspname FROM pg_namespace WHERE nspname = '{OWN_SCHEMA}'),
    'public')::text AS name) AS s
"""
_SESSION: Final = "SELECT pg_backend_pid()"
BEHIND: Final = "coalesce(nullif(current_setting('ledger.schema', true), ''), 'public')"
"""In SQL: the schema of the ledger's own tables, behind those of the views in a search path."""

_REMEDIES: Final = (
    (r"no password supplied|fe_sendauth",
     "Give the password in LEDGER_DATABASE_URL, or in a file named by passfile= or PGPASSFILE."),
    (r"password authentication failed|authentication failed",
     "Correct user and password in LEDGER_DATABASE_URL."),
    (r"database \".*\" does not exist|role \".*\" does not exist",
     "`ledger database prepare` makes database and user."),
    (r"could not translate host name|resolve host|[Nn]ame or service not known",
     "Correct the host in LEDGER_DATABASE_URL."),
    (r"pg_hba\.conf", "An administrator has to let it in there, or sslmode has to be another."),
    (r"certificate|SSL|sslmode|root\.crt", "Look at sslmode and sslrootcert in the address."),
    (r"too many (connections|clients)|remaining connection slots",
     "Raise max_connections of the server, or give the ledger fewer processes."),
    (r"Connection refused|No such file or directory|timeout|timed out",
     "Start the server, or correct host and port in LEDGER_DATABASE_URL."),
)  # fmt: skip
"""What a server or the network says, as a pattern, and what to do about it."""
_ASKED_BACK: Final = re.compile(
    r" Is the server running (on that host|locally) and accepting [\w/ ]*connections"
    r"( on that socket)?\?"
)
"""What libpq adds: the remedy says it."""


def connect(dsn: str, **options: Any) -> Connection[tuple[Any, ...]]:
    """Connect, each statement its own transaction unless told otherwise, and find the tables.

    Raises psycopg's errors.
    """
    connection = psycopg.connect(dsn, autocommit=True, **options)
    try:
        settle(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def settle(connection: Connection[Any]) -> str:
    """Let names without a schema mean the ledger's own tables; answers the schema they are in.

    Raises Unavailable where the server only reads.
    """
    with connection.cursor(row_factory=tuple_row) as rows:
        only_reads, schema, _ = rows.execute(_SETTLE.encode()).fetchone() or (False, "public", "")
    if only_reads:
        raise Unavailable(
            "The database only reads: name the primary in LEDGER_DATABASE_URL, or several servers"
            " with target_session_attrs=read-write."
        )
    return str(schema)


def check_server(connection: Connection[Any], dsn: str) -> None:
    """Raise Misuse for a server too old or a pooler that mixes sessions.

    `dsn` leads where the connection does.
    """
    version = connection.info.server_version // 10_000
    if version < server_version_min:
        raise Misuse(
            f"The database is PostgreSQL {version}: the ledger needs {server_version_min} or newer."
        )
    own = connection.execute(_SESSION).fetchone()
    if own != (connection.info.backend_pid,):  # somebody in between answered for the server
        with psycopg.connect(dsn, autocommit=True) as other:
            if other.execute(_SESSION).fetchone() == own:
                raise Misuse(
                    "The pooler in front of the database lends one session to several connections:"
                    " set its pool_mode to session, or name the database itself."
                )


def unreachable(error: Exception) -> str:
    """Say in a sentence why nobody answered, and in another what to do where that is known."""
    said = _ASKED_BACK.sub("", one_line(error))
    remedy = next((words for pattern, words in _REMEDIES if re.search(pattern, said)), "")
    return f"The database cannot be reached: {said.rstrip('.?')}. {remedy}".rstrip()


def one_line(error: Exception) -> str:
    """What an error says, on one line."""
    return " ".join(str(error).split()) or type(error).__name__


def connectable(url: str, *, called: str = "LEDGER_DATABASE_URL") -> str:
    """The connection string, with a limit on how long connecting takes unless it has one.

    Raises Misuse where it is none of PostgreSQL's. The sentence does not repeat it: there may be a
    password in it.
    """
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise Misuse(
            f"{called} is no connection string of PostgreSQL: expected"
            " postgresql://user:password@host/name."
        ) from None
    if "connect_timeout" in parts:
        return url
    return make_conninfo(url, connect_timeout=connect_seconds_max)
