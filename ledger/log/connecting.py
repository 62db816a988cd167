"""Connection strings: checked before anybody connects, and never waited for without end."""

from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger.errors import Misuse

connect_seconds_max: Final = 10


def connectable(url: str) -> str:
    """The connection string, with a limit on how long connecting takes unless it has one.

    Raises Misuse where it is none of PostgreSQL's. The sentence does not repeat it: there may be a
    password in it.
    """
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise Misuse(
            "LEDGER_DATABASE_URL is no connection string of PostgreSQL: expected"
            " postgresql://user:password@host/name."
        ) from None
    if "connect_timeout" in parts:
        return url
    return make_conninfo(url, connect_timeout=connect_seconds_max)
