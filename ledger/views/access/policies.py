"""What each role sees of each table of the views, as policies of the database.

A certifier sees the marks that bear its name, an importer those licensed to it; everybody sees
what names them, and an agent what names its exporters. Nobody sees more by forgetting a filter.
"""

from typing import Final

from ledger.views.access import belonging
from ledger.views.access.belonging import BINDS, OPERATORS, RELATIONS, SPEAKER
from ledger.views.access.facts import FUNCTIONS
from ledger.views.access.naming import ATTACHED
from ledger.views.schema import each_table

_ALL: Final = "(SELECT public.sees_all())"
_MARKS: Final = "ANY ((SELECT public.viewer('marks'))::text[])"
_PARTIES: Final = "ANY ((SELECT public.viewer('parties'))::text[])"
_ACCOUNTS: Final = "ANY ((SELECT public.viewer('accounts'))::text[])"
_DEALT: Final = "ANY ((SELECT public.viewer('dealt'))::text[])"
_ARRAYS: Final = (
    "(SELECT public.viewer('marks')), (SELECT public.viewer('parties')),"
    " (SELECT public.viewer('accounts'))"
)
_ME: Final = "(SELECT public.viewer_party() WHERE public.viewer_role() <> 'scanner')"


def _named(about: str, key: str) -> str:
    return f"EXISTS (SELECT FROM named_parties AS n WHERE n.about = {about} AND n.key = {key})"


def _held(mark: str, party: str) -> str:
    """Whether the seals of a mark that a party holds are the viewer's, or its exporter's."""
    return f"{party} = {_ME} OR ({mark} || ' ' || {party}) = {_ACCOUNTS}"


def _marked(about: str, key: str) -> str:
    return f"EXISTS (SELECT FROM marks_named AS n WHERE n.about = {about} AND n.key = {key})"


def _at(place: str) -> str:
    """Whether the viewer sees a place with all that is in it."""
    return (
        f"EXISTS (SELECT FROM places AS p WHERE p.id = {place}"
        f" AND (p.kind <> 6 OR p.mark = {_MARKS} OR p.key = {_ME}))"
    )


def _on(lot: str) -> str:
    """Whether the viewer sees the lot that seals are on, wherever they are."""
    return f"({lot} <> 0 AND EXISTS (SELECT FROM places AS l WHERE l.id = {lot}))"


# The numbers are those of ledger.facts.mentions.About and ledger.custody.places.Kind.
_SHIPMENT: Final = f"{_named('15', '{0}')} OR {_marked('15', '{0}')}"

SEEN: Final[dict[str, str]] = {
    # Positions, hashes and ids of events alone: they name nobody, and lead to events only
    # through the log, which has a policy of its own.
    "progress": "true",
    "audit": "true",
    "mentions": "true",
    "retracted": "true",
    "unbound": "true",
    "corrections": "true",
    # A party can name itself on anything: what opens a subject is the word of others, or the fact
    # that founded it. Whoever looks a subject up in these finds it where it is open.
    "named_parties": f"{_ALL} OR (party = {_PARTIES}"
    f" AND (own OR by_others(by, ARRAY[{_ME}, party])))",
    "marks_named": f"{_ALL} OR (mark = {_MARKS} AND by_others(by, ARRAY[{_ME}]))",
    "accompanied": f"{_ALL} OR (by_others(by, ARRAY[{_ME}])"
    f" AND ({_SHIPMENT.format('accompanied.shipment')}))",
    "places": f"{_ALL} OR mark = {_MARKS}"
    f" OR (kind IN (2, 6, 7, 8, 9, 10, 11, 12) AND ({_held('mark', 'key')}))"
    # What an importer holds is of many exporters: the place is seen, and of it one's own lots.
    f" OR (kind = 6 AND mark = {_DEALT})"
    " OR (kind IN (3, 4, 5) AND "
    + _named("CASE kind WHEN 3 THEN 10 WHEN 4 THEN 11 ELSE 15 END", "places.key")
    # Who attached seals to a lot sees how many are there: they are its own.
    + ") OR (kind = 4 AND "
    + _named(str(ATTACHED), "places.mark || ' ' || places.key")
    + ")",
    **{table: f"{_ALL} OR {_at(f'{table}.place')}" for table in (
        "balances", "days", "lows", "counts", "adjustments", "inflows", "ranges",
        "spoilage",
    )},
    **{table: f"{_ALL} OR {_at(f'{table}.place')} OR {_on(f'{table}.lot')}" for table in (
        "moves", "goods",
    )},
    "sealed": f"{_ALL} OR {_at('sealed.lot')}",
    "totals": f"{_ALL} OR mark = {_MARKS} OR {_held('mark', 'party')}",
    "claims": f"{_ALL} OR mark = {_MARKS}"
    f" OR (figure IN (21, 22) AND ({_held('mark', 'key')}))"
    f" OR (figure NOT IN (21, 22) AND ({_SHIPMENT.format('claims.key')}))",
    "dispatches": f"{_ALL} OR {_named('10', 'dispatches.dispatch')}"
    f" OR {_marked('10', 'dispatches.dispatch')}",
    "departures": f"{_ALL} OR {_SHIPMENT.format('departures.shipment')}",
    "departed_lots": f"{_ALL} OR mark = {_MARKS}"
    f" OR {_named('15', 'departed_lots.shipment')}",
    "named": f"{_ALL} OR {_SHIPMENT.format('named.shipment')}",
    "reports": f"{_ALL} OR exporter = {_ME} OR {_named('19', 'reports.report')}",
    "report_lines": f"{_ALL} OR EXISTS (SELECT FROM reports AS r"
    " WHERE r.position = report_lines.position)",
    "certificates": f"{_ALL} OR issuer = {_ME}"
    f" OR {_named('16', 'certificate_key(certificates.issuer, certificates.number)')}"
    " OR EXISTS (SELECT FROM accompanied AS a"
    " WHERE a.certificate = certificate_key(certificates.issuer, certificates.number))",
    "certificate_lines": f"{_ALL} OR EXISTS (SELECT FROM certificates AS c"
    " WHERE c.position = certificate_lines.position)",
    "cancellations": f"{_ALL} OR issuer = {_ME} OR EXISTS (SELECT FROM certificates AS c"
    " WHERE (c.issuer, c.number) = (cancellations.issuer, cancellations.number))",
    "lots": f"{_ALL} OR {_named('11', 'lots.lot')} OR {_marked('11', 'lots.lot')}",
    "sources": f"{_ALL} OR {_named('2', 'sources.source')}",
    "label_marks": f"{_ALL} OR mark = {_MARKS}",
    "licences": f"{_ALL} OR mark = {_MARKS}",
    "contracts": f"{_ALL} OR {_named('5', 'contracts.contract')}",
    "speakers": _ALL,
    "cases": f"{_ALL} OR sees_case(id, subject_kind, subject, discriminator, {_ARRAYS})",
    "case_states": f"{_ALL} OR EXISTS (SELECT FROM cases AS c WHERE c.id = case_states.id)",
    "set_aside": _ALL,
    "case_shown": f"{_ALL} OR EXISTS (SELECT FROM cases AS c WHERE c.id = case_shown.id)",
    "periods": f"{_ALL} OR importer = {_ME} OR rcb = {_ME}",
}  # fmt: skip
"""By table: which of its rows the viewer sees. Tables left out show the viewer nothing."""

