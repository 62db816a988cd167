"""Who may import whom, and what pure code may know; a file that nobody imports is dead."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.tidy.sources import PYTHON, found, syntax, text, tracked

PURE = {
    "facts", "custody", "labels", "questions", "rules", "cases", "season", "tables", "listing",
}  # fmt: skip
QUERIES = "questions, in the database"
"""The files of `questions` that know the database; all others of that room are pure."""
READING = "tables, from bytes"
"""The files of `tables` that turn bytes into cells; all others of that room are pure."""
MAY_IMPORT = {
    "facts": set(),
    "custody": {"facts"},
    "labels": {"facts", "errors"},
    "questions": {"facts", "custody", "labels", "rules", "errors"},
    QUERIES: {
        "facts", "custody", "labels", "rules", "questions", "cases", "log", "views", "errors",
    },
    "rules": {"facts", "custody", "labels", "questions", "errors"},
    "cases": {"facts", "custody", "labels", "rules", "errors"},
    "season": {"facts", "custody", "labels", "rules", "errors"},
    "tables": {"facts", "rules", "errors"},
    READING: {"facts", "tables", "errors"},
    "listing": {"facts"},
    "sheets": {"listing", "errors"},
    "analysts": {"facts", "log", "views", "errors"},
    "intake": {"facts", "cases", "errors", "log"},
    "log": {"errors"},
    "views": {"facts", "custody", "labels", "rules", "questions", "cases", "log", "errors"},
    "web": {
        "facts", "custody", "labels", "rules", "cases", "intake", "log", "views", "errors",
        "settings", "metrics", "log_lines", "tables", READING, "listing", "sheets",
    },
    "consumers": {
        "facts", "custody", "labels", "rules", "questions", QUERIES, "cases", "intake", "log",
        "views", "errors", "settings", "metrics",
    },
    "settings": {"errors"},
    "log_lines": set(),
    "metrics": set(),
    "errors": set(),
}  # fmt: skip
"""Who may import whom below `ledger`; `__main__` and `commands` wire everything together."""

ONLY_IN = {
    "eventsourcing": {"ledger/log", "bench/peers"},
    "fastavro": {"ledger/intake", "bench/peers"},
    "kafka": {"consumers", "bench/peers"},
    "python_calamine": {"ledger/tables/reading"},
    "xlsxwriter": {"ledger/sheets"},
    "duckdb": {"ledger/analysts"},
    "structlog": {"ledger/log_lines.py"},
    "typer": {"ledger/__main__.py", "ledger/commands", "handbook"},
    "rich": {"ledger/__main__.py", "ledger/commands", "bench/peers"},
}
THIRD_PARTY_OF_THE_PURE = {"msgspec"}
NOT_PURE = {"datetime.now", "datetime.utcnow", "date.today", "time.time", "uuid4", "open"}


@cache
def imports(tree: ast.AST) -> tuple[str, ...]:
    """Every module a file imports, dotted; looked for once for all checks."""
    return tuple(_imports(tree))


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


QUERYING = {Path(name).stem for name in tracked("ledger/questions/*.py")} - {
    "__init__", "at_hand", "reference", "reference_papers",
}  # fmt: skip
"""Names of the files in which questions are answered from the database."""


def room(path: str) -> str:
    """The room of the house a file is in: `facts`, `log`, `consumers`, `__main__` …."""
    parts = path.removesuffix(".py").split("/")
    here = parts[1] if parts[0] == "ledger" and len(parts) > 1 else parts[0]
    if here == "tables" and "reading" in parts:
        return READING
    return QUERIES if here == "questions" and QUERYING & {*parts} else here


def arrows(path: str, source: str) -> list[str]:
    """What in a file breaks the import table."""
    broken = []
    here = room(path)
    allowed = MAY_IMPORT.get(here)
    for name in imports(syntax(source)):
        top, _, rest = name.partition(".")
        there = "consumers" if top == "consumers" else rest.partition(".")[0]
        if there == "questions" and QUERYING & {*name.split(".")}:
            there = QUERIES
        if there == "tables" and "reading" in name.split("."):
            there = READING
        ours = allowed is not None and top in ("ledger", "consumers")
        assembling = path in ASSEMBLE_VIEWS and there == QUERIES
        if ours and there not in (allowed or set()) | {"", here} and not assembling:
            broken.append(f"{path} imports {name}: {here} may not import {there}")
        from_views = here in ("views", QUERIES) and top == "ledger" and path not in ASSEMBLE_VIEWS
        if from_views and _view(name) not in {"", _view(path)}:
            broken.append(f"{path} imports {name}: one view never imports another")
        places = ONLY_IN.get(top)
        if places is not None and not any(path.startswith(place) for place in places):
            broken.append(f"{path} imports {name}: only {', '.join(sorted(places))} may")
    return broken


SHARED_BY_VIEWS = {
    "", "__init__", "schema", "places", "folding", "figures", "loading",
    "lowest_balances", "access", "replacing",
}  # fmt: skip
"""What stands below all views: the shape of the schema, of a fold, of policies, facts found again,
what a place held at a moment, what came onto a lot, what animals replaced others."""
ASSEMBLE_VIEWS = {
    "ledger/views/projection.py", "ledger/views/applications.py", "ledger/views/verify.py",
    "ledger/views/periods.py", "ledger/views/published/__init__.py",
    "ledger/views/published/datasets.py",
    "ledger/views/period_sheet.py", "ledger/views/period_states.py",
}  # fmt: skip
"""What puts all views and the tables of questions together."""


def _view(name: str) -> str:
    parts = name.removesuffix(".py").replace("/", ".").split(".")
    found = parts[2] if parts[:2] == ["ledger", "views"] and len(parts) > 2 else ""
    return "" if found in SHARED_BY_VIEWS or found.isupper() else found


def impure(path: str, source: str) -> list[str]:
    """What in a pure file knows a clock, chance, I/O or a third party."""
    broken = []
    tree = syntax(source)
    import_names = set(imports(tree))
    broken += [
        f"{path} imports {name}: pure code knows no I/O"
        for name in import_names
        if name.split(".")[0]
        in {"os", "socket", "subprocess", "psycopg", "time", "secrets", "pathlib", "logging"}
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in NOT_PURE:
                broken.append(f"{path}:{node.lineno} calls {called}: pure code is told the time")
    return broken


def test_imports_go_downwards() -> None:
    """A file imports only what the house's import table lets it."""
    assert found(arrows, tracked(*PYTHON)) == []


