"""Every command line of deploy/ is run: as an ordinary user whose home is read only.

The broker is the one of docker-compose.yml, started by its own script on its own properties; the
processes sign in to it as a user who may do what `topics create` let it do.
"""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sysconfig
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from consumers.broker.connection import Connection, administration, producer
from consumers.broker.jars import jars, java
from consumers.broker.topics import SCANS
from ledger.errors import LedgerError
from ledger.log import Log
from tests.acceptance.test_deploy import given
from tests.databases import open_folder
from tests.deploying import DEPLOY, OURS, PROCESSES, ROOT, SERVICES, command_lines, dockerfile
from tests.ingesting import applied, avro, until
from tests.log_reading import from_json
from tests.ordinary import ordinary, python_of

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

broker_seconds_max = 90.0
start_seconds_max = 120.0
end_seconds_max = 60.0
TOPICS = tuple(SERVICES["topics"]["command"])


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class Deployed:
    """A folder with secrets and a read-only home, the broker's address, and who runs there."""

    def __init__(self, folder: Path, bootstrap: str) -> None:
        self.folder, self.bootstrap = folder, bootstrap
        self.who = ordinary()
        self._python = python_of(self.who)
        self.home = folder / "home"
        self.home.mkdir(mode=0o555)

    def secret(self, name: str) -> str:
        """One of the passwords."""
        return (self.folder / "secrets" / name).read_text()

    def environment(self, service: str, **more: str) -> dict[str, str]:
        """What the compose file and the image give a service, at the addresses of the test."""
        found = {
            name: value.replace("/run/secrets", str(self.folder / "secrets"))
            .replace("kafka:9092", self.bootstrap)
            .replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - within the containers' own network
            for name, value in given(service).items()
        }
        at = {"LEDGER_HOME": str(self.home), "LEDGER_METRICS_PORT": "0", "LEDGER_WEB_PORT": "0"}
        return {
            "PATH": os.environ["PATH"], "HOME": str(self.home), "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": f"{ROOT}:{sysconfig.get_path('purelib')}", **found, **at, **more,
        }  # fmt: skip

    def started(self, words: list[str], said: Path, environment: dict[str, str]) -> Any:
        """A command, started in a folder that is read only."""
        with said.open("wb") as lines:
            return subprocess.Popen(
                [self._python, "-m", "ledger", *words], env=environment, cwd=self.home,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=lines, **self.who,
            )  # fmt: skip

    def healthy(self, port: int) -> bool:
        """What the image's health check says of a process whose metrics are at that port."""
        check = next(rest for word, rest in dockerfile() if word == "HEALTHCHECK")
        program = json.loads(check[check.index("[") :])[1:]
        environment = {"LEDGER_METRICS_PORT": str(port), "PATH": os.environ["PATH"]}
        done = subprocess.run(
            [self._python, *program], env=environment, check=False, capture_output=True, **self.who
        )
        return done.returncode == 0


@contextmanager
def broker(folder: Path) -> Iterator[str]:
    """The broker of the compose file, at an address of this machine."""
    port, controller = free_port(), free_port()
    template = (DEPLOY / "compose" / "kafka.properties").read_text()
    for there, here in (
        ("CLIENT://:9092", f"CLIENT://127.0.0.1:{port}"), ("kafka:9092", f"127.0.0.1:{port}"),
        ("CONTROLLER://:9093", f"CONTROLLER://127.0.0.1:{controller}"),
        ("kafka:9093", f"127.0.0.1:{controller}"),
        ("/var/lib/kafka/data", str(folder / "kafka")),
    ):  # fmt: skip
        assert there in template
        template = template.replace(there, here)
    (folder / "kafka.properties").write_text(template)
    log4j = DEPLOY / "kafka" / "log4j2.properties"
    # The image has these beside one another.
    for name, heap, main in (
        ("kafka-storage.sh", "128m", "kafka.tools.StorageTool"),
        ("kafka-server-start.sh", "512m", "kafka.Kafka"),
    ):
        options = f"-Xmx{heap} -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
        program = folder / name
        program.write_text(
            f"#!/bin/sh\nexec {shlex.quote(java())} {options}"
            f' "-Dlog4j2.configurationFile={log4j}" -cp "{jars()}/*" {main} "$@"\n'
        )
        program.chmod(0o755)
    environment = {
        "PATH": os.environ["PATH"], "KAFKA_PROGRAMS": str(folder), "KAFKA_MADE": str(folder),
        "KAFKA_SECRETS": str(folder / "secrets"),
        "KAFKA_TEMPLATE": str(folder / "kafka.properties"),
    }  # fmt: skip
    start = SERVICES["kafka"]["entrypoint"]
    assert start == ["/bin/sh", "/etc/seal-ledger/kafka-start"]
    with (folder / "broker.log").open("wb") as log, subprocess.Popen(
        ["/bin/sh", DEPLOY / "compose" / "kafka-start"], env=environment, stdout=log, stderr=log,
    ) as running:  # fmt: skip
        try:
            yield f"127.0.0.1:{port}"
        finally:
            running.kill()


