"""`ledger token`: made, shown once, listed without secret, revoked."""

import json

import pytest
from typer.testing import CliRunner, Result

from ledger.__main__ import app
from ledger.errors import Misuse
from ledger.log import Log
from tests.desks import served


@pytest.fixture
def home(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A fresh database as the command line's own."""
    monkeypatch.setenv("LEDGER_DATABASE_URL", database)
    return database


def ledger(*arguments: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, ["token", *arguments])


def test_a_token_from_its_making_to_its_end(home: str) -> None:
    """What is printed opens the API until it is revoked, and is printed never again."""
    made = ledger(
        "create", "--role", "scanner", "--party", "EXP-1", "--source", "S-1",
        "--unregistered", "--expires", "2999-12-31", "--format", "json",
    )  # fmt: skip
    token = json.loads(made.stdout)
    listed = ledger("list", "--format", "json")

    assert json.loads(listed.stdout) == [
        {name: value for name, value in token.items() if name != "token"}
    ]
    assert (token["role"], token["source"], token["state"]) == ("scanner", "S-1", "valid")
    headers = {"Authorization": f"Bearer {token['token']}"}
    with Log.open(home) as log, served(log) as desk:
        assert desk.client.post("/events", json=[], headers=headers).status_code == 200
        assert ledger("revoke", token["id"]).exit_code == 0
        assert desk.client.post("/events", json=[], headers=headers).status_code == 401
    assert json.loads(ledger("list", "--format", "json").stdout)[0]["state"] == "revoked"


def test_data_goes_to_stdout_alone(home: str) -> None:
    """The secret can be piped into a file; the words about it go elsewhere."""
    assert home
    made = ledger("create", "--role", "operator")

    assert made.stdout.strip().startswith("seal_")
    assert len(made.stdout.split()) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("create", "--role", "exporter"), "needs a party"),
        (("create", "--role", "scanner", "--party", "EXP-1"), "needs the source"),
        (("create", "--role", "exporter", "--party", "EXP 1"), "visible ASCII"),
        (("create", "--role", "exporter", "--party", "E", "--expires", "2020-01-01"), "expired"),
        (("create", "--role", "exporter", "--party", "EXP-1"), "--unregistered makes a token"),
        (("revoke", "T-none"), "no token"),
    ],
)
def test_what_cannot_be_is_a_misuse(home: str, arguments: tuple[str, ...], sentence: str) -> None:
    """One sentence says why."""
    assert home
    done = ledger(*arguments)

    assert isinstance(done.exception, Misuse)
    assert sentence in str(done.exception)
