"""`ledger database prepare`: what an administrator does once so that the ledger may work there."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.commands.output import say
from ledger.errors import Misuse, Unavailable
from ledger.settings import load

if TYPE_CHECKING:
    import psycopg

app = typer.Typer(help="The database that LEDGER_DATABASE_URL names.", no_args_is_help=True)


@app.callback()
def database() -> None:
    """The database that LEDGER_DATABASE_URL names."""


@app.command()
def prepare(
    run: Annotated[
        bool, typer.Option("--run", help="Run it, as the administrator given, and say what holds.")
    ] = False,
    admin_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Where an administrator signs in, as postgresql://…"),
    ] = None,
    admin_url_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A file that holds that address, so that nobody else "
                     "sees it in the list of processes."),
    ] = None,
    user: Annotated[
        str | None, typer.Option(help="The ledger's user; else the one in LEDGER_DATABASE_URL.")
    ] = None,
    bi_logins: Annotated[
        bool, typer.Option("--bi-logins", help="Also what `ledger bi-login` needs: CREATEROLE.")
    ] = False,
) -> None:  # fmt: skip
    """Print the SQL that lets an ordinary user keep a ledger in a database, or run it.

    It makes the user, the role that the web reads as, and grants what both need: running it again
    changes nothing. A ledger that is in the schema public stays there; a new one whose user may
    make nothing in public makes its tables in the schema seal_ledger_log.

    Example: ledger database prepare | psql -d seals
    """
    from psycopg.conninfo import conninfo_to_dict

    from ledger.log.connecting import connectable

    settings = load()
    if settings.database_url is None:
        raise Misuse(
            "LEDGER_DATABASE_URL is not set: it names server, database and user to prepare for. The"
            " embedded database needs nothing."
        )
    url = connectable(settings.database_url)
    parts = conninfo_to_dict(url)
    name = user or str(parts.get("user") or "")
    if not name:
        raise Misuse("LEDGER_DATABASE_URL names no user: put one in, or give --user.")
    place = str(parts.get("dbname") or name)
    if not run:
        if admin_url or admin_url_file:
            raise Misuse("An administrator's address is for --run.")
        _print(name, place, bi_logins=bi_logins)
        return
    password = str(parts.get("password") or "") if name == parts.get("user") else ""
    _run(_admin(admin_url, admin_url_file), name, place, password, bi_logins=bi_logins)
    if name == parts.get("user"):
        _tell(url)


def _statements(user: str, database: str, *, bi_logins: bool) -> list[tuple[str, str]]:
    from ledger.log.rights import prepared, prepared_for_logins

    return prepared(user, database) + (prepared_for_logins(user) if bi_logins else [])


def _print(user: str, database: str, *, bi_logins: bool) -> None:
    from ledger.log.connecting import server_version_min
    from ledger.log.rights import quoted

    typer.echo(
        f"-- In the database {database}, as an administrator; PostgreSQL {server_version_min} or"
        f" newer.\n-- Where it is not there yet: CREATE DATABASE {quoted(database)};"
    )
    for reason, statement in _statements(user, database, bi_logins=bi_logins):
        typer.echo(f"\n-- {reason}\n{statement};")


def _admin(url: str | None, file: Path | None) -> str:
    from ledger.log.connecting import connectable, one_line

    if (url is None) == (file is None):
        raise Misuse("--run needs an administrator: --admin-url URL or --admin-url-file FILE.")
    if file is not None:
        try:
            url = file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Misuse(f"{file} cannot be read: {one_line(error)}.") from None
    return connectable(url or "", called="The administrator's address")


def _run(admin: str, user: str, database: str, password: str, *, bi_logins: bool) -> None:
    import psycopg
    from psycopg.conninfo import make_conninfo

    from ledger.log.connecting import one_line, unreachable

    try:
        with psycopg.connect(admin, autocommit=True) as connection:
            _make_database(connection, database)
        with psycopg.connect(make_conninfo(admin, dbname=database), autocommit=True) as connection:
            is_new = not _exists(connection, "pg_roles", "rolname", user)
            for _, statement in _statements(user, database, bi_logins=bi_logins):
                connection.execute(statement.encode())
            if is_new and password:
                _set_password(connection, user, password)
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise Unavailable(unreachable(error)) from error
    except psycopg.Error as error:
        raise Misuse(f"The administrator may not do this: {one_line(error)}.") from error
    if is_new and not password:
        say(f"The user {user} is new and has no password: give it one by `\\password {user}`.")


def _make_database(connection: "psycopg.Connection[Any]", database: str) -> None:
    from psycopg import sql

    if not _exists(connection, "pg_database", "datname", database):
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        say(f"The database {database} is made.")


def _exists(connection: "psycopg.Connection[Any]", table: str, column: str, name: str) -> bool:
    found = connection.execute(f"SELECT FROM {table} WHERE {column} = %s".encode(), (name,))
    return found.fetchone() is not None


def _set_password(connection: "psycopg.Connection[Any]", user: str, password: str) -> None:
    """Send what the server keeps of a password, so that no log of its holds it."""
    from psycopg import sql

    kept = connection.pgconn.encrypt_password(password.encode(), user.encode(), b"scram-sha-256")
    named, secret = sql.Identifier(user), sql.Literal(kept.decode())
    connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(named, secret))


def _tell(url: str) -> None:
    """Sign in as the ledger does, and say what it may do now."""
    import psycopg

    from ledger.log.connecting import check_server, connect, unreachable
    from ledger.log.rights import rights

    try:
        with connect(url) as connection:
            check_server(connection, url)
            found = rights(connection)
    except psycopg.OperationalError as error:
        raise Unavailable(f"It is prepared. {unreachable(error)}") from error
    for right in found:
        say(f"{'may' if right.held else 'may NOT'} {right.what}")
    if lacks := [right.grant for right in found if not right.held]:
        raise Misuse(f"Something is missing: {' '.join(lacks)}")
    say("The ledger may work here: `ledger catch-up` makes its tables.")
