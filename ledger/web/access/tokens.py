"""Tokens: shown once, kept as a hash, valid until they expire or are revoked.

Whoever reads the database learns no token from it.
"""

import secrets
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final, NamedTuple

from ledger.errors import Misuse
from ledger.facts.checks import is_id
from ledger.facts.scalars import ID_CHARACTERS_MAX
from ledger.facts.standing import OPERATOR
from ledger.log import Log

secret_bytes: Final = 32
PREFIX: Final = "seal_"
"""Lets people and secret scanners tell what it is."""
_COLUMNS: Final = "id, role, party, source, person, created_at, expires_at, revoked_at"


class Role(StrEnum):
    """What a token's holder may do."""

    SCANNER = "scanner"
    EXPORTER = "exporter"
    PROCESSOR = "processor"
    IMPORTER = "importer"
    CERTIFIER = "certifier"
    OPERATOR = "operator"


class Token(NamedTuple):
    """A token without its secret; times in µs UTC."""

    id: str
    role: str
    party: str
    source: str | None
    person: str | None
    created_at: int
    expires_at: int | None
    revoked_at: int | None

    def state(self, now: int) -> str:
        """Tell whether it opens anything: valid, expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "valid"


def create(
    log: Log,
    role: str,
    party: str | None,
    *,
    source: str | None = None,
    person: str | None = None,
    expires_at: int | None = None,
    now: int,
) -> tuple[Token, str]:
    """Make a token; answers it and its secret, which is not kept. Raises Misuse."""
    token = drawn(role, party, source=source, person=person, expires_at=expires_at, now=now)
    secret = PREFIX + secrets.token_urlsafe(secret_bytes)
    with log.transaction() as rows:
        rows.execute(
            f"INSERT INTO tokens ({_COLUMNS}, hash) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %b)",
            (*token, hashed(secret)),
        )
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
    if expires_at is not None and expires_at <= now:
        raise Misuse("The token would have expired already.")
    return Token("T-" + secrets.token_hex(5), role, party, source, person, now, expires_at, None)


def listed(log: Log) -> list[Token]:
    """Every token there ever was, oldest first."""
    with log.transaction() as rows:
        rows.execute(f"SELECT {_COLUMNS} FROM tokens ORDER BY created_at, id")
        found: list[tuple[Any, ...]] = rows.fetchall()
    return [Token(*row) for row in found]


def beginning(log: Log, letters: str, limit: int) -> list[str]:
    """Ids of tokens that begin so, in their order."""
    with log.transaction() as rows:
        rows.execute(
            "SELECT id FROM tokens WHERE starts_with(id, %s) ORDER BY id LIMIT %s",
            (letters, limit),
        )
        return [str(each) for (each,) in rows.fetchall()]


def revoke(log: Log, token: str, *, now: int) -> Token:
    """Revoke a token by its id; raises Misuse for an unknown one. A second time changes nothing."""
    with log.transaction() as rows:
        rows.execute(
            "UPDATE tokens SET revoked_at = coalesce(revoked_at, %s) WHERE id = %s"
            f" RETURNING {_COLUMNS}",
            (now, token),
        )
        row = rows.fetchone()
    if row is None:
        raise Misuse(f"There is no token {token}.")
    return Token(*row)


def hashed(secret: str) -> bytes:
    """What is kept of a secret. It has 256 random bits: a plain digest hides them well enough."""
    return sha256(secret.encode()).digest()


def _is_id(value: str) -> bool:
    return is_id(value) and 0 < len(value) <= ID_CHARACTERS_MAX
