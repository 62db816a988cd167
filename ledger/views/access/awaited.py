"""What a rule may still say of marks before long: told to whoever sees the marks, without a name.

A rule waits before it speaks, for what may still come in. Until then a difference has no case.
"""

from typing import Final

from ledger.facts.mentions import About
from ledger.rules.violation import SubjectKind
from ledger.views.folding import case_of, one_of

_HOLDING: Final = case_of(
    "d.kind",
    {
        SubjectKind.DISPATCH: About.DISPATCH,
        SubjectKind.LOT: About.LOT,
        SubjectKind.SHIPMENT: About.SHIPMENT,
    },
)
_KINDS: Final = (
    SubjectKind.ACCOUNT, SubjectKind.DISPATCH, SubjectKind.LOT, SubjectKind.SHIPMENT,
    SubjectKind.REPORT, SubjectKind.CERTIFICATE,
)  # fmt: skip

# SQL bodies that are parsed now follow their tables when the schema gets another name.
FUNCTIONS: Final = f"""
-- When a rule may speak of a subject of each kind that touches a mark: the first such moment within
-- some time of the audit's own clock; both times µs UTC.
CREATE FUNCTION awaited_on(marks text[], within int8, OUT mark text, OUT kind text, OUT at int8)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT m.mark, d.kind, min(d.at) FROM audit AS a
    JOIN due AS d ON d.at > a.clock AND d.at <= a.clock + within AND d.kind IN {one_of(_KINDS)}
    CROSS JOIN LATERAL (
        SELECT split_part(d.key, ' ', 1) AS mark WHERE d.kind = '{SubjectKind.ACCOUNT}'
        UNION SELECT n.mark FROM marks_named AS n WHERE n.about = {_HOLDING} AND n.key = d.key
        UNION SELECT l.mark FROM reports AS r JOIN report_lines AS l USING (position)
        WHERE d.kind = '{SubjectKind.REPORT}' AND r.report = d.key
        UNION SELECT l.mark FROM accompanied AS c JOIN departed_lines AS l USING (shipment)
        WHERE d.kind = '{SubjectKind.CERTIFICATE}' AND c.certificate = d.key
    ) AS m WHERE m.mark = ANY(marks) GROUP BY 1, 2;
END;

-- How many facts, whoever may see them, stand behind one position and up to another.
CREATE FUNCTION facts_behind(after int8, until int8) RETURNS int8
LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT count(*) FROM events AS e
    WHERE e.notification_id > after AND e.notification_id <= until AND NOT is_decision(e.topic);
END;
"""