# SQL bodies that are parsed now follow their tables when the schema gets another name.
_KNOWN: Final = f"""
-- Whether somebody is known to have said it who is none of these.
CREATE FUNCTION by_others(by text[], mine text[]) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN by <> '{{}}' AND NOT by && array_remove(mine, NULL);

CREATE FUNCTION certificate_key(issuer text, number text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN issuer || ' ' || replace(number, ' ', '%20');

{RELATIONS}
CREATE FUNCTION viewer_marks() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT coalesce(array_agg(mark), '{{}}') FROM marks_now()
    WHERE CASE public.viewer_role() WHEN 'importer' THEN importer = public.viewer_party()
        WHEN 'certifier' THEN body = public.viewer_party() ELSE false END;
END;

-- The contracts by which others let the viewer into a pair, or an exporter its agent.
CREATE FUNCTION viewer_contracts(OUT exporter text, OUT importer text, OUT rcb text,
    OUT agent text) RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT a.exporter, a.importer, a.rcb, a.agent FROM agents_now() AS a
    WHERE a.agent = public.viewer_party() AND a.exporter <> a.agent
    UNION
    SELECT now.exporter, now.importer, now.rcb, NULL::text FROM (
        SELECT DISTINCT ON (x.contract) x.* FROM contracts AS x
        WHERE {BINDS.format("x")}
            AND ({SPEAKER.format("x")} <> public.viewer_party() OR {OPERATORS.format("x")})
        ORDER BY x.contract, x.time DESC, x.id DESC
    ) AS now
    WHERE public.viewer_party() IN (now.exporter, now.importer, now.rcb);
END;

CREATE FUNCTION viewer_parties() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT array_agg(DISTINCT party) FROM (
        SELECT public.viewer_party() AS party
        UNION ALL SELECT exporter FROM viewer_contracts()
        WHERE agent = public.viewer_party() AND public.viewer_role() = 'certifier'
    ) AS found;
END;

CREATE FUNCTION viewer_accounts() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT coalesce(array_agg(DISTINCT m.mark || ' ' || c.exporter), '{{}}')
    FROM viewer_contracts() AS c JOIN marks_now() AS m USING (importer, rcb)
    WHERE c.agent = public.viewer_party() AND public.viewer_role() = 'certifier';
END;

-- The marks that a party deals with: named beside them by others, or by a contract of their pair.
CREATE FUNCTION viewer_dealt() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT coalesce(array_agg(mark), '{{}}') FROM (
        SELECT key AS mark FROM named_parties WHERE about = 4 AND party = public.viewer_party()
            AND by_others(by, ARRAY[public.viewer_party()])
        UNION SELECT m.mark FROM marks_now() AS m JOIN viewer_contracts() AS c USING (importer, rcb)
    ) AS found;
END;

-- The marks whose registration a party may read.
CREATE FUNCTION deals_with(asked text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
    -- Asked of every mark there is: none of them is looked up among all the others.
    SELECT EXISTS (SELECT FROM named_parties WHERE about = 4 AND key = asked
            AND party = public.viewer_party() AND by_others(by, ARRAY[public.viewer_party()]))
        OR EXISTS (SELECT FROM licences AS x JOIN viewer_contracts() AS c USING (importer, rcb)
            WHERE x.mark = asked AND {BINDS.format("x")});
END;

-- When an event last happened, whoever reported it: an answer as of a time rests on it.
CREATE FUNCTION heard_last() RETURNS int8 LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT coalesce(max(last_time), 0) FROM sources;
END;
"""

_GUARD: Final = (
    each_table("ALTER TABLE %I ENABLE ROW LEVEL SECURITY")
    + "SELECT public.grant_reader(current_schema());\n"
)

POLICIES: Final = (
    _KNOWN
    + belonging.FUNCTIONS
    + FUNCTIONS
    + "".join(
        f"CREATE POLICY seen ON {table} FOR SELECT USING ({rows});\n"
        for table, rows in SEEN.items()
    )
    + _GUARD
)
"""The statements that guard the tables of a schema, after all of them are made."""
