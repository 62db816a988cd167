"""Every error the ledger raises on purpose, as one tree.

LedgerError
├── Misuse         the caller asked for something that cannot be: one sentence, exit 2
├── Malformed      these bytes will never be a fact: dead letter or 4xx, never retried
├── Conflict       a decision lost against another one recorded first: read again, decide again
├── TooMuch        an answer would hold more than an evaluation may: the subject is set aside
│   └── EvaluationFull  what is evaluated together holds too much: tried again in halves
├── Unavailable    something outside is away (database, broker): pause and try again, 503
│   └── TooSlow    the database gave up a transaction in which we computed for too long
└── Fatal          an assumption broke: stop, restart, and the ordinary start repairs
    └── Fenced     another process owns this partition now: let go of it
"""


class LedgerError(Exception):
    """Something the ledger can name; its text is a sentence for people."""


class Misuse(LedgerError):
    """The caller asked for something that cannot be done as asked; `field` is what was wrong."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class Malformed(LedgerError):
    """Bytes that will never become a fact."""


class Conflict(LedgerError):
    """A decision was taken on a state that is no longer the latest."""


class TooMuch(LedgerError):
    """An answer needs more than an evaluation may hold; its text says what is too much."""


class EvaluationFull(TooMuch):
    """What is evaluated together needs more than may be held; half of it may not."""


class Unavailable(LedgerError):
    """Something outside is away; the same call may succeed later."""


class TooSlow(Unavailable):
    """So much was computed between two statements that the database ended the transaction."""


class Fatal(LedgerError):
    """An assumption broke; the process stops and its ordinary start repairs."""


class Fenced(Fatal):
    """Another process has taken over what this one was writing."""
