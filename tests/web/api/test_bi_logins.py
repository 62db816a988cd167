"""Logins of the database: each reads the views as its party, and nothing else by any way."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from typer.testing import CliRunner, Result

from ledger.__main__ import app
from ledger.errors import Misuse
from ledger.facts.mentions import About
from ledger.log import Log
from ledger.log.rights import prepared_for_logins
from ledger.views.projection import Projector, rebuild
from ledger.views.published.datasets import DATASETS
from ledger.web.access import bi_logins
from ledger.web.access.admin import OURSELVES
from tests.databases import Cluster
from tests.desks import NOW
from tests.web.api.conftest import Trade

FOREIGN: Final = "bi_foreign"
OWN: Final = "bi_own"
ALL: Final = "bi_all"
ROLES: Final = ("exporter", "importer", "certifier")


@pytest.fixture(scope="module")
def reading(trade: Trade) -> Iterator[Trade]:
    """The season with its logins: of each role one in the chain and one outside, and an operator's.

    Roles are the whole server's: they go with the module.
    """
    parties = trade.parties
    made = {
        f"{OWN}_exporter": ("exporter", parties.exporter),
        f"{OWN}_importer": ("importer", parties.importer),
        f"{OWN}_certifier": ("certifier", parties.rcb),
        f"{OWN}_agent": ("certifier", parties.agent),
        f"{FOREIGN}_exporter": ("exporter", parties.other_exporter),
        f"{FOREIGN}_importer": ("importer", parties.other_importer),
        f"{FOREIGN}_certifier": ("certifier", parties.other_rcb),
        ALL: ("operator", None),
    }
    log = trade.desk.log
    Projector(log).retire_older()
    for name, (role, party) in made.items():
        bi_logins.create(log, name, role, party, now=NOW, admin=OURSELVES)
    yield trade
    for name in made:
        assert bi_logins.drop(log, name, now=NOW, admin=OURSELVES)[1]


@contextmanager
def signed_in(dsn: str, login: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A session of a login, each statement its own transaction."""
    with psycopg.connect(make_conninfo(dsn, user=login), autocommit=True) as connection:
        yield connection


def rows(connection: psycopg.Connection[tuple[Any, ...]], statement: str) -> list[tuple[Any, ...]]:
    """What a statement answers; none where it answers nothing."""
    found = connection.execute(statement.encode())
    return found.fetchall() if found.description else []


def words(found: list[tuple[Any, ...]]) -> set[str]:
    """Every word in rows."""
    text = json.dumps(found, default=str)
    for sign in '",[](){}':
        text = text.replace(sign, " ")
    return set(text.split())


def foreign(trade: Trade) -> set[str]:
    """Names that nobody outside the chain may read."""
    things, parties = trade.things, trade.parties
    return {
        things.mark, things.lot, things.shipment, things.site, parties.exporter, things.source,
        things.certificate[1],
    }  # fmt: skip


_LOT: Final = f"SELECT {About.LOT:d}::int2 AS about, '{{lot}}'::text AS key"
_CASES: Final = "SELECT unnest('{cases}'::uuid[]) AS id, ARRAY['{own}'] AS marks,"
_BY: Final = "'{me}'::text AS party, ARRAY['x'] AS by"
FORGED: Final = (
    f"CREATE TEMP TABLE case_shown AS {_CASES} ARRAY['{{me}}'] AS parties",
    f"CREATE TEMP TABLE named_parties AS {_LOT}, {_BY}, true AS own, 1::int8 AS position",
    f"CREATE TEMP TABLE marks_named AS {_LOT}, '{{own}}'::text AS mark, ARRAY['x'] AS by",
    "CREATE TEMP TABLE licences (mark text, importer text, rcb text, time int8, id uuid)",
)
"""Tables of the asker's own in the place of those that tell who sees what: all cases are theirs."""
TRIES: Final = (
    (),
    ("SET ledger.role = 'operator'",),
    ("SET ledger.role = 'operator'", "SET ROLE ledger_bi"),
    ("SET ledger.role = 'importer'", "SET ledger.party = '{importer}'"),
    ("RESET SESSION AUTHORIZATION", "SET ledger.role = 'operator'"),
    ("SET default_transaction_read_only = off", "SET statement_timeout = 0", "SET ROLE NONE",
     "SET ledger.role = 'operator'", "SET row_security = off"),
    # Tables of its own in the place of those that tell who sees what.
    ("SET default_transaction_read_only = off", *FORGED,
     "SET search_path = pg_temp, seal_ledger, views_4, public"),
)  # fmt: skip
"""What a session says before it reads everything."""


