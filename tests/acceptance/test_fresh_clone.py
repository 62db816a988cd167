"""README's two commands in a fresh clone, as an ordinary user, in a folder with an awkward name.

What pip would install is taken from where these tests run; `.ci/run` installs it.
"""

import os
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commanding import ROOT
from tests.databases import Cluster, open_folder
from tests.ordinary import ordinary, python_of

NAME = "印の 台帳"
"""A blank and Japanese letters."""


def installed(clone: Path, python: str) -> None:
    """Have in the clone what `make` would install: packages from here, the ledger from there."""
    programs = clone / ".venv" / "bin"
    programs.mkdir(parents=True)
    packages = sysconfig.get_path("purelib")
    for name, words in (("python", ""), ("ledger", "-m ledger ")):
        program = programs / name
        program.write_text(
            f'#!/bin/sh\nPYTHONPATH="{clone}:{packages}" exec "{python}" {words}"$@"\n'
        )
        program.chmod(0o755)
    for mark in (".installed", ".developer"):
        (programs / mark).touch()


@pytest.fixture
def clone(embedded_cluster: Cluster) -> Iterator[Path]:
    """A fresh clone that belongs to whom it is tried as."""
    assert embedded_cluster is not None  # as root it has made the user
    with open_folder() as folder:
        at = folder / NAME
        subprocess.run(["git", "clone", "-q", str(ROOT), str(at)], check=True)
        who = ordinary()
        installed(at, python_of(who))
        (folder / "home").mkdir()
        if who:
            subprocess.run(["chown", "-R", f"{who['user']}:{who['group']}", str(folder)],
                           check=True)  # fmt: skip
        yield at


def made(clone: Path, *words: str, **more: str) -> str:
    """What `make` prints and says; it must succeed."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("LEDGER_", "PYTEST_", "PYTHON", "XDG_"))}  # fmt: skip
    done = subprocess.run(
        ["make", *words], cwd=clone, stdin=subprocess.DEVNULL, capture_output=True, check=False,
        env=kept | {"HOME": str(clone.parent / "home")} | more,
        **ordinary(),
    )  # fmt: skip
    told = str(done.stdout.decode() + done.stderr.decode())
    assert done.returncode == 0, told
    return told


def test_the_two_commands_of_the_readme(clone: Path) -> None:
    """The demo prints its cases and where it lives; the suite is found, and `clean` ends it all."""
    told = made(clone, "demo")
    home = clone.parent / "home" / ".local" / "share" / "seal-ledger-demo"

    assert "What does not fit" in told
    assert "M-18 critical:" in told
    assert f"the demo lives in {home}" in told
    assert home.is_dir()

    told = made(clone, "test", "PROCESSES=0", PYTEST_ADDOPTS="-k test_every_command_with_tables")
    assert "1 passed" in told

    made(clone, "clean")
    assert not home.exists()
    assert not (clone / ".venv").exists()
