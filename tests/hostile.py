"""What a test needs to count the rows that the database reads for what one sender sent."""

import time
from typing import Final

import psycopg

_OTHERS: Final = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
_READ: Final = """
SELECT (SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)
        FROM pg_stat_user_tables WHERE relname LIKE %(table)s)
    + (SELECT coalesce(sum(idx_tup_read), 0)
        FROM pg_stat_user_indexes WHERE relname LIKE %(table)s)
"""
_gone_seconds_max: Final = 10


def rows_read(dsn: str, table: str = "%") -> int:
    """Rows of our tables and their indexes that the database has read; whoever read has left."""
    with psycopg.connect(dsn, autocommit=True) as looking:
        until = time.monotonic() + _gone_seconds_max
        while looking.execute(_OTHERS).fetchone() != (0,) and time.monotonic() < until:
            time.sleep(0.02)
        found = looking.execute(_READ, {"table": table}).fetchone()
    assert found is not None
    return int(found[0])
