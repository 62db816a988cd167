"""Which topics of the log are decisions, and who sees one, as the database asks it.

A decision is seen by who sees what it is about, and a comment for its own party by that alone. The
database's own list is made of ours.
"""

from collections.abc import Collection
from typing import Final

from ledger.cases.canonical import TOPICS, TOPICS_OF_LETTERS, TOPICS_OF_PERIODS
from ledger.cases.thread import DiscrepancyCommented


def _any_of(topics: Collection[str]) -> str:
    return f"ANY ('{{{','.join(sorted(topics))}}}'::text[])"


FUNCTIONS: Final = f"""
CREATE FUNCTION is_decision(topic text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN topic = {_any_of(TOPICS)};

CREATE FUNCTION sees_decision(topic text, stream uuid, state bytea) RETURNS boolean
LANGUAGE plpgsql STABLE AS $body$
DECLARE
    said jsonb;
BEGIN
    IF topic = {_any_of(TOPICS_OF_LETTERS)} THEN
        RETURN EXISTS (SELECT FROM letters WHERE letters.id = stream);
    ELSIF viewer_role() = 'scanner' THEN
        RETURN false;
    ELSIF topic = {_any_of(TOPICS_OF_PERIODS)} THEN
        RETURN EXISTS (SELECT FROM periods WHERE periods.id = stream);
    END IF;
    IF topic = '{DiscrepancyCommented.__name__}' THEN
        -- Some are for the party alone that says them.
        said := convert_from(state, 'UTF8')::jsonb;
        IF said->>'audience' = 'OWN' AND said->>'party' IS DISTINCT FROM viewer_party() THEN
            RETURN false;
        END IF;
    END IF;
    RETURN EXISTS (SELECT FROM cases WHERE cases.id = stream);
END
$body$;
"""
"""The statements that make them, after the tables that they read."""