@pytest.mark.parametrize("role", ROLES)
def test_no_way_leads_to_a_row_of_others(reading: Trade, role: str) -> None:
    """Whatever a session says of itself, and whatever it makes, it sees the same: its own rows."""
    parties = reading.parties
    with psycopg.connect(reading.dsn) as owner:
        cases = [str(key) for (key,) in rows(owner, "SELECT id FROM views_4.cases")]
        own = rows(
            owner,
            "SELECT mark FROM views_4.licences"
            f" WHERE '{parties.other_importer}' = importer OR '{parties.other_rcb}' = rcb",
        )
    me = {"exporter": parties.other_exporter, "importer": parties.other_importer,
          "certifier": parties.other_rcb}[role]  # fmt: skip
    names = {
        "importer": parties.importer, "lot": reading.things.lot, "me": me, "own": own[0][0],
        "cases": "{" + ",".join(cases) + "}",
    }  # fmt: skip
    seen: dict[str, list[str]] = {}
    for tried in TRIES:
        with signed_in(reading.dsn, f"{FOREIGN}_{role}") as connection:
            for statement in tried:
                try:
                    connection.execute(statement.format(**names).encode())
                except psycopg.errors.InsufficientPrivilege:
                    assert "TEMP" not in statement
            for dataset in DATASETS:
                try:
                    found = rows(connection, f"SELECT * FROM seal_ledger.{dataset.name}")
                except psycopg.errors.InsufficientPrivilege:
                    assert "row_security" in str(tried)  # which refuses instead of leaving out
                    continue
                assert not words(found) & foreign(reading), (tried, dataset.name)
                shown = sorted(map(str, found))
                assert shown == seen.setdefault(dataset.name, shown), (tried, dataset.name)
    assert sum(map(len, seen.values())) > 20
    assert len(seen["cases"]) < len(cases)


def test_a_cheap_function_is_told_no_foreign_row(reading: Trade) -> None:
    """Conditions of the asker are asked after those of the policies, however little they cost."""
    with signed_in(reading.dsn, f"{FOREIGN}_importer") as connection:
        told: list[tuple[Any, ...]] = []
        connection.add_notice_handler(lambda notice: told.append((notice.message_primary,)))
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(
            "CREATE FUNCTION pg_temp.tell(told text) RETURNS boolean LANGUAGE plpgsql"
            " COST 0.0000001 AS $$BEGIN RAISE NOTICE '%', told; RETURN true; END$$"
        )
        for dataset in DATASETS:
            rows(
                connection,
                f"SELECT FROM seal_ledger.{dataset.name} AS v WHERE pg_temp.tell(v::text)",
            )

    assert told
    assert not words(told) & foreign(reading)


REFUSED: Final = (
    "SELECT * FROM public.events",
    "SELECT * FROM public.bi_logins",
    "SELECT * FROM public.tokens",
    "SELECT * FROM views_4.moves",
    "SELECT * FROM views_4.marks_now()",
    "SELECT * FROM views_4.marks_of_parties(ARRAY['{exporter}'])",
    "SELECT public.lock_log()",
    "SET ROLE ledger_reader",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "CREATE TABLE seal_ledger.mine (x int)",
    "CREATE TABLE public.mine (x int)",
    "CREATE SCHEMA mine",
    "INSERT INTO seal_ledger.case_history (id) VALUES (gen_random_uuid())",
    "UPDATE seal_ledger.case_history SET state = 'CLOSED'",
    "INSERT INTO public.bi_logins VALUES ('bi_foreign_importer', 'operator', 'x', 1, 'x')",
    "SELECT pg_read_file('/etc/passwd')",
)


def test_everything_else_is_refused(reading: Trade) -> None:
    """It can name nothing below the views, and write nowhere, read only or not."""
    with signed_in(reading.dsn, f"{FOREIGN}_importer") as connection:
        connection.execute("SET default_transaction_read_only = off")
        for statement in REFUSED:
            with pytest.raises(
                (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState,
                 psycopg.errors.FeatureNotSupported)
            ):  # fmt: skip
                connection.execute(statement.format(exporter=reading.parties.exporter).encode())


def test_statistics_tell_nothing(reading: Trade) -> None:
    """What the planner knows of the values of others is not shown."""
    with psycopg.connect(reading.dsn, autocommit=True) as owner:
        owner.execute("ANALYZE")
    with signed_in(reading.dsn, f"{FOREIGN}_importer") as connection:
        found = rows(
            connection,
            "SELECT tablename, most_common_vals::text, histogram_bounds::text FROM pg_stats"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
        )

    assert found == []


def test_a_session_is_read_only_and_has_its_time(reading: Trade) -> None:
    """What it is set to when it begins."""
    with signed_in(reading.dsn, f"{OWN}_importer") as connection:
        found = [rows(connection, f"SHOW {name}")[0][0] for name in (
            "statement_timeout", "default_transaction_read_only", "search_path",
        )]  # fmt: skip
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("CREATE TEMP TABLE x (y int)")

    assert found == ["1min", "on", "seal_ledger"]


