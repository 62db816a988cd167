"""Webhooks: each decision is told, signed, in order, until it is taken, whoever else is away."""

import hashlib
import hmac
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from consumers.publisher import following, publisher
from consumers.publisher.hooks import read_hooks, signature
from consumers.publisher.messages import avro_message, json_page
from ledger.cases.canonical import encode_decision
from ledger.commands.run import Process, available
from ledger.errors import Misuse
from ledger.log import Log, Recorded
from ledger.log import reading as log_reading
from ledger.metrics import REGISTRY
from ledger.settings import Settings
from tests import publishing as p
from tests.ingesting import patience_seconds, until

pytestmark = pytest.mark.slow

kills = 4


@contextmanager
def telling(log: Log, hooks: Path) -> Iterator[None]:
    """A publisher without Kafka, in a thread for the time of the block."""
    stop = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(publisher.run, Settings(webhooks=hooks), log, stop)
        try:
            yield
        finally:
            stop.set()
        running.result(patience_seconds)


def _from_the_handbook() -> Callable[[bytes, str, bytes], bool]:
    text = (Path(__file__).parents[2] / "docs/operator/webhooks.md").read_text()
    code = text.partition("```python\n")[2].partition("```")[0]
    names: dict[str, Any] = {"hashlib": hashlib, "hmac": hmac, "time": time}
    exec(code, names)  # noqa: S102 -- our own handbook: what it tells receivers to do is what is tested
    found: Callable[[bytes, str, bytes], bool] = names["genuine"]
    return found


genuine = _from_the_handbook()


def verified(heard: p.Heard, secret: bytes = p.SECRET) -> bool:
    """What a receiver does, as the handbook tells it."""
    return genuine(secret, heard.headers["Ledger-Signature"], heard.body)


def test_every_decision_is_told_in_words_in_order_and_signed(log: Log, tmp_path: Path) -> None:
    """The life of a case, among facts that nobody is told about."""
    p.report(log, 5)
    p.decide(log, p.a_life("L-7"))
    p.report(log, 5)
    with p.listening(p.Listener()) as hook, telling(log, p.listed(tmp_path, desk=hook.url)):
        until(lambda: log.meta("publisher/webhook:desk") == "16")

    assert hook.taken() == p.ids(log)
    assert all(verified(heard) for heard in hook.heard)
    assert not any(verified(heard, b"another") for heard in hook.heard)
    assert not verified(hook.heard[0]._replace(body=hook.heard[0].body + b" "))
    assert not genuine(p.SECRET, signature(p.SECRET, int(time.time()) - 600, b"{}"), b"{}")
    told = [heard.json for heard in hook.heard]
    assert tuple(each["state"] for each in told) == p.STATES
    assert [each["type"] for each in told] == [each.topic for each in p.decisions(log)]
    assert [each["id"] for each in told] == hook.taken()
    assert {each["rule"] for each in told} == {"M-18"}
    assert {each["subject"] for each in told} == {"L-7"}
    # A person decides about what they saw, which was newer.
    words = "Lot L-7 carries {} JAS seals for 500 units."
    assert [each["sentence"] for each in told] == [
        words.format(found) for found in (520, 520, 520, 530, 520, 530)
    ]
    assert (told[3]["reason"], told[3]["text"], told[3]["person"]) == ("COUNT_ERROR", "名", "P-1")
    assert (told[0]["log_position"], told[0]["position"], told[0]["version"]) == (6, 3, 1)


def test_the_signature_is_an_hmac_of_time_and_body() -> None:
    """As others would compute it: openssl dgst -sha256 -hmac key on `1775000000.{}`."""
    assert signature(b"key", 1_775_000_000, b"{}") == (
        "t=1775000000,v1=" + hmac.new(b"key", b"1775000000.{}", hashlib.sha256).hexdigest()
    )


NO = [
    # what a receiver answers the first two times; 0: it hangs up
    500, 503, 429, 408, 400, 404, 410, 301, 307, 0,
]  # fmt: skip


