"""To whom a case belongs: the marks of the pairs that have it, and who may decide about it.

A case belongs to the pairs whose marks its subject touches. One that touches none, and one about a
person or a source, belongs to the pairs of the parties that it names, in their own word or the
operator's: nobody becomes another's body or agent by what it says itself.
"""

from typing import Final

from ledger.facts.mentions import About
from ledger.rules.violation import SubjectKind
from ledger.views.folding import case_of, one_of

SUBJECT_OF_CASE: Final = case_of(
    "kind",
    {
        SubjectKind.LOT: About.LOT,
        SubjectKind.SHIPMENT: About.SHIPMENT,
        SubjectKind.CERTIFICATE: About.CERTIFICATE,
        SubjectKind.REPORT: About.REPORT,
        SubjectKind.CONTRACT: About.CONTRACT,
        SubjectKind.DISPATCH: About.DISPATCH,
    },
)
"""As what parties are named on the subject of a case; null where they are named on none such."""
HOLDING_SEALS: Final = (About.DISPATCH, About.LOT, About.SHIPMENT)
"""Subjects that seals are brought to: `marks_named` tells the marks."""
BINDS: Final = (
    "NOT EXISTS (SELECT FROM unbound AS u WHERE u.id = {0}.id AND u.until IS NULL)"
)  # fmt: skip
SPEAKER: Final = (
    "coalesce(nullif({0}.by, ''), (SELECT s.party FROM speakers AS s WHERE s.source = {0}.source))"
)
"""The party that speaks in a row of `dealings`; null where nobody knows."""
OPERATORS: Final = f"({SPEAKER} IS NULL AND {{0}}.trusted)"
"""Whether it is the operator's word."""

# SQL bodies that are parsed now follow their tables when the schema gets another name.
RELATIONS: Final = f"""
-- Every mark, as registered last, with the body of whoever founded it. What nobody who is known
-- registered opens a mark only where nobody else, nor the operator, registered it.
CREATE FUNCTION marks_now(OUT mark text, OUT importer text, OUT rcb text, OUT body text)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT now.mark, now.importer, now.rcb, f.rcb FROM (
        SELECT DISTINCT ON (x.mark) x.mark, x.importer, x.rcb FROM licences AS x
        WHERE {BINDS.format("x")} ORDER BY x.mark,
            x.trusted OR {SPEAKER.format("x")} IS NOT NULL DESC, x.time DESC, x.id DESC
    ) AS now JOIN founded_marks AS f ON f.mark = now.mark;
END;

-- Which agent an exporter has on which pair, as the exporter said last, or the operator; over:
-- the last day of the contract.
CREATE FUNCTION agents_now(OUT exporter text, OUT importer text, OUT rcb text, OUT agent text,
    OUT first date, OUT over date)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT c.exporter, c.importer, c.rcb, c.agent, c.first, least(c.last, (
        SELECT min(e.last) FROM contract_ends AS e
        WHERE e.contract = c.contract AND {BINDS.format("e")}))
    FROM (
        SELECT DISTINCT ON (x.contract) x.* FROM contracts AS x
        WHERE {BINDS.format("x")}
            AND ({SPEAKER.format("x")} = x.exporter OR {OPERATORS.format("x")})
        ORDER BY x.contract, x.time DESC, x.id DESC
    ) AS c;
END;

-- The marks of the pairs of parties: those they deal in, or have a contract on, as they said
-- themselves or the operator.
CREATE FUNCTION marks_of_parties(parties text[], OUT party text, OUT mark text)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT d.party, d.mark FROM dealt AS d
    WHERE d.party = ANY(parties) AND ({SPEAKER.format("d")} = d.party OR {OPERATORS.format("d")})
        AND EXISTS (SELECT FROM licences AS x WHERE x.mark = d.mark AND {BINDS.format("x")})
    UNION
    SELECT x.importer, x.mark FROM licences AS x WHERE x.importer = ANY(parties)
        AND {BINDS.format("x")}
        AND ({SPEAKER.format("x")} = x.importer OR {OPERATORS.format("x")})
        AND EXISTS (SELECT FROM marks_now() AS m WHERE (m.mark, m.importer) = (x.mark, x.importer))
    UNION
    SELECT p.party, m.mark FROM contracts AS c CROSS JOIN LATERAL (
        SELECT c.exporter AS party UNION SELECT c.importer
    ) AS p JOIN marks_now() AS m ON (m.importer, m.rcb) = (c.importer, c.rcb)
    WHERE (c.exporter = ANY(parties) OR c.importer = ANY(parties)) AND p.party = ANY(parties)
        AND {BINDS.format("c")}
        AND ({SPEAKER.format("c")} = p.party OR {OPERATORS.format("c")});
END;

-- Whether the pair of an importer and a body has a mark that was founded with the body's name.
CREATE FUNCTION founded_pair(asked_importer text, asked_rcb text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM marks_now() AS m WHERE m.importer = asked_importer
        AND m.rcb = asked_rcb AND m.body = asked_rcb);
END;
"""
"""Functions over the tables of dealings, in the order in which they use each other."""

