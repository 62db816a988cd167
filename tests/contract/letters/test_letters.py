"""Dead letters on the command line: found, mended, sent through again, dismissed; never removed."""

import base64
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner, Result

from ledger.__main__ import app
from ledger.cases.letter import LetterState
from ledger.errors import Misuse
from ledger.facts import canonical
from ledger.intake import OPERATOR, Accepted, read, to_avro
from ledger.intake.again import Intake
from ledger.intake.codec import CONFLUENT, SINGLE_OBJECT
from ledger.intake.schemas import confluent_ids
from ledger.log import Entry, Log, Refusal
from ledger.log.promises import broken
from ledger.views.letters import letters_of, unsettled
from ledger.views.projection import Projector, rebuild
from ledger.views.reading import reading
from ledger.views.verify import verify
from ledger.web.asking import letters_settled as acts
from tests.databases import Cluster
from tests.ingesting import applied

NOW = 1_775_000_000_000_000
WHO = acts.Who("OPERATOR", "P-1")


def held(**changed: Any) -> dict[str, Any]:
    """An event that may come in; with changes perhaps one that is refused."""
    return {
        "type": "LotHeld", "id": str(uuid4()), "time": "2026-04-02T09:30:00+09:00",
        "source": "SYS-1", "lot": "L-7", "cause": "c", **changed,
    }  # fmt: skip


def refusal(payload: bytes, reason: str, **given: Any) -> Refusal:
    """Something that was refused, at the file door unless told."""
    asked: dict[str, Any] = {"door": "file", "place": "f:1", "index": 0, "path": ""} | given
    return Refusal(
        reason=reason, payload=payload, sha256=sha256(payload).digest(), size=asked.pop(
            "size", len(payload)), **asked
    )  # fmt: skip


SCAN = applied(71)
FRAMED = CONFLUENT + (17).to_bytes(4, "big") + to_avro(SCAN).removeprefix(SINGLE_OBJECT)[8:]
TAKEN = held(lot="L-1")
REFUSALS = [
    refusal(json.dumps(held(lot="")).encode(), "invalid", path="lot", by="OPERATOR"),
    refusal(FRAMED, "undecodable", door="kafka", place="ledger.scans.EXP-1/0/5", by="EXP-1"),
    refusal(b'{"half', "undecodable", by="EXP-1", place="g:2"),
    refusal(
        json.dumps(held(id=TAKEN["id"], cause="other", source="SYS-9")).encode(), "conflict",
        id=UUID(TAKEN["id"]), path="id", by="OPERATOR",
    ),
    refusal(
        canonical.encode(SCAN), "not-permitted", door="http", place="source:SCAN-7 r1", by="EXP-2"
    ),
    refusal(b"x" * 100, "too-large", size=10**7, by="EXP-2"),
]  # fmt: skip


@pytest.fixture
def home(log: Log, monkeypatch: pytest.MonkeyPatch) -> Log:
    """A home with one event and six letters, as the command line's own."""
    monkeypatch.setenv("LEDGER_DATABASE_URL", log.dsn)
    log.append([], REFUSALS)
    (taken,) = read(json.dumps(TAKEN).encode(), None, OPERATOR)
    assert isinstance(taken, Accepted)
    log.append([Entry(taken.id, taken.topic, taken.state)])
    Projector(log).make()
    Projector(log).catch_up()
    return log


@pytest.fixture
def beside(embedded_cluster: Cluster) -> Iterator[str]:
    """Another fresh database."""
    with embedded_cluster.database() as dsn:
        yield dsn


def ledger(*arguments: str, given: str | None = None) -> Result:
    """Run `ledger dead-letters`."""
    return CliRunner().invoke(app, ["dead-letters", *arguments], input=given)


def told(*arguments: str, given: str | None = None) -> Any:
    """What it prints as JSON."""
    done = ledger(*arguments, "--format", "json", given=given)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return json.loads(done.stdout)


def states(log: Log) -> dict[int, str]:
    """What became of each letter, as the views say and as the log says."""
    Projector(log).catch_up()
    numbers = range(1, len(REFUSALS) + 1)
    with reading(log) as rows:
        found = {n: str(one.state) for n, one in letters_of(rows, [*numbers]).items()}
    assert found == {n: str(acts.became(log, n).state) for n in numbers}
    return {n: state for n, state in found.items() if state != "new"}


FILTERS = [
    ((), [6, 5, 4, 3, 2, 1]),
    (("--reason", "undecodable"), [3, 2]),
    (("--reason", "invalid,conflict"), [4, 1]),
    (("--sender", "EXP-1"), [3, 2]),
    (("--sender", "SCAN-7"), [5]),
    (("--source", "SYS-9"), [4]),
    (("--source", "SYS-1", "--reason", "too-large"), []),
    (("--since", "2999-01-01"), []),
    (("--since", "2020-01-01", "--limit", "2"), [6, 5]),
    (("--state", "mended"), []),
    (("--state", "all", "--limit", "1"), [6]),
]


