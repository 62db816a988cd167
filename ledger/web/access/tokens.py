"""Tokens: shown once, kept as a hash, valid until they expire or are revoked.

Whoever reads the database learns no token from it. Every change is noted in the trail with who made
it. A secret is replaced without a gap: the one before goes on for a while.
"""

import secrets
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ledger.errors import Misuse
from ledger.facts.checks import is_id
from ledger.facts.scalars import ID_CHARACTERS_MAX, MICROS_A_DAY, time_text
from ledger.facts.standing import OPERATOR
from ledger.web.access.admin import OURSELVES, Admin, note

if TYPE_CHECKING:
    from ledger.log import Log

secret_bytes: Final = 32
PREFIX: Final = "seal_"
"""Lets people and secret scanners tell what it is."""
grace_hours_max: Final = 30 * 24
"""So long the secret before a rotation may go on."""
expiring_days: Final = 14
"""From so many days before its end on a token's holder is warned."""
expiring_shown_max: Final = 50
_HOUR: Final = 3_600_000_000
_COLUMNS: Final = (
    "id, role, party, source, person, created_at, expires_at, revoked_at, created_by, last_used_at,"
    " former_until"
)
_ROTATE: Final = f"""
UPDATE tokens SET former_hash = CASE WHEN %(until)s > %(now)s THEN hash END,
    former_until = CASE WHEN %(until)s > %(now)s THEN %(until)s::int8 END,
    hash = %(hash)b, expires_at = coalesce(%(expires_at)s, expires_at)
WHERE id = %(id)s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %(now)s)
RETURNING {_COLUMNS}
"""
# Who signed in with the secret before is signed in as long as it would open anything.
_END_SESSIONS: Final = "UPDATE sessions SET ends_at = least(ends_at, %s) WHERE token = %s"
_REVOKE: Final = f"""
UPDATE tokens AS t SET revoked_at = coalesce(t.revoked_at, %s)
FROM (SELECT id, revoked_at AS before FROM tokens WHERE id = %s FOR UPDATE) AS was
WHERE t.id = was.id
RETURNING {", ".join(f"t.{name}" for name in _COLUMNS.split(", "))}, was.before IS NULL
"""
_EXPIRING: Final = f"""
SELECT {_COLUMNS} FROM tokens
WHERE revoked_at IS NULL AND expires_at > %s AND expires_at <= %s ORDER BY expires_at, id LIMIT %s
"""


class Role(StrEnum):
    """What a token's holder may do."""

    SCANNER = "scanner"
    EXPORTER = "exporter"
    PROCESSOR = "processor"
    IMPORTER = "importer"
    CERTIFIER = "certifier"
    OPERATOR = "operator"


