"""What runs out: certifications of parties, tokens, the files that TLS rests on."""

import ssl
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from ledger.facts.registry import CertificationChanged
from ledger.facts.scalars import MICROS_A_DAY, local_day, time_text
from ledger.labels.certified import running_out
from ledger.rules.moments import JAPAN
from ledger.settings import Settings
from ledger.views.loading import facts_of
from ledger.web.asking.status.asked import Asked
from ledger.web.asking.status.lines import Line, State, counted, moment

days_ahead: Final = 30
days_wrong_max: Final = 7
"""What this ledger itself needs, and runs out so soon, needs a person now."""
lines_max: Final = 25

_TOKENS: Final = """
SELECT id, role, party, expires_at FROM tokens
WHERE revoked_at IS NULL AND expires_at > %s AND expires_at <= %s ORDER BY expires_at, id
"""


def expiring(asked: Asked, settings: Settings) -> Iterator[Line]:
    """Each certification, token and file that runs out within thirty days."""
    if asked.built:
        yield from _certifications(asked)
    yield from _tokens(asked)
    yield from tls_files(settings, time.time())


def _certifications(asked: Asked) -> Iterator[Line]:
    today = local_day(time_text(asked.now, JAPAN))
    record = facts_of(asked.rows, asked.log, [CertificationChanged])
    found = running_out(record, today, today + timedelta(days=days_ahead))
    for until, change in found[:lines_max]:
        days = (until - today).days
        says = f"{change.scheme} as {change.role} by {change.issuer} ends {_in(days, until)}"
        mend = f"Ask {change.issuer} for the next one, or seals used after that day are cases."
        values = {"days": days, "until": until.isoformat(), "number": change.number}
        yield Line("certificates", "runs-out", change.party, State.NOTE, says, mend, values)
    if len(found) > lines_max:
        says = f"{len(found)} run out within {days_ahead} days; the first {lines_max} are named"
        yield Line("certificates", "more", "-", State.NOTE, says, "", {"number": len(found)})


def _tokens(asked: Asked) -> Iterator[Line]:
    until = asked.now + days_ahead * MICROS_A_DAY
    asked.rows.execute(_TOKENS, (asked.now, until))
    for token, role, party, at in asked.rows.fetchall():
        days = (at - asked.now) // MICROS_A_DAY
        says = f"the {role}'s of {party} opens nothing from {moment(at)} on"
        mend = f"`ledger token rotate {token} --expires DATE` gives it another secret and end."
        state = State.WRONG if days < days_wrong_max else State.NOTE
        values = {"days": days, "expires_at": time_text(at, 0), "role": role, "party": party}
        yield Line("tokens", "expires", token, state, says, mend, values)


def tls_files(settings: Settings, now: float) -> Iterator[Line]:
    """When the files with authorities run out that settings name; `now` is seconds since 1970."""
    for name, path in _files(settings):
        yield from tls_file(name, path, now)


def _files(settings: Settings) -> Iterator[tuple[str, Path]]:
    if settings.kafka_ca_file is not None:
        yield "LEDGER_KAFKA_CA_FILE", settings.kafka_ca_file
    if settings.database_url is not None:
        try:
            parts = conninfo_to_dict(settings.database_url)
        except ProgrammingError:
            return
        if (file := parts.get("sslrootcert")) and file != "system":
            yield "sslrootcert of LEDGER_DATABASE_URL", Path(str(file))


def tls_file(name: str, path: Path, now: float) -> Iterator[Line]:
    """When the authorities in a PEM file run out; `now` is seconds since 1970."""
    about = f"{name} {path}"
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(path)
    except (OSError, ssl.SSLError) as error:
        says = f"cannot be read: {error.strerror or error}"
        mend = "Let the ledger's user read it, or name the right file."
        yield Line("certificates", "file", about, State.WRONG, says, mend)
        return
    ends = [ssl.cert_time_to_seconds(str(one["notAfter"])) for one in context.get_ca_certs()]
    if not ends:
        return
    first = min(ends)
    days = int((first - now) // 86_400)
    values = {"days": days, "until": time_text(int(first * 1_000_000), 0)}
    until = moment(int(first * 1_000_000))
    if days < days_ahead:
        state = State.WRONG if days < days_wrong_max else State.NOTE
        says = f"an authority in it ends in {counted(days, 'day', 'days')}, {until}"
        if days < 0:
            says = f"an authority in it ended at {until}"
        mend = "Put the next authority into the file beside it, and restart the processes."
        yield Line("certificates", "tls", about, state, says, mend, values)
        return
    says = f"its first authority ends in {counted(days, 'day', 'days')}"
    yield Line("certificates", "tls", about, State.FINE, says, "", values)


def _in(days: int, until: date) -> str:
    return "today" if days == 0 else f"in {counted(days, 'day', 'days')}, on {until.isoformat()}"
