"""Logins of the database for whoever reads its views by SQL: one party's, and nothing but reading.

Who a login is stands in a table that it cannot write, never in what its session says.
"""

import secrets
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from psycopg import errors, sql

from ledger.errors import Misuse, Unavailable
from ledger.facts.checks import is_id
from ledger.facts.scalars import ID_CHARACTERS_MAX
from ledger.facts.standing import OPERATOR
from ledger.log.rights import LOGINS, READER
from ledger.views.published import PUBLISHED, grant, is_published
from ledger.web.access.admin import Admin, note

if TYPE_CHECKING:
    from ledger.log import Log, Rows

ROLES: Final = ("exporter", "processor", "importer", "certifier", "operator")
"""What a login may be; scanners read nothing by SQL."""
name_characters_max: Final = 63
secret_bytes: Final = 24
statement_seconds_max: Final = 60
idle_seconds_max: Final = 60
connections_max: Final = 10

_COLUMNS: Final = "login, role, party, at, by"
_SETTINGS: Final = (
    ("search_path", PUBLISHED),
    ("statement_timeout", f"{statement_seconds_max}s"),
    ("idle_in_transaction_session_timeout", f"{idle_seconds_max}s"),
    ("default_transaction_read_only", "on"),
)
_THERE: Final = f"""
SELECT rolcanlogin, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication,
    ARRAY(SELECT r.rolname::text FROM pg_auth_members AS m JOIN pg_roles AS r ON r.oid = m.roleid
        WHERE m.member = p.oid AND r.rolname <> '{LOGINS}'),
    EXISTS (SELECT FROM pg_auth_members AS m JOIN pg_roles AS r ON r.oid = m.roleid
        WHERE m.member = p.oid AND r.rolname = '{LOGINS}')
FROM pg_roles AS p WHERE p.rolname = %s
"""
_MAY: Final = f"""
SELECT rolsuper OR rolcreaterole, EXISTS (SELECT FROM pg_roles WHERE rolname = '{LOGINS}')
FROM pg_roles WHERE rolname = current_user
"""


class Login(NamedTuple):
    """A login: its name, as which role and party it reads, when (µs UTC) and who made it."""

    login: str
    role: str
    party: str
    at: int
    by: str


def drawn(name: str, role: str, party: str | None) -> tuple[str, str]:
    """Role and party as they would be kept; raises Misuse for what cannot be."""
    if not name or len(name.encode()) > name_characters_max or not is_id(name):
        raise Misuse(f"{name!r}: 1 to {name_characters_max} visible ASCII characters.")
    if name.startswith("pg_") or name in (LOGINS, READER, "public", "none"):
        raise Misuse(f"{name}: that name is taken by the database or the ledger.")
    if role == "operator":
        party = party or "operator"
    if not party:
        raise Misuse(f"A login of a {role} needs a party.")
    if party == OPERATOR:
        raise Misuse(f"party {party}: that name is the operator's own.")
    if not (is_id(party) and len(party) <= ID_CHARACTERS_MAX):
        raise Misuse(f"party {party!r}: 1 to {ID_CHARACTERS_MAX} visible ASCII characters.")
    return role, party


def create(
    log: "Log", name: str, role: str, party: str | None, *, now: int, admin: Admin
) -> tuple[Login, str | None]:
    """Make a login and its password, told this once; `now` is µs UTC.

    A role that is there already becomes one where an administrator made it a member of the group
    and of nothing else; its password stays as it is, and None is told. Raises Misuse.
    """
    role, party = drawn(name, role, party)
    login = Login(name, role, party, now, admin.who)
    with log.transaction() as rows:
        if not is_published(rows):
            raise Unavailable("There is nothing to read by SQL yet: run `ledger catch-up`.")
        if rows.execute("SELECT FROM bi_logins WHERE login = %s", (name,)).fetchone() is not None:
            raise Misuse(f"There is a login {name} already: `ledger bi-login drop {name}` first.")
        password = None if _is_there(rows, name) else _made(rows, name)
        rows.execute(f"INSERT INTO bi_logins ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s)", login)
        grant(rows)
        note(rows, admin, "bi-login-made", name, detail=f"{role} {party}", now=now)
    return login, password


