"""Which facts and cases a viewer sees, decided for one of them at a time.

The functions see every table: what the viewer may see is what they are given, and said in full.
"""

from typing import Final

from ledger.facts.mentions import About
from ledger.views.access.belonging import SUBJECT_OF_CASE
from ledger.views.access.naming import PARTY_FIELDS


def _named(about: About, key: str) -> str:
    """Whether one of the viewer's parties is named on a subject, by more than its own word."""
    return (
        f"EXISTS (SELECT FROM named_parties AS n WHERE n.about = {about:d} AND n.key = {key}"
        " AND n.party = ANY(parties)"
        " AND (n.own OR by_others(n.by, ARRAY[viewer_party(), n.party])))"
    )


def _marked(about: About, key: str) -> str:
    """Whether seals of one of the viewer's marks ever were on a subject, as others say."""
    return (
        f"EXISTS (SELECT FROM marks_named AS n WHERE n.about = {about:d} AND n.key = {key}"
        " AND n.mark = ANY(marks) AND by_others(n.by, ARRAY[viewer_party()]))"
    )


def _marked_here(its: str) -> str:
    """Whether one of these marks is the viewer's, and others or papers alone name it there."""
    named = (
        f"SELECT FROM marks_named AS n WHERE n.about = {SUBJECT_OF_CASE}"
        " AND n.key = subject AND n.mark = m"
    )
    return (
        f"EXISTS (SELECT FROM unnest({its}) AS m WHERE m = ANY(marks) AND (NOT EXISTS ({named})"
        f" OR EXISTS ({named} AND by_others(n.by, ARRAY[viewer_party()]))))"
    )


def _lot(key: str) -> str:
    return f"({_named(About.LOT, key)} OR {_marked(About.LOT, key)})"


def _shipment(key: str) -> str:
    return f"({_named(About.SHIPMENT, key)} OR {_marked(About.SHIPMENT, key)})"


def _certificate(key: str) -> str:
    return f"""({_named(About.CERTIFICATE, key)} OR EXISTS (
        SELECT FROM accompanied AS a WHERE a.certificate = {key}
            AND by_others(a.by, ARRAY[viewer_party()])
            AND {_marked(About.SHIPMENT, "a.shipment")}
    ))"""


def _read(event: str, *, into: str) -> str:
    """The statement that reads topic and fact of an event, given by its id, into a record."""
    return (
        f"SELECT e.topic, convert_from(e.state, 'UTF8')::jsonb AS fact INTO {into}"
        f" FROM events AS e WHERE e.originator_id = {event}::uuid"
        " AND e.originator_version = 1"
    )


