"""What each role sees of each table of the views, as policies of the database.

A certifier sees the marks that bear its name, an importer those licensed to it; everybody sees
what names them, and an agent what names its exporters. Nobody sees more by forgetting a filter.
"""

from typing import Final

_ALL: Final = "(SELECT public.sees_all())"
_MARKS: Final = "ANY ((SELECT public.viewer('marks'))::text[])"
_PARTIES: Final = "ANY ((SELECT public.viewer('parties'))::text[])"
_ACCOUNTS: Final = "ANY ((SELECT public.viewer('accounts'))::text[])"
_ME: Final = "(SELECT public.viewer_party() WHERE public.viewer_role() <> 'scanner')"


def _named(about: str, key: str) -> str:
    return f"EXISTS (SELECT FROM named_parties AS n WHERE n.about = {about} AND n.key = {key})"


def _held(mark: str, party: str) -> str:
    """Whether the seals of a mark that a party holds are the viewer's, or its exporter's."""
    return f"{party} = {_ME} OR ({mark} || ' ' || {party}) = {_ACCOUNTS}"


def _placed(kind: int, key: str) -> str:
    return f"EXISTS (SELECT FROM places AS p WHERE p.kind = {kind} AND p.key = {key})"


def _at(place: str) -> str:
    return f"EXISTS (SELECT FROM places AS p WHERE p.id = {place})"


# The numbers are those of ledger.facts.mentions.About and ledger.custody.places.Kind.
_SHIPMENT: Final = f"{_named('15', '{0}')} OR {_placed(5, '{0}')}"

SEEN: Final[dict[str, str]] = {
    # Positions, hashes and ids of events alone: they name nobody, and lead to events only
    # through the log, which has a policy of its own.
    "progress": "true",
    "audit": "true",
    "mentions": "true",
    "retracted": "true",
    "named_parties": f"{_ALL} OR party = {_PARTIES}",
    "places": f"{_ALL} OR mark = {_MARKS}"
    f" OR (kind IN (2, 6, 7, 8, 9, 10, 11, 12) AND ({_held('mark', 'key')}))"
    " OR (kind IN (3, 4, 5) AND "
    + _named("CASE kind WHEN 3 THEN 10 WHEN 4 THEN 11 ELSE 15 END", "places.key")
    + ")",
    **{table: f"{_ALL} OR {_at(f'{table}.place')}" for table in (
        "moves", "balances", "goods", "days", "lows", "counts", "adjustments", "inflows", "ranges",
        "spoilage",
    )},
    "sealed": f"{_ALL} OR {_at('sealed.lot')}",
    "totals": f"{_ALL} OR mark = {_MARKS} OR {_held('mark', 'party')}",
    "claims": f"{_ALL} OR mark = {_MARKS}"
    f" OR (figure IN (21, 22) AND ({_held('mark', 'key')}))"
    f" OR (figure NOT IN (21, 22) AND ({_SHIPMENT.format('claims.key')}))",
    "dispatches": f"{_ALL} OR {_named('10', 'dispatches.dispatch')}"
    f" OR {_placed(3, 'dispatches.dispatch')}",
    "departures": f"{_ALL} OR {_SHIPMENT.format('departures.shipment')}",
    "departed_lots": f"{_ALL} OR mark = {_MARKS}"
    f" OR {_named('15', 'departed_lots.shipment')}",
    "named": f"{_ALL} OR {_SHIPMENT.format('named.shipment')}",
    "reports": f"{_ALL} OR {_named('19', 'reports.report')}",
    "report_lines": f"{_ALL} OR EXISTS (SELECT FROM reports AS r"
    " WHERE r.position = report_lines.position)",
    "certificates": f"{_ALL} OR issuer = {_ME}"
    f" OR {_named('16', 'certificate_key(certificates.issuer, certificates.number)')}"
    " OR EXISTS (SELECT FROM departures AS d WHERE d.shipment = certificates.shipment)"
    " OR EXISTS (SELECT FROM named AS n"
    " WHERE (n.issuer, n.number) = (certificates.issuer, certificates.number))",
    "certificate_lines": f"{_ALL} OR EXISTS (SELECT FROM certificates AS c"
    " WHERE c.position = certificate_lines.position)",
    "cancellations": f"{_ALL} OR issuer = {_ME} OR EXISTS (SELECT FROM certificates AS c"
    " WHERE (c.issuer, c.number) = (cancellations.issuer, cancellations.number))",
    "lots": f"{_ALL} OR {_named('11', 'lots.lot')} OR {_placed(4, 'lots.lot')}",
    "sources": f"{_ALL} OR {_named('2', 'sources.source')}",
    "label_marks": f"{_ALL} OR mark = {_MARKS}",
    "licences": f"{_ALL} OR mark = {_MARKS}",
    "contracts": f"{_ALL} OR {_named('5', 'contracts.contract')}",
    "cases": f"{_ALL} OR sees_case(id, subject_kind, subject)",
    "case_states": f"{_ALL} OR EXISTS (SELECT FROM cases AS c WHERE c.id = case_states.id)",
    "case_shown": f"{_ALL} OR EXISTS (SELECT FROM cases AS c WHERE c.id = case_shown.id)",
    "periods": f"{_ALL} OR importer = {_ME} OR rcb = {_ME}",
}  # fmt: skip
"""By table: which of its rows the viewer sees. Tables left out show the viewer nothing."""

