"""`ledger catch-up`, `rebuild`, `verify`: views and audit brought up to the log, and checked."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from ledger.commands.home import deciding, opened
from ledger.commands.options import moment
from ledger.commands.output import progress, progresses, say
from ledger.errors import Misuse

if TYPE_CHECKING:
    from consumers.auditor.proof import Sample
    from ledger.log import Log, Receipt, Recorded


def catch_up(
    now: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Set the audit's clock; it is kept and never goes back."),
    ] = None,
) -> None:
    """Bring everything that follows the log up to it, then exit.

    Example: ledger catch-up --now 2026-12-01
    """
    from consumers.auditor.running import audit_clock, set_clock
    from ledger.facts.scalars import time_text
    from ledger.labels.describe import check_tables

    check_tables()
    with deciding() as log:
        if (at := moment(now, "--now")) is not None:
            set_clock(log, at)
            if at < (there := audit_clock(log)()):
                say(f"The audit goes by {time_text(there, 0)}, which is later than --now.")
        position = follow(log)
    say(f"The views and the audit rest on position {position:,}.")


def follow(log: "Log") -> int:
    """Project and audit until nothing is behind, with progress; answer the position."""
    from consumers.auditor.renewing import renewal
    from consumers.auditor.running import audit_clock
    from consumers.auditor.running import catch_up as audit
    from ledger.commands.policy import policy_of
    from ledger.settings import load
    from ledger.views.projection import Projector

    policy = policy_of(load())
    if (changed := renewal(log, policy)) is not None:
        say(changed)
    with progresses(("views", "audit"), log.position()) as (views, audited):
        position = audit(log, policy, audit_clock(log), lambda step: audited(step.position), views)
    Projector(log).retire_older()
    return position


batch_events_max = 5_000
batch_receipts_max = 5_000
full_events_max: Final = 1_000_000
"""So long a log has all its cases compared unless a sample is asked for."""
sample_events: Final = 100_000
"""How many events are drawn of a longer one where nobody says how many."""
_seed_max: Final = 2**31


def verify(
    receipts: Annotated[
        Path | None,
        typer.Option(help="What `ledger load --receipts` kept: check each of them as well."),
    ] = None,
    sample: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Compare the cases of N events drawn at random."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, max=_seed_max, help="Draw as a run did that printed this seed."),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help=f"All cases, also beyond {full_events_max:,} events.")
    ] = False,
) -> None:
    """Check what the ledger promises; exit 1 and say what differs where it does not hold.

    Each acknowledged event is stored once with the content acknowledged; positions are dense and
    in order; every refused message is kept with its reason; the views equal a rebuild from the
    log; the moves of every mark sum to zero; every violation has a case that says so as it is,
    and no other case asks for attention. For that every rule is asked about everything, without
    what spares the audit work: of a long log about a sample, and then a seed is printed.

    Where two sides of a pair differ and no case says why, that is told beside it: no promise is
    broken then, but a rule is missing.

    Example: ledger verify --receipts r.ndjson
    """
    if full and sample is not None:
        raise Misuse("--full compares everything and --sample a part of it: give one of them.")
    with opened() as log:
        position = log.position()
        found = list(_findings(log, receipts, _drawn(position, sample, seed, full=full)))
    for sentence in found:
        typer.echo(sentence)
    if found:
        raise typer.Exit(1)
    say(f"All promises hold, up to position {position:,}.")


def rebuild() -> None:
    """Build the views anew from the log, beside the live ones, and put them in their place.

    Example: ledger rebuild
    """
    from ledger.views.projection import rebuild as built_anew

    with opened() as log:
        position = built_anew(log)
    say(f"The views are rebuilt, up to position {position:,}.")


def _drawn(position: int, sample: int | None, seed: int | None, *, full: bool) -> "Sample | None":
    """What of a log is drawn, said with its seed; None where all of it is compared."""
    from consumers.auditor.proof import Sample

    if sample is None and (full or position <= full_events_max):
        return None
    drawn = Sample(sample or sample_events, secrets.randbelow(_seed_max) if seed is None else seed)
    say(
        f"Cases are compared for {drawn.events:,} of {position:,} events, drawn at random:"
        f" --sample {drawn.events} --seed {drawn.seed} draws the same."
    )
    return drawn


def _findings(log: "Log", receipts: Path | None, sample: "Sample | None") -> Iterator[str]:
    from consumers.auditor.proof import unsettled
    from ledger.commands.policy import policy_of
    from ledger.log.promises import broken, unkept
    from ledger.settings import load

    yield from broken(log)
    yield from _stored_badly(log)
    if receipts is not None:
        for batch in _read_receipts(receipts):
            yield from unkept(log, batch)
    yield from _views(log)
    with progress("cases", log.position()) as step:
        unlike = unsettled(log, policy_of(load()), sample, step)
    if unlike is None:
        say("The audit is behind, so cases are not compared: run `ledger catch-up` first.")
    else:
        for sentence in _unexplained(log):
            typer.echo(sentence)
    yield from unlike or ()


def _unexplained(log: "Log") -> Iterator[str]:
    """Differences of pairs that no case explains."""
    from ledger.commands.reconcile import answered
    from ledger.views.reconciliation import Question
    from ledger.web.sentences import in_english
    from ledger.web.status.columns import TITLES
    from ledger.web.status.deciding import unexplained

    for one in answered(log, Question()):
        for column in unexplained(one.columns):
            who, word = f"{one.row['importer']} × {one.row['rcb']}", one.columns[column].words
            yield f"{who}, {TITLES[column].lower()}: {in_english(word)}."


def _views(log: "Log") -> Iterator[str]:
    from consumers.auditor.proof import NOT_WHOLE
    from ledger.views import verify as views

    yield from views.sums(log)
    try:
        yield from views.rebuilt(log)
    except NOT_WHOLE as error:
        # Folding facts that refer to others which somebody took out; the rest is checked still.
        yield f"The views cannot be built anew from what the log holds: {error!r}."


def _stored_badly(log: "Log") -> Iterator[str]:
    from ledger.facts.catalogue import TYPES

    last = log.position()
    after = 0
    with progress("verify", last) as step:
        while events := log.read(after, batch_events_max, last):
            for event in events:
                if event.topic in TYPES and (why := _not_canonical(event)):
                    yield f"Event {event.id} at position {event.position}: {why}."
            after = events[-1].position
            step(after)


def _not_canonical(event: "Recorded") -> str | None:
    import msgspec

    from ledger.facts.canonical import decode, encode

    try:
        fact = decode(event.state)
    except (msgspec.MsgspecError, ValueError) as error:
        return f"its state is no fact ({error})"
    if encode(fact) != event.state:
        return "its state is not in canonical form"
    if fact.id != str(event.id) or type(fact).__name__ != event.topic:
        return "its state is another event"
    return None


def _read_receipts(path: Path) -> "Iterator[list[Receipt]]":
    batch: list[Receipt] = []
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                receipt = _receipt(line, f"{path}:{number}")
                if receipt is not None:
                    batch.append(receipt)
                if len(batch) == batch_receipts_max:
                    yield batch
                    batch = []
    except OSError as error:
        raise Misuse(f"{path} cannot be read: {error.strerror}.") from None
    yield batch


def _receipt(line: str, where: str) -> "Receipt | None":
    from ledger.log import Receipt

    try:
        told: dict[str, Any] = json.loads(line)
        if told["outcome"] == "refused":
            return None
        return Receipt(
            UUID(told["id"]), told["outcome"], told["position"], 0, bytes.fromhex(told["sha256"])
        )
    except (ValueError, KeyError, TypeError):
        raise Misuse(f"{where} is no receipt.") from None
