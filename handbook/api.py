"""The page of the API, from the description that the ledger itself serves as `/openapi.json`."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

from handbook.markdown import block, code, page, plain, table
from ledger.log import Log
from ledger.web.app import make_app

_NOWHERE: Final = "host=nowhere.invalid"
"""A description asks no database."""
_OFTEN: Final = 5
"""What so many routes answer alike is told once."""

Operation = tuple[str, str, dict[str, Any]]
"""Method, path and description of a route."""


def api(_root: Path) -> str:
    """Every route with what it takes and answers."""
    operations = [*_operations()]
    common = _common(operations)
    tags = dict.fromkeys(each["tags"][0] for _, _, each in operations)
    return page(
        "API",
        "What a running ledger serves beside the desk; `/openapi.json` of it is the same for "
        "programs. How to begin, with tokens and receipts: [over HTTP](../http.md).",
        table(
            ("route", "answers"),
            (
                (f"[{code(f'{method} {path}')}](#{_anchor(one)})", plain(one["summary"]))
                for method, path, one in operations
            ),
        ),
        "What any of them may answer, as a problem document (RFC 9457):",
        table(("status", "means"), ((code(status), plain(said)) for status, said in common)),
        *(
            part
            for tag in tags
            for part in (
                f"## {tag[0].upper()}{tag[1:]}",
                *(_route(each, common) for each in operations if each[2]["tags"][0] == tag),
            )
        ),
    )


def _operations() -> Iterator[Operation]:
    served = make_app(cast("Log", SimpleNamespace(dsn=_NOWHERE))).openapi()
    for path, methods in served["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _anchor(operation: dict[str, Any]) -> str:
    return str(operation["operationId"]).replace("_", "-")


def _common(operations: list[Operation]) -> list[tuple[str, str]]:
    """Refusals that many routes share, with their words."""
    counted: dict[tuple[str, str], int] = {}
    for _, _, operation in operations:
        for status, answer in operation["responses"].items():
            counted[status, answer["description"]] = (
                counted.get((status, answer["description"]), 0) + 1
            )
    return sorted(pair for pair, times in counted.items() if times >= _OFTEN and pair[0] >= "400")


def _route(each: Operation, common: list[tuple[str, str]]) -> str:
    method, path, operation = each
    parts = [f"### {method} {path} {{#{_anchor(operation)}}}", _said(operation)]
    if given := operation.get("parameters", []):
        parts.append(table(("takes", "in", "which is"), map(_parameter, given)))
    if body := operation.get("requestBody"):
        parts.append(f"Body: {', '.join(map(code, body['content']))}.")
    own = [
        (code(status), plain(answer["description"]))
        for status, answer in operation["responses"].items()
        if (status, answer["description"]) not in common
    ]
    parts.append(table(("status", "means"), own))
    shown = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
    if "example" in shown:
        told = json.dumps(shown["example"], ensure_ascii=False, indent=1)
        parts += ['??? example "An answer"', _indented(block(told, "json"))]
    return "\n\n".join(parts)


def _said(operation: dict[str, Any]) -> str:
    return plain(" ".join(operation["description"].split()))


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _parameter(given: dict[str, Any]) -> tuple[str, str, str]:
    """A parameter: its name, where it stands, and what it may hold."""
    schema = given["schema"]
    options = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    held = " or ".join(_form(one) for one in options)
    told = [plain(given.get("description", "")), held, "required" if given.get("required") else ""]
    return code(given["name"]), given["in"], "; ".join(filter(None, told))


def _form(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " ".join(code(str(value)) for value in schema["enum"])
    held = str(schema.get("format") or schema.get("type", ""))
    return {"array": "several", "date-time": "time", "string": "text"}.get(held, held)
