"""Answers as rows for people and programs: plain keys, sentences in two languages.

What is asked for but unknown is refused by a sentence that lists what is known.
"""

import re
import tomllib
from collections.abc import Iterable
from datetime import date
from typing import Any, Final, get_args

import msgspec

from ledger.errors import Misuse, no_such
from ledger.facts.canonical import read_figure
from ledger.facts.scalars import ProductClass
from ledger.labels.animals import ANIMALS
from ledger.labels.claims import CLAIMS, CONDITIONS, SHARES
from ledger.labels.fields import PERIODS
from ledger.labels.livestock.acts import ACTS
from ledger.labels.livestock.feeding import FEED_LIMITS, INTAKE
from ledger.labels.livestock.keeping import KEEPING
from ledger.labels.livestock.origin import BROUGHT_IN, REPLACEMENT
from ledger.labels.livestock.rooms import HOUSING
from ledger.labels.livestock.runs import RUNS
from ledger.labels.process_lists import BARRED_FEED, PROCESS_LISTS
from ledger.labels.recipe import BASES, Recipe
from ledger.labels.retention import KEEP, Retention
from ledger.labels.rows import Row, Table, provenance
from ledger.labels.schemes.eu import SLACK
from ledger.labels.schemes.jas.activities import ACTIVITIES
from ledger.labels.schemes.jas.classes import CLASSES
from ledger.labels.schemes.jas.contents import CONTENTS
from ledger.labels.schemes.jas.criteria import BY_ROLE, CRITERIA
from ledger.labels.schemes.jas.forms import FORMS, name_form
from ledger.labels.schemes.jas.grading import COURSES
from ledger.labels.schemes.jas.people import QUALIFICATIONS
from ledger.labels.scope import COMPULSORY, MEMBERS, SCOPE, SCOPE_GROUPS, STATEMENTS, scope
from ledger.labels.substances import GROUPS, LISTS, SUBSTANCES
from ledger.labels.transitions import TRANSITIONS
from ledger.labels.unproven import SHOWN_BY
from ledger.labels.verdict import CODES, Verdict, code_row
from ledger.labels.wording import GMO_FREE, WORDS

TABLES: Final[tuple[Table[Any], ...]] = (
    CLAIMS, SHARES, CONDITIONS, BASES, WORDS, GMO_FREE, CLASSES, FORMS, PERIODS, MEMBERS, SLACK,
    LISTS, PROCESS_LISTS, BARRED_FEED, TRANSITIONS, SUBSTANCES, GROUPS,
    ANIMALS, BROUGHT_IN, REPLACEMENT, KEEPING, INTAKE, FEED_LIMITS, HOUSING, RUNS, ACTS,
    ACTIVITIES, QUALIFICATIONS, COURSES, SCOPE, SCOPE_GROUPS, STATEMENTS, COMPULSORY, KEEP,
    CRITERIA, BY_ROLE, CONTENTS, SHOWN_BY, CODES,
)  # fmt: skip
"""Every dated table, in the order in which people read them."""
COUNTRY_LETTERS: Final = 2


def check_tables() -> None:
    """Read every table; raises Misuse naming file, line and column of the first that is wrong."""
    for table in TABLES:
        table.rows()


def standards() -> list[dict[str, Any]]:
    """One row for each table: what it holds, how many rows, from which sources."""
    return [
        {
            "table": table.name,
            "about": table.about,
            "rows": len(table.rows()),
            "sources": sorted({source for row in table.rows() for source in row.prov}),
        }
        for table in TABLES
    ]


def standard(name: str) -> list[dict[str, Any]]:
    """The rows of one table with their dates, sources and how sure they are."""
    table = next((table for table in TABLES if table.name == name), None)
    if table is None:
        raise no_such("table", name, (table.name for table in TABLES), every=True)
    return [_described(row) for row in table.rows()]


def sources() -> list[dict[str, Any]]:
    """Where the tables come from: dates, basis and confidence of every source."""
    return [msgspec.to_builtins(source) for source in provenance().values()]


