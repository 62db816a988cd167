"""Guessing is counted, by form, link and token, and no dress makes a sender look like many."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from ledger.log import Log
from ledger.web.access import tokens
from ledger.web.limits import (
    failures_a_minute,
    sign_ins_failed_a_minute,
    sign_ins_failed_in_all_a_minute,
)
from ledger.web.pages.language import language
from tests.desks import NOW, Served, served

SENTENCE = "Too many sign-ins have failed: try again in a minute."
addresses_max = 100


def somebody(desk: Served, address: str) -> TestClient:
    """A browser at an address of its own."""
    return TestClient(
        desk.app, client=(address, 5_000), follow_redirects=False, raise_server_exceptions=False
    )


def by_form(client: TestClient, secret: str, **headers: str) -> Any:
    """Sign in as the page does."""
    return client.post("/session", data={"token": secret}, headers=headers)


def by_link(client: TestClient, secret: str, **headers: str) -> Any:
    """Sign in by a link."""
    return client.get("/session", params={"link": secret}, headers=headers)


@pytest.mark.parametrize("way", [by_form, by_link])
def test_failed_sign_ins_of_one_address(desk: Served, way: Callable[..., Any]) -> None:
    """After twenty a minute 429 with when, as a page in words; others sign in as ever."""
    _, secret = tokens.create(desk.log, "operator", None, now=NOW)
    guessing = somebody(desk, "10.0.0.1")
    found = [way(guessing, f"seal_{n}").status_code for n in range(int(sign_ins_failed_a_minute))]

    assert set(found) == {401}
    for tongue in ("en", "ja"):
        told = way(guessing, "seal_x", Accept="text/html", **{"Accept-Language": tongue})
        assert told.status_code == 429
        assert 1 <= int(told.headers["retry-after"]) <= 60
        assert language(tongue).say(SENTENCE) in unescape(told.text)
    assert language("ja").say(SENTENCE) != SENTENCE
    # The right one neither: whoever guesses is not told that a guess was right.
    assert by_form(guessing, secret).status_code == 429
    assert way(guessing, "seal_x").headers["content-type"] == "application/problem+json"
    assert by_form(somebody(desk, "10.0.0.2"), secret).status_code == 303


def test_failed_sign_ins_of_many_addresses(desk: Served) -> None:
    """All together have a bound too; it keeps nobody out where somebody signed in before."""
    _, secret = tokens.create(desk.log, "operator", None, now=NOW)
    known = somebody(desk, "10.9.9.9")
    assert by_form(known, secret).status_code == 303
    each = int(sign_ins_failed_a_minute) - 1
    failed = 0
    for number in range(addresses_max):
        guessing = somebody(desk, f"10.0.1.{number}")
        found = [by_form(guessing, f"seal_{n}").status_code for n in range(each)]
        failed += found.count(401)
        if 429 in found:
            break

    assert failed >= sign_ins_failed_in_all_a_minute
    told = by_form(somebody(desk, "10.0.2.1"), secret)
    assert (told.status_code, "retry-after" in told.headers) == (429, True)
    assert by_form(known, "seal_x").status_code == 401
    assert by_form(known, secret).status_code == 303


def test_a_network_of_ipv6_is_one_sender(desk: Served) -> None:
    """Whoever has a /64 has more addresses than could be counted."""
    found = [
        by_form(somebody(desk, f"2001:db8:1:2::{n:x}"), "seal_x").status_code
        for n in range(int(sign_ins_failed_a_minute) + 1)
    ]

    assert found[-1] == 429
    assert by_form(somebody(desk, "2001:db8:1:3::1"), "seal_x").status_code == 401
    assert by_form(somebody(desk, "::ffff:10.0.0.7"), "seal_x").status_code == 401


def test_a_guess_is_not_blessed_by_pages_for_everybody(desk: Served) -> None:
    """A wrong token that was shown where none is needed is a wrong token."""
    guessing = somebody(desk, "10.0.0.1")
    guesses = [
        {"Authorization": f"Bearer seal_{number}"} for number in range(int(failures_a_minute) + 5)
    ]
    for shown in guesses:
        assert guessing.get("/health/live", headers=shown).status_code == 200

    found = [guessing.get("/lots", headers=shown).status_code for shown in guesses]

    assert found[: int(failures_a_minute)] == [401] * int(failures_a_minute)
    assert found[-1] == 429


DRESSES: dict[str, Callable[[int, str], dict[str, str]]] = {
    "none": lambda _, __: {},
    "other tokens": lambda number, _: {"Authorization": f"Bearer seal_{number}"},
    "other cookies": lambda number, _: {"Cookie": f"ledger_session=x{number}"},
    "a token and cookies": lambda number, token: {
        "Authorization": f"{'Bb'[number % 2]}earer {token}", "Cookie": f"x={number}",
    },
    "a session and cookies": lambda number, session: {
        "Cookie": f"ledger_session={session}; x={number}",
    },
    "a session and other schemes": lambda number, session: {
        "Cookie": f"ledger_session={session}", "Authorization": f"Basic {number}",
    },
}  # fmt: skip


@pytest.mark.parametrize("dress", DRESSES)
def test_requests_count_however_they_are_dressed(database: str, dress: str) -> None:
    """One sender has one rate: what it shows besides its token makes it nobody else."""
    with Log.open(database) as log, served(log, rate=20) as desk:
        client = somebody(desk, "10.0.0.1")
        _, secret = tokens.create(log, "operator", None, now=NOW)
        assert by_form(client, secret).status_code == 303
        session = client.cookies["ledger_session"]
        client.cookies.clear()
        shown = secret if "token and" in dress else session

        found = [
            client.get("/openapi.json", headers=DRESSES[dress](number, shown)).status_code
            for number in range(60)
        ]

    assert found[0] == 200
    assert found[-1] == 429
