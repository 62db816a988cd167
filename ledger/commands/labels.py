"""`ledger label`, `scope`, `substance`, `standards`: what may be said, and why.

What the tables alone tell needs no home; a lot or a registered product is read from the log.
"""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ledger.commands.completing import claims, classes, of, tables
from ledger.commands.lot import asking, coded
from ledger.commands.options import OnOption, spread, today_or
from ledger.commands.output import Format, FormatOption, print_json, say, show
from ledger.commands.printing import Printing, print_list
from ledger.errors import Misuse

if TYPE_CHECKING:
    from ledger.facts.record import Record

NOT_ELIGIBLE = 1

app = typer.Typer(help="What a label may say.", no_args_is_help=True)

ClassOption = Annotated[
    str | None, typer.Option("--class", autocompletion=of(classes), help="The product class.")
]


@app.command()
def check(
    claim: Annotated[
        str | None,
        typer.Option(autocompletion=of(claims), help="The claim; default: the label's own."),
    ] = None,
    recipe: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A recipe, .toml or JSON; - is stdin.")
    ] = None,
    product: Annotated[str | None, typer.Option(help="A registered product.")] = None,
    recipe_version: Annotated[int | None, typer.Option(help="Of that product.")] = None,
    lot: Annotated[str | None, typer.Option(help="A recorded lot.")] = None,
    label: Annotated[str | None, typer.Option(help="An approved label.")] = None,
    label_version: Annotated[int, typer.Option(help="Of that label.")] = 1,
    shipment: Annotated[str | None, typer.Option(help="A shipment of the lot.")] = None,
    name_form: Annotated[
        str | None, typer.Option(help="With --recipe: the name or the origin line.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="The wording of the label.")] = None,
    operator: Annotated[
        str | None, typer.Option(help="With --recipe: whose name is to stand on the label.")
    ] = None,
    address: Annotated[
        str | None, typer.Option(help="With --recipe: whose address is to stand on it.")
    ] = None,
    route: Annotated[
        str | None,
        typer.Option(help="JAS, EQUIVALENCE or BOTH, the default; a lot has its own."),
    ] = None,
    on: OnOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say whether a claim holds, with a code and a sentence for everything against it.

    Exit 1 where a fact breaks it, on the route named or, of both, under JAS. Example:
    ledger label check --claim KRAV_MARK --recipe examples/recipes/muesli.toml
    """
    from ledger.labels.describe import check_tables, read_recipe
    from ledger.labels.describe_claims import recipe_row
    from ledger.labels.schemes.scheme import Operator

    check_tables()
    if recipe is not None:
        if claim is None:
            raise Misuse("--recipe needs --claim.")
        content = sys.stdin.buffer.read() if str(recipe) == "-" else _bytes(recipe)
        found = recipe_row(
            claim, read_recipe(content, str(recipe)), today_or(on), name_form, text,
            Operator.given(operator, address), route,
        )  # fmt: skip
    else:
        found = _registered(
            claim, product, recipe_version, lot,
            None if label is None else (label, label_version), shipment, text, route, today_or(on),
        )  # fmt: skip
    _show_verdict(found, form)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Misuse(f"{path}: {error.strerror}.") from None


def _registered(
    claim: str | None,
    product: str | None,
    version: int | None,
    lot: str | None,
    label: tuple[str, int] | None,
    shipment: str | None,
    text: str | None,
    route: str | None,
    on: date,
) -> dict[str, Any]:
    """The verdict on goods that are recorded; Misuse where what is named is not."""
    from ledger.facts.mentions import About
    from ledger.facts.registry import LabelApproved, ProductRegistered
    from ledger.labels.describe_claims import goods_row
    from ledger.labels.lots import lot_facts
    from ledger.views.known import Named, check_known

    with asking() as asked:
        record = asked.record
        check_known(
            asked.rows, asked.log, (Named.LOT, lot), (Named.PRODUCT, product),
            (Named.LABEL, None if label is None else label[0]), (Named.SHIPMENT, shipment),
        )  # fmt: skip
        if lot is not None and lot_facts(record, lot) is None:
            raise Misuse(f"Others name the lot {lot!r}, but nobody recorded it itself.")
        if lot is not None and claim is None and label is None:
            label = _label_on(record, lot)
        approved = None
        if label is not None:
            approved = record.latest(LabelApproved, About.LABEL, f"{label[0]} {label[1]}")
            if approved is None:
                raise Misuse(f"There is no label {label[0]} version {label[1]}.")
            claim, product = claim or approved.claim, product or approved.product
            text = text if text is not None else approved.wording
        if claim is None:
            raise Misuse("Name a --claim or a --label.")
        if lot is None and product is None:
            raise Misuse("Name a --recipe, a --product, a --label or a --lot.")
        if product is not None and not record.about(ProductRegistered, About.PRODUCT, product):
            raise Misuse(f"There is no product {product!r}.")
        return goods_row(
            claim, record, product, version, on=on, route=route, lot=lot, label=label,
            shipment=shipment, label_text=text,
        )  # fmt: skip


def _label_on(record: "Record", lot: str) -> tuple[str, int]:
    """The label attached to a lot, where it is one."""
    from ledger.facts.mentions import About
    from ledger.facts.seals import SealsApplied

    seals = record.about(SealsApplied, About.LOT, lot)
    labels = sorted({(applied.label, applied.label_version) for applied in seals})
    if len(labels) != 1:
        known = ", ".join(f"{name} {version}" for name, version in labels) or "none"
        raise Misuse(f"Name a --claim or a --label; labels on {lot}: {known}.")
    return labels[0]


_ROUTES: Final = {"JAS": "JAS", "EQUIVALENCE": "equivalence"}


def _lines(found: dict[str, Any]) -> Iterator[str]:
    """A line a route, a line a row of another text, a line a note."""
    for route, of_route in found["routes"].items():
        yield f"Under {_ROUTES[route]}: {_title(of_route)}."
    for row in found["other_rows"]:
        codes = "".join(f" {code['code']}" for code in row["codes"])
        yield f"By the row {row['row']} ({' '.join(row['prov'])}): {_title(row)}.{codes}"
    for note in found["notes"]:
        yield f"{note}: the older text asks all."


def _title(found: dict[str, Any]) -> str:
    """A verdict in a word or two."""
    if not found["eligible"]:
        return "not eligible"
    return "eligible" if found.get("proven", True) else "eligible, not proven"


def _show_verdict(found: dict[str, Any], form: Format) -> None:
    if form is Format.JSON:
        print_json(found)
    else:
        title = _title(found)
        if form is Format.TABLE:
            for line in _lines(found):
                typer.echo(line)
        if not found["codes"]:
            say(f"{title.capitalize()}: nothing is against it.")
        show(
            found["codes"], form, columns=["code", "level", "rule", "detail", "en", "ja"],
            title=title, empty="",
        )  # fmt: skip
    if not found["eligible"]:
        raise typer.Exit(NOT_ELIGIBLE)


@app.command("form")
def name_form(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The name as on the label.")],
    class_: Annotated[
        str, typer.Option("--class", autocompletion=of(classes), help="The product class.")
    ],
    on: OnOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say which JAS name form a name has; exit 1 where it is none of the class.

    Example: ledger label form 有機豆腐 --class PROCESSED_PLANT
    """
    from ledger.labels.describe import check_tables, form_row

    check_tables()
    found = form_row(text, class_, today_or(on))
    show([coded(found)], form, data=found)
    if not found["eligible"]:
        raise typer.Exit(NOT_ELIGIBLE)


def scope(
    origin: Annotated[str, typer.Argument(metavar="FROM", help="Country, as US.")],
    destination: Annotated[str, typer.Argument(metavar="TO", help="Country, as JP.")],
    class_: Annotated[
        str, typer.Argument(metavar="CLASS", autocompletion=of(classes), help="The product class.")
    ],
    on: Annotated[str | None, typer.Argument(metavar="DATE", help="Default: today.")] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say whether equivalence covers a class on a route; exit 1 where it does not.

    Example: ledger scope US JP ALCOHOL 2025-10-01
    """
    from ledger.labels.describe import check_tables, scope_row

    check_tables()
    found = scope_row(origin, destination, class_, today_or(on))
    show([coded(found)], form, data=found)
    if not found["covered"]:
        raise typer.Exit(NOT_ELIGIBLE)


def substance(
    code: Annotated[str, typer.Argument(metavar="CODE", help="As CALCIUM_SULFATE.")],
    table: Annotated[str | None, typer.Option(help="One list, T1 to T8; default: all.")] = None,
    class_: ClassOption = None,
    on: OnOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say which positive lists let a substance in, and under which condition.

    Exit 1 where none does. Example: ledger substance CALCIUM_SULFATE --table T4
    """
    from ledger.labels.describe import check_tables
    from ledger.labels.describe_lists import list_lines, substance_rows

    check_tables()
    found = substance_rows(code, table, class_, today_or(on))
    told = [name for name in found[0] if form is Format.CSV or not name.startswith("list_")]
    show(found, form, columns=told)
    if form is Format.TABLE:
        for line in list_lines(found, "en", "ja"):
            typer.echo(line)
    if not any(row["allowed"] for row in found):
        raise typer.Exit(NOT_ELIGIBLE)


@spread(Printing)
def standards_(
    table: Annotated[
        str | None,
        typer.Argument(metavar="TABLE", autocompletion=of(tables), help="One table's rows."),
    ] = None,
    by_source: Annotated[bool, typer.Option("--sources", help="The sources instead.")] = False,
    *,
    printing: Printing,
) -> None:
    """List the dated tables, the rows of one, or the sources they come from.

    Example: ledger standards scope --format csv
    """
    from ledger.labels.describe import check_tables, sources, standard, standards

    check_tables()
    if by_source:
        print_list(sources(), printing)
    else:
        print_list(standards() if table is None else standard(table), printing)
