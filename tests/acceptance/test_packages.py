"""Wheel and sdist: they hold everything, and what is installed from them runs."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.databases import open_folder
from tests.tidy.sources import tracked

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
LEFT_OUT = {".gitignore", ".ci/run"}
"""Of a checkout, what a source distribution does not need."""


class Packages(NamedTuple):
    """What was built: the wheel of the checkout, the sdist, and the wheel of the sdist."""

    wheel: Path
    sdist: Path
    from_sdist: Path


def built(*arguments: str, at: Path, into: Path) -> Path:
    """Build one thing, with what is installed here and without a network."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(into), *arguments]
    done = subprocess.run(command, cwd=at, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [made] = into.iterdir()
    return made


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """All of it, built from the files that git knows."""
    folder = tmp_path_factory.mktemp("packages")
    checkout = folder / "checkout"
    for name in tracked():
        place = checkout / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, place)
    sdist = built("--sdist", at=checkout, into=folder / "sdist")
    wheel = built("--wheel", at=checkout, into=folder / "wheel")
    with tarfile.open(sdist) as tree:
        tree.extractall(folder / "unpacked", filter="data")
    [unpacked] = (folder / "unpacked").iterdir()
    return Packages(wheel, sdist, built("--wheel", at=unpacked, into=folder / "again"))


def contents(wheel: Path) -> dict[str, bytes]:
    """What a wheel holds, by name."""
    with zipfile.ZipFile(wheel) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_the_sdist_builds_the_same_wheel(packages: Packages) -> None:
    """Byte by byte, and everything that git knows is in the sdist."""
    assert (
        packages.wheel.name == packages.from_sdist.name == f"seal_ledger-{VERSION}-py3-none-any.whl"
    )
    assert contents(packages.wheel) == contents(packages.from_sdist)
    with tarfile.open(packages.sdist) as tree:
        inside = {name.partition("/")[2] for name in tree.getnames()}
    assert set(tracked()) - inside == LEFT_OUT


def test_the_wheel_holds_every_file(packages: Packages) -> None:
    """Code, tables, words, templates, migrations, schemas; nothing else."""
    inside = contents(packages.wheel).keys()
    data = f"seal_ledger-{VERSION}.data/data/share/seal-ledger/"

    assert set(tracked("ledger/*", "consumers/*")) - inside == set()
    assert {f"{data}{name}" for name in tracked("schemas/*.avsc")} <= inside
    tops = {name.partition("/")[0] for name in inside}
    about = {f"seal_ledger-{VERSION}.data", f"seal_ledger-{VERSION}.dist-info"}
    assert tops == {"ledger", "consumers", *about}


@pytest.fixture(scope="module")
def installed(packages: Packages) -> Iterator[Path]:
    """A new environment with the wheel in it, and what it needs from this one."""
    with open_folder() as folder:
        made = folder / "venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", made], check=True)
        python = made / "bin" / "python"
        where = "import sysconfig; print(sysconfig.get_path('purelib'))"
        site = subprocess.check_output([python, "-c", where], text=True).strip()
        # Its own packages come first, and files of paths in the other folder are not read.
        Path(site, "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
        pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps"]
        subprocess.run([*pip, "--no-index", str(packages.wheel)], check=True)
        yield made


def test_what_is_installed_runs(installed: Path) -> None:
    """The version, the demo, and what the demo says to type next, in folders of people's names."""
    with open_folder() as folder:
        home = folder / "家 of the ledger" / "home"
        env = {"HOME": str(folder), "PATH": os.environ["PATH"], "LEDGER_HOME": str(home)}
        ledger = installed / "bin" / "ledger"

        def run(*command: str | Path, **more: str) -> "subprocess.CompletedProcess[str]":
            done = subprocess.run(
                command, env=env | more, cwd=folder, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
            return done

        assert VERSION in run(ledger, "--version").stdout
        where = "import ledger, consumers; print(ledger.__file__, consumers.__file__)"
        assert str(ROOT) not in run(installed / "bin" / "python", "-c", where).stdout
        done = run(ledger, "demo", "--once", "--events", "500")
        [line] = re.findall(r"^ *(export LEDGER_HOME=.*)$", done.stderr, re.MULTILINE)
        said = run(
            "bash", "-euc", f'{line}\ntest -d "$LEDGER_HOME"\ncommand -v ledger\nledger verify'
        )
        assert said.stdout.startswith(str(ledger))
        assert "All promises hold" in said.stderr


def test_the_changelog_knows_this_version() -> None:
    """The newest heading is the version that is built, or what comes after it."""
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert headings[0] in (VERSION, "Unreleased")
    assert VERSION in headings


def test_the_changelog_knows_every_migration() -> None:
    """Whoever upgrades from 0.1.0, which had the first four, reads what each makes."""
    listed = re.findall(r"^\| ([a-z ]+) \| ", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    names = [Path(name).stem.split(".") for name in tracked("ledger/log/migrations/*.sql")]

    assert {name.replace("-", " ") for number, name in names if number > "0004"} <= {*listed}
