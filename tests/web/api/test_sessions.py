"""Signing in, forms, headers and limits."""

import pytest

from ledger.log import Log
from ledger.web.access import tokens
from ledger.web.access.signing import COOKIE, Signing
from ledger.web.limits import Buckets
from tests.desks import NOW, Served, served


def test_a_token_signs_a_browser_in(desk: Served) -> None:
    """The cookie is for this site and no script; it names a token and ends with it."""
    token, secret = tokens.create(desk.log, "importer", "IMP-1", now=NOW)

    answer = desk.client.post("/session", data={"token": secret, "then": "/lots?limit=1"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/lots?limit=1")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert desk.client.get("/lots").status_code == 200
    tokens.revoke(desk.log, token.id, now=NOW)
    assert desk.client.get("/lots").status_code == 401


@pytest.mark.parametrize(
    "then",
    [
        "",
        "?q=1",
        "#x",
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:x",
        "x",
    ],
)
def test_nobody_is_led_away(desk: Served, then: str) -> None:
    """After signing in one is here."""
    _, secret = tokens.create(desk.log, "importer", "IMP-1", now=NOW)

    answer = desk.client.post("/session", data={"token": secret, "then": then})

    assert answer.headers["location"] == "/"


def test_a_session_reads_and_does_not_decide(desk: Served) -> None:
    """What changes anything over the API needs a token, so no foreign page can bring it about."""
    _, secret = tokens.create(desk.log, "certifier", "RCB-1", now=NOW)
    desk.client.post("/session", data={"token": secret})

    answer = desk.client.post("/periods", json={"importer": "IMP-1", "period": "2026-04"})

    assert answer.status_code == 401


def test_signing_out_needs_the_forms_word(desk: Served) -> None:
    """A form that no page of ours made is refused."""
    _, secret = tokens.create(desk.log, "certifier", "RCB-1", now=NOW)
    desk.client.post("/session", data={"token": secret})
    signing: Signing = desk.app.state.signing
    word = signing.word(desk.client.cookies[COOKIE])

    assert desk.client.post("/session/end", data={"csrf": "x"}).status_code == 403
    assert (
        desk.client.post(
            "/session/end", data={"csrf": word}, headers={"Origin": "https://evil.example"}
        ).status_code
        == 403
    )
    assert desk.client.post("/session/end", data={"csrf": word}).status_code == 303


def test_a_link_signs_in_while_its_token_is_valid(desk: Served) -> None:
    """A link carries no secret; a changed one opens nothing."""
    token, secret = tokens.create(desk.log, "operator", None, now=NOW)
    link = desk.app.state.signing.link(token.id)

    assert secret not in link
    assert desk.client.get(f"/session?link={link}x").status_code == 401
    assert desk.client.get(f"/session?link={link}").status_code == 303
    tokens.revoke(desk.log, token.id, now=NOW)
    assert desk.client.get(f"/session?link={link}").status_code == 401


def test_an_expired_token_opens_nothing(desk: Served) -> None:
    """From its last moment on."""
    _, secret = tokens.create(desk.log, "operator", None, expires_at=NOW + 1, now=NOW)

    answer = desk.client.get("/lots", headers={"Authorization": f"Bearer {secret}"})

    assert answer.status_code == 401


def test_the_database_holds_no_secret(desk: Served) -> None:
    """Only its hash."""
    _, secret = tokens.create(desk.log, "operator", None, now=NOW)
    with desk.log.transaction() as rows:
        text = str(rows.execute("SELECT t::text FROM tokens AS t").fetchall())

    assert secret not in text
    assert secret.removeprefix(tokens.PREFIX) not in text


def test_every_answer_keeps_browsers_careful(desk: Served) -> None:
    """No script or style in a page, no frame, no cache of what is private; problems too."""
    for path in ("/health/live", "/nowhere", "/lots"):
        headers = desk.client.get(path).headers

        assert "unsafe" not in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers


def test_too_much_is_answered_with_when(database: str) -> None:
    """429 with Retry-After; another token goes on."""
    with Log.open(database) as log, served(log, rate=5) as desk:
        mine, theirs = desk.token("operator"), desk.token("operator")
        answers = [desk.client.get("/sources", headers=mine) for _ in range(12)]

        assert answers[0].status_code == 200
        assert answers[-1].status_code == 429
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert answers[-1].headers["content-type"] == "application/problem+json"
        assert desk.client.get("/sources", headers=theirs).status_code == 200


def test_guessing_tokens_is_stopped(desk: Served) -> None:
    """A client that shows wrong tokens is stopped; one that was right before is not."""
    good = desk.token("operator")
    assert desk.client.get("/sources", headers=good).status_code == 200
    found = [
        desk.client.get("/sources", headers={"Authorization": f"Bearer {n}"}).status_code
        for n in range(70)
    ]

    assert found[0] == 401
    assert found[-1] == 429
    assert desk.client.get("/sources", headers=good).status_code == 200


def test_buckets_fill_again() -> None:
    """A rate and a burst, by the clock."""
    now = [0.0]
    buckets = Buckets(2, 4, lambda: now[0])

    taken = [buckets.take(b"x") for _ in range(5)]
    assert taken == [0, 0, 0, 0, 0.5]
    assert buckets.wait(b"x") == 0.5
    now[0] = 0.5
    assert buckets.take(b"x") == 0
    assert buckets.wait(b"y") == 0


def test_live_while_the_database_is_away_and_not_ready(database: str) -> None:
    """Liveness asks nothing; readiness says 503 with when to ask again."""
    with Log.open(database) as log, served(log) as desk:
        log.close()
        desk.app.state.desk.sight.close()

        assert desk.client.get("/health/live").status_code == 200
        away = desk.client.get("/health/ready")
        assert away.status_code == 503
        assert away.headers["retry-after"]


@pytest.mark.parametrize(
    "path",
    ["/discrepancies/close", "/periods", "/labels/check", "/session", "/session/end", "/nowhere"],
)
@pytest.mark.parametrize("kibibytes", [257, 20_000])
def test_a_body_is_read_within_limits(desk: Served, path: str, kibibytes: int) -> None:
    """413 for whoever asks, before anything looks at it; a body within them is looked at."""
    headers = desk.token("certifier", "RCB-1") | {"Content-Type": "application/json"}

    large = desk.client.post(path, content=b" " * kibibytes * 1024, headers=headers)
    within = desk.client.post(path, content=b" " * 255 * 1024, headers=headers)

    assert large.status_code == 413
    assert large.headers["content-type"] == "application/problem+json"
    assert within.status_code != 413
