"""`ledger period`: a pair's month or fiscal year, previewed and signed off by its body."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.commands.home import deciding, opened
from ledger.commands.options import spread
from ledger.commands.output import Format, FormatOption, say, show
from ledger.commands.printing import Printing, print_list

if TYPE_CHECKING:
    from ledger.cases.period import Period, Signed
    from ledger.log import Log
    from ledger.views.periods import Decided, Signing

app = typer.Typer(help="Periods of an importer and its body, signed off.", no_args_is_help=True)

ImporterOption = Annotated[str, typer.Option(help="The importer of the pair.")]
RcbOption = Annotated[str, typer.Option(help="The certifying body of the pair.")]
NameArgument = Annotated[str, typer.Argument(metavar="PERIOD", help="2026-04 or FY2026.")]
PersonOption = Annotated[str, typer.Option(metavar="ID", help="The person, by reference.")]
DigestOption = Annotated[
    str | None, typer.Option(metavar="SHA256", help="That of the preview that was looked at.")
]
TextOption = Annotated[str | None, typer.Option(help="In words.")]


@app.command()
def preview(
    period: NameArgument,
    importer: ImporterOption,
    rcb: RcbOption,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show what would be signed of a period now, and its digest.

    Example: ledger period preview 2026-04 --importer IMP-1 --rcb RCB-1
    """
    from consumers.auditor.running import audit_clock
    from ledger.cases.period import period_of
    from ledger.views.periods import seen
    from ledger.views.reading import reading

    wanted = period_of(importer, rcb, period)
    with opened() as log, reading(log) as rows:
        _check_parties(rows, log, wanted)
        found = seen(rows, log, wanted, audit_clock(log)())
    content = found.content
    data = {**content, "digest": found.sheet.digest, "position": found.position,
            "earlier_open": list(found.opened)}  # fmt: skip
    figures = [
        {name: row[name] for name in ("figure", "opening", "in", "out", "closing")}
        for row in content["figures"]
    ]
    show(figures, form, data=data)
    touching = sum(1 for one in found.touching)
    say(f"{len(content['stocks'])} seal ledgers, {touching} cases touch it.")
    say(f"Digest {found.sheet.digest}")


@app.command()
def close(
    period: NameArgument,
    importer: ImporterOption,
    rcb: RcbOption,
    party: Annotated[str, typer.Option("--as", metavar="PARTY", help="The body that signs.")],
    person: PersonOption,
    digest: DigestOption = None,
    text: TextOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Sign off a period as it was previewed; where two have to sign, the first or the second.

    Example: ledger period close 2026-04 --importer I-1 --rcb R-1 --as R-1 --person P-9 --digest 3f
    """
    from ledger.cases.period import PeriodPrepared, period_of
    from ledger.commands.policy import policy_of
    from ledger.errors import Misuse
    from ledger.settings import load
    from ledger.views.periods import sign_period

    wanted = period_of(importer, rcb, period)
    if digest is None:
        pair = f"--importer {importer} --rcb {rcb}"
        raise Misuse(f"Look first, then sign its --digest: ledger period preview {period} {pair}")
    seconds = policy_of(load()).period_second

    def decide(rows: Any, log: "Log", signing: "Signing") -> "Decided":
        return sign_period(rows, log, wanted, signing._replace(seconds=seconds))

    decided = _decide(wanted, (party, person, digest, text), "SIGNER", decide)
    known = decided.signed
    row = _head(known) | {"row": known.signed}
    show([row], form, data=row)
    if isinstance(decided.event, PeriodPrepared):
        say(f"{period} of {importer} and {rcb} is prepared: another person of {rcb} has to sign.")
    else:
        say(f"{period} of {importer} and {rcb} is signed at position {known.position:,}.")


@app.command()
def acknowledge(
    period: NameArgument,
    importer: ImporterOption,
    rcb: RcbOption,
    party: Annotated[str, typer.Option("--as", metavar="PARTY", help="The importer.")],
    person: PersonOption,
    digest: DigestOption = None,
    text: TextOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Acknowledge as its importer what was signed of a period, by the digest of that.

    Example: ledger period acknowledge 2026-04 --importer I --rcb R --as I --person P --digest 3f
    """
    from ledger.cases.period import period_of
    from ledger.views.periods import acknowledge_period

    wanted = period_of(importer, rcb, period)

    def decide(rows: Any, log: "Log", signing: "Signing") -> "Decided":
        return acknowledge_period(rows, log, wanted, signing)

    decided = _decide(wanted, (party, person, digest, text), "EXPLAINER", decide)
    row = _head(decided.signed) | {"acknowledged_by": person}
    show([row], form, data=row)
    say(f"{period} of {importer} and {rcb} is acknowledged.")


def _decide(
    wanted: "Period",
    said: tuple[str, str, str | None, str | None],
    function: Any,
    decide: Any,
) -> "Decided":
    """Decide as a person of a party, below a digest, in words, and record it."""
    from consumers.auditor.running import audit_clock
    from ledger.commands.acting import check_acting
    from ledger.views.known import Named, check_known
    from ledger.views.periods import Signing
    from ledger.views.projection import Projector
    from ledger.views.reading import reading

    party, person, digest, text = said
    with deciding() as log:
        now = audit_clock(log)()
        with reading(log) as rows:
            _check_parties(rows, log, wanted)
            check_known(rows, log, (Named.PARTY, party))
            check_acting(log, party, person, function, now)
            decided: Decided = decide(rows, log, Signing(party, person, digest, text, now))
        log.decide([decided.entry])
        Projector(log).catch_up()
    return decided


def _check_parties(rows: Any, log: "Log", wanted: "Period") -> None:
    from ledger.views.known import Named, check_known

    check_known(rows, log, (Named.PARTY, wanted.importer), (Named.PARTY, wanted.rcb))


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
    from ledger.cases.period import Signed, period_of
    from ledger.views.cases import known_period, signed_periods
    from ledger.views.known import Named, check_known
    from ledger.views.periods import period_row
    from ledger.views.reading import reading

    if period is not None:
        period_of("", "", period)  # what is none is told, and not an empty list
    with opened() as log, reading(log) as rows:
        check_known(rows, log, (Named.PARTY, importer), (Named.PARTY, rcb))
        found: list[dict[str, Any]] = [
            _head(known) | {"person": known.person, "row": known.signed, "stated": known.stated}
            for known in signed_periods(rows)
            if period in (None, known.period.name)
            and importer in (None, known.period.importer)
            and rcb in (None, known.period.rcb)
        ]
        if not found and period and importer and rcb:
            wanted = period_of(importer, rcb, period)
            known_one = known_period(rows, wanted.id)
            if known_one is None or known_one.signature is None:
                row = period_row(rows, log, wanted)
                none = Signed(period=wanted, version=0, position=0, signed={}, stated={})
                head = _head(known_one or none)
                head |= {"state": "UNSIGNED", "position": None}
                found = [head | {"person": None, "row": row, "stated": row}]
        notes = printing.notes(log, rows, period=period, importer=importer, rcb=rcb)
    print_list(found, printing, "periods", notes=notes, flat=_flat, empty="No period was signed.")


def _flat(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**row, "signed_at_position": row["position"]}


def _head(known: "Signed") -> dict[str, Any]:
    from ledger.facts.scalars import time_text
    from ledger.rules.moments import JAPAN

    signature = known.signature or known.prepared
    return {
        "importer": known.period.importer, "rcb": known.period.rcb, "period": known.period.name,
        "end": time_text(known.period.end, JAPAN), "state": str(known.state),
        "position": known.position, "digest": None if signature is None else signature.digest,
    }  # fmt: skip
