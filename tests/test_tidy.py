"""Style as a test: who may import whom, how long things are, what names are banned.

Each check is itself checked on a small example that must fail.
"""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 70

PURE = {"facts", "custody", "labels", "rules", "cases", "season"}
MAY_IMPORT = {
    "facts": set(),
    "custody": {"facts"},
    "labels": {"facts", "errors"},
    "rules": {"facts", "custody", "labels", "errors"},
    "cases": {"facts", "custody", "labels", "rules", "errors"},
    "season": {"facts", "custody", "labels", "rules", "errors"},
    "intake": {"facts", "cases", "errors", "log"},
    "log": {"errors"},
    "views": {"facts", "custody", "labels", "rules", "cases", "log", "errors"},
    "web": {
        "facts", "custody", "labels", "rules", "cases", "intake", "log", "views", "errors",
        "settings", "metrics",
    },
    "consumers": {
        "facts", "custody", "labels", "rules", "cases", "intake", "log", "views", "errors",
        "settings", "metrics",
    },
    "settings": {"errors"},
    "metrics": set(),
    "errors": set(),
}  # fmt: skip
"""Who may import whom below `ledger`; `__main__` and `commands` wire everything together."""

ONLY_IN = {
    "eventsourcing": {"ledger/log"},
    "fastavro": {"ledger/intake"},
    "kafka": {"consumers"},
    "typer": {"ledger/__main__.py", "ledger/commands"},
    "rich": {"ledger/__main__.py", "ledger/commands"},
}
THIRD_PARTY_OF_THE_PURE = {"msgspec"}
NOT_PURE = {"datetime.now", "datetime.utcnow", "date.today", "time.time", "uuid4", "open"}
BANNED_FILE_NAMES = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}
BANNED_WORDS = re.compile(
    r"\b(?:FIX"
    r"ME|X"
    r"XX|HA"
    r"CK|TO"
    r"DO)\b|" + "DESIGN" + r"\.md|" + "RULES" + r"\.md|" + "EVENTS"
    r"\.md|" + "LABELS" + r"\.md"
)


def tracked(*patterns: str) -> list[Path]:
    """Files git knows or would add, by pattern."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    return sorted({ROOT / name for name in listed if (ROOT / name).is_file()})


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module a file imports, dotted."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(path: str) -> str:
    """The room of the house a file is in: `facts`, `log`, `consumers`, `__main__` …."""
    parts = path.removesuffix(".py").split("/")
    return parts[1] if parts[0] == "ledger" and len(parts) > 1 else parts[0]


def arrows(path: str, text: str) -> list[str]:
    """What in a file breaks the import table."""
    found = []
    here = room(path)
    allowed = MAY_IMPORT.get(here)
    for name in imports(ast.parse(text)):
        top, _, rest = name.partition(".")
        there = "consumers" if top == "consumers" else rest.partition(".")[0]
        ours = allowed is not None and top in ("ledger", "consumers")
        if ours and there not in (allowed or set()) | {"", here}:
            found.append(f"{path} imports {name}: {here} may not import {there}")
        from_views = here == "views" and top == "ledger" and path not in ASSEMBLE_VIEWS
        if from_views and _view(name) not in {"", _view(path)}:
            found.append(f"{path} imports {name}: one view never imports another")
        places = ONLY_IN.get(top)
        if places is not None and not any(path.startswith(place) for place in places):
            found.append(f"{path} imports {name}: only {', '.join(sorted(places))} may")
    return found


SHARED_BY_VIEWS = {
    "", "__init__", "schema", "places", "folding", "figures", "loading", "levels",
    "access",
}  # fmt: skip
"""What stands below all views: the shape of the schema, of a fold, of policies, facts found again,
what a place held at a moment, what came onto a lot."""
ASSEMBLE_VIEWS = {
    "ledger/views/projection.py", "ledger/views/applications.py", "ledger/views/verify.py",
    "ledger/views/periods.py",
}  # fmt: skip
"""What puts all views together."""


def _view(name: str) -> str:
    parts = name.removesuffix(".py").replace("/", ".").split(".")
    found = parts[2] if parts[:2] == ["ledger", "views"] and len(parts) > 2 else ""
    return "" if found in SHARED_BY_VIEWS or found.isupper() else found


def impure(path: str, text: str) -> list[str]:
    """What in a pure file knows a clock, chance, I/O or a third party."""
    found = []
    tree = ast.parse(text)
    import_names = set(imports(tree))
    found += [
        f"{path} imports {name}: pure code knows no I/O"
        for name in import_names
        if name.split(".")[0]
        in {"os", "socket", "subprocess", "psycopg", "time", "secrets", "pathlib", "logging"}
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in NOT_PURE:
                found.append(f"{path}:{node.lineno} calls {called}: pure code is told the time")
    return found


def too_long(path: str, text: str) -> list[str]:
    """Files and functions that hold more than one subject, by their length."""
    found = []
    lines = text.count("\n")
    if lines > FILE_LINES_MAX:
        found.append(f"{path} has {lines} lines, at most {FILE_LINES_MAX}")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                found.append(f"{path}:{node.lineno} {node.name} has {length} lines")
    return found


SOURCES = tracked("ledger/**.py", "ledger/*.py", "consumers/**.py", "bench/**.py")
NAMES = [str(path.relative_to(ROOT)) for path in SOURCES]


@pytest.mark.parametrize("name", NAMES)
def test_imports_go_downwards(name: str) -> None:
    """A file imports only what the house's import table lets it."""
    assert arrows(name, (ROOT / name).read_text()) == []


