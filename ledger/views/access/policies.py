"""What each role sees of the tables of the views, as policies of the database.

A certifier sees the marks that bear its name, an importer those licensed to it; everybody sees
what names them, and an agent what names its exporters. Nobody sees more by forgetting a filter.

The policy of a table stands beside it, in `Fold.SEEN`; here is what those are made of.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from ledger.custody.places import Kind
from ledger.facts.mentions import About
from ledger.views.access import awaited, belonging, decisions, goods
from ledger.views.access.belonging import BINDS, OPERATORS, RELATIONS, SPEAKER
from ledger.views.access.facts import FUNCTIONS
from ledger.views.schema import BOUND, each_table

NAMELESS: Final = ("true",)
"""Of tables that hold positions, hashes and ids alone: they name nobody, and lead to events only
through the log, which has a policy of its own."""
OPERATORS_ALONE: Final = ()
_ALL: Final = "(SELECT sees_all())"

# Each stands in a subquery of its own, so that it is asked once a statement and not for each row.
ME: Final = "(SELECT viewer_party() WHERE viewer_role() <> 'scanner')"
"""The party that asks; null for a scanner."""
MY_MARKS: Final = "ANY ((SELECT viewer('marks'))::text[])"
"""The marks that bear its name, or are licensed to it."""
MY_PARTIES: Final = "ANY ((SELECT viewer('parties'))::text[])"
"""Itself, and the exporters whose agent it is."""
MY_DEALINGS: Final = "ANY ((SELECT viewer('dealt'))::text[])"
"""The marks that it deals with."""
_MY_ACCOUNTS: Final = "ANY ((SELECT viewer('accounts'))::text[])"
MINE: Final = "(SELECT viewer('marks')), (SELECT viewer('parties')), (SELECT viewer('accounts'))"
"""What the viewer has, as arguments of `sees_case`."""
OF_MY_MARKS: Final = f"mark = {MY_MARKS}"


def named(about: str, key: str) -> str:
    """Whether a party of the viewer's is named on a subject; both given as SQL."""
    return f"EXISTS (SELECT FROM named_parties AS n WHERE n.about = {about} AND n.key = {key})"


def named_on(about: About, key: str) -> str:
    """Whether a party of the viewer's is named on a subject."""
    return named(f"{about:d}", key)


def marked_on(about: About, key: str) -> str:
    """Whether seals of a mark of the viewer's ever were on a dispatch, lot or shipment."""
    return f"EXISTS (SELECT FROM marks_named AS n WHERE n.about = {about:d} AND n.key = {key})"


def part_of(about: About, key: str) -> str:
    """Whether the viewer is named on a dispatch, lot or shipment, or a mark of its was there."""
    return f"({named_on(about, key)} OR {marked_on(about, key)})"


def held_by_me(mark: str, party: str) -> str:
    """Whether the seals of a mark that a party holds are the viewer's, or its exporter's."""
    return f"({party} = {ME} OR ({mark} || ' ' || {party}) = {_MY_ACCOUNTS})"


def in_place(place: str) -> str:
    """Whether the viewer sees a place with all that is in it."""
    return (
        f"EXISTS (SELECT FROM places AS p WHERE p.id = {place}"
        f" AND (p.kind <> {Kind.DELIVERED:d} OR p.mark = {MY_MARKS} OR p.key = {ME}))"
    )


def on_lot(lot: str) -> str:
    """Whether the viewer sees the lot that seals are on, wherever they are."""
    return f"({lot} <> 0 AND EXISTS (SELECT FROM places AS l WHERE l.id = {lot}))"


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
    WHERE CASE viewer_role() WHEN 'importer' THEN importer = viewer_party()
        WHEN 'certifier' THEN body = viewer_party() ELSE false END;
END;

