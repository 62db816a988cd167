"""The jars of Apache Kafka, fetched once from Maven Central and kept outside the checkout.

A folder of jars is there whole or not at all, however the fetching ended and however many asked.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from ledger.errors import Misuse, Unavailable
from ledger.settings import load

java_version_min = 17
fetch_seconds_max = 540

APT_LINE = "apt-get install -y --no-install-recommends openjdk-17-jre-headless maven"
"""What brings both tools on Debian and Ubuntu."""

_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


def missing_tools(cache: Path | None = None) -> str | None:
    """Say in a sentence what a local broker lacks on this machine, or None where nothing is.

    Maven is only needed until the jars are in the cache.
    """
    try:
        java()
        if not _kept(cache).is_dir():
            _maven()
    except Misuse as error:
        return str(error)
    return None


def java() -> str:
    """Find a Java that is new enough; Misuse with what to install otherwise."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin") if home else None
    found = found or shutil.which("java")
    if found is None:
        raise Misuse(f"A local Kafka broker needs Java {java_version_min} or newer: {APT_LINE}")
    version = _java_version(found)
    if version < java_version_min:
        raise Misuse(
            f"A local Kafka broker needs Java {java_version_min} or newer and {found} is "
            f"{version}: {APT_LINE}"
        )
    return found


def jars(cache: Path | None = None) -> Path:
    """Return the folder with the broker's jars, fetching them first where they are not there.

    Raises Misuse (no Maven) or Unavailable (the fetching failed).
    """
    kept = _kept(cache)
    if kept.is_dir():
        return kept
    maven = _maven()
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misuse(f"LEDGER_KAFKA_CACHE: {kept.parent} cannot be made: {error}") from error
    # One fetches, the others wait for it and find the work done.
    with (kept.parent / "fetching.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.is_dir():
            _fetch(maven, kept)
    return kept


def files_folder() -> Path:
    """Return the folder of the broker's own files: its pom and the properties it is made from."""
    folder = Path(__file__).resolve().parents[2] / "deploy" / "kafka"
    if not folder.is_dir():
        raise Misuse("The local broker runs from a checkout of the source, not from a package")
    return folder


def _kept(cache: Path | None) -> Path:
    """Name the folder after what is in it: another pom gets another one."""
    pom = (files_folder() / "pom.xml").read_bytes()
    return (cache or cache_folder()) / f"kafka-{hashlib.sha256(pom).hexdigest()[:12]}"


def cache_folder() -> Path:
    """Where what is fetched for tests and the demo is kept; it may not be there yet."""
    asked = load().kafka_cache
    if asked is not None:
        return asked
    if os.geteuid() == 0:
        return Path("/var/cache/seal-ledger")
    root = os.environ.get("XDG_CACHE_HOME")
    return (Path(root) if root else Path.home() / ".cache") / "seal-ledger"


def _fetch(maven: str, kept: Path) -> None:
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix="fetching-") as scratch:
        libs = Path(scratch) / "libs"
        command = [
            *(maven, "-q", "-B", "-ntp", "-f", str(files_folder() / "pom.xml"), _COPY),
            *("-DincludeScope=runtime", f"-DoutputDirectory={libs}"),
        ]
        try:
            done = subprocess.run(  # noqa: S603 - our own command, no shell
                command, capture_output=True, text=True, check=False, timeout=fetch_seconds_max
            )
        except subprocess.TimeoutExpired as error:
            raise Unavailable(f"Maven did not fetch Kafka within {fetch_seconds_max} s") from error
        if done.returncode or not any(libs.glob("kafka_2.13-*.jar")):
            raise Unavailable(f"Maven could not fetch Kafka: {_reason(done.stdout)}")
        # A broker may be started by another user than the one that fetched.
        libs.chmod(0o755)
        libs.rename(kept)


def _reason(output: str) -> str:
    errors = [line for line in output.splitlines() if "ERROR" in line]
    return errors[0].strip()[:500] if errors else "it gave no reason"


def _maven() -> str:
    found = shutil.which("mvn")
    if found is None:
        raise Misuse(f"Fetching a local Kafka broker needs Maven: {APT_LINE}")
    return found


def _java_version(found: str) -> int:
    """Read the feature release, as in `openjdk version "17.0.15"`; 1.8 reads as 1."""
    done = subprocess.run([found, "-version"], capture_output=True, text=True, check=False)  # noqa: S603 - our own command, no shell
    _, _, rest = done.stderr.partition('version "')
    digits = rest.partition(".")[0].partition('"')[0].partition("-")[0]
    return int(digits) if digits.isdigit() else 0
