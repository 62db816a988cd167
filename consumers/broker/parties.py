"""Which topics are read, and which party a topic speaks for.

Beside the shared topics each party may have three of its own, `ledger.scans.PARTY` and so on; what
comes there was sent by who may write there, so the broker vouches for the party in the name.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from kafka import errors as kafka_errors
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourceType,
)

from consumers.broker.connection import Connection, administration, explain, explained
from consumers.broker.topics import INPUTS, OUTPUTS
from ledger.errors import Misuse
from ledger.facts.standing import OPERATOR
from ledger.intake import Door, topic_door

_PARTY: Final = re.compile(r"[!-~]{1,80}")
_SUFFIX: Final = re.compile(r"[A-Za-z0-9._-]{1,200}")


class Topics:
    """The input topics under a prefix, shared and of parties.

    `parties` gives the party id for the end of a topic's name where the id itself cannot stand in
    one.
    """

    def __init__(self, prefix: str = "", parties: Mapping[str, str] | None = None) -> None:
        self._prefix = prefix
        self._parties = dict(parties or {})

    @property
    def parties(self) -> Mapping[str, str]:
        """The party of each end of a topic's name that is no party's id itself."""
        return self._parties

    @property
    def pattern(self) -> str:
        """A regular expression that matches the names of all input topics, whole."""
        shared = "|".join(re.escape(self._prefix + name) for name in INPUTS)
        return rf"(?:{shared})(?:\.(?!{OPERATOR}\Z){_SUFFIX.pattern})?\Z"

    @property
    def all_shared(self) -> tuple[str, ...]:
        """The names of the topics that several parties write to."""
        return tuple(self._prefix + name for name in INPUTS)

    def matches(self, topic: str) -> bool:
        """Whether a topic is one of the inputs."""
        return re.match(self.pattern, topic) is not None

    def shared(self, topic: str) -> bool:
        """Whether an input topic is one that several parties write to."""
        return topic.removeprefix(self._prefix) in INPUTS

    def party(self, topic: str) -> str | None:
        """The party that an input topic is for; None for a shared one."""
        base = self._base(topic)
        if topic == base:
            return None
        suffix = topic[len(base) + 1 :]
        return self._parties.get(suffix, suffix)

    def door(self, topic: str) -> Door:
        """What may be reported on an input topic; KeyError for any other topic."""
        return topic_door(self._base(topic), self._prefix)

    def of_party(self, party: str) -> tuple[str, ...]:
        """The names of a party's own topics.

        Raises Misuse where the id is reserved, or cannot stand in a name and is mapped to none.
        """
        checked(party, "--party")
        found = [suffix for suffix, mapped in self._parties.items() if mapped == party]
        if not found and (not _SUFFIX.fullmatch(party) or party in self._parties):
            raise Misuse(
                f"{party!r} cannot end a topic's name: map one that can to it in the file of "
                f'LEDGER_KAFKA_PARTIES, as {{"suffix": {json.dumps(party)}}}'
            )
        suffix = min(found, default=party)
        return tuple(f"{self._prefix}{name}.{suffix}" for name in INPUTS)

    def _base(self, topic: str) -> str:
        for name in INPUTS:
            base = self._prefix + name
            if topic == base or topic.startswith(base + "."):
                return base
        raise KeyError(topic)


def allow(connection: Connection, names: Iterable[str], principal: str) -> str:
    """Let a principal, such as User:EXP-1, write to topics; answers what became of it.

    Repeating it changes nothing. Raises Misuse where we may not, or Unavailable.
    """
    wanted = [(_topic(name), _WRITING) for name in names]
    return f"{principal} may write" if _allow(connection, principal, wanted) else _NO_ACLS


def allow_ledger(connection: Connection, principal: str, group: str, prefix: str = "") -> str:
    """Let the ledger's own principal do what its processes need; answers what became of it.

    It may read all input topics there are and will be, write the output topics, and read in its
    consumer group. Repeating it changes nothing. Raises Misuse where we may not, or Unavailable.
    """
    beginning = ACLResourcePatternType.PREFIXED
    wanted = [
        *((ResourcePattern(ResourceType.TOPIC, prefix + n, beginning), _READING) for n in INPUTS),
        *((_topic(prefix + name), _WRITING) for name in OUTPUTS),
        (ResourcePattern(ResourceType.GROUP, group), (ACLOperation.READ, ACLOperation.DESCRIBE)),
    ]
    if not _allow(connection, principal, wanted):
        return _NO_ACLS
    return f"{principal} may read the inputs, write the outputs, and read in the group {group}"


def _allow(
    connection: Connection,
    principal: str,
    wanted: Iterable[tuple[ResourcePattern, Iterable[ACLOperation]]],
) -> bool:
    """Allow a principal all this; False where the broker has no ACLs."""
    allow = ACLPermissionType.ALLOW
    acls = [ACL(principal, "*", each, allow, what) for what, may in wanted for each in may]
    with administration(connection) as admin, explained(connection):
        try:
            done = admin.create_acls(acls)
        except kafka_errors.SecurityDisabledError:
            return False
    for error in done["failed"]:
        if issubclass(error, kafka_errors.SecurityDisabledError):
            return False
        if issubclass(error, kafka_errors.ClusterAuthorizationFailedError):
            raise Misuse(f"The broker forbids us to let {principal} write: grant us ALTER")
        raise explain(error(), connection)
    return True


_WRITING: Final = (ACLOperation.WRITE, ACLOperation.DESCRIBE)
_READING: Final = (ACLOperation.READ, ACLOperation.DESCRIBE, ACLOperation.DESCRIBE_CONFIGS)


_NO_ACLS: Final = "the broker has no ACLs: anybody may write"


def _topic(name: str) -> ResourcePattern:
    return ResourcePattern(ResourceType.TOPIC, name)


def load(file: Path | None, prefix: str = "") -> Topics:
    """Read which parties stand behind which ends of topic names; Misuse where it is not said."""
    if file is None:
        return Topics(prefix)
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Misuse(f"LEDGER_KAFKA_PARTIES={file} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise Misuse(f"LEDGER_KAFKA_PARTIES={file} is not JSON: {error}.") from None
    if not isinstance(found, dict):
        raise Misuse(f'LEDGER_KAFKA_PARTIES={file}: expected {{"suffix": "party", …}}')
    for suffix, party in found.items():
        if not _SUFFIX.fullmatch(suffix) or suffix == OPERATOR:
            raise Misuse(f"LEDGER_KAFKA_PARTIES={file}: {suffix!r} cannot end a topic's name")
        if not isinstance(party, str):
            raise Misuse(f"LEDGER_KAFKA_PARTIES={file}: {suffix!r} is mapped to no text")
        checked(party, f"LEDGER_KAFKA_PARTIES={file}")
    return Topics(prefix, found)


def checked(party: str, where: str) -> None:
    """Raise Misuse where this is no id that a party may have."""
    if party == OPERATOR:
        raise Misuse(f"{where}: {OPERATOR} is the ledger's operator and no party")
    if not _PARTY.fullmatch(party):
        raise Misuse(f"{where}: {party!r} is no party id: 1 to 80 visible ASCII characters")
