"""`ledger topics create` and `ledger run --accept-refusals`, as somebody types them."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from consumers.broker.connection import administration
from consumers.broker.local import LocalBroker
from consumers.broker.topics import INPUTS, OUTPUTS
from ledger.commands.run import Child, Process, back_off_seconds_min
from tests import commanding
from tests.commanding import Done


def ledger(*arguments: str, **settings: str) -> Done:
    """Run a command with these settings and no others."""
    return commanding.ledger(*arguments, settings=settings)


@pytest.mark.kafka
def test_a_partys_topics_are_made(own_broker: LocalBroker, tmp_path: Path) -> None:
    """The three of each party named, and without `--shared` no input beside them."""
    file = tmp_path / "parties.json"
    file.write_text('{"acme": "ACME/1"}')
    told = ledger(
        "topics", "create", "--party", "EXP-1", "--party", "ACME/1", "--no-shared",
        "--partitions", "2", "--format", "json",
        LEDGER_KAFKA_BOOTSTRAP=own_broker.bootstrap, LEDGER_KAFKA_PARTIES=str(file),
    )  # fmt: skip

    assert told.code == 0, told.said
    rows = json.loads(told.out)
    mine = [f"{name}.{end}" for end in ("EXP-1", "acme") for name in INPUTS]
    assert [row["topic"] for row in rows] == [*mine, *OUTPUTS]
    assert ["anybody may write" in row["access"] for row in rows] == [True] * 6 + [False] * 2
    with administration(own_broker.connection) as admin:
        there = set(admin.list_topics())
    assert there >= {*mine, *OUTPUTS}
    assert not there & set(INPUTS)


MISUSES = [
    (["--party", "OPERATOR"], "OPERATOR is the ledger's operator and no party"),
    (["--party", "A/B"], "LEDGER_KAFKA_PARTIES"),
    (["--party", ""], "is no party id"),
    (["--principal", "User:x"], "--principal goes with one --party"),
    (["--party", "A", "--party", "B", "--principal", "User:x"], "--principal goes with one"),
]


@pytest.mark.parametrize(("options", "said"), MISUSES)
def test_what_cannot_be_made_is_said_before_anything_is(options: Sequence[str], said: str) -> None:
    """Exit 2 and a sentence, whether or not a broker is there."""
    told = ledger("topics", "create", *options, LEDGER_KAFKA_BOOTSTRAP="127.0.0.1:1")

    assert told.code == 2
    assert said in " ".join(told.said.split())


def test_accepting_is_said_once(tmp_path: Path) -> None:
    """A process that is started again does not accept what nobody has looked at meanwhile."""
    file = tmp_path / "starts"
    code = "import sys; open(sys.argv[1], 'a').write(' '.join(sys.argv[2:]) + chr(10))"
    command = [sys.executable, "-c", code, str(file), "run"]
    child = Child(Process.INGEST, command, dict(os.environ), ["--accept-refusals=t:0"])
    now = 0.0
    for _ in range(2):
        child.look(now)
        child.wait(float("inf"))
        child.look(now)
        now += 10 * back_off_seconds_min
    assert file.read_text().splitlines() == ["run --accept-refusals=t:0", "run"]
