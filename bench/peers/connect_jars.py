"""The jars of Kafka Connect and of Debezium's JDBC sink, fetched once, beside the broker's own."""

import fcntl
import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from consumers.broker.jars import APT_LINE, jars
from ledger.errors import Misuse, Unavailable

FILES = Path(__file__).with_name("connect")
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_GIVEN_BY_THE_WORKER = "com.fasterxml.jackson.core,com.fasterxml.jackson.datatype"
"""Two versions of these in one program do not find one another."""
fetch_seconds_max = 540


def worker() -> Path:
    """The folder with the jars of the worker."""
    return _kept("worker", "connect-runtime-*.jar") / "libs"


def plugins() -> Path:
    """The folder in which the worker finds the sink."""
    return _kept(
        "sink", "debezium-connector-jdbc-*.jar", f"-DexcludeGroupIds={_GIVEN_BY_THE_WORKER}"
    )


def _kept(name: str, needed: str, *options: str) -> Path:
    """Fetch what a pom names, whole or not at all; raises Misuse or Unavailable."""
    pom = FILES / f"{name}.xml"
    digest = hashlib.sha256(pom.read_bytes()).hexdigest()[:12]
    kept = jars().with_name(f"connect-{name}-{digest}")
    if kept.is_dir():
        return kept
    maven = shutil.which("mvn")
    if maven is None:
        raise Misuse(f"Fetching Kafka Connect needs Maven: {APT_LINE}")
    with (kept.parent / "fetching.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.is_dir():
            with tempfile.TemporaryDirectory(dir=kept.parent, prefix="fetching-") as scratch:
                libs = Path(scratch) / "made" / "libs"
                command = [maven, "-q", "-B", "-ntp", "-f", str(pom), _COPY, *options,
                           "-DincludeScope=runtime", f"-DoutputDirectory={libs}"]  # fmt: skip
                done = subprocess.run(
                    command, capture_output=True, text=True, check=False, timeout=fetch_seconds_max
                )
                if done.returncode or not any(libs.glob(needed)):
                    raise Unavailable(f"Maven could not fetch {name}: {done.stdout.strip()[-500:]}")
                libs.parent.rename(kept)
    return kept