def test_pure_rooms_know_no_clock_and_no_io() -> None:
    """Facts, custody, labels, rules, cases and seasons depend on their arguments alone."""
    pure = [name for name in tracked(*PYTHON) if room(name) in PURE]

    assert found(impure, pure) == []


def dead(names: tuple[str, ...], readers: dict[str, str]) -> list[str]:
    """Which of these files no other imports or names."""
    imported = {
        each
        for name, source in readers.items()
        if name.endswith(".py")
        for each in imports(syntax(source))
    }
    modules = {
        name: name.removesuffix(".py").replace("/", ".")
        for name in names
        if Path(name).stem not in {"__init__", "__main__"}
    }
    everything = "\n".join(readers.values())
    return [
        name
        for name, module in modules.items()
        if module not in imported and not re.search(rf"{re.escape(module)}\b", everything)
    ]


def test_every_source_file_is_imported_or_run() -> None:
    """A file nobody imports is dead."""
    readers = tracked(*PYTHON, "tests/*.py", "Makefile", "*.toml")

    assert dead(tracked(*PYTHON), {name: text(name) for name in readers}) == []
    assert dead(("ledger/views/x.py",), {"a.py": "from ledger.views import lots\n"}) != []


CHECKS = [
    (arrows, "ledger/facts/x.py", "import ledger.rules.stock\n"),
    (arrows, "ledger/web/x.py", "from consumers import ingest\n"),
    (arrows, "consumers/x.py", "import fastavro\n"),
    (arrows, "ledger/views/lots.py", "from ledger.views import shipments\n"),
    (arrows, "ledger/rules/x.py", "from ledger.questions.accounts import answers\n"),
    (arrows, "ledger/questions/accounts/__init__.py", "from ledger.views import folding\n"),
    (arrows, "ledger/questions/accounts/answers.py", "from ledger.views import lots\n"),
    (impure, "ledger/rules/x.py", "import time\n"),
    (impure, "ledger/rules/x.py", "from datetime import datetime\nx = datetime.now()\n"),
]


@pytest.mark.parametrize(("check", "path", "source"), CHECKS)
def test_the_checks_can_fail(
    check: Callable[[str, str], list[str]], path: str, source: str
) -> None:
    """Each check finds what it is there to find."""
    assert check(path, source) != []
