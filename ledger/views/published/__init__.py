"""The schema `seal_ledger`: views for whoever asks the database itself, over the views in use.

They show each viewer what the tables below show it, and move on with them: the schema is built
beside the one in use and takes its name in the transaction in which other tables take over.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from psycopg import sql

from ledger.log.connecting import BEHIND
from ledger.log.rights import LOGINS, READER
from ledger.views import SCHEMA
from ledger.views.folding import Rows
from ledger.views.published.datasets import DATASETS, Dataset
from ledger.views.reconciliation.as_view import PAIRS_FUNCTION

PUBLISHED: Final = "seal_ledger"
"""The schema, as people name it."""
_OURS: Final = "Views for analysts."
_ANEW: Final = f"{PUBLISHED}_anew"
_BEFORE: Final = f"{PUBLISHED}_before"

_STATE: Final = """
SELECT pg_has_role(nspowner, 'USAGE'), obj_description(oid, 'pg_namespace')
FROM pg_namespace WHERE nspname = %s
"""
_GRANT: Final = f"""
DO $body$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{LOGINS}') THEN
        GRANT USAGE ON SCHEMA {PUBLISHED} TO {LOGINS};
        GRANT SELECT ON ALL TABLES IN SCHEMA {PUBLISHED}, {{views}} TO {LOGINS};
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{READER}') THEN
        GRANT USAGE ON SCHEMA {PUBLISHED} TO {READER};
        GRANT SELECT ON ALL TABLES IN SCHEMA {PUBLISHED} TO {READER};
    END IF;
END
$body$
"""
"""What the views show comes from the tables below, as their policies have it; nobody can name those
who may not use their schema."""


def publish(rows: Rows, views: str = SCHEMA) -> bool:
    """Let `seal_ledger` show the views in a schema; False where it does already.

    What it was before stands beside it until `forget_before`; nothing waits for whoever reads it.
    Nothing is done where the schema is somebody else's.
    """
    rows.execute("SELECT oid::text FROM pg_namespace WHERE nspname = %s", (views,))
    ((views_id,),) = rows.fetchall()
    mark = f"{_OURS} {_digest()} {views_id}"
    found = rows.execute(_STATE, (PUBLISHED,)).fetchone()
    if found is not None and (not found[0] or found[1] == mark):
        return False
    forget_before(rows)
    # The views' own schema comes first: tables there have names of views here.
    path = f"set_config('search_path', %s::text || ', ' || {BEHIND} || ', {_ANEW}', true)"
    rows.execute(f"SELECT {path}", (views,))
    statements = [f"DROP SCHEMA IF EXISTS {_ANEW} CASCADE", f"CREATE SCHEMA {_ANEW}"]
    statements.append(PAIRS_FUNCTION.format(schema=_ANEW))
    for dataset in DATASETS:
        statements += _made(dataset)
    if found is not None:
        statements.append(f"ALTER SCHEMA {PUBLISHED} RENAME TO {_BEFORE}")
    statements.append(f"ALTER SCHEMA {_ANEW} RENAME TO {PUBLISHED}")
    statements.append(f"COMMENT ON SCHEMA {PUBLISHED} IS {_literal(mark)}")
    # All at once, as only a cursor that reads text takes them.
    rows.connection.execute(";\n".join(statements).encode())
    grant(rows, views)
    return True


def forget_before(rows: Rows) -> None:
    """Drop what `seal_ledger` was before."""
    rows.execute(f"DROP SCHEMA IF EXISTS {_BEFORE} CASCADE".encode())


def grant(rows: Rows, views: str = SCHEMA) -> None:
    """Let the roles read that are there to read."""
    rows.execute(_GRANT.format(views=sql.Identifier(views).as_string(None)).encode())


def is_published(rows: Rows) -> bool:
    """Whether `seal_ledger` is there and ours."""
    found = rows.execute(_STATE, (PUBLISHED,)).fetchone()
    return found is not None and str(found[1]).startswith(_OURS)


def _made(dataset: Dataset) -> Iterator[str]:
    """The statements that make a view, with what it and its columns mean."""
    view = f"{_ANEW}.{dataset.name}"
    options = "security_invoker = true, security_barrier = true"
    yield f"CREATE VIEW {view} WITH ({options}) AS {dataset.select}"
    yield f"COMMENT ON VIEW {view} IS {_literal(dataset.meaning)}"
    for column in dataset.columns:
        yield f"COMMENT ON COLUMN {view}.{column.name} IS {_literal(column.meaning)}"


def _literal(text: str) -> str:
    return sql.Literal(text).as_string(None)


def _digest() -> str:
    """Of everything that is made, so that other statements take the place of these."""
    told = "\n".join((PAIRS_FUNCTION, _GRANT, *map(repr, DATASETS)))
    return sha256(told.encode()).hexdigest()[:16]