# SQL bodies that are parsed now follow their tables when the schema gets another name.
_KNOWN: Final = """
CREATE FUNCTION certificate_key(issuer text, number text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN issuer || ' ' || replace(number, ' ', '%20');

CREATE FUNCTION viewer_marks() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT coalesce(array_agg(mark), '{}') FROM (
        SELECT DISTINCT ON (mark) mark, importer, rcb FROM licences AS x
        WHERE NOT EXISTS (SELECT FROM retracted AS r WHERE r.target = x.id)
        ORDER BY mark, time DESC, id DESC
    ) AS now
    WHERE CASE public.viewer_role() WHEN 'importer' THEN importer = public.viewer_party()
        WHEN 'certifier' THEN rcb = public.viewer_party() ELSE false END;
END;

CREATE FUNCTION viewer_contracts(OUT exporter text, OUT importer text, OUT rcb text,
    OUT agent text) RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT now.exporter, now.importer, now.rcb, now.agent FROM (
        SELECT DISTINCT ON (contract) x.* FROM contracts AS x
        WHERE NOT EXISTS (SELECT FROM retracted AS r WHERE r.target = x.id)
        ORDER BY contract, time DESC, id DESC
    ) AS now
    WHERE public.viewer_party() IN (now.exporter, now.importer, now.rcb, now.agent);
END;

CREATE FUNCTION viewer_parties() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT array_agg(DISTINCT party) FROM (
        SELECT public.viewer_party() AS party
        UNION ALL SELECT exporter FROM viewer_contracts()
        WHERE agent = public.viewer_party() AND public.viewer_role() = 'certifier'
    ) AS found;
END;

CREATE FUNCTION viewer_accounts() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT coalesce(array_agg(DISTINCT l.mark || ' ' || c.exporter), '{}')
    FROM viewer_contracts() AS c JOIN licences AS l USING (importer, rcb)
    WHERE c.agent = public.viewer_party() AND public.viewer_role() = 'certifier'
        AND NOT EXISTS (SELECT FROM retracted AS r WHERE r.target = l.id);
END;

-- The marks whose registration a party may read: those it deals with.
CREATE FUNCTION deals_with(asked text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM named_parties WHERE about = 4 AND key = asked
            AND party = public.viewer_party())
        OR EXISTS (SELECT FROM licences AS l JOIN viewer_contracts() AS c USING (importer, rcb)
            WHERE l.mark = asked);
END;

-- Whom a case concerned when it was last looked at, without asking who may see that.
CREATE FUNCTION shown_to(asked uuid, marks text[], parties text[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM case_shown AS s WHERE s.id = asked
        AND (s.marks && shown_to.marks OR s.parties && shown_to.parties));
END;

-- When an event last happened, whoever reported it: an answer as of a time rests on it.
CREATE FUNCTION heard_last() RETURNS int8 LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT coalesce(max(last_time), 0) FROM sources;
END;
"""

_LABEL: Final = "(fact->>'label') || ' ' || (fact->>'version')"

