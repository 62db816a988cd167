"""What is done with tokens, kept for good beside who did it: the part of the trail that is no log.

A change and the note of it are one transaction.
"""

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from ledger.log import Rows


class Admin(NamedTuple):
    """Who does something with access, and where: a person or `user:NAME`, and the door."""

    who: str
    door: str


OURSELVES: Final = Admin("ledger", "program")
"""What a program of ours makes without being told by whom."""
COMMAND: Final = "command"
"""The door of whoever sits at the command line."""

_NOTE: Final = """
INSERT INTO admin_log (at, who, door, act, subject, detail) VALUES (%s, %s, %s, %s, %s, %s)
"""


def note(rows: "Rows", admin: Admin, act: str, subject: str, *, detail: str = "", now: int) -> None:
    """Keep that something was done, in the transaction that does it; `now` is µs UTC."""
    rows.execute(_NOTE, (now, admin.who, admin.door, act, subject, detail))
