"""What commands print at a terminal: a home to ask, each command's words, what it must hold.

`python -m tests.terminal` writes the snapshots anew, after a change that is meant.
"""

import io
import json
import logging
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from typer.main import get_command

from ledger.commands import line
from ledger.commands.output import Format
from ledger.commands.printing import ListFormat

HERE = Path(__file__).parent
SEASON = HERE / "fixtures" / "terminal" / "season.ndjson.gz"
"""`ledger season --events 1500 --seed 7 --faults over-sealing,count-variance,report-differs,
receipt-difference`, as it was made once, since the generator may move on; and behind it the farm of
`tests.farms.farm("FARM-1", 1)`."""
REFUSED = HERE / "fixtures" / "terminal" / "refused.ndjson"
"""An event without a lot, which is refused."""
SNAPSHOTS = HERE / "acceptance" / "snapshots"
WIDTHS: Final = (60, 80, 120)
CASE = "1faa"
LOT = "L-A1-0000-1"
PAIR = ("--importer", "IMP-TSUBAKI", "--rcb", "RCB-AKI")
TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "load": (str(SEASON), "--recorded-at", "event"),
    "import-table": (
        str(HERE / "fixtures/terminal/parties.csv"), "--template", "PartyRegistered", "--source",
        "SYS-BODY", "--partial",
    ),
    "table-imports": (),
    "reconcile": (),
    "discrepancies": (),
    "case": (CASE,),
    "policy": (),
    "statement": ("--mark", "JAS-A1", "--holder", "EXP-SIERRA", "--site", "EXP-SIERRA-A1-W1"),
    "trace": (LOT,),
    "search": ("l a1 0000",),
    "event": ("{event}",),
    "receipt": ("{event}",),
    "scope": ("US", "JP", "ALCOHOL", "2025-10-02"),
    "substance": ("CALCIUM_SULFATE", "--on", "2026-04-01"),
    "retention": (LOT,),
    "lot": (LOT,),
    "herd": ("H-FARM-1",),
    "criteria": ("EXP-SIERRA", "--criteria", "PLANT", "--on", "2026-04-01"),
    "unproven": ("--lot", LOT),
    "standards": ("scope",),
    "label check": (
        "--claim", "KRAV_MARK", "--recipe", "examples/recipes/muesli.toml", "--on", "2026-04-01",
    ),
    "label form": ("有機豆腐", "--class", "PROCESSED_PLANT", "--on", "2026-04-01"),
    "period preview": ("2026-04", *PAIR),
    "period show": ("2026-04", *PAIR),
    "account create": ("--party", PAIR[3], "--person", "P-9", "--works-as", "SIGNER"),
    "token create": ("--role", "exporter", "--party", "EXP-SIERRA", "--format", "table"),
    "token list": (),
    "settings": (),
    "bi-login create": ("sierra", "--role", "exporter", "--party", "EXP-SIERRA"),
    "bi-login list": (),
    "token rotate": ("T-",),
    "trail": (),
    "dead-letters list": (),
    "dead-letters show": ("1",),
    "dead-letters replay": ("1", "--person", "P-1", "--dry-run"),
    "dead-letters dismiss": ("1", "--reason", "TEST", "--person", "P-1", "--dry-run"),
}  # fmt: skip
"""Every command that prints tables, with words that make it print one."""
NEEDS_MORE: Final = {
    "topics create": "a broker",
    "status": "it tells of each second",
    "doctor": "it tells of the machine as it is",
    "dead-letters mend": "an event to mend it by",
    "period close": "the digest of a preview",
    "period acknowledge": "the digest of what was signed",
}
CHANGES: Final = {
    "account create", "token create", "token list", "token rotate", "trail", "settings",
    "import-table", "table-imports", "bi-login create", "bi-login list",
}  # fmt: skip
"""What holds ids, times or paths of its own each time."""
MOVES: Final = {
    "load", "import-table", "account create", "token create", "token rotate", "bi-login create",
}  # fmt: skip
"""What does more than ask, and so does it once: the others are printed at every width."""


def commands() -> Iterator[tuple[str, Any]]:
    """Every command by its name, those of groups with their group's."""
    root: Any = get_command(line.app)
    for name, one in root.commands.items():
        for within, command in getattr(one, "commands", {"": one}).items():
            yield f"{name} {within}".strip(), command