@pytest.mark.parametrize("status", NO)
def test_what_is_not_taken_is_told_again(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """Whatever the answer but 2xx, nothing is given up, skipped or sent elsewhere."""
    monkeypatch.setattr(following, "retry_seconds_min", 0.02)
    p.decide(log, p.a_life("L-7"))
    listener = p.Listener(lambda before: status if 2 <= before < 4 else 200)
    with p.listening(listener) as hook, telling(log, p.listed(tmp_path, desk=hook.url)):
        until(lambda: log.meta("publisher/webhook:desk") == "6")

    first, second, third, *rest = p.ids(log)
    # Those it had taken are not told again.
    assert hook.taken() == [first, second, third, third, third, *rest]
    assert {heard.path for heard in hook.heard} == {"/hook?key=hush"}
    assert len({heard.body for heard in hook.heard}) == 6


def test_one_that_is_away_holds_up_no_other(
    log: Log, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One refuses, one hangs, one is not there at all: the fourth hears everything meanwhile."""
    p.decide(log, p.a_life("L-7"))
    hanging = threading.Event()

    def hang(_: int) -> int:
        hanging.wait(patience_seconds)
        return 200

    with (
        p.listening(p.Listener()) as steady,
        p.listening(p.Listener(lambda _: 500)) as refusing,
        p.listening(p.Listener(hang)) as slow,
    ):
        hooks = p.listed(
            tmp_path, refusing=refusing.url, gone="http://127.0.0.1:1/?key=hush", slow=slow.url,
            steady=steady.url,
        )  # fmt: skip
        with telling(log, hooks):
            until(lambda: log.meta("publisher/webhook:steady") == "6")
            until(lambda: len(refusing.heard) > 2)
            until(lambda: _metric("waiting_seconds", "refusing") > 0)
            assert log.meta("publisher/webhook:refusing") is None
            refusing.answers = lambda _: 200
            until(lambda: log.meta("publisher/webhook:refusing") == "6")
            hanging.set()

    assert steady.taken() == p.ids(log)
    assert p.firsts(refusing.taken()) == p.ids(log)
    assert _metric("failures_total", "gone") > 0
    assert _metric("waiting_seconds", "steady") == 0
    assert "webhook:gone" in caplog.text
    assert "hush" not in caplog.text


def _metric(name: str, hook: str) -> float:
    labels = {"feed": f"webhook:{hook}"}
    return REGISTRY.get_sample_value(f"ledger_publisher_{name}", labels) or 0.0


def test_killed_at_any_moment_everything_is_told_at_least_once(
    database: str, log: Log, tmp_path: Path
) -> None:
    """Killed again and again: all is heard, first in its order, at most one twice a kill."""
    for number in range(60):
        p.decide(log, p.a_life(f"L-{number}"))
        p.report(log, 3)

    def slowly(_: int) -> int:
        time.sleep(0.01)
        return 200

    with p.listening(p.Listener(slowly)) as hook:
        hooks = str(p.listed(tmp_path, desk=hook.url))
        for _ in range(kills):
            before = len(hook.heard)
            with p.a_publisher(database, webhooks=hooks):
                until(lambda before=before: len(hook.heard) > before + 20)  # type: ignore[misc]  # the loop's own
                time.sleep(random.random() * 0.1)  # noqa: S311 -- chance, no secret
        with p.a_publisher(database, webhooks=hooks):
            until(lambda: log.meta("publisher/webhook:desk") == str(log.position()))

    assert p.firsts(hook.taken()) == p.ids(log)
    assert len(hook.taken()) <= 360 + kills


def test_facts_are_passed_over_in_bounded_looks(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much lies between two decisions, a look goes only so far and skips none."""
    monkeypatch.setattr(log_reading, "positions_looked_max", 50)
    p.report(log, 120)
    p.decide(log, [p.opening("L-1")])
    p.decide(log, [p.opening("L-2")])
    p.report(log, 10)
    pages = []
    after = 0
    while (found := json_page(log, after, 1)).position > after:
        pages.append((found.position, [each.position for each in found.messages]))
        after = found.position

    assert pages == [(50, []), (100, []), (121, [121]), (122, [122]), (132, [])]


def test_kafka_is_told_under_the_case() -> None:
    """The key is the case; a decision has the same id wherever it is told."""
    event = p.opening("L-7")
    state = encode_decision(event)
    told = avro_message(Recorded(9, 5, UUID(event.case), 1, "DiscrepancyOpened", state))

    assert (told.id, told.key) == (f"{event.case}:1", event.case.encode())
    assert told.timestamp is None
    assert dict(told.headers) == {
        "content-type": b"application/vnd.seals.avro",
        "ledger.event-id": told.id.encode(),
        "ledger.position": b"9",
        "ledger.version": b"1",
        "ledger.recorded-at-micros": b"5",
    }


GOOD = '[[webhook]]\nname = "desk"\nurl = "{}"\nsecret_file = "secret"\n'
LISTS = [
    # what stands in the list, what is said about it
    ("", "Object missing required field `webhook`"),
    ("webhook = []", "lists 0 webhooks"),
    ("[[webhook", "LEDGER_WEBHOOKS="),
    (GOOD.format("https://a.example/x") * 2, "'desk' is listed twice"),
    (GOOD.format("https://a.example/x").replace("desk", "The Desk"), "a name is a-z"),
    (GOOD.format("https://a.example/x").replace("secret_file", "secret"), "secret"),
    (GOOD.format("https://a.example/x").replace('"secret"', '"gone"'), "gone cannot be read"),
    (GOOD.format("https://a.example/x").replace('"secret"', '"empty"'), "empty is empty"),
    (GOOD.format("http://a.example/x"), "http is for this machine alone"),
    (GOOD.format("http://127.0.0.1.a.example/x"), "http is for this machine alone"),
    (GOOD.format("http://10.0.0.1/x"), "http is for this machine alone"),
    (GOOD.format("ftp://127.0.0.1/x"), "not https"),
    (GOOD.format("/x"), "not https"),
    (GOOD.format("https://a.example:x/"), "its url is none"),
    (GOOD.format("https://me:hush@a.example/"), "a url with a password"),
]


@pytest.mark.parametrize(("text", "said"), LISTS)
def test_a_list_that_cannot_be_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """What is wrong is said before anybody is told anything; a password is not repeated."""
    (tmp_path / "secret").write_text("x")
    (tmp_path / "empty").write_text("\n")
    path = tmp_path / "webhooks.toml"
    path.write_text(text)

    with pytest.raises(Misuse, match=said) as caught:
        read_hooks(path)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("url", ["https://a.example/x", "http://[::1]:1/", "http://localhost/x"])
def test_a_list_that_can_be(tmp_path: Path, url: str) -> None:
    """TLS anywhere, plain HTTP on this machine; neither address nor secret is shown."""
    (hook,) = read_hooks(p.listed(tmp_path, desk=url))

    assert (hook.name, hook.url, hook.secret) == ("desk", url, p.SECRET)
    assert repr(hook) == "Hook(name='desk')"


RUNS: list[tuple[dict[str, Any], Callable[[Process], bool]]] = [
    ({}, lambda process: process not in {Process.INGEST, Process.PUBLISHER}),
    ({"webhooks": Path("w")}, lambda process: process is not Process.INGEST),
    ({"kafka_bootstrap": "k:1"}, lambda _: True),
]


@pytest.mark.parametrize(("settings", "runs"), RUNS)
def test_the_publisher_runs_where_somebody_is_told(
    settings: dict[str, Any], runs: Callable[[Process], bool]
) -> None:
    """Webhooks alone are reason enough for a publisher, Kafka for an ingest besides."""
    assert available(Settings(**settings)) == [process for process in Process if runs(process)]


def test_without_anybody_to_tell_it_does_not_start(log: Log) -> None:
    """A publisher asked for by name says what it lacks."""
    with pytest.raises(Misuse, match="LEDGER_WEBHOOKS"):
        publisher.run(Settings(), log, threading.Event())
