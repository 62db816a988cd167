"""Signing a period, and acknowledging what was signed: who may, of what, and when not.

Every refusal is a sentence that says what would have to be different.
"""

from datetime import date
from typing import Any, Final

from msgspec import Struct

from ledger.cases.period import (
    Graveness,
    Period,
    PeriodAcknowledged,
    PeriodClosed,
    PeriodPrepared,
    PeriodState,
    Row,
    Signed,
)
from ledger.errors import Misuse, MonthDay, NotPermitted, PeriodName, Sentence
from ledger.facts.scalars import local_day, micros, time_text
from ledger.rules.moments import JAPAN
from ledger.rules.policy import Seconds

text_letters_max: Final = 2_000


class Sheet(Struct, frozen=True, kw_only=True):
    """What a signature is put below: all that was shown, by its digest.

    `cases` counts the live cases that touch the period, `case_ids` names at most a hundred of
    them, gravest first; `stocks` is how many seal ledgers it holds. `earlier_open` names the first
    month before its end that is over and not signed.
    """

    period: Period
    row: Row
    digest: str
    cases: Graveness
    case_ids: tuple[str, ...]
    stocks: int
    earlier_open: str | None = None


class Said(Struct, frozen=True, kw_only=True):
    """Somebody signs: for which party, below which digest, in what words; `now` is µs UTC.

    `position` is the last position of the log that was read.
    """

    party: str
    person: str
    digest: str | None
    text: str | None
    now: int
    position: int


class Changed(Misuse):
    """What was shown is no longer what there is: it has to be looked at again."""


def check_signer(period: Period, party: str) -> None:
    """Raise NotPermitted unless the party is the pair's body."""
    if party != period.rcb:
        raise NotPermitted(Sentence("%(rcb)s signs this pair.", rcb=period.rcb))


def check_over(period: Period, now: int) -> None:
    """Raise Misuse for a period that is not over."""
    if now <= period.end:
        last = period.last
        raise Misuse(
            Sentence(
                "%(period)s ends on %(day)s at midnight, Japan time.",
                period=PeriodName(period.name), day=MonthDay(last.year, last.month, last.day),
            ),
            field="period",
        )  # fmt: skip


def sign(
    known: Signed | None, sheet: Sheet, said: Said, seconds: Seconds
) -> PeriodPrepared | PeriodClosed:
    """The signature below a sheet, the first of two where a second person is needed.

    Raises Misuse where it may not be, Changed where another sheet was shown.
    """
    period = sheet.period
    check_signer(period, said.party)
    check_over(period, said.now)
    _check_open(known)
    check_digest(said.digest, sheet.digest)
    text = text_of(said.text)
    prepared = None if known is None else known.prepared
    if prepared is not None and prepared.digest != sheet.digest:
        prepared = None
    if text is None and prepared is None:
        _check_said(sheet)
    common: dict[str, Any] = {
        "period": period.id, "time": time_text(said.now, 0), "position": said.position,
        "importer": period.importer, "rcb": period.rcb, "name": period.name,
        "party": said.party, "person": said.person, "row": sheet.row, "digest": sheet.digest,
        "cases": sheet.cases, "case_ids": sheet.case_ids, "stocks": sheet.stocks, "text": text,
    }  # fmt: skip
    if prepared is None and _needs_second(sheet, seconds):
        return PeriodPrepared(**common)
    if prepared is not None and prepared.person == said.person:
        raise NotPermitted(
            Sentence("Another person than %(person)s has to sign.", person=said.person),
            field="person",
        )
    replaces = None if known is None or known.signature is None else known.signature.version
    return PeriodClosed(
        **common,
        prepared_by=None if prepared is None else prepared.person,
        prepared_at=None if prepared is None else prepared.time,
        replaces=replaces,
    )


def check_digest(given: str | None, digest: str) -> None:
    """Raise Misuse where no digest is given, Changed where it is another one."""
    if not given:
        raise Misuse(Sentence("Look at the preview first."), field="digest")
    if given != digest:
        raise Changed(
            Sentence("What you saw has changed since: look at it again, then sign."),
            field="digest",
        )


def _check_open(known: Signed | None) -> None:
    if known is None or known.state is not PeriodState.CLOSED or known.signature is None:
        return
    raise Misuse(
        Sentence(
            "Signed on %(day)s by %(person)s. It can be signed again when later facts change it.",
            day=day_of(known.signature.time), person=known.signature.person,
        ),
        field="period",
    )  # fmt: skip


def _check_said(sheet: Sheet) -> None:
    if sheet.earlier_open is not None:
        raise Misuse(
            Sentence(
                "%(period)s is not signed yet: sign it first, or say why not.",
                period=PeriodName(sheet.earlier_open),
            ),
            field="text",
        )
    if sheet.cases.grave:
        raise Misuse(
            Sentence("A critical or high case touches it: say in words why it is signed."),
            field="text",
        )


def _needs_second(sheet: Sheet, seconds: Seconds) -> bool:
    if seconds == "cases":
        return sheet.period.is_year or sheet.cases.grave > 0
    return seconds == "always"


def acknowledge(known: Signed | None, period: Period, said: Said) -> PeriodAcknowledged:
    """The importer's word below what was signed; raises Misuse where it may not be."""
    if said.party != period.importer:
        raise NotPermitted(
            Sentence("%(importer)s acknowledges this pair.", importer=period.importer)
        )
    if known is None or known.signature is None or known.signature.digest is None:
        raise Misuse(
            Sentence("%(period)s is not signed yet.", period=PeriodName(period.name)),
            field="period",
        )
    check_digest(said.digest, known.signature.digest)
    if known.acknowledged is not None:
        raise Misuse(
            Sentence(
                "Acknowledged on %(day)s by %(person)s.",
                day=day_of(known.acknowledged.time), person=known.acknowledged.person,
            ),
            field="period",
        )  # fmt: skip
    return PeriodAcknowledged(
        period=period.id, time=time_text(said.now, 0), position=said.position,
        importer=period.importer, rcb=period.rcb, name=period.name, party=said.party,
        person=said.person, digest=known.signature.digest, text=text_of(said.text),
    )  # fmt: skip


def text_of(given: str | None) -> str | None:
    """What somebody says, without the space around it; None for nothing. Raises Misuse."""
    text = (given or "").strip() or None
    if text is not None and len(text) > text_letters_max:
        raise Misuse(
            Sentence(
                "A text has at most %(most)s letters, not %(letters)s.",
                most=text_letters_max, letters=len(text),
            ),
            field="text",
        )  # fmt: skip
    return text


def day_of(time: str) -> date:
    """The day in Japan of a canonical time."""
    return local_day(time_text(micros(time), JAPAN))
