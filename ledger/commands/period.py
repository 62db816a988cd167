"""`ledger period`: a pair's month or fiscal year signed off by its body, and what came of it."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from ledger.commands.home import deciding, opened
from ledger.commands.options import spread
from ledger.commands.output import Format, FormatOption, say, show
from ledger.commands.printing import Printing, print_list

app = typer.Typer(help="Periods of an importer and its body, signed off.", no_args_is_help=True)

ImporterOption = Annotated[str, typer.Option(help="The importer of the pair.")]
RcbOption = Annotated[str, typer.Option(help="The certifying body of the pair.")]
NameArgument = Annotated[str, typer.Argument(metavar="PERIOD", help="2026-04 or FY2026.")]


@app.command()
def close(
    period: NameArgument,
    importer: ImporterOption,
    rcb: RcbOption,
    party: Annotated[str, typer.Option("--as", metavar="PARTY", help="The body that signs.")],
    person: Annotated[str, typer.Option(metavar="ID", help="The person who signs.")],
    text: Annotated[str | None, typer.Option(help="A remark.")] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Sign off the reconciliation row as of the end of a period.

    Example: ledger period close 2026-04 --importer IMP-1 --rcb RCB-1 --as RCB-1 --person P-9
    """
    from consumers.auditor.running import audit_clock
    from ledger.cases.period import period_of
    from ledger.views.known import Named, check_known
    from ledger.views.periods import Signature, sign
    from ledger.views.projection import Projector
    from ledger.views.reading import reading

    wanted = period_of(importer, rcb, period)
    with deciding() as log:
        with reading(log) as rows:
            check_known(rows, log, *((Named.PARTY, each) for each in (importer, rcb, party)))
            signature = Signature(party, person, text, audit_clock(log)())
            entry, signed = sign(rows, log, wanted, signature)
        log.decide([entry])
        Projector(log).catch_up()
    row = _head(importer, rcb, period, "CLOSED", signed.position) | {"row": signed.signed}
    show([row], form, data=row)
    say(f"{period} of {importer} and {rcb} is signed at position {signed.position:,}.")


@app.command("show")
@spread(Printing)
def show_periods(
    period: Annotated[str | None, typer.Argument(metavar="[PERIOD]", help="Only this one.")] = None,
    importer: Annotated[str | None, typer.Option(help="Only this importer.")] = None,
    rcb: Annotated[str | None, typer.Option(help="Only this certifying body.")] = None,
    *,
    printing: Printing,
) -> None:
    """Show signed periods: the row signed, and the row as last stated where facts changed it.

    With a period and a pair that nobody signed yet, the row that would be signed.

    Example: ledger period show 2026-04 --importer IMP-1 --rcb RCB-1 --format json
    """
    from ledger.cases.period import period_of
    from ledger.views.cases import signed_period, signed_periods
    from ledger.views.known import Named, check_known
    from ledger.views.periods import period_row
    from ledger.views.reading import reading

    if period is not None:
        period_of("", "", period)  # what is none is told, and not an empty list
    with opened() as log, reading(log) as rows:
        check_known(rows, log, (Named.PARTY, importer), (Named.PARTY, rcb))
        found: list[dict[str, Any]] = [
            _head(of.importer, of.rcb, of.name, str(known.state), known.position)
            | {"person": known.person, "row": known.signed, "stated": known.stated}
            for known, of in ((known, known.period) for known in signed_periods(rows))
            if period in (None, of.name)
            and importer in (None, of.importer)
            and rcb in (None, of.rcb)
        ]
        if not found and period and importer and rcb:
            wanted = period_of(importer, rcb, period)
            if signed_period(rows, wanted.id) is None:
                row = period_row(rows, log, wanted)
                head = _head(importer, rcb, period, "UNSIGNED", None)
                found = [head | {"person": None, "row": row, "stated": row}]
        notes = printing.notes(log, rows, period=period, importer=importer, rcb=rcb)
    print_list(found, printing, "periods", notes=notes, flat=_flat, empty="No period was signed.")


def _flat(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**row, "signed_at_position": row["position"]}


def _head(importer: str, rcb: str, period: str, state: str, position: int | None) -> dict[str, Any]:
    from ledger.cases.period import period_of
    from ledger.facts.scalars import time_text
    from ledger.rules.moments import JAPAN

    end = time_text(period_of(importer, rcb, period).end, JAPAN)
    return {
        "importer": importer, "rcb": rcb, "period": period, "end": end, "state": state,
        "position": position,
    }  # fmt: skip
