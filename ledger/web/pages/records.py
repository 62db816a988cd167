"""What was reported: sources and when each was last heard, and what was refused."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from ledger.facts.mentions import About
from ledger.facts.registry import SourceRegistered
from ledger.facts.scalars import MICROS_A_DAY
from ledger.log import DeadLetter
from ledger.views.letters import letters_of, source_of
from ledger.views.loading import facts_of
from ledger.views.source_totals import sources as sources_view
from ledger.web.asking import lists
from ledger.web.asking.letters import history, one_letter
from ledger.web.desk import Looking
from ledger.web.pages.given import Id, PageNumber, shown
from ledger.web.pages.opening import Open

router = APIRouter(include_in_schema=False)
refusals_shown_max: Final = 50
bytes_shown_max: Final = 4_096
_LAST: Final = 2**63 - 1
_REFUSED: Final = """
SELECT number FROM dead_letter WHERE number < %s ORDER BY number DESC LIMIT %s
"""


@router.get("/desk/sources")
def sources(
    opened: Open,
    page: PageNumber = 0,
    source: Id = "",
    before: Annotated[int, Query(ge=1)] = _LAST,
) -> Response:
    """List the sources that the viewer sees, and what was refused of its own."""
    if (file := opened.file(lists.sources())) is not None:
        return file
    with opened.looking() as looking:
        heard = [row for row in sources_view(looking.rows) if source in ("", row["source"])]
        registered = facts_of(looking.rows, looking.log, [SourceRegistered])
        now = max(opened.desk.now(), looking.log.recorded_last())
        dead_letters = _dead_letters(looking, min(before, _LAST))
        became = letters_of(looking.rows, [one.number for one in dead_letters])
        standing = looking.standing
    rows, more = shown(
        [
            {
                **row,
                "registered": registered.latest(SourceRegistered, About.SOURCE, row["source"]),
                "days": (now - row["last_recorded"]) // MICROS_A_DAY,
            }
            for row in heard
        ],
        page,
    )
    return opened.show(
        "sources",
        standing,
        rows=rows,
        more=more,
        source=source,
        dead_letters=dead_letters[:refusals_shown_max],
        became=became,
        further=dead_letters[-2].number if len(dead_letters) > refusals_shown_max else None,
    )


@router.get("/desk/refusal")
def refusal(opened: Open, number: Annotated[int, Query(ge=1, lt=_LAST)]) -> Response:
    """Show what was refused, byte by byte, and what people did about it."""
    with opened.looking() as looking:
        letter, became = one_letter(looking, number)
        payload = letter.refusal.payload
        return opened.show(
            "refusal",
            looking.standing,
            letter=letter,
            became=became,
            source=source_of(letter.refusal),
            history=history(looking.log, number),
            dump=_dump(payload[:bytes_shown_max]),
            text=_text(payload[:bytes_shown_max]),
            cut=len(payload) > bytes_shown_max,
        )


def _dead_letters(looking: Looking, before: int) -> list[DeadLetter]:
    """The refusals under a number, the latest first; one more than is shown."""
    looking.rows.execute(_REFUSED, (before, refusals_shown_max + 1))
    numbers = [row[0] for row in looking.rows.fetchall()]
    if not numbers:
        return []
    found = looking.log.dead_letters(numbers[-1] - 1, len(numbers))
    return sorted(found, key=lambda letter: -letter.number)


def _text(payload: bytes) -> str | None:
    """The bytes as text, where they are some."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return None
    return text if all(char.isprintable() or char in "\r\n\t" for char in text) else None


def _dump(payload: bytes) -> list[dict[str, Any]]:
    """Sixteen bytes a line: offset, hexadecimal, what is printable."""
    return [
        {
            "offset": f"{start:06x}",
            "hex": payload[start : start + 16].hex(" "),
            "text": "".join(chr(b) if 32 <= b < 127 else "·" for b in payload[start : start + 16]),
        }
        for start in range(0, len(payload), 16)
    ]