_PRINTING: Final = (Format, ListFormat, ListFormat | None)


def with_tables() -> set[str]:
    """Every command that prints data in whatever form."""
    return {
        name
        for name, command in commands()
        if any(each.type_descriptor.annotation in _PRINTING for each in command.params)
    }


def with_files() -> set[str]:
    """Every command whose list can be written into a file."""
    return {
        name
        for name, command in commands()
        if any(each.type_descriptor.annotation in _PRINTING[1:] for each in command.params)
    }


def typed() -> Iterator[tuple[str, str]]:
    """Every option and argument in which people type words of their own, with its command."""
    for name, command in commands():
        for each in command.params:
            if each.type_descriptor.annotation in (str, list[str]):
                option = each.opts[-1]
                yield name, option if option.startswith("--") else each.name


def positions(command: str) -> dict[str, int]:
    """The arguments of a command by their place."""
    params = dict(commands())[command].params
    return {each.name: place for place, each in enumerate(
        one for one in params if not one.opts[-1].startswith("-")
    )}  # fmt: skip


def run(*words: str, **environment: str) -> tuple[int, str, str]:
    """Run a command here: its exit code, what it prints, what it says."""
    out, said = io.StringIO(), io.StringIO()
    before = os.environ.get("COLUMNS")
    with (
        patch.dict(os.environ, environment),
        patch.object(sys, "argv", ["ledger", *words]),
        patch("ledger.commands.line._say_no_more", lambda: None),
        patch("ledger.commands.output._tell", []),  # whoever ran a process here kept a log
        patch.object(logging.getLogger(), "handlers", logging.getLogger().handlers[:]),
        redirect_stdout(out), redirect_stderr(said),
    ):  # fmt: skip
        if "COLUMNS" not in environment and before is not None:
            del os.environ["COLUMNS"]
        try:
            line.run_line()
        except SystemExit as ended:
            code = ended.code
    return int(str(code or 0)), out.getvalue(), said.getvalue()


class Home:
    """A home with the season in it, and what its commands print."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self.printed: dict[str, dict[int, str]] = {}
        """By command and width, 0 where there is none: what it printed on stdout."""
        self._fill()

    def run(self, *words: str, **more: str) -> tuple[int, str, str]:
        """Run a command on this home."""
        return run(*words, LEDGER_DATABASE_URL=self._dsn, **more)

    def _fill(self) -> None:
        for name in sorted(TABLES, key=lambda name: (name != "load", name)):
            self.printed[name] = dict(self._print(name))
            if name == "load":
                assert self.run("load", str(REFUSED), *TABLES["load"][1:])[0] == 1
                assert self.run("catch-up")[0] == 0

    def _print(self, name: str) -> Iterator[tuple[int, str]]:
        words = [each.format(event=_event(self)) if "{" in each else each for each in TABLES[name]]
        once = name in MOVES
        for width in (WIDTHS[1],) if once else (0, *WIDTHS):
            columns = {"COLUMNS": str(width)} if width else {}
            code, out, said = self.run(*name.split(" "), *words, **columns)
            assert code in (0, 1), said
            assert "Traceback" not in said
            yield width, out


def _event(home: Home) -> str:
    """The event that the first line of the case's evidence names."""
    _, out, _ = home.run("case", CASE, "--format", "json")
    return str(json.loads(out)["evidence"][0])


FIGURES: Final = re.compile(r"[!-~]*[0-9][!-~]*")
"""Figures, ids, times and codes: whatever holds a digit and no blank."""


def figures(printed: str) -> Counter[str]:
    """Each figure and id as it stands, and how often."""
    return Counter(FIGURES.findall(printed))


def snapshot(printed: Mapping[int, str]) -> str:
    """What a command printed at each width, one below the other."""
    return "".join(f"== {width} columns\n{text}" for width, text in printed.items() if width)


if __name__ == "__main__":
    from ledger.log import migrate
    from tests.databases import open_home

    with open_home() as (_, url):
        migrate(url)
        for command, texts in Home(url).printed.items():
            if command not in CHANGES:
                file = SNAPSHOTS / f"{command.replace(' ', '-')}.txt"
                file.write_text(snapshot(texts), encoding="utf-8")
