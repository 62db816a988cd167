"""The README tells the truth: its settings, its packages, its commands."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import typer.main

from ledger import settings
from ledger.__main__ import app
from tests.databases import open_folder

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_every_setting_is_listed() -> None:
    """The table of settings is the catalogue of settings."""
    listed = set(re.findall(r"^\| `(LEDGER_[A-Z_]+)`", README, flags=re.MULTILINE))

    assert set(settings.names()) - set(settings.TEST_NAMES) == listed


def test_every_direct_dependency_has_its_line() -> None:
    """Each package in pyproject.toml stands in the table with its use and licence."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    direct = {re.split(r"[\[<>=~]", line)[0] for line in project["dependencies"]}
    table = README.partition("## What it is built on")[2]
    listed = set(re.findall(r"^\| ([a-z0-9-]+) \| [^|]+ \| [^|]+ \|$", table, flags=re.MULTILINE))

    assert direct == listed - {"package"}


def test_every_command_is_listed() -> None:
    """The table of commands names each command there is."""
    command = typer.main.get_command(app)
    names = set(command.list_commands(None))  # type: ignore[attr-defined]  # a group
    listed = set(re.findall(r"`ledger ([a-z-]+)", README))

    assert names <= listed


def test_help_has_an_example() -> None:
    """The help of each command shows how it is used."""
    command = typer.main.get_command(app)
    assert isinstance(command, typer.core.TyperGroup)

    lacking = [
        name
        for name, one in command.commands.items()
        if not isinstance(one, typer.core.TyperGroup) and "Example:" not in (one.help or "")
    ]

    assert lacking == []


def test_the_commands_shown_run() -> None:
    """Every line of "How it is used" does what it says, one after the other, in a new home."""
    block = README.partition("## How it is used")[2].split("```")[1]
    lines = block.replace("\\\n", "").splitlines()
    shown = [line.partition("  #")[0] for line in lines if "bin/ledger" in line]
    said = {}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LEDGER_")}
    with open_folder() as folder:
        for line in shown:
            done = subprocess.run(  # noqa: S602 - as a reader's shell would run it
                line.replace(".venv/bin/ledger", f"{sys.executable} -m ledger"),
                shell=True,
                cwd=folder,
                env=environment | {"LEDGER_HOME": str(folder / "home")},
                capture_output=True,
                check=False,
            )

            assert done.returncode == 0, (line, done.stderr.decode())
            said[line.split()[1]] = done.stdout.decode()

    assert [rule for rule in ("M-02", "M-06", "M-18") if rule not in said["discrepancies"]] == []
    assert len(shown) > 5