def test_none_at_all(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing was ever refused that is said, and else that no letter fits."""
    monkeypatch.setenv("LEDGER_DATABASE_URL", log.dsn)
    Projector(log).make()
    assert ledger("list").stderr == "There is no dead letter.\n"
    log.append([], REFUSALS)
    assert ledger("list", "--state", "mended").stderr == "There is no such dead letter.\n"


def test_letters_are_found(home: Log) -> None:
    """By reason, party or source, state and time, the latest first; one with all that is known."""
    assert len(home.dead_letters(0, 99)) == len(REFUSALS)
    for given, numbers in FILTERS:
        assert [row["number"] for row in told("list", *given)] == numbers, given
    one = told("show", "5")
    assert (one["by"], one["source"], one["state"], one["history"]) == (
        "EXP-2", "SCAN-7", "new", [],
    )  # fmt: skip
    for wrong, sentence in (
        (("list", "--state", "lost"), "there is new, mended"),
        (("list", "--reason", "bored"), "there is too-large"),
        (("list", "--source", "SYS"), "no source 'SYS'; the nearest is SYS-1"),
        (("show", "99"), "There is no dead letter 99"),
        (("dismiss", "--reason", "TEST", "--person", "P-1"), "Say which letters"),
        (("dismiss", "1", "--sender", "A", "--reason", "TEST", "--person", "P-1"), "Say which"),
        (("dismiss", "1", "--reason", "BORED", "--person", "P-1"), "BORED"),
        (("mend", "1", "/nowhere", "--person", "P-1"), "/nowhere cannot be read"),
    ):
        error = ledger(*wrong).exception
        assert isinstance(error, Misuse), wrong
        assert sentence in str(error)
    for act in (("replay", "1"), ("dismiss", "1", "--reason", "TEST"), ("mend", "1", "-")):
        assert "--person" in ledger(*act).stderr, act


def test_letters_are_exported(home: Log, tmp_path: Path) -> None:
    """A line each, first to last, with all bytes that were kept: base64, or as text."""
    assert states(home) == {}
    file = tmp_path / "letters.ndjson"
    ledger("dismiss", "3", "--reason", "TEST", "--person", "P-1")
    assert ledger("export", str(file), "--state", "all").exit_code == 0
    lines = [json.loads(line) for line in file.read_text().splitlines()]

    assert [line["number"] for line in lines] == [1, 2, 3, 4, 5, 6]
    assert [base64.b64decode(line["payload"]) for line in lines] == [r.payload for r in REFUSALS]
    assert [line["state"] for line in lines] == ["new", "new", "dismissed", "new", "new", "new"]
    raw = ledger("export", "-", "--raw", "--sender", "EXP-1", "--state", "all")
    first, second = (json.loads(line) for line in raw.stdout.splitlines())
    assert (first["encoding"], second["encoding"]) == ("base64", "utf-8")
    assert second["payload"] == '{"half'


def test_a_letter_is_mended(home: Log, tmp_path: Path) -> None:
    """It becomes a fact under its own id where that is free, and the receipt names the letter."""
    first = json.loads(REFUSALS[0].payload)
    file = tmp_path / "mended.json"
    file.write_text(json.dumps({**first, "lot": "L-8"}))
    receipt = told("mend", "1", str(file), "--person", "P-1", "--text", "it was L-8")
    assert (receipt["dead_letter"], receipt["id"], receipt["by"]) == (1, first["id"], "OPERATOR")

    without = {name: value for name, value in TAKEN.items() if name != "id"}
    fresh = told(
        "mend", "4", "-", "--person", "P-2", "--as", "EXP-1",
        given=json.dumps({**without, "cause": "other"}),
    )  # fmt: skip
    assert fresh["id"] != TAKEN["id"]
    assert UUID(fresh["id"]).version == 7
    assert (fresh["by"], fresh["person"], fresh["door"]) == ("EXP-1", "P-2", "file")

    assert states(home) == {1: "mended", 4: "mended"}
    shown = CliRunner().invoke(app, ["receipt", fresh["id"], "--format", "json"])
    assert json.loads(shown.stdout)["dead_letter"] == 4
    done = told("show", "4")
    assert [(one["decision"], one["person"], one["fact"]) for one in done["history"]] == [
        ("DeadLetterMended", "P-2", fresh["id"])
    ]
    again = ledger("mend", "1", str(file), "--person", "P-3").exception
    assert isinstance(again, Misuse)
    assert "Dead letter 1 was mended by P-1" in str(again)
    assert len(home.dead_letters(0, 99)) == len(REFUSALS)


NOT_MENDED = [
    ("", "not JSON"),
    ("[]", "Give one event"),
    (json.dumps([held(), held()]), "Give one event"),
    (json.dumps(held(lot="")), "invalid at lot"),
    (json.dumps({**TAKEN, "id": TAKEN["id"]}), "is recorded already"),
    (json.dumps({**held(), "type": "DeadLetterMended"}), "the ledger's own to decide"),
]


def test_what_mends_nothing_changes_nothing(home: Log) -> None:
    """One sentence, and neither a fact nor a decision."""
    before = home.position()
    for body, sentence in NOT_MENDED:
        error = ledger("mend", "1", "-", "--person", "P-1", given=body).exception
        assert isinstance(error, Misuse), body
        assert sentence in str(error), body
    assert home.position() == before


def test_the_same_bytes_go_through_again(home: Log) -> None:
    """At the door at which they were refused, by what that lets in now; first only looked at."""
    knowing = Intake(confluent_ids('{"17": "SealsApplied.v1"}'))

    def again(number: int, intake: Intake, *, dry_run: bool = False) -> acts.Outcome:
        return acts.replay_letter(home, number, WHO, intake, now=NOW, dry_run=dry_run)

    before = home.position()
    assert again(2, knowing, dry_run=True).outcome == "recorded"
    assert again(2, Intake(), dry_run=True).outcome == "refused"
    assert home.position() == before
    assert again(2, Intake()).outcome == "refused"
    done = again(2, knowing)
    assert (done.outcome, done.fact) == ("recorded", SCAN.id)
    assert done.receipt is not None
    assert (done.receipt["door"], done.receipt["by"]) == ("kafka", "EXP-1")
    assert done.receipt["dead_letter"] == 2
    # The same scan came over HTTP, where its source may not report it.
    assert "not-permitted at source" in (again(5, knowing).why or "")
    assert "conflict at id" in (again(4, Intake()).why or "")
    with pytest.raises(Misuse, match="the first 100 of 10,000,000 bytes were kept"):
        again(6, Intake())
    assert states(home) == {2: "replayed"}
    assert told("replay", "--reason", "conflict", "--person", "P-1", "--dry-run") == [
        {"number": 4, "outcome": "refused", "fact": None,
         "why": f"conflict at id: {TAKEN['id']} was recorded with other content"}
    ]  # fmt: skip
    assert ledger("replay", "--reason", "conflict", "--person", "P-1").exit_code == 1


def test_letters_are_dismissed(home: Log) -> None:
    """Several at once, each with its outcome; those settled before are told, and stay."""
    assert told("dismiss", "3", "--reason", "UNREADABLE", "--person", "P-1", "--dry-run") == [
        {"number": 3, "outcome": "dismissed", "fact": None, "why": None}
    ]
    assert states(home) == {}
    ledger("dismiss", "3", "--reason", "UNREADABLE", "--person", "P-1")
    rows = told("dismiss", "3", "5", "6", "--reason", "OTHER", "--text", "seen", "--person", "P-2")
    assert [row["outcome"] for row in rows] == ["not done", "dismissed", "dismissed"]
    assert "by P-1" in rows[0]["why"]
    assert states(home) == {3: "dismissed", 5: "dismissed", 6: "dismissed"}
    with reading(home) as found:
        left = {reason: count for reason, count in unsettled(found).items() if count}
    assert left == {"invalid": 1, "undecodable": 1, "conflict": 1}


def test_of_two_at_once_one_is_told_by_whom(home: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else settles the letter between the look and the decision: nothing of ours stays."""
    position = Log.position
    first = [True]

    def slow(log: Log) -> int:
        if first and first.pop():
            acts.dismiss_letter(log, 1, "TEST", acts.Who("OPERATOR", "P-9"), now=NOW)
        return position(log)

    monkeypatch.setattr(Log, "position", slow)
    body = json.dumps({**json.loads(REFUSALS[0].payload), "lot": "L-8"}).encode()
    with pytest.raises(Misuse, match="Dead letter 1 was dismissed by P-9"):
        acts.mend_letter(home, 1, body, WHO, by="OPERATOR", now=NOW)

    assert states(home) == {1: "dismissed"}
    assert home.get([UUID(json.loads(body)["id"])]) == {}


def test_what_was_done_is_part_of_the_log(home: Log, beside: str, tmp_path: Path) -> None:
    """Verify holds, a rebuild and an import give the same states, every letter counts once."""
    acts.dismiss_letter(home, 1, "TEST", WHO, now=NOW)
    acts.replay_letter(home, 3, WHO, Intake(), now=NOW)
    acts.replay_letter(home, 2, WHO, Intake(confluent_ids('{"17": "SealsApplied.v1"}')), now=NOW)
    before = states(home)

    assert [*broken(home), *verify(home)] == []
    rebuild(home)
    assert states(home) == before == {1: "dismissed", 2: "replayed"}
    file = tmp_path / "log.avro"
    assert CliRunner().invoke(app, ["export", str(file)]).exit_code == 0
    environment = {"LEDGER_DATABASE_URL": beside}
    assert CliRunner(env=environment).invoke(app, ["import", str(file)]).exit_code == 0
    with Log.open(beside) as other:
        Projector(other).make()
        assert states(other) == before
        assert other.dead_letters(0, 99) == home.dead_letters(0, 99)
        refused_again = acts.became(other, 3)
        assert (refused_again.state, refused_again.version) == (LetterState.NEW, 1)