FUNCTIONS: Final = f"""
-- Of the parties that the events of a subject name, those named by more than their own word.
CREATE FUNCTION concerned_in(kind text, subject text, named text[]) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $body$
DECLARE
    asked int2 := {SUBJECT_OF_CASE};
BEGIN
    IF asked IS NULL THEN
        RETURN named;
    END IF;
    RETURN ARRAY(SELECT p FROM unnest(named) AS p WHERE EXISTS (
        SELECT FROM named_parties AS n WHERE n.about = asked AND n.key = subject
            AND n.party = p AND (n.own OR by_others(n.by, ARRAY[p]))));
END
$body$;

-- The marks through whose pairs a case belongs to somebody.
CREATE FUNCTION marks_of_case(
    kind text, subject text, discriminator text, affected text[], named text[]
) RETURNS text[] LANGUAGE plpgsql STABLE SECURITY DEFINER AS $body$
DECLARE
    who text[];
    theirs text[];
    common text[];
BEGIN
    IF kind = 'issuer' THEN
        -- Pairs whose goods travelled on a certificate of the series that has the gap.
        RETURN ARRAY(SELECT DISTINCT d.mark FROM accompanied AS a
            JOIN departed_lots AS d ON d.shipment = a.shipment
            WHERE NOT EXISTS (SELECT FROM retracted AS r WHERE r.target = d.id)
                AND starts_with(a.certificate, subject || ' ' || rtrim(
                replace(replace(discriminator, '%20', ' '), ' ', '%20'), '0123456789')));
    ELSIF kind NOT IN ('person', 'source') AND EXISTS (
        SELECT FROM licences AS x WHERE x.mark = ANY(affected) AND {BINDS.format("x")}) THEN
        RETURN affected;
    END IF;
    who := concerned_in(kind, subject, named);
    theirs := ARRAY(SELECT DISTINCT m.mark FROM marks_of_parties(who) AS m);
    IF kind IN ('person', 'source') THEN
        common := ARRAY(SELECT m FROM unnest(theirs) AS m WHERE m = ANY(affected));
        IF common <> '{{}}' THEN
            RETURN common;
        END IF;
    END IF;
    RETURN theirs;
END
$body$;

-- Who escalates and closes a case: bodies of its pairs and agents of the exporters concerned; where
-- it has no pair, the agents whose contract is in force on a day; else nobody.
CREATE FUNCTION certifiers_of_case(
    kind text, subject text, discriminator text, affected text[], named text[], today date
) RETURNS text[] LANGUAGE plpgsql STABLE SECURITY DEFINER AS $body$
DECLARE
    asked int2 := {SUBJECT_OF_CASE};
    marks text[] := marks_of_case(kind, subject, discriminator, affected, named);
    who text[] := concerned_in(kind, subject, named);
    by_mark boolean := marks && affected;
    found text[];
BEGIN
    IF kind = 'issuer' THEN
        RETURN ARRAY[subject];
    END IF;
    found := ARRAY(
        SELECT m.body FROM marks_now() AS m WHERE m.mark = ANY(marks) AND (
            asked IS NULL OR asked NOT IN {one_of(HOLDING_SEALS)}
            OR EXISTS (SELECT FROM marks_named AS n WHERE n.about = asked AND n.key = subject
                AND n.mark = m.mark AND by_others(n.by, ARRAY[m.body]))
            OR NOT EXISTS (SELECT FROM marks_named AS n WHERE n.about = asked
                AND n.key = subject AND n.mark = m.mark))
        UNION
        SELECT a.agent FROM agents_now() AS a WHERE a.exporter = ANY(who) AND CASE
            WHEN by_mark THEN EXISTS (SELECT FROM marks_now() AS m WHERE m.mark = ANY(marks)
                AND (m.importer, m.rcb) = (a.importer, a.rcb))
            ELSE marks <> '{{}}' OR today BETWEEN a.first AND coalesce(a.over, 'infinity') END);
    IF kind = 'event' THEN
        -- Who changed a certification may say why.
        found := found || ARRAY(SELECT convert_from(e.state, 'UTF8')::jsonb->>'issuer'
            FROM events AS e WHERE e.originator_id = subject::uuid
                AND e.originator_version = 1 AND e.topic = 'CertificationChanged');
    END IF;
    RETURN found;
END
$body$;
"""
"""Functions over cases, which see every table."""
