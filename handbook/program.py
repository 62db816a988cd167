"""Pages about the program: its commands, settings, waits, metrics and exit codes."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import typer.core
import typer.main
from prometheus_client.metrics import MetricWrapperBase

from handbook.markdown import block, code, page, plain, table
from ledger import metrics, settings
from ledger.commands import line

_EXAMPLE: Final = re.compile(r"Example: (.+)", re.DOTALL)


def commands(_root: Path) -> str:
    """Every command with what it takes, as its own help says it."""
    top = typer.main.get_command(line.app)
    named = list(_commands(top, "ledger"))
    listed = table(
        ("command", "does"),
        ((f"[`{name}`](#{_anchor(name)})", plain(_about(one)[0])) for name, one in named),
    )
    return page(
        "Commands",
        "Every command explains itself with `--help`, prints data on stdout "
        "(`--format table|json|csv`) and words on stderr, and ends with one of the "
        "[exit codes](exit-codes.md).",
        listed,
        *(_command(name, one) for name, one in named),
    )


def _commands(one: Any, name: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(one, typer.core.TyperGroup):
        yield name, one
        return
    context = one.context_class(one, info_name=name)
    for below in one.list_commands(context):
        command = one.get_command(context, below)
        if command is not None and not command.hidden:
            yield from _commands(command, f"{name} {below}")


def _anchor(name: str) -> str:
    return name.replace(" ", "-")


def _about(one: Any) -> list[str]:
    """The paragraphs of a command's help, without its example."""
    text = _EXAMPLE.sub("", one.help or "")
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def _command(name: str, one: Any) -> str:
    context = one.context_class(one, info_name=name)
    records = (each.get_help_record(context) for each in one.get_params(context))
    taken = [
        (code(" ".join(taking.split())), plain(" ".join(told.split())))
        for taking, told in filter(None, records)
        if not taking.startswith("--help")
    ]
    example = _EXAMPLE.search(one.help or "")
    parts = [f"## {name} {{#{_anchor(name)}}}", *map(plain, _about(one))]
    parts += [table(("takes", "which is"), taken)] if taken else []
    if example is not None:
        # Not among what the pages' own commands do: each stands for itself.
        parts += ["Example:", block(" ".join(example[1].split()), "console")]
    return "\n\n".join(parts)


_ONE: Final = (
    "something was refused, unequal, not eligible, or needs a person; or something outside is away "
    "(database, broker): one sentence on stderr says which, and the same command may succeed later"
)


def exit_codes(_root: Path) -> str:
    """What the number says that a command ends with."""
    return page(
        "Exit codes",
        table(
            ("code", "means"),
            (
                ("`0`", "done"),
                ("`1`", _ONE),
                (f"`{line.MISUSE}`", "misuse: what was asked for cannot be done as asked"),
                (f"`{line.INTERRUPTED}`", "interrupted by Ctrl-C; what was committed stays"),
            ),
        ),
        "Whatever goes wrong is one sentence on stderr. A traceback is a fault of the program: "
        "please report it.",
    )


def named_settings(_root: Path) -> str:
    """Every setting with its description and default."""
    rows = [
        (code(one.name), plain(one.description), plain(one.kind), _default(one.default))
        for one in settings.catalogue()
    ]
    tests = [(code(name), plain(about)) for name, about in settings.TEST_NAMES.items()]
    return page(
        "Settings",
        "Each setting is an environment variable, or a key of the file that `LEDGER_CONFIG` names: "
        "[logs and settings](../operator/logs-and-settings.md). A name that begins with `LEDGER_` "
        "and is none of these is an error, so a slip of the pen never becomes a default; an empty "
        "value counts as not set.",
        table(("name", "means", "may be", "if not set"), rows),
        "These only the tests read:",
        table(("name", "means"), tests),
        wide=True,
    )


def _default(value: object) -> str:
    return "" if value is None else code(str(value))


def waits(root: Path) -> str:
    """The parameters of the audit, as the file that holds them."""
    text = (root / "ledger/rules/policy.toml").read_text(encoding="utf-8")
    given = tomllib.loads(text)
    return page(
        "Waits and limits of the audit",
        f"{len(given)} parameters say how long the audit waits for a report that is still on its "
        "way, and where it draws its lines. A file of your own, named by `LEDGER_POLICY`, holds "
        "only what differs; `ledger policy` prints what holds and where it comes from. A wait "
        "only delays a case: what a case says never depends on it.",
        "What is built in:",
        block(text, "toml"),
        "Changed parameters may open and withdraw cases, as changed facts do.",
    )


def metric_names(_root: Path) -> str:
    """Every metric with its kind and labels."""
    rows = [
        (
            code(metric._name + ("_total" if metric._type == "counter" else "")),  # noqa: SLF001 - the library shows a metric's name nowhere else
            str(metric._type),  # noqa: SLF001
            ", ".join(map(code, metric._labelnames)),  # noqa: SLF001
            plain(metric._documentation),  # noqa: SLF001
        )
        for metric in vars(metrics).values()
        if isinstance(metric, MetricWrapperBase)
    ]
    return page(
        "Metrics",
        "`ledger run` shows them at `/metrics` on `LEDGER_METRICS_HOST` and `LEDGER_METRICS_PORT`. "
        "Labels are topics, partitions and names of this program: never a seal, a lot or a person. "
        "Which of them ring, and what to do then, stands under [alerts](../operator/alerts.md).",
        table(("name", "kind", "labels", "means"), rows),
        "Beside them stand the process's own: `process_cpu_seconds_total`, "
        "`process_resident_memory_bytes` and the others of the Prometheus client.",
        wide=True,
    )
