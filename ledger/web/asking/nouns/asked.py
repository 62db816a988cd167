"""What several pages of nouns ask alike: their cases, the events about them, who is asked for."""

from collections.abc import Sequence
from typing import Any, Final

from ledger.facts.canonical import decode
from ledger.facts.mentions import About
from ledger.rules.values import Shown
from ledger.views.folding import IS_LIVE
from ledger.views.places import subject_id
from ledger.web.asking.nouns.sections import Cell, Section, Value, event, moment
from ledger.web.desk import Looking
from ledger.web.problems import said

cases_shown_max: Final = 10
events_shown_max: Final = 50
_CASES: Final = f"""
SELECT c.id::text, c.rule, c.subject_kind, c.subject, c.discriminator, s.expected, s.found,
    s.severity, c.state, c.opened_at, count(*) OVER ()
FROM cases AS c JOIN case_shown AS s ON s.id = c.id
WHERE c.{IS_LIVE} AND {{where}}
ORDER BY array_position(ARRAY['C', 'H', 'M', 'L'], s.severity), c.opened_at, c.id
LIMIT {cases_shown_max}
"""
_OF_SUBJECT: Final = _CASES.format(where="c.subject_kind = ANY(%(kinds)s) AND c.subject = %(key)s")
_BEGINNING: Final = _CASES.format(
    where="c.subject_kind = ANY(%(kinds)s) AND split_part(c.subject, ' ', 1) = %(key)s"
)
_OF_PARTY: Final = _CASES.format(where="%(key)s = ANY(s.parties)")
_OF_EVENT: Final = _CASES.format(
    where="(%(key)s = ANY(s.evidence) OR c.subject_kind = ANY(%(kinds)s) AND c.subject = %(key)s)"
)
_ABOUT: Final = f"""
SELECT position FROM mentions WHERE about = %s AND key = %s
ORDER BY position DESC LIMIT {events_shown_max}
"""


def cases(
    looking: Looking, key: str, *kinds: str, of: str = "", words: dict[str, str] | None = None
) -> Section:
    """The cases that ask for attention: of a subject, or `of` a party, mark or event."""
    query = {"": _OF_SUBJECT, "party": _OF_PARTY, "mark": _BEGINNING, "event": _OF_EVENT}[of]
    found = looking.rows.execute(query, {"key": key, "kinds": [*kinds]}, prepare=True).fetchall()
    rows: list[list[Value]] = [
        [
            Cell("severity", row[7]),
            Cell("case", (row[0], Shown(*row[1:7]))),
            Cell("state", row[8]),
            moment(row[9]),
        ]
        for row in found
    ]
    total = found[0][-1] if found else 0
    more = None
    if total > len(found) and words is not None:
        more = (said("All cases"), "cases", words)
    return Section(
        said("Cases"),
        said("No case asks for attention: nobody's reports about it disagree."),
        columns=(said("Severity"), said("What"), said("State"), said("Opened")),
        rows=rows,
        more=more,
    )


def events_about(looking: Looking, about: About, key: str) -> Section:
    """The last events about a subject, as far as the viewer sees them."""
    looking.rows.execute(_ABOUT, (int(about), subject_id(about, key)), prepare=True)
    recorded = looking.log.at([at for (at,) in looking.rows.fetchall()])
    return listed_events(recorded, said("Last events"))


def listed_events(recorded: Sequence[Any], title: str) -> Section:
    """Events as a table, the latest first."""
    rows: list[list[Value]] = []
    for one in sorted(recorded, key=lambda each: -each.position):
        fact = decode(one.state)
        rows.append([
            event(str(one.id)), moment(fact.time), Cell("ref", fact.source, "source"),
            Cell("ref", fact.actor, "person") if fact.actor else None,
        ])  # fmt: skip
    return Section(
        title,
        said("No event about it that you may see is recorded."),
        columns=(said("Event"), "time", "source", "actor"),
        rows=rows,
    )