def _described(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = msgspec.to_builtins(row)
    found = [provenance()[source] for source in row.prov]
    values.setdefault("basis", "; ".join(source.basis for source in found))
    values.setdefault("confidence", "; ".join(sorted({source.confidence for source in found})))
    return {
        name: sorted(value) if isinstance(value, list) and name != "prov" else value
        for name, value in values.items()
    }


def verdict_row(verdict: Verdict) -> dict[str, Any]:
    """A verdict: eligible, proven, and its codes with a sentence each, and what each is about."""
    return {
        "eligible": verdict.eligible,
        "proven": verdict.proven,
        "codes": [
            {
                "code": code,
                "level": level,
                "rule": row.rule,
                "detail": detail or None,
                "en": row.en,
                "ja": row.ja,
            }
            for code, level, detail in verdict.reasons
            for row in [code_row(code)]
        ],
    }


def known_claim(claim: str) -> str:
    """The claim; Misuse lists the claims where it is none of them."""
    return _known("claim", claim, dict.fromkeys(row.claim for row in CLAIMS.rows()))


def known_class(class_: str) -> str:
    """The product class; Misuse lists the classes where it is none of them."""
    return _known("class", class_, get_args(ProductClass))


def known_code(code: str) -> str:
    """The reason code; Misuse names the nearest where it is none."""
    codes = [row.code for row in CODES.rows()]
    if code not in codes:
        raise no_such("code", code, codes, field="code")
    return code


def _known(field: str, value: str, known: Iterable[str]) -> str:
    if value not in (names := tuple(known)):
        raise no_such(field, value, names, field=field, every=True)
    return value


def form_row(text: str, class_: str, on: date | None = None) -> dict[str, Any]:
    """The form of a name, the general name in it, and whether the class may have it."""
    found = name_form(text, known_class(class_), on)
    return {
        "text": text,
        "class": class_,
        "form": found.code,
        "subject": found.subject,
        "in_conversion": found.in_conversion,
        **verdict_row(found.verdict),
    }


def scope_row(origin: str, destination: str, class_: str, on: date) -> dict[str, Any]:
    """Whether goods on a route are covered, by which row, with its basis."""
    for country in (origin, destination):
        if len(country) != COUNTRY_LETTERS or not country.isascii() or not country.isupper():
            known = ", ".join(sorted({row.origin for row in SCOPE.rows()} - {"*"}))
            raise Misuse(f"{country!r} is no country code; rows are known for {known}.")
    found = scope(origin, destination, known_class(class_), None, on)
    row = found.row
    return {
        "origin": origin,
        "destination": destination,
        "class": class_,
        "on": on.isoformat(),
        "covered": found.covered,
        "certificate": found.certificate,
        "row": None if row is None else row.id,
        "basis": None if row is None else row.basis,
        "confidence": None if row is None else row.confidence,
        **verdict_row(found.verdict),
    }


def retention_row(lot: str, kept: Retention) -> dict[str, Any]:
    """Until when the records of a lot are kept, the rule that decides, and every rule's day."""
    return {
        "lot": lot,
        "keep_until": None if kept.until is None else kept.until.isoformat(),
        "rule": kept.rule,
        "rules": [{"rule": rule, "until": until.isoformat()} for rule, until in kept.rows],
    }


_EVENT_FIELDS: Final = frozenset(
    {"type", "id", "time", "source", "actor", "corrects", "documents", "note", "product",
     "operator", "recipe_version"}
)  # fmt: skip
"""What a product as an event has beside its recipe."""


def read_recipe(content: bytes, place: str) -> Recipe:
    """A recipe from JSON, or TOML where the place ends so: class, name, ingredients.

    It may be a product as it is registered; what is not said to be gene-modified or irradiated is
    not. Raises Misuse naming the place and the field that is wrong.
    """
    try:
        raw = _document(content, place)
        recipe = msgspec.convert(raw, Recipe, dec_hook=read_figure)
    except RecursionError:
        raise Misuse(f"{place}: nested too deeply.") from None
    except (msgspec.MsgspecError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = str(error).replace("class_", "class")
        raise Misuse(f"{place}: {problem}", field=field_of(problem)) from None
    known_class(recipe.class_)
    return recipe


def field_of(problem: str) -> str:
    """The field that the converter's sentence is about: at its path, or lacking there."""
    lacking = _LACKING.search(problem)
    _, _, path = problem.partition(" - at `$.")
    found = [path.split("`")[0], lacking[1] if lacking else ""]
    return ".".join(part for part in found if part)


_LACKING: Final = re.compile(r"field `([^`]+)`")


def _document(content: bytes, place: str) -> object:
    is_toml = place.endswith(".toml")
    raw = tomllib.loads(content.decode()) if is_toml else msgspec.json.decode(content)
    if not isinstance(raw, dict):
        return raw
    raw = {name: value for name, value in raw.items() if name not in _EVENT_FIELDS}
    entries = raw.get("ingredients")
    if isinstance(entries, list):
        plain = {"gmo": False, "irradiated": False}
        raw["ingredients"] = [
            plain | entry if isinstance(entry, dict) else entry for entry in entries
        ]
    return {("class_" if name == "class" else name): value for name, value in raw.items()}
