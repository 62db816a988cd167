"""A real Apache Kafka on this machine, without docker: for tests and for trying the ledger out.

One node, reachable from this machine only, with all it keeps in one folder: started again on the
same folder it has the same address and the same messages, however it ended before.
"""

import argparse
import contextlib
import random
import signal
import socket
import string
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Self

from kafka import errors as kafka_errors

from consumers.broker.connection import Connection, administration
from consumers.broker.jars import files_folder, jars, java
from ledger.errors import LedgerError, Misuse, Unavailable

start_seconds_max = 60.0
stop_seconds_max = 20.0
probe_pause_seconds = 0.05
port_attempts_max = 5
log_lines_shown_max = 15

_PORTS = range(20_000, 32_000)
"""Below what the system hands out by itself, so that a stopped broker's port stays free."""

_JVM = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""A short life on a small machine: starting fast matters more than running fast."""


class LocalBroker:
    """A broker in a folder: `start`, `stop`, `kill`, and `start` again, at the same address.

    With `password`, clients sign in by SCRAM-SHA-512 and nobody but the administrator `admin`
    may do anything that no ACL allows. With `keys` besides, a PEM file with a key and its
    certificate for `localhost`, they may do so at a second address, over TLS.
    """

    admin = "admin"

    def __init__(
        self, folder: Path, *, password: str | None = None, keys: Path | None = None
    ) -> None:
        self.folder = folder.resolve()
        self.password = password
        self.keys = keys
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """host:port for clients; known once the broker has been started in this folder."""
        return self._advertised(0)

    def _advertised(self, number: int) -> str:
        lines = self._properties.read_text().splitlines()
        # The last one holds: what is added says it anew.
        for line in reversed(lines):
            if line.startswith("advertised.listeners="):
                return line.split(",")[number].rpartition("://")[2]
        raise Misuse(f"{self._properties} is not a local broker's: remove {self.folder}")

    @property
    def connection(self) -> Connection:
        """How a client reaches this broker, as the administrator where there is one."""
        if self.password is None:
            return Connection(self.bootstrap)
        return self.connection_as(self.admin, self.password)

    @property
    def pid(self) -> int | None:
        """The process id while the broker runs, else None."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def connection_as(self, username: str, password: str) -> Connection:
        """How a client reaches this broker as a user of its own."""
        return Connection(
            self.bootstrap,
            security_protocol="SASL_PLAINTEXT",
            username=username,
            password=password,
        )

    def encrypted_as(self, username: str, password: str, ca_file: Path) -> Connection:
        """How a client reaches it over TLS, believing an authority."""
        return Connection(
            self._advertised(-1),
            security_protocol="SASL_SSL",
            username=username,
            password=password,
            ca_file=ca_file,
        )

    def start(self) -> str:
        """Start, wait until clients are answered, and return the bootstrap string.

        Raises Misuse (Java or Maven missing, already running) or Unavailable (with the end of
        the broker's own log).
        """
        if self.pid is not None:
            raise Misuse(f"The broker in {self.folder} is running already")
        fresh = not self._properties.exists()
        for attempt in range(port_attempts_max):
            if fresh:
                self._configure()
            self._format()
            self._launch()
            try:
                self._wait()
            except BaseException as error:
                taken = "Address already in use" in self._log_end()
                self.kill()
                last = attempt == port_attempts_max - 1
                if not (isinstance(error, Unavailable) and fresh and taken) or last:
                    raise
            else:
                break
        return self.bootstrap

    def stop(self) -> None:
        """Stop in order (SIGTERM); a broker that does not go is killed."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(stop_seconds_max)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def kill(self) -> None:
        """End the process as a power cut would (SIGKILL)."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    @property
    def _log(self) -> Path:
        return self.folder / "broker.log"

    def _configure(self) -> None:
        """Write the node's properties, with ports that are free now."""
        self.folder.mkdir(parents=True, exist_ok=True)
        port, controller_port, encrypted_port = _free_ports(3)
        values = {
            "port": str(port),
            "controller_port": str(controller_port),
            "data": str(self.folder / "data"),
            "protocol": "PLAINTEXT" if self.password is None else "SASL_PLAINTEXT",
            "user": self.admin,
            "password": self.password or "",
            "encrypted_port": str(encrypted_port),
            "keys": str(self.keys),
        }
        names = ["server.properties"] + (["secured.properties"] if self.password else [])
        names += ["encrypted.properties"] if self.keys is not None else []
        text = "\n".join((files_folder() / name).read_text() for name in names)
        # Whole or not at all: a half-written file would be taken for a finished one next time.
        draft = self._properties.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_text(_filled(text, values))
        draft.replace(self._properties)

    def _format(self) -> None:
        """Prepare the data folder; does nothing to one that is prepared already."""
        if (self.folder / "data" / "meta.properties").exists():
            return  # the last file that formatting writes: to ask Java again costs seconds
        command = [
            *(java(), "-Xmx128m", *_JVM, "-cp", self._classpath, "kafka.tools.StorageTool"),
            *("format", f"--cluster-id={_cluster_id(self.folder)}", "--ignore-formatted"),
            *("-c", str(self._properties)),
        ]
        if self.password is not None:
            scram = f"SCRAM-SHA-512=[name={self.admin},password={self.password}]"
            command += ["--add-scram", scram]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command, no shell
        if done.returncode:
            raise Unavailable(f"Kafka could not format {self.folder}: {done.stderr.strip()[-500:]}")

    def _launch(self) -> None:
        log4j = files_folder() / "log4j2.properties"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command, no shell
                [
                    *(java(), "-Xmx512m", *_JVM, f"-Dlog4j2.configurationFile={log4j}"),
                    *("-cp", self._classpath, "kafka.Kafka", str(self._properties)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for us; the broker outlives it until its clients have gone.
                start_new_session=True,
            )

    def _wait(self) -> None:
        """Wait until a client is answered."""
        deadline = time.monotonic() + start_seconds_max
        host, _, port = self.bootstrap.rpartition(":")
        while time.monotonic() < deadline:
            if self.pid is None:
                raise Unavailable(f"Kafka ended while starting:\n{self._log_end()}")
            with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 1):
                break
            time.sleep(probe_pause_seconds)
        else:
            raise Unavailable(f"Kafka opened no port in {start_seconds_max} s:\n{self._log_end()}")
        try:
            with administration(self.connection) as admin:
                admin.describe_cluster()
        except (LedgerError, kafka_errors.KafkaError) as error:
            raise Unavailable(f"Kafka does not answer: {error}\n{self._log_end()}") from error

    @property
    def _classpath(self) -> str:
        return f"{jars()}/*"

    def _log_end(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines() if self._log.exists() else []
        return "\n".join(lines[-log_lines_shown_max:])


def _filled(text: str, values: dict[str, str]) -> str:
    """Fill in ${…} outside of comments."""
    lines = text.splitlines()
    kept = [line for line in lines if not line.startswith("#")]
    return string.Template("\n".join(kept) + "\n").substitute(values)


def _free_ports(count: int) -> list[int]:
    """Find ports that nobody listens on right now; held together, so that they differ."""
    with contextlib.ExitStack() as held:
        ports: list[int] = []
        for port in random.SystemRandom().sample(_PORTS, k=200):
            probe = held.enter_context(socket.socket())
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                ports.append(port)
            if len(ports) == count:
                return ports
    raise Unavailable(f"No free port between {_PORTS.start} and {_PORTS.stop}")


def _cluster_id(folder: Path) -> str:
    """Name the cluster after its folder, so that formatting it again asks for the same one."""
    return uuid.uuid5(uuid.NAMESPACE_URL, folder.as_uri()).hex[:22]


def main() -> int:
    """Run a broker until it is told to stop, its address on stdout: `… FOLDER`."""
    parser = argparse.ArgumentParser(prog="python -m consumers.broker.local", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the broker keeps everything")
    asked = parser.parse_args()
    # Blocked before the broker starts and then waited for, so that none is lost in between.
    stops = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    try:
        with LocalBroker(asked.folder) as broker:
            sys.stdout.write(broker.bootstrap + "\n")
            sys.stdout.flush()
            signal.sigwait(stops)
    except LedgerError as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, Misuse) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