class Token(NamedTuple):
    """A token without its secret; times in µs UTC.

    `last_used_at` is right to about a minute; until `former_until` the secret before the last
    rotation is valid too.
    """

    id: str
    role: str
    party: str
    source: str | None
    person: str | None
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    created_by: str | None = None
    last_used_at: int | None = None
    former_until: int | None = None

    def state(self, now: int) -> str:
        """Tell whether it opens anything: valid, expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "valid"


def create(
    log: "Log",
    role: str,
    party: str | None,
    *,
    source: str | None = None,
    person: str | None = None,
    expires_at: int | None = None,
    now: int,
    admin: Admin = OURSELVES,
) -> tuple[Token, str]:
    """Make a token; answers it and its secret, which is not kept. Raises Misuse."""
    token = drawn(role, party, source=source, person=person, expires_at=expires_at, now=now)
    token = token._replace(created_by=admin.who)
    secret = _secret()
    with log.transaction() as rows:
        rows.execute(
            f"INSERT INTO tokens ({_COLUMNS}, hash)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %b)",
            (*token, hashed(secret)),
        )
        note(rows, admin, "token-made", token.id, detail=_words(token), now=now)
    return token, secret


def drawn(
    role: str,
    party: str | None,
    *,
    source: str | None = None,
    person: str | None = None,
    expires_at: int | None = None,
    now: int,
) -> Token:
    """A token as it would be made; raises Misuse for one that cannot be."""
    if role not in {*Role}:
        raise Misuse(f"{role!r} is no role: {', '.join(Role)}.")
    if role == "operator":
        party = party or "operator"
    if not party:
        raise Misuse(f"A token of a {role} needs a party.")
    if role == "scanner" and not source:
        raise Misuse("A scanner's token needs the source that the scanner is registered as.")
    if party == OPERATOR:
        raise Misuse(f"party {party}: that name is the operator's own.")
    for name, value in (("party", party), ("source", source), ("person", person)):
        if value is not None and not _is_id(value):
            raise Misuse(f"{name} {value!r}: 1 to {ID_CHARACTERS_MAX} visible ASCII characters.")
    _check_expiry(expires_at, now)
    return Token("T-" + secrets.token_hex(5), role, party, source, person, now, expires_at, None)


def rotate(
    log: "Log",
    token: str,
    *,
    grace_hours: int,
    expires_at: int | None = None,
    now: int,
    admin: Admin = OURSELVES,
) -> tuple[Token, str]:
    """Give a token another secret; answers both. The one before is valid for the grace.

    The one before that is valid no more. With `expires_at` the token also gets another end. Raises
    Misuse where there is no such token that is valid.
    """
    if not 0 <= grace_hours <= grace_hours_max:
        raise Misuse(f"The secret before may go on for 0 to {grace_hours_max} hours.")
    _check_expiry(expires_at, now)
    secret, until = _secret(), now + grace_hours * _HOUR
    asked = {
        "id": token, "hash": hashed(secret), "until": until, "now": now, "expires_at": expires_at,
    }  # fmt: skip
    with log.transaction() as rows:
        row = rows.execute(_ROTATE, asked).fetchone()
        if row is None:
            raise Misuse(f"There is no token {token} that is valid: make a new one.")
        rows.execute(_END_SESSIONS, (until, token))
        changed = Token(*row)
        detail = _words(changed, grace_hours=grace_hours)
        note(rows, admin, "token-rotated", token, detail=detail, now=now)
    return changed, secret


def listed(log: "Log") -> list[Token]:
    """Every token there ever was, oldest first."""
    with log.transaction() as rows:
        rows.execute(f"SELECT {_COLUMNS} FROM tokens ORDER BY created_at, id")
        found: list[tuple[Any, ...]] = rows.fetchall()
    return [Token(*row) for row in found]


def beginning(log: "Log", letters: str, limit: int) -> list[str]:
    """Ids of tokens that begin so, in their order."""
    with log.transaction() as rows:
        rows.execute(
            "SELECT id FROM tokens WHERE starts_with(id, %s) ORDER BY id LIMIT %s",
            (letters, limit),
        )
        return [str(each) for (each,) in rows.fetchall()]


def expiring(log: "Log", now: int, days: int = expiring_days) -> list[Token]:
    """Tokens that end within so many days, the next to end first; at most a named number."""
    until = now + days * MICROS_A_DAY
    with log.transaction() as rows:
        rows.execute(_EXPIRING, (now, until, expiring_shown_max))
        return [Token(*row) for row in rows.fetchall()]


def revoke(log: "Log", token: str, *, now: int, admin: Admin = OURSELVES) -> Token:
    """Revoke a token by its id; raises Misuse for an unknown one. A second time changes nothing."""
    with log.transaction() as rows:
        row = rows.execute(_REVOKE, (now, token)).fetchone()
        if row is None:
            raise Misuse(f"There is no token {token}.")
        *columns, first = row
        revoked = Token(*columns)
        if first:
            note(rows, admin, "token-revoked", token, detail=_words(revoked), now=now)
    return revoked


def _check_expiry(expires_at: int | None, now: int) -> None:
    if expires_at is not None and expires_at <= now:
        raise Misuse("The token would have expired already.")


def _secret() -> str:
    return PREFIX + secrets.token_urlsafe(secret_bytes)


def _words(token: Token, **more: object) -> str:
    """A token as the trail tells it, in no language."""
    expires = None if token.expires_at is None else time_text(token.expires_at, 0)
    told = {
        "role": token.role, "party": token.party, "source": token.source, "person": token.person,
        "expires": expires, **more,
    }  # fmt: skip
    return " ".join(f"{name}={value}" for name, value in told.items() if value is not None)


def hashed(secret: str) -> bytes:
    """What is kept of a secret. It has 256 random bits: a plain digest hides them well enough."""
    return sha256(secret.encode()).digest()


def _is_id(value: str) -> bool:
    return is_id(value) and 0 < len(value) <= ID_CHARACTERS_MAX
