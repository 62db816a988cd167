"""A session ends on the server: in every tab, for every copy of its cookie, in every process."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from ledger.log import Log
from ledger.web.access import tokens
from ledger.web.access.signing import (
    COOKIE,
    session_seconds_max,
    sessions_of_one_max,
    unmasked,
)
from tests.desks import NOW, Served, served


@pytest.fixture
def desk(database: str) -> Iterator[Served]:
    """A desk over an empty ledger, the operator signed in."""
    with Log.open(database) as log, served(log) as found:
        _, secret = tokens.create(log, "operator", None, now=NOW)
        found.secrets["operator"] = secret
        assert signed_in(found.client, secret)
        yield found


def signed_in(client: TestClient, secret: str) -> bool:
    """Sign in, and tell whether that opened anything."""
    assert client.post("/session", data={"token": secret}).status_code == 303
    return client.get("/lots").status_code == 200


def copied(desk: Served, into: Served | None = None) -> TestClient:
    """Another browser with the same cookie, at this process or another one."""
    app = (into or desk).app
    cookies = {COOKIE: desk.client.cookies[COOKIE]}
    return TestClient(app, cookies=cookies, follow_redirects=False)


def sign_out(desk: Served) -> None:
    """Sign out as the page's form does."""
    word = desk.app.state.signing.word(desk.client.cookies[COOKIE])
    assert desk.client.post("/session/end", data={"csrf": word}).status_code == 303


def test_a_copied_cookie_opens_nothing_afterwards(desk: Served) -> None:
    """Pages, API and forms alike; who signs in again is not bothered by it."""
    copy = copied(desk)
    word = desk.app.state.signing.word(desk.client.cookies[COOKIE])
    assert copy.get("/lots").status_code == 200

    sign_out(desk)

    assert copy.get("/lots").status_code == 401
    assert copy.get("/", headers={"Accept": "text/html"}).status_code == 303
    assert copy.post("/desk/period", data={"csrf": word}).status_code in (303, 401)
    assert copy.post("/session/end", data={"csrf": word}).status_code == 401
    assert signed_in(desk.client, desk.secrets["operator"])
    assert copy.get("/lots").status_code == 401


def test_other_sessions_of_the_token_go_on(desk: Served) -> None:
    """Who signs out at one desk is still signed in at another one."""
    other = TestClient(desk.app, follow_redirects=False)
    assert signed_in(other, desk.secrets["operator"])

    sign_out(desk)

    assert other.get("/lots").status_code == 200


def test_every_process_knows(desk: Served) -> None:
    """Another process, or this one started anew, takes the session, and its end."""
    with Log.open(desk.log.dsn) as log, served(log) as other:
        copy = copied(desk, other)
        assert copy.get("/lots").status_code == 200

        sign_out(desk)

        assert copy.get("/lots").status_code == 401


def test_an_open_stream_ends_with_its_session(desk: Served) -> None:
    """What goes on telling asks again who is there: after signing out it tells no more."""
    copy = copied(desk)
    with copy.stream("GET", "/discrepancies/stream?seconds=30") as told:
        assert told.status_code == 200
        lines = told.iter_lines()
        assert next(lines) == "retry: 2000"
        sign_out(desk)
        assert [line for line in lines if line] == []


def test_a_session_is_its_tokens(desk: Served) -> None:
    """A cookie signed by us for one token opens nothing as another one's."""
    other, _ = tokens.create(desk.log, "importer", "IMP-1", now=NOW)
    signing = desk.app.state.signing
    word = unmasked(signing.word(desk.client.cookies[COOKIE]))
    forged = signing._sessions.dumps([other.id, word])  # noqa: SLF001 -- what its key could sign
    copy = TestClient(desk.app, cookies={COOKIE: forged}, follow_redirects=False)

    assert copy.get("/lots").status_code == 401


def test_sessions_are_few_and_end(desk: Served) -> None:
    """One more than a token may have ends its oldest; what has lasted its time is gone."""
    oldest = copied(desk)
    for _ in range(sessions_of_one_max):
        assert signed_in(TestClient(desk.app, follow_redirects=False), desk.secrets["operator"])

    assert oldest.get("/lots").status_code == 401
    with desk.log.transaction() as rows:
        rows.execute("SELECT count(*) FROM sessions")
        assert rows.fetchone() == (sessions_of_one_max,)
        rows.execute(
            "UPDATE sessions SET started_at = started_at - %s, ends_at = ends_at - %s",
            (session_seconds_max * 1_000_000,) * 2,
        )
    client = TestClient(desk.app, follow_redirects=False)
    assert signed_in(client, desk.secrets["operator"])
    with desk.log.transaction() as rows:
        rows.execute("SELECT count(*) FROM sessions")
        assert rows.fetchone() == (1,)


def test_the_reader_sees_no_sessions(desk: Served) -> None:
    """It may ask about one that it is shown, and about no other; the word itself is not kept."""
    word = desk.app.state.signing.word(desk.client.cookies[COOKIE])
    with desk.log.transaction() as rows:
        told = str(rows.execute("SELECT s::text FROM sessions AS s").fetchall())
        rows.execute("SELECT has_table_privilege('ledger_reader', 'sessions', 'SELECT')")
        assert rows.fetchone() == (False,)

    assert word not in told


def test_a_bearer_is_nobody_else(desk: Served) -> None:
    """A request that shows a token is its token's alone, whatever cookie it brings besides."""
    wrong = {"Authorization": "Bearer seal_wrong"}

    assert desk.client.get("/lots", headers=wrong).status_code == 401
    assert desk.client.get("/desk/lots", headers=wrong).status_code == 303
    assert desk.client.get("/desk/lots").status_code == 200
