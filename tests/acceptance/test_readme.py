"""The README tells the truth: its settings, its packages, its commands."""

import re
import tomllib
from pathlib import Path

import typer.main

from ledger import settings
from ledger.__main__ import app

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