def _is_there(rows: "Rows", name: str) -> bool:
    """Whether the role is there, as one that may become a login; Misuse where it may not."""
    found = rows.execute(_THERE, (name,)).fetchone()
    if found is None:
        return False
    can_login, mighty, others, member = found
    if mighty or others or not (can_login and member):
        raise Misuse(
            f"The database has a role {name} that may do more than read, or that is no member of"
            f" {LOGINS}: take another name."
        )
    return True


def _made(rows: "Rows", name: str) -> str:
    """Make the role; its password, of which the server is sent only what it keeps."""
    ((may, there),) = rows.execute(_MAY).fetchall()
    if not may:
        raise Misuse(_remedy(rows, name, there=there))
    password = secrets.token_urlsafe(secret_bytes)
    kept = rows.connection.pgconn.encrypt_password(
        password.encode(), name.encode(), b"scram-sha-256"
    )
    role = sql.Identifier(name)
    try:
        if not there:
            rows.execute(f"CREATE ROLE {LOGINS} NOLOGIN")
        rows.execute(
            sql.SQL("CREATE ROLE {} LOGIN INHERIT CONNECTION LIMIT {} PASSWORD {}").format(
                role, sql.Literal(connections_max), sql.Literal(kept.decode())
            )
        )
        rows.execute(sql.SQL(f"GRANT {LOGINS} TO {{}}").format(role))
        for setting, value in _SETTINGS:
            rows.execute(
                sql.SQL("ALTER ROLE {} SET {} = {}").format(
                    role, sql.Identifier(setting), sql.Literal(value)
                )
            )
    except errors.InsufficientPrivilege:
        raise Misuse(_remedy(rows, name, there=there)) from None
    return password


def _remedy(rows: "Rows", name: str, *, there: bool) -> str:
    """What to say where the ledger's user may not make roles."""
    user, role = rows.connection.info.user, sql.Identifier(name).as_string(None)
    group = "" if there else f"CREATE ROLE {LOGINS} NOLOGIN; "
    settings = " ".join(f"ALTER ROLE {role} SET {key} = '{value}';" for key, value in _SETTINGS)
    return (
        f"The database user {user} may not make roles (CREATEROLE). Either an administrator lets it"
        f" (`ledger database prepare --bi-logins` says how), or makes the role, and the same"
        f" command then lets it in: {group}CREATE ROLE {role} LOGIN IN ROLE {LOGINS}; {settings}"
    )


def listed(log: "Log") -> list[Login]:
    """Every login, by name."""
    with log.transaction() as rows:
        rows.execute(f"SELECT {_COLUMNS} FROM bi_logins ORDER BY login")
        return [Login(*row) for row in rows.fetchall()]


def drop(log: "Log", name: str, *, now: int, admin: Admin) -> tuple[Login, bool]:
    """Let a login read nothing any more, from this moment on; whether its role could be dropped.

    Raises Misuse where there is none.
    """
    with log.transaction() as rows:
        rows.execute(f"DELETE FROM bi_logins WHERE login = %s RETURNING {_COLUMNS}", (name,))
        row = rows.fetchone()
        if row is None:
            raise Misuse(f"There is no login {name}: `ledger bi-login list` tells them.")
        login = Login(*row)
        note(rows, admin, "bi-login-dropped", name, detail=f"{login.role} {login.party}", now=now)
    return login, _dropped(log, name)


def _dropped(log: "Log", name: str) -> bool:
    try:
        with log.transaction() as rows:
            _drop_role(rows, name)
    except Misuse:
        return False
    return True


def _drop_role(rows: "Rows", name: str) -> None:
    identifier: Any = sql.Identifier(name)
    try:
        rows.execute(sql.SQL("DROP ROLE {}").format(identifier))
    except (errors.InsufficientPrivilege, errors.DependentObjectsStillExist) as error:
        raise Misuse(f"The role {name} stays.") from error
