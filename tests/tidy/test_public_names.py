"""Names that others rely on are still there: what may change its words may not change these.

`public_names.txt` holds every command with its options, operation with its parameters, key of an
answer, metric, setting, and column of the log. A name may be added, and none is taken away.
To pin what is new: `python -m tests.tidy.test_public_names POSTGRESQL-URL`.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from typer.main import get_command

from ledger.commands import line
from ledger.log import Log, migrate
from ledger.metrics import REGISTRY
from ledger.settings import names
from ledger.web.app import make_app
from tests.tidy.sources import text, tracked

META_KEYS = (
    '"audit_clock"',
    '"simulation"',
    '"web.key"',
    'f"publisher/{',
    'f"ingest/stopped/{',
    'f"ingest/compaction/{',
)
"""Keys of `meta` as the source spells them."""

PINNED = Path(__file__).with_name("public_names.txt")


def commands(command: Any, path: str) -> Iterator[str]:
    """Every command and group below one, each option and argument behind its command."""
    for parameter in command.params:
        for option in (*parameter.opts, *parameter.secondary_opts):
            if option.startswith("-"):
                yield f"command {path} {option}"
    for name, each in getattr(command, "commands", {}).items():
        yield f"command {path} {name}"
        yield from commands(each, f"{path} {name}")


def keys(value: Any, path: str) -> Iterator[str]:
    """The keys of an example, however deep, a list standing for each of what is in it."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield f"{path}.{name}"
            yield from keys(each, f"{path}.{name}")
    elif isinstance(value, list):
        for each in value:
            yield from keys(each, f"{path}[]")


def answers(description: dict[str, Any]) -> Iterator[str]:
    """Every operation, its parameters, and the keys of what it answers."""
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            name = f"{method} {path}"
            yield f"operation {name}"
            for parameter in operation.get("parameters", ()):
                yield f"parameter {name} {parameter['name']}"
            for status, response in operation["responses"].items():
                for kind in response.get("content", {}).values():
                    yield from keys(kind.get("example"), f"answer {name} {status}")
    for name, schema in description.get("components", {}).get("schemas", {}).items():
        for each in schema.get("properties", ()):
            yield f"schema {name}.{each}"


def columns(log: Log) -> Iterator[str]:
    """The tables of the log and what stands in each."""
    with psycopg.connect(log.dsn) as connection:
        for table, column in connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name NOT LIKE '%yoyo%'"
        ):
            yield f"column {table}.{column}"


def public_names(log: Log) -> set[str]:
    """Every name that others rely on."""
    found = {f"setting {name}" for name in names()}
    found |= {
        f"metric {each.name}" for each in REGISTRY.collect() if each.name.startswith("ledger_")
    }
    found |= set(commands(get_command(line.app), "ledger"))
    return found | set(answers(make_app(log).openapi())) | set(columns(log))


def test_no_public_name_is_gone(log: Log) -> None:
    """What others call, read, set, watch or keep has the name it had."""
    pinned = set(PINNED.read_text().splitlines())

    assert pinned - public_names(log) == set()
    assert len(pinned) > 500


def test_no_key_of_meta_is_gone() -> None:
    """A home that was made before is read by the keys under which it keeps its small state."""
    everything = "\n".join(text(name) for name in tracked("ledger/*.py", "consumers/*.py"))

    assert [key for key in META_KEYS if key not in everything] == []


def main() -> None:
    """Write the names down, those that are pinned already among them."""
    migrate(sys.argv[1])
    with Log.open(sys.argv[1]) as log:
        found = public_names(log) | set(PINNED.read_text().splitlines() if PINNED.exists() else ())
    PINNED.write_text("".join(f"{name}\n" for name in sorted(found)))


if __name__ == "__main__":
    main()
