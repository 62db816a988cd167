"""The local broker keeps its address and its messages, and says what it lacks."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from kafka import TopicPartition

from consumers.broker.connection import consumer, producer
from consumers.broker.jars import jars, java, missing_tools
from consumers.broker.local import LocalBroker
from consumers.broker.topics import SCANS, create
from ledger.errors import Misuse, Unavailable

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.kafka
def test_address_and_messages_survive_a_kill(own_broker: LocalBroker) -> None:
    """A broker killed by SIGKILL comes back at the same address with what it acknowledged."""
    before = own_broker.bootstrap
    create(own_broker.connection, partitions=1)
    sender = producer(own_broker.connection)
    sender.send(SCANS, b"a scan", key=b"JAS-A").get(10)
    sender.close()

    own_broker.kill()
    after = own_broker.start()

    partition = TopicPartition(SCANS, 0)
    reader = consumer(own_broker.connection)
    reader.assign([partition])
    reader.seek_to_beginning(partition)
    records = reader.poll(10_000)[partition]
    reader.close()

    assert before == after
    assert [(record.key, record.value) for record in records] == [(b"JAS-A", b"a scan")]


@pytest.mark.kafka
def test_a_running_broker_is_not_started_twice(own_broker: LocalBroker) -> None:
    """A second start is refused and leaves the first one running; stopping twice is nothing."""
    pid = own_broker.pid
    assert pid is not None

    with pytest.raises(Misuse, match="running already"):
        own_broker.start()
    assert pid == own_broker.pid

    own_broker.stop()
    own_broker.stop()
    assert own_broker.pid is None


@pytest.mark.kafka
@pytest.mark.usefixtures("kafka_tools")
def test_a_folder_that_cannot_be_a_broker_is_explained(tmp_path: Path) -> None:
    """A broker that cannot start says why, from its own words."""
    (tmp_path / "server.properties").write_text("node.id=none\n")

    with pytest.raises(Unavailable, match="could not format"), LocalBroker(tmp_path):
        pass


@pytest.mark.kafka
@pytest.mark.usefixtures("kafka_tools")
def test_the_program_stops_at_sigterm(tmp_path: Path) -> None:
    """`python -m consumers.broker.local` prints its address and ends in order when told to."""
    with subprocess.Popen(
        [sys.executable, "-m", "consumers.broker.local", str(tmp_path / "kafka")],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as program:
        assert program.stdout is not None
        address = program.stdout.readline().strip()
        program.send_signal(signal.SIGTERM)
        code = program.wait(30)

    assert code == 0
    assert address.startswith("127.0.0.1:")


def test_missing_java_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Java the sentence carries the line that installs it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)

    lacking = missing_tools(tmp_path)

    assert lacking is not None
    assert "apt-get install" in lacking
    with pytest.raises(Misuse, match="needs Java 17"):
        java()


def test_an_old_java_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Java that is too old is named with its release."""
    _program(tmp_path / "java", """echo 'openjdk version "11.0.2" 2019-01-15' >&2""")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("JAVA_HOME", raising=False)

    with pytest.raises(Misuse, match=r"java is 11: apt-get"):
        java()


def test_missing_maven_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Maven an empty cache cannot be filled, and the sentence says so."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Misuse, match="needs Maven: apt-get"):
        jars(tmp_path / "cache")


def test_a_failed_fetch_leaves_no_jars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When Maven fails its reason is told, and nothing half-fetched is taken for the jars."""
    _program(tmp_path / "mvn", "echo '[ERROR] no route to the repository'; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    with pytest.raises(Unavailable, match="no route to the repository"):
        jars(tmp_path / "cache")
    assert list((tmp_path / "cache").glob("kafka-*")) == []


@pytest.mark.parametrize(("require_all", "expected"), [("", "skipped"), ("1", "error")])
def test_missing_tools_skip_or_fail(tmp_path: Path, require_all: str, expected: str) -> None:
    """Tests of the broker are skipped without Java, but fail where nothing may be skipped."""
    env = {name: value for name, value in os.environ.items() if name != "JAVA_HOME"}
    env |= {"PATH": str(tmp_path), "LEDGER_REQUIRE_ALL": require_all}

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "tests/kafka/test_topics.py", "-k", "test_creating_again"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )

    assert f"1 {expected}" in done.stdout


def _program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