_FACT: Final = f"""
CREATE FUNCTION sees_fact(
    topic text, fact jsonb, marks text[], parties text[], accounts text[]
) RETURNS boolean LANGUAGE plpgsql STABLE AS $body$
DECLARE
    me text := public.viewer_party();
    named text[] := array_remove(ARRAY[fact->>'party', fact->>'holder', fact->>'from_holder',
        fact->>'to_holder', fact->>'exporter', fact->>'importer', fact->>'rcb', fact->>'agent',
        fact->>'operator', fact->>'issuer'], NULL);
    on_marks text[] := CASE WHEN fact ? 'mark' THEN ARRAY[fact->>'mark'] ELSE '{{}}' END;
BEGIN
    IF fact ? 'lines' THEN
        SELECT on_marks || coalesce(array_agg(line->>'mark'), '{{}}') INTO on_marks
        FROM jsonb_array_elements(fact->'lines') AS line WHERE line ? 'mark';
    END IF;
    IF me = ANY(named) OR on_marks && marks OR fact->'proof_sent_to' ? me THEN
        RETURN true;
    ELSIF topic = 'MarkRegistered' THEN
        RETURN deals_with(fact->>'mark');
    ELSIF on_marks <> '{{}}' AND named && parties THEN
        RETURN EXISTS (SELECT FROM unnest(on_marks) AS m (mark), unnest(named) AS n (party)
            WHERE (m.mark || ' ' || n.party) = ANY(accounts));
    ELSIF named && parties OR {_named("2", "fact->>'source'")} THEN
        RETURN true;
    ELSIF topic = 'EventRetracted' THEN
        -- A retraction of a retraction ends here: whoever may see the first fact sees the first.
        RETURN EXISTS (SELECT FROM public.events AS e
            WHERE e.originator_id = (fact->>'target')::uuid AND e.topic <> 'EventRetracted');
    END IF;
    RETURN (fact ? 'lot' AND ({_named("11", "fact->>'lot'")} OR {_placed(4, "fact->>'lot'")}))
        OR (fact ? 'shipment' AND ({_SHIPMENT.format("fact->>'shipment'")}))
        OR (fact ? 'contract' AND {_named("5", "fact->>'contract'")})
        OR (fact ? 'product' AND {_named("7", "fact->>'product'")})
        OR (fact ? 'label' AND ({_named("8", _LABEL)} OR EXISTS (
            SELECT FROM label_marks AS m WHERE m.label = {_LABEL})))
        OR (fact ? 'number' AND fact ? 'issuer' AND EXISTS (SELECT FROM certificates AS c
            WHERE (c.issuer, c.number) = (fact->>'issuer', fact->>'number')));
END
$body$;

CREATE FUNCTION sees_case(asked uuid, kind text, subject text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $body$
DECLARE
    viewer text := public.viewer_role();
    me text := public.viewer_party();
    marks text[];
    parties text[];
    part text := split_part(subject, ' ', 1);
BEGIN
    IF viewer IS NULL OR viewer = 'scanner' THEN
        RETURN false;
    END IF;
    marks := public.viewer('marks');
    parties := public.viewer('parties');
    -- Cases of no pair are any certifier's to decide.
    RETURN (viewer = 'certifier' AND kind IN ('source', 'person', 'issuer'))
        OR shown_to(asked, marks, parties)
        OR CASE kind
            WHEN 'account' THEN part = ANY(marks) OR split_part(subject, ' ', 2) = me
                OR (part || ' ' || split_part(subject, ' ', 2)) = ANY(public.viewer('accounts'))
            WHEN 'mark' THEN subject = ANY(marks)
            WHEN 'dispatch' THEN {_named("10", "subject")} OR {_placed(3, "subject")}
            WHEN 'lot' THEN {_named("11", "subject")} OR {_placed(4, "subject")}
            WHEN 'shipment' THEN {_SHIPMENT.format("subject")}
            WHEN 'certificate' THEN {_named("16", "subject")}
            WHEN 'report' THEN {_named("19", "subject")}
            WHEN 'contract' THEN {_named("5", "subject")}
            WHEN 'source' THEN {_named("2", "subject")}
            WHEN 'person' THEN {_named("6", "subject")}
            WHEN 'label' THEN {_named("8", "subject")}
            WHEN 'party-year' THEN part = me OR {_named("22", "subject")}
            WHEN 'issuer' THEN subject = me
            WHEN 'application' THEN EXISTS (SELECT FROM public.events AS e
                WHERE e.originator_id = subject::uuid)
            WHEN 'event' THEN EXISTS (SELECT FROM public.events AS e
                WHERE e.originator_id = subject::uuid)
            ELSE false
        END;
END
$body$;
"""

_GUARD: Final = """
DO $body$
DECLARE
    made text;
BEGIN
    FOR made IN SELECT relname FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', made);
    END LOOP;
    PERFORM public.grant_reader(current_schema());
END
$body$;
"""

POLICIES: Final = (
    _KNOWN
    + _FACT
    + "".join(
        f"CREATE POLICY seen ON {table} FOR SELECT USING ({rows});\n"
        for table, rows in SEEN.items()
    )
    + _GUARD
)
"""The statements that guard the tables of a schema, after all of them are made."""
