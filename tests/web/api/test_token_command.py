"""`ledger token`: made, shown once, listed without secret, rotated, revoked; and the trail."""

import json
from typing import Final

import psycopg
import pytest
from typer.testing import CliRunner, Result

from ledger import metrics
from ledger.__main__ import app
from ledger.errors import Misuse
from ledger.facts.scalars import MICROS_A_DAY as DAY
from ledger.facts.scalars import time_text
from ledger.log import Log
from ledger.settings import Settings
from ledger.web.access import tokens
from ledger.web.gauges import Gauges
from tests.desks import served

JSON: Final = ("--format", "json")
IMPORTER: Final = ("create", "--role", "importer", "--party", "I", "--unregistered")
HOUR: Final = 3_600_000_000


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


def test_a_secret_is_replaced_without_a_gap(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both secrets open for the grace, the old one warned of its end; without grace one at once."""
    made = json.loads(ledger(*IMPORTER, *JSON).stdout)
    with Log.open(home) as log, served(log) as desk:

        def status(secret: str) -> tuple[int, str | None]:
            headers = {"Authorization": f"Bearer {secret}"}
            answer = desk.client.get("/lots", headers=headers)
            return answer.status_code, answer.headers.get("ledger-token-expires")

        second = json.loads(ledger("rotate", made["id"], "--grace", "2", *JSON).stdout)
        assert second["token"] != made["token"]
        assert status(second["token"]) == (200, None)
        assert status(made["token"]) == (200, second["former_until"])
        signed = desk.client.post("/session", data={"token": made["token"]})
        assert signed.status_code == 303
        later = desk.app.state.desk.now() + 3 * HOUR
        with monkeypatch.context() as then:
            then.setattr(desk.app.state.desk, "now", lambda: later)
            assert [status(each)[0] for each in (made["token"], second["token"])] == [401, 200]
            # What was begun with the secret before ends with it.
            assert desk.client.get("/lots").status_code == 401
        third = json.loads(ledger("rotate", made["id"], "--grace", "0", *JSON).stdout)
        secrets = (made["token"], second["token"], third["token"])
        assert [status(each)[0] for each in secrets] == [401, 401, 200]
        assert third["former_until"] is None
        assert ledger("revoke", made["id"]).exit_code == 0
        assert status(third["token"])[0] == 401
    for wrong, sentence in (
        ((made["id"],), "that is valid"), (("T-none",), "no token"),
        ((made["id"], "--grace", "721"), "0 to 720 hours"),
        ((made["id"], "--expires", "2020-01-01"), "expired already"),
    ):  # fmt: skip
        refused = ledger("rotate", *wrong).exception
        assert isinstance(refused, Misuse)
        assert sentence in str(refused)


def test_when_a_token_was_last_used(home: str) -> None:
    """Noted at every request, written once a minute and at the end; never by a wrong secret."""
    made = json.loads(ledger(*IMPORTER, *JSON).stdout)
    with Log.open(home) as log, served(log) as desk:
        headers = {"Authorization": f"Bearer {made['token']}"}
        for _ in range(3):
            desk.client.get("/lots", headers=headers)
        before = json.loads(ledger("list", *JSON).stdout)
        desk.app.state.last_used.write()
        (row,) = json.loads(ledger("list", *JSON).stdout)
        assert [one["last_used_at"] for one in before] == [None]
        assert row["last_used_at"] > row["created_at"]
        desk.client.get("/lots", headers={"Authorization": "Bearer seal_no"})
        desk.app.state.last_used.write()
        assert json.loads(ledger("list", *JSON).stdout) == [row]


def test_what_ends_soon_is_said(home: str, caplog: pytest.LogCaptureFixture) -> None:
    """In a header of every answer, as a metric, and once a day in the log."""
    with Log.open(home) as log, served(log) as desk:
        now = desk.app.state.desk.now()
        ends = {"soon": now + DAY * 3, "later": now + DAY * 20, "far": now + DAY * 40}
        made = {
            name: tokens.create(log, "importer", "I", expires_at=end, now=now)
            for name, end in ends.items()
        }
        gauges = Gauges(desk.app.state.desk, Settings())
        gauges.read()
        gauges.read()
        days = {
            name: metrics.REGISTRY.get_sample_value("ledger_token_days_left", {"token": token.id})
            for name, (token, _) in made.items()
        }
        warned = {}
        for name, (_, secret) in made.items():
            answer = desk.client.get("/lots", headers={"Authorization": f"Bearer {secret}"})
            warned[name] = answer.headers.get("ledger-token-expires")
    said = [record for record in caplog.records if "opens nothing from" in record.getMessage()]

    assert warned == {"soon": time_text(ends["soon"], 0), "later": None, "far": None}
    assert days["far"] is None
    assert days["soon"] == pytest.approx(3, abs=0.1)
    assert days["later"] == pytest.approx(20, abs=0.1)
    assert [made["soon"][0].id in record.getMessage() for record in said] == [True]


def test_every_change_is_in_the_trail(home: str) -> None:
    """Who made, rotated and revoked a token, in the order of time; nobody can change a line."""
    made = json.loads(ledger("create", "--role", "operator", "--by", "P-1", *JSON).stdout)
    ledger("rotate", made["id"], "--by", "P-2")
    for _ in range(2):
        ledger("revoke", made["id"])
    assert CliRunner().invoke(app, ["catch-up"]).exit_code == 0
    trail = CliRunner().invoke(app, ["trail", *JSON])
    lines = json.loads(trail.stdout)

    user = lines[0]["who"]
    assert user.startswith("user:")
    assert [(one["act"], one["who"], one["subject"]) for one in lines] == [
        ("token-revoked", user, made["id"]), ("token-rotated", "P-2", made["id"]),
        ("token-made", "P-1", made["id"]),
    ]  # fmt: skip
    assert made["created_by"] == "P-1"
    narrowed = CliRunner().invoke(app, ["trail", "--who", "P-2", *JSON])
    assert [one["act"] for one in json.loads(narrowed.stdout)] == ["token-rotated"]
    none = CliRunner().invoke(app, ["trail", "--since", "2999-01-01", *JSON])
    assert json.loads(none.stdout) == []
    for statement in ("UPDATE public.admin_log SET who = 'x'", "DELETE FROM public.admin_log"):
        with psycopg.connect(home) as connection, pytest.raises(psycopg.errors.RestrictViolation):
            connection.execute(statement)
    assert "seal_" not in trail.stdout