@pytest.mark.parametrize("name", [name for name in NAMES if room(name) in PURE])
def test_pure_rooms_know_no_clock_and_no_io(name: str) -> None:
    """Facts, custody, labels, rules, cases and seasons depend on their arguments alone."""
    assert impure(name, (ROOT / name).read_text()) == []


@pytest.mark.parametrize("name", NAMES)
def test_files_and_functions_are_short(name: str) -> None:
    """A file has one subject and a function one thought."""
    assert too_long(name, (ROOT / name).read_text()) == []


@pytest.mark.parametrize("name", NAMES)
def test_files_are_named_for_what_they_hold(name: str) -> None:
    """No file is called by a name that could hold anything."""
    assert Path(name).stem not in BANNED_FILE_NAMES


def test_nothing_is_left_for_later() -> None:
    """No marker of unfinished work, and no pointer to papers a reader does not have."""
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked("*.py", "*.md", "*.toml", "*.yml", "Makefile")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if BANNED_WORDS.search(line)
    ]

    assert found == []


def test_every_document_has_one_title() -> None:
    """A Markdown file opens with its only `#` title."""
    for path in tracked("*.md"):
        text = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
        titles = [line for line in text.splitlines() if line.startswith("# ")]

        assert len(titles) == 1, path


def test_every_source_file_is_imported_or_run() -> None:
    """A file nobody imports is dead."""
    text = "\n".join(
        path.read_text() for path in [*SOURCES, *tracked("tests/**.py", "Makefile", "*.toml")]
    )
    dead = []
    for name in NAMES:
        stem = Path(name).stem
        if stem in {"__init__", "__main__"}:
            continue
        module = name.removesuffix(".py").replace("/", ".")
        parent = module.rpartition(".")[0]
        pattern = rf"{re.escape(module)}\b|from {re.escape(parent)} import[^\n]*\b{stem}\b"
        multi = rf"from {re.escape(parent)} import \([^)]*\b{stem}\b"
        if not re.search(pattern, text) and not re.search(multi, text):
            dead.append(name)

    assert dead == []


CHECKS = [
    (arrows, "ledger/facts/x.py", "import ledger.rules.stock\n"),
    (arrows, "ledger/web/x.py", "from consumers import ingest\n"),
    (arrows, "consumers/x.py", "import fastavro\n"),
    (arrows, "ledger/views/lots.py", "from ledger.views import shipments\n"),
    (impure, "ledger/rules/x.py", "import time\n"),
    (impure, "ledger/rules/x.py", "from datetime import datetime\nx = datetime.now()\n"),
    (too_long, "ledger/x.py", "x = 1\n" * 301),
    (too_long, "ledger/x.py", "def f():\n" + "    x = 1\n" * 70),
]


@pytest.mark.parametrize(("check", "path", "text"), CHECKS)
def test_the_checks_can_fail(check: object, path: str, text: str) -> None:
    """Each check finds what it is there to find."""
    assert callable(check)

    assert check(path, text) != []
