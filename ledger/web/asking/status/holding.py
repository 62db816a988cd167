"""What holds the ledger: versions, home and disk, database and its rights, log, clock."""

import platform
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ledger.facts.scalars import time_text
from ledger.intake.archive import V2
from ledger.log import Log
from ledger.log.connecting import server_version_min
from ledger.log.embedded import default_home
from ledger.log.processes import program_version
from ledger.log.rights import REMEDY, quoted
from ledger.settings import Settings
from ledger.views import VIEW_VERSION
from ledger.web.asking.status.asked import Asked
from ledger.web.asking.status.lines import Line, State, counted, moment, size_of

disk_free_share_min: Final = 0.05
skew_seconds_max: Final = 5.0
sized_events_min: Final = 10_000
"""Of fewer events the size tells of the empty database, and nothing of a million."""

_DATABASE: Final = """
SELECT current_database(), current_user, current_setting('server_version'),
    current_setting('server_version_num')::int4, pg_database_size(current_database())::int8,
    coalesce(host(inet_server_addr()), 'a socket'),
    (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
    has_database_privilege(current_database(), 'CREATE')
"""
_NOW: Final = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::int8"
_LETTERS: Final = "SELECT count(*)::int8 FROM dead_letter"


def holding(asked: Asked, settings: Settings) -> Iterator[Line]:
    """Disk, database, log and versions."""
    yield disk(settings)
    yield from _database(asked)
    yield _log(asked)


def place_of(settings: Settings) -> Path:
    """The home, or the nearest folder above it that is there."""
    home = (settings.home or default_home()).expanduser()
    return next(folder for folder in (home, *home.parents) if folder.exists())


def disk(settings: Settings) -> Line:
    """What is free where the home lies; with the embedded server the database lies there too."""
    home, place = settings.home or default_home(), place_of(settings)
    there = shutil.disk_usage(place)
    values = {"home": str(home), "free_bytes": there.free, "disk_bytes": there.total}
    share = there.free / max(1, there.total)
    says = f"{size_of(there.free)} of {size_of(there.total)} are free at {home}"
    if share < disk_free_share_min:
        mend = "Give it more room, or move the home: without room nothing is recorded."
        return Line("home", "disk-full", "-", State.WRONG, says, mend, values)
    return Line("home", "disk", "-", State.FINE, says, "", values)


def _database(asked: Asked) -> Iterator[Line]:
    ((name, user, text, number, size, host, super_, makes),) = asked.rows.execute(
        _DATABASE
    ).fetchall()
    sized = asked.recorded >= sized_events_min
    million = round(size / asked.recorded * 1e6) if sized else None
    values: dict[str, Any] = {
        "database": name,
        "user": user,
        "host": host,
        "bytes": size,
        "bytes_per_million_events": million,
        "superuser": super_,
        "may_make_schemas": makes,
    }
    yield versions(text, number)
    says = f"{name} at {host} as {user}: {size_of(size)}"
    if million is not None:
        says += f", {size_of(million)} a million events"
    if not makes:
        says = f"{user} may not make schemas, and the next version of the views needs one"
        mend = f"{REMEDY}: GRANT CREATE ON DATABASE {quoted(name)} TO {quoted(user)};"
        yield Line("database", "rights", "-", State.WRONG, says, mend, values)
        return
    yield Line("database", "reached", "-", State.FINE, says, "", values)


def versions(text: str, number: int) -> Line:
    """What works together here, in which version; `number` is PostgreSQL's as a number."""
    values = {
        "ledger": program_version(),
        "python": platform.python_version(),
        "postgresql": text,
        "views": VIEW_VERSION,
        "export": V2,
    }
    says = (
        f"ledger {values['ledger']}, Python {values['python']}, PostgreSQL {text}, views"
        f" {VIEW_VERSION}, export {V2}"
    )
    if number // 10_000 < server_version_min:
        mend = f"Use PostgreSQL {server_version_min} or newer."
        return Line("versions", "postgresql-old", "-", State.WRONG, says, mend, values)
    return Line("versions", "versions", "-", State.FINE, says, "", values)


def _log(asked: Asked) -> Line:
    ((letters,),) = asked.rows.execute(_LETTERS).fetchall()
    last = time_text(asked.recorded_at, 0) if asked.recorded else None
    values = {
        "position": asked.recorded,
        "recorded_at": last,
        "dead_letters": letters,
        "simulation": asked.simulation,
    }
    says = f"{counted(asked.recorded, 'event', 'events')}"
    says += f", the last recorded at {moment(asked.recorded_at)}" if last else ""
    if asked.simulation:
        says += "; recorded times are made up: a simulation"
    return Line("log", "position", "-", State.FINE, says, "", values)


def clock(log: Log) -> Line:
    """How far this machine's clock is from the database's, which recorded times go by."""
    with log.transaction() as rows:
        before = time.time()
        ((there,),) = rows.execute(_NOW).fetchall()
        after = time.time()
    skew = round((before + after) / 2 - there / 1e6, 3)
    values = {"ahead_seconds": skew}
    side = "ahead of" if skew >= 0 else "behind"
    says = f"{abs(skew):.3f} s {side} the database's clock"
    if abs(skew) > skew_seconds_max:
        mend = "Have both machines keep time by NTP: recorded times are the database's."
        return Line("clock", "skew", "-", State.WRONG, says, mend, values)
    return Line("clock", "in-step", "-", State.FINE, says, "", values)