@pytest.fixture
def deployed(kafka_tools: None, ordinary_database: str) -> Iterator[Deployed]:
    """Secrets, a broker that answers, a database."""
    del kafka_tools
    with open_folder() as folder:
        secrets = folder / "secrets"
        subprocess.run([DEPLOY / "compose" / "make-secrets", secrets], check=True)
        secrets.chmod(0o755)  # as mounted
        (secrets / "database_url").write_text(ordinary_database)
        with broker(folder) as bootstrap:
            found = Deployed(folder, bootstrap)
            deadline = time.monotonic() + broker_seconds_max
            while True:
                try:
                    with administration(administrator(found)) as admin:
                        admin.describe_cluster()
                    break
                except LedgerError:
                    assert time.monotonic() < deadline, (folder / "broker.log").read_text()[-2000:]
                    time.sleep(0.2)
            yield found


def administrator(deployed: Deployed) -> Connection:
    """How the broker's administrator reaches it."""
    password = deployed.secret("kafka_administrator_password")
    return Connection(
        deployed.bootstrap, security_protocol="SASL_PLAINTEXT", username="admin", password=password
    )


def address(said: Path) -> str | None:
    """Where a web process says that the desk is; its metrics have an address of their own."""
    text = said.read_text()
    lines = from_json(text[: text.rfind("\n") + 1])
    found = (one for one in lines if one["what"].startswith("The desk is served"))
    return next((str(one["address"]) for one in found), None)


def test_every_command_line_runs(deployed: Deployed, ordinary_database: str) -> None:
    """Topics are made; the five processes bring a scan from Kafka to the desk; all end in order."""
    lines = {tuple(line) for line in command_lines()}
    singles = {("run", "--only", name): name for name in PROCESSES}
    assert lines == {("run",), TOPICS, *singles}

    said = deployed.folder / "topics"
    made = deployed.started([*TOPICS], said, deployed.environment("topics"))
    assert made.wait(start_seconds_max) == 0, said.read_text()
    assert "User:ledger may read the inputs, write the outputs" in said.read_text()
    sender = producer(administrator(deployed))
    for value in avro([applied()]):
        sender.send(SCANS, value, partition=0).get(30)
    sender.close()

    ports = {name: free_port() for name in OURS}
    with ExitStack() as held, Log.open(ordinary_database) as log:
        running = {}
        for line, name in singles.items():
            environment = deployed.environment(name, LEDGER_METRICS_PORT=str(ports[name]))
            one = deployed.started([*line], deployed.folder / name, environment)
            held.callback(one.wait)
            held.callback(one.kill)
            running[name] = one
        until(lambda: log.position() == 1, start_seconds_max)
        until(lambda: address(deployed.folder / "web") is not None, start_seconds_max)
        ready = f"{address(deployed.folder / 'web')}/health/ready"
        until(lambda: _answer(ready).get("audited") == 1, start_seconds_max)
        for name, one in running.items():
            assert one.poll() is None, (deployed.folder / name).read_text()
            until(partial(deployed.healthy, ports[name]), start_seconds_max)
        for one in running.values():
            one.send_signal(signal.SIGTERM)
        ends = {name: one.wait(end_seconds_max) for name, one in running.items()}
    assert ends == dict.fromkeys(PROCESSES, 0)
    assert not deployed.healthy(ports["web"])

    said = deployed.folder / "run"
    whole = deployed.started(["run"], said, deployed.environment("web"))
    try:
        until(lambda: address(said) is not None, start_seconds_max)
    finally:
        whole.send_signal(signal.SIGTERM)
        code = whole.wait(end_seconds_max)
    assert code == 0
    told = "".join((deployed.folder / name).read_text() for name in (*PROCESSES, "run", "topics"))
    assert "Traceback" not in told
    assert re.search(deployed.secret("kafka_ledger_password"), told) is None


def _answer(url: str) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(url) as answer:  # noqa: S310 -- ours
            found: dict[str, Any] = json.load(answer)
            return found
    except OSError:
        return {}
