"""Which topics of the log are decisions, and who sees one, as the database asks it.

A decision is seen by who sees what it is about. The database's own list is made of ours.
"""

from collections.abc import Collection
from typing import Final

from ledger.cases.canonical import TOPICS, TOPICS_OF_LETTERS, TOPICS_OF_PERIODS


def _any_of(topics: Collection[str]) -> str:
    return f"ANY ('{{{','.join(sorted(topics))}}}'::text[])"


FUNCTIONS: Final = f"""
CREATE FUNCTION is_decision(topic text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN topic = {_any_of(TOPICS)};

CREATE FUNCTION sees_decision(topic text, stream uuid) RETURNS boolean
LANGUAGE plpgsql STABLE AS $body$
BEGIN
    IF topic = {_any_of(TOPICS_OF_LETTERS)} THEN
        RETURN EXISTS (SELECT FROM letters WHERE letters.id = stream);
    ELSIF viewer_role() = 'scanner' THEN
        RETURN false;
    ELSIF topic = {_any_of(TOPICS_OF_PERIODS)} THEN
        RETURN EXISTS (SELECT FROM periods WHERE periods.id = stream);
    END IF;
    RETURN EXISTS (SELECT FROM cases WHERE cases.id = stream);
END
$body$;
"""
"""The statements that make them, after the tables that they read."""