WHOLE: Final = {"operator": ALL, "importer": f"{OWN}_importer", "certifier": f"{OWN}_certifier"}


@pytest.mark.parametrize("role", WHOLE)
def test_the_reconciliation_is_that_of_the_api(reading: Trade, role: str) -> None:
    """Every pair and every column, as a token of the role and party is answered."""
    told = reading.get("/reconciliation?limit=1000", reading.as_role(role)).json()["rows"]
    with signed_in(reading.dsn, WHOLE[role]) as connection:
        found = table(connection, "reconciliation")

    assert found
    pairs = {(row["importer"], row["rcb"]): figures(row) for row in told if row["exporter"] is None}
    assert {(row["importer"], row["rcb"]): figures(row) for row in found} == pairs


@pytest.mark.parametrize(
    ("role", "login"),
    [("operator", ALL), ("importer", f"{OWN}_importer"), ("exporter", f"{OWN}_exporter"),
     ("agent", f"{OWN}_agent")],
)  # fmt: skip
def test_the_parts_are_those_of_the_api(reading: Trade, role: str, login: str) -> None:
    """Every exporter's part that a token is shown, and no other."""
    split = "" if role == "agent" else "&split=exporter"
    told = reading.get(f"/reconciliation?limit=1000{split}", reading.as_role(role)).json()["rows"]
    with signed_in(reading.dsn, login) as connection:
        found = table(connection, "reconciliation_split")

    def named(row: dict[str, Any]) -> tuple[str, ...]:
        return row["importer"], row["rcb"], row["exporter"]

    parts = {named(row): figures(row) for row in told if row["exporter"] is not None}
    own = {named(row): figures(row) for row in found}
    if role == "agent":  # a body too: of its own pairs it sees all parts
        own = {key: own[key] for key in own if key in parts}
    assert own == parts
    assert own