FUNCTIONS: Final = f"""
CREATE FUNCTION sees_label(label text, marks text[], parties text[]) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $body$
BEGIN
    RETURN {_named(About.LABEL, "label")} OR EXISTS (
        SELECT FROM label_marks AS m WHERE m.label = sees_label.label AND m.mark = ANY(marks));
END
$body$;

CREATE FUNCTION sees_fact(
    topic text, fact jsonb, marks text[], parties text[], accounts text[]
) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER AS $body$
DECLARE
    me text := viewer_party();
    named text[] := array_remove(ARRAY[{", ".join(f"fact->>'{name}'" for name in PARTY_FIELDS)}],
        NULL);
    on_marks text[] := CASE WHEN fact ? 'mark' THEN ARRAY[fact->>'mark'] ELSE '{{}}' END;
    target record;
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
        -- An agent sees its exporters on the marks that it certifies them for, and on no others.
        RETURN EXISTS (SELECT FROM unnest(on_marks) AS m (mark), unnest(named) AS n (party)
            WHERE (m.mark || ' ' || n.party) = ANY(accounts));
    ELSIF named && parties THEN
        RETURN true;
    END IF;
    IF topic = 'EventRetracted' THEN
        -- A retraction of a retraction ends here.
        {_read("(fact->>'target')", into="target")} AND e.topic <> 'EventRetracted';
        IF target IS NOT NULL AND NOT is_decision(target.topic)
            AND sees_fact(target.topic, target.fact, marks, parties, accounts) THEN
            RETURN true;
        END IF;
    END IF;
    IF fact ? 'lot' THEN
        IF {_lot("(fact->>'lot')")} THEN RETURN true; END IF;
    END IF;
    IF fact ? 'herd' THEN
        IF {_named(About.HERD, "(fact->>'herd')")} THEN RETURN true; END IF;
    END IF;
    IF fact ? 'shipment' THEN
        IF {_shipment("(fact->>'shipment')")} THEN RETURN true; END IF;
    END IF;
    IF fact ? 'contract' THEN
        IF {_named(About.CONTRACT, "(fact->>'contract')")} THEN RETURN true; END IF;
    END IF;
    IF topic = 'LabelApproved' OR topic = 'LabelWithdrawn' THEN
        IF sees_label((fact->>'label') || ' ' || (fact->>'version'), marks, parties) THEN
            RETURN true;
        END IF;
    END IF;
    IF fact ? 'product' THEN
        IF {_named(About.PRODUCT, "(fact->>'product')")} THEN RETURN true; END IF;
    END IF;
    IF topic LIKE 'ExportCertificate%' AND fact ? 'number' THEN
        IF {_certificate("certificate_key(fact->>'issuer', fact->>'number')")} THEN
            RETURN true;
        END IF;
    END IF;
    -- What one's own sources reported; by one's own word they are one's own from then on alone.
    RETURN EXISTS (SELECT FROM named_parties AS n WHERE n.about = {About.SOURCE:d}
        AND n.key = fact->>'source' AND n.party = ANY(parties)
        AND (by_others(n.by, ARRAY[me, n.party])
            OR n.own AND n.position < (SELECT e.notification_id FROM events AS e
                WHERE e.originator_id = (fact->>'id')::uuid AND e.originator_version = 1)));
END
$body$;

CREATE FUNCTION sees_case(
    asked uuid, kind text, subject text, discriminator text, marks text[], parties text[],
    accounts text[]
) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER AS $body$
DECLARE
    viewer text := viewer_role();
    me text := viewer_party();
    part text := split_part(subject, ' ', 1);
    second text := split_part(subject, ' ', 2);
    about record;
    shown record;
    its text[];
    other record;
BEGIN
    IF viewer IS NULL OR viewer = 'scanner' THEN
        RETURN false;
    ELSIF kind = 'issuer' AND viewer = 'certifier' AND subject = me THEN
        RETURN true;
    END IF;
    SELECT s.marks, s.parties INTO shown FROM case_shown AS s WHERE s.id = asked;
    IF FOUND OR kind = 'issuer' THEN
        its := marks_of_case(
            kind, subject, discriminator, coalesce(shown.marks, '{{}}'),
            coalesce(shown.parties, '{{}}'));
        IF kind = 'event' AND discriminator ~ '^[0-9a-f]{{8}}-[0-9a-f-]{{27}}$'
            AND NOT shown.marks && marks AND NOT (its && marks AND me <> ALL(shown.parties)) THEN
            -- It shows what another event says: nobody reads that by saying otherwise.
            {_read("discriminator", into="other")};
            IF other IS NULL OR NOT coalesce(
                sees_fact(other.topic, other.fact, marks, parties, accounts), false) THEN
                RETURN false;
            END IF;
        END IF;
        IF its && marks AND (kind NOT IN ('lot', 'shipment', 'dispatch')
            OR {_marked_here("its")}) THEN
            RETURN true;
        ELSIF kind NOT IN ('lot', 'shipment', 'dispatch', 'certificate', 'report', 'contract',
            'account', 'application', 'event') AND shown.parties && parties THEN
            RETURN true;
        ELSIF kind IN ('account', 'application', 'event') AND me = ANY(shown.parties) THEN
            RETURN true;
        ELSIF kind = 'event' AND shown.marks = '{{}}' AND shown.parties && parties THEN
            RETURN true;
        END IF;
    END IF;
    IF kind = 'account' THEN
        RETURN part = ANY(marks) OR second = me OR (part || ' ' || second) = ANY(accounts);
    ELSIF kind IN ('application', 'event') THEN
        {_read("subject", into="about")};
        RETURN about IS NOT NULL AND sees_fact(about.topic, about.fact, marks, parties, accounts);
    ELSIF kind = 'mark' THEN RETURN subject = ANY(marks);
    ELSIF kind = 'dispatch' THEN
        RETURN {_named(About.DISPATCH, "subject")} OR {_marked(About.DISPATCH, "subject")};
    ELSIF kind = 'lot' THEN RETURN {_lot("subject")};
    ELSIF kind = 'shipment' THEN RETURN {_shipment("subject")};
    ELSIF kind = 'certificate' THEN RETURN {_certificate("subject")};
    ELSIF kind = 'report' THEN RETURN {_named(About.REPORT, "subject")};
    ELSIF kind = 'contract' THEN RETURN {_named(About.CONTRACT, "subject")};
    ELSIF kind = 'source' THEN
        RETURN EXISTS (SELECT FROM speakers AS s WHERE s.source = subject
            AND s.party = ANY(parties));
    ELSIF kind = 'label' THEN RETURN sees_label(subject, marks, parties);
    ELSIF kind IN ('party-year', 'party') THEN RETURN part = ANY(parties);
    END IF;
    RETURN false;
END
$body$;
"""
"""The statements that make them, after the tables that they read."""
