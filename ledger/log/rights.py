"""What the ledger's user needs of the database, whether it has it, and what would grant it.

Tables and views are its own; the web reads as `ledger_reader`, which row-level security binds.
"""

from typing import Any, Final, NamedTuple

from psycopg import Connection, sql
from psycopg.rows import tuple_row

from ledger.log.connecting import BEHIND

READER: Final = "ledger_reader"
"""The role that the web reads as: neither an owner of tables nor free of their policies."""
LOGINS: Final = "ledger_bi"
"""The group of the logins that read the views by SQL."""
REMEDY: Final = (
    "An administrator has to run what `ledger database prepare` prints, or `ledger database"
    " prepare --run` does it"
)


class Right(NamedTuple):
    """One thing that the user needs: what for, whether it has it, and the SQL that grants it.

    `of_reader`: to speak as the reader's role, which a user that makes roles grants to itself.
    """

    what: str
    held: bool
    grant: str
    of_reader: bool = False


_ASKED: Final = f"""
SELECT current_user::text, current_database()::text, {BEHIND},
    has_database_privilege(current_database(), 'CREATE'),
    coalesce(has_schema_privilege(to_regnamespace({BEHIND}), 'CREATE'), false),
    (SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_class AS c
        WHERE c.oid = to_regclass('source_position')),
    (SELECT pg_get_userbyid(c.relowner)::text FROM pg_class AS c
        WHERE c.oid = to_regclass('source_position')),
    coalesce((SELECT pg_has_role(r.oid, CASE WHEN current_setting('server_version_num')::int
            >= 160000 THEN 'SET' ELSE 'MEMBER' END) FROM pg_roles AS r
        WHERE r.rolname = '{READER}'), false),
    NOT EXISTS (SELECT FROM pg_roles AS r
        WHERE r.rolname = '{READER}' AND (r.rolsuper OR r.rolbypassrls))
"""


def rights(connection: Connection[Any]) -> list[Right]:
    """Everything the ledger needs, as of now; asks for nothing that anybody may not ask.

    The connection is one of `connecting.connect`.
    """
    with connection.cursor(row_factory=tuple_row) as rows:
        found = rows.execute(_ASKED.encode()).fetchone()
    if found is None:
        return []
    user, database, schema, in_database, in_schema, owns, owner, speaks, bound = found
    me = quoted(user)
    return [
        Right(
            f"make schemas in {database}, for the views",
            in_database,
            f"GRANT CREATE ON DATABASE {quoted(database)} TO {me};",
        ),
        Right(
            f"make tables in {schema}" if schema != "public" or owner else "make its tables",
            # A ledger yet to be made has a schema of its own where it may not use `public`.
            in_schema or (owner is None and schema == "public" and in_database),
            f"GRANT USAGE, CREATE ON SCHEMA {quoted(schema)} TO {me};",
        ),
        Right(
            f"change the ledger's tables, owned by {owner or user}",
            owns is not False,
            f"sign in as {owner}",
        ),
        Right(f"speak as the role {READER}", speaks, reader_granted(user), of_reader=True),
        Right(
            f"rely on {READER} being bound by row-level security",
            bound,
            f"ALTER ROLE {READER} NOSUPERUSER NOBYPASSRLS;",
        ),
    ]


def lacking(connection: Connection[Any]) -> list[Right]:
    """What is missing to make the ledger's tables; the web needs more."""
    return [right for right in rights(connection)[:3] if not right.held]


def refusal(connection: Connection[Any], wanting: list[Right]) -> str:
    """Say in a sentence what the user lacks, and who can help."""
    grants = " ".join(right.grant for right in wanting)
    return (
        f"The database user {connection.info.user} may not make the ledger's tables. {REMEDY}:"
        f" {grants}"
    )


def reader_granted(user: str) -> str:
    """The SQL that makes the reader's role where it is missing, and lets a user speak as it."""
    return f"CREATE ROLE {READER} NOLOGIN; GRANT {READER} TO {quoted(user)};"


def prepared(user: str, database: str) -> list[tuple[str, str]]:
    """What an administrator runs in a database so that a user may keep a ledger there.

    Pairs of a reason and a statement; running them again changes nothing. No password is in them.
    """
    me, here = quoted(user), quoted(database)
    return [
        (
            f"The user that the ledger signs in as; its password is set by: \\password {user}",
            _unless_role(user, f"CREATE ROLE {me} LOGIN"),
        ),
        (
            "The role that the web reads as, bound by row-level security",
            _unless_role(READER, f"CREATE ROLE {READER} NOLOGIN"),
        ),
        ("It speaks as that role", f"GRANT {READER} TO {me}"),
        (
            "It makes schemas there, for its views, and for its tables where public is closed",
            f"GRANT CONNECT, CREATE ON DATABASE {here} TO {me}",
        ),
        (
            "A ledger that is in public already stays there",
            _if(
                "EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' AND tablename ="
                " 'source_position')",
                f"GRANT USAGE, CREATE ON SCHEMA public TO {me}",
            ),
        ),
    ]


def prepared_for_logins(user: str) -> list[tuple[str, str]]:
    """What an administrator runs besides, so that `ledger bi-login` may make logins.

    Pairs of a reason and a statement; running them again changes nothing.
    """
    me = quoted(user)
    return [
        (
            "The group of those who read the views by SQL",
            _unless_role(LOGINS, f"CREATE ROLE {LOGINS} NOLOGIN"),
        ),
        ("It takes logins into that group", f"GRANT {LOGINS} TO {me} WITH ADMIN OPTION"),
        ("It makes those logins", f"ALTER ROLE {me} CREATEROLE"),
    ]


def _unless_role(name: str, statement: str) -> str:
    literal = sql.Literal(name).as_string(None)
    return _if(f"NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {literal})", statement)


def _if(condition: str, statement: str) -> str:
    return (
        f"DO $body$ BEGIN\n    IF {condition} THEN\n        {statement};\n    END IF;\nEND $body$"
    )


def quoted(name: str) -> str:
    """A name as SQL has it, whatever it is."""
    return sql.Identifier(name).as_string(None)