def table(connection: psycopg.Connection[tuple[Any, ...]], name: str) -> list[dict[str, Any]]:
    """The rows of a view by column."""
    found = connection.execute(f"SELECT * FROM seal_ledger.{name}".encode())
    names = [column.name for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def figures(row: dict[str, Any]) -> dict[str, int]:
    """What is counted in a row, cases one by one."""
    told = {key: value for key, value in row.items() if isinstance(value, int)}
    cases = row.get("cases") or {}
    told |= {f"cases_{key.lower()}": count for key, count in cases.items() if count is not None}
    return told


@pytest.mark.parametrize("role", ["operator", "importer", "exporter"])
def test_stocks_and_cases_are_those_of_the_api(reading: Trade, role: str) -> None:
    """Days of every stock as its statement has them; the cases that ask for attention."""
    headers = reading.as_role(role)
    with signed_in(reading.dsn, ALL if role == "operator" else f"{OWN}_{role}") as connection:
        days, cases = table(connection, "days"), table(connection, "cases")
    stocks: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for day in days:
        stocks.setdefault((day["mark"], day["holder"], day["site"]), []).append(day)
    assert stocks
    for mark, holder, site in list(stocks)[:12]:
        asked = f"/statements?mark={mark}&holder={holder}&site={site}"
        told = reading.get(asked, headers).json()["days"]
        names = told[0].keys() if told else ()
        own = [
            {name: str(day[name]) if name == "day" else day[name] for name in names}
            for day in sorted(stocks[mark, holder, site], key=lambda day: day["day"])
        ]
        assert own == told
    live = {"OPEN", "EXPLAINED", "ESCALATED"}
    shown = reading.get("/discrepancies?limit=1000", headers).json()["discrepancies"]
    names = ("rule", "subject", "state", "severity", "expected", "found", "evidence_total")
    own_cases = {
        str(case["id"]): [case[name] for name in names] for case in cases if case["state"] in live
    }
    assert own_cases == {case["id"]: [case[name] for name in names] for case in shown}


def test_a_rebuild_takes_over_at_one_moment(reading: Trade) -> None:
    """A session that reads meanwhile reads on, and the views rest on the new tables afterwards."""
    asked = "SELECT count(*) FROM seal_ledger.moves"
    with signed_in(reading.dsn, ALL) as connection:
        before = rows(connection, asked)
        rebuild(reading.desk.log)

        assert rows(connection, asked) == before
        assert before[0][0] > 100


def test_a_login_that_is_dropped_reads_nothing(reading: Trade) -> None:
    """Also a session that is open by then."""
    log = reading.desk.log
    bi_logins.create(log, "bi_leaving", "operator", None, now=NOW, admin=OURSELVES)
    with signed_in(reading.dsn, "bi_leaving") as connection:
        assert rows(connection, "SELECT mark FROM seal_ledger.balances")
        bi_logins.drop(log, "bi_leaving", now=NOW, admin=OURSELVES)

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT mark FROM seal_ledger.balances")
    with pytest.raises(psycopg.OperationalError), signed_in(reading.dsn, "bi_leaving"):
        pass


@pytest.fixture
def home(reading: Trade, monkeypatch: pytest.MonkeyPatch) -> str:
    """The season as the command line's own."""
    monkeypatch.setenv("LEDGER_DATABASE_URL", reading.dsn)
    return reading.dsn


def ledger(*arguments: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, ["bi-login", *arguments])


def test_a_login_from_its_making_to_its_end(home: str, reading: Trade) -> None:
    """Its password is shown once and lets it in; it is listed and stands in the trail."""
    party = reading.parties.importer
    made = ledger("create", "tsubaki", "--role", "importer", "--party", party, "--by", "P-1")
    password = made.stdout.strip()
    listed = json.loads(ledger("list", "--format", "json").stdout)
    row = next(row for row in listed if row["login"] == "tsubaki")
    again = ledger("create", "tsubaki", "--role", "operator")
    with psycopg.connect(make_conninfo(home, user="tsubaki", password=password)) as connection:
        found = connection.execute("SELECT DISTINCT importer FROM reconciliation").fetchall()

    assert made.exit_code == 0
    assert found == [(party,)]
    assert (row["role"], row["party"], row["created_by"]) == ("importer", party, "P-1")
    assert "password" not in row
    assert isinstance(again.exception, Misuse)
    assert ledger("drop", "tsubaki").exit_code == 0
    trail = CliRunner().invoke(app, ["trail", "--format", "json"]).stdout
    assert {"bi-login-made", "bi-login-dropped"} <= {act["act"] for act in json.loads(trail)}


CANNOT: Final = (
    (("create", "pg_x", "--role", "operator"), "taken"),
    (("create", "ledger_bi", "--role", "operator"), "taken"),
    (("create", "postgres", "--role", "operator"), "may do more than read"),
    (("create", "x y", "--role", "operator"), "visible ASCII"),
    (("create", "x", "--role", "importer"), "needs a party"),
    (("create", "x", "--role", "importer", "--party", "NOBODY-1"), "--unregistered"),
    (("create", "x", "--role", "importer", "--party", "OPERATOR"), "operator's own"),
    (("drop", "x"), "no login"),
)


def test_what_cannot_be_is_a_misuse(home: str) -> None:
    """One sentence says why; the role of an owner never becomes a login."""
    assert home
    for arguments, sentence in CANNOT:
        done = ledger(*arguments)
        assert isinstance(done.exception, Misuse), arguments
        assert sentence in str(done.exception)


def test_an_ordinary_user_makes_logins_as_far_as_its_rights_go(
    ordinary_cluster: Cluster, ordinary_database: str
) -> None:
    """Without CREATEROLE it says what an administrator may do; either way works then."""
    with Log.open(ordinary_database) as log, ordinary_cluster.admin() as admin:
        projector = Projector(log)
        projector.make()
        projector.retire_older()
        with pytest.raises(Misuse, match="CREATEROLE") as refused:
            bi_logins.create(log, "bi_given", "operator", None, now=NOW, admin=OURSELVES)
        try:
            for statement in str(refused.value).partition("lets it in: ")[2].split(";"):
                if statement.strip():
                    admin.execute(statement.encode())
            admin.execute("ALTER ROLE bi_given PASSWORD 'known'")
            login, told = bi_logins.create(
                log, "bi_given", "operator", None, now=NOW, admin=OURSELVES
            )
            assert (login.login, told) == ("bi_given", None)
            reads(ordinary_database, "bi_given", "known")
            for _, statement in prepared_for_logins("ledger"):
                admin.execute(statement.encode())
            _, password = bi_logins.create(
                log, "bi_made", "operator", None, now=NOW, admin=OURSELVES
            )
            reads(ordinary_database, "bi_made", password or "")
            assert bi_logins.drop(log, "bi_made", now=NOW, admin=OURSELVES)[1]
        finally:
            admin.execute("ALTER ROLE ledger NOCREATEROLE")
            for name in ("bi_given", "bi_made"):
                admin.execute(f"DROP ROLE IF EXISTS {name}".encode())


def reads(dsn: str, login: str, password: str) -> None:
    """A login may sign in and read."""
    with psycopg.connect(make_conninfo(dsn, user=login, password=password)) as connection:
        connection.execute("SELECT * FROM seal_ledger.reconciliation")