-- The contracts by which others let the viewer into a pair, or an exporter its agent.
CREATE FUNCTION viewer_contracts(OUT exporter text, OUT importer text, OUT rcb text,
    OUT agent text) RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT a.exporter, a.importer, a.rcb, a.agent FROM agents_now() AS a
    WHERE a.agent = viewer_party() AND a.exporter <> a.agent
    UNION
    SELECT now.exporter, now.importer, now.rcb, NULL::text FROM (
        SELECT DISTINCT ON (x.contract) x.* FROM contracts AS x
        WHERE {BINDS.format("x")}
            AND ({SPEAKER.format("x")} <> viewer_party() OR {OPERATORS.format("x")})
        ORDER BY x.contract, x.time DESC, x.id DESC
    ) AS now
    WHERE viewer_party() IN (now.exporter, now.importer, now.rcb);
END;

CREATE FUNCTION viewer_parties() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT array_agg(DISTINCT party) FROM (
        SELECT viewer_party() AS party
        UNION ALL SELECT exporter FROM viewer_contracts()
        WHERE agent = viewer_party() AND viewer_role() = 'certifier'
    ) AS found;
END;

CREATE FUNCTION viewer_accounts() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT coalesce(array_agg(DISTINCT m.mark || ' ' || c.exporter), '{{}}')
    FROM viewer_contracts() AS c JOIN marks_now() AS m USING (importer, rcb)
    WHERE c.agent = viewer_party() AND viewer_role() = 'certifier';
END;

-- The marks that a party deals with: named beside them by others, or by a contract of their pair.
CREATE FUNCTION viewer_dealt() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT coalesce(array_agg(mark), '{{}}') FROM (
        SELECT key AS mark FROM named_parties WHERE about = {About.MARK:d}
            AND party = viewer_party() AND by_others(by, ARRAY[viewer_party()])
        UNION SELECT m.mark FROM marks_now() AS m JOIN viewer_contracts() AS c USING (importer, rcb)
    ) AS found;
END;

-- The parties whose registered name a party is told: itself, its exporters, and those that a mark
-- of its names, or a contract by which others let it into a pair.
CREATE FUNCTION viewer_acquainted() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT coalesce(array_agg(DISTINCT party), '{{}}') FROM (
        SELECT unnest(viewer_parties()) AS party
        UNION SELECT p FROM viewer_contracts() AS c
            CROSS JOIN LATERAL unnest(ARRAY[c.exporter, c.importer, c.rcb, c.agent]) AS p
        UNION SELECT p FROM marks_now() AS m
            CROSS JOIN LATERAL unnest(ARRAY[m.importer, m.rcb]) AS p
        WHERE m.mark = ANY(viewer_marks())
    ) AS found WHERE party IS NOT NULL;
END;

-- What the viewer has, bound to these tables: no search path of a session leads anywhere else.
CREATE FUNCTION viewer(what text) RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
    SELECT CASE WHEN viewer_role() IS NULL OR viewer_role() IN ('scanner', 'operator') THEN '{{}}'
        WHEN what = 'marks' THEN viewer_marks() WHEN what = 'parties' THEN viewer_parties()
        WHEN what = 'accounts' THEN viewer_accounts() WHEN what = 'dealt' THEN viewer_dealt()
        WHEN what = 'acquainted' THEN viewer_acquainted() END;
END;

-- The marks whose registration a party may read.
CREATE FUNCTION deals_with(asked text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
    -- Asked of every mark there is: none of them is looked up among all the others.
    SELECT EXISTS (SELECT FROM named_parties WHERE about = {About.MARK:d} AND key = asked
            AND party = viewer_party() AND by_others(by, ARRAY[viewer_party()]))
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
    + "SELECT grant_reader(current_schema());\n"
    + BOUND
)


def policies(seen: Mapping[str, Sequence[str]]) -> str:
    """The statements that guard the tables of a schema, once all of them are made."""
    return (
        _KNOWN
        + decisions.FUNCTIONS
        + belonging.FUNCTIONS
        + goods.FUNCTIONS
        + awaited.FUNCTIONS
        + FUNCTIONS
        + "".join(
            f"CREATE POLICY seen ON {table} FOR SELECT USING ({_any(ways)});\n"
            for table, ways in seen.items()
        )
        + _GUARD
    )


def _any(ways: Sequence[str]) -> str:
    return " OR ".join(ways if ways == NAMELESS else (_ALL, *ways))
