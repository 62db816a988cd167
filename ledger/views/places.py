"""Eight-byte ids of places and subjects: hashes of their keys.

The same key has the same id in every process, after every rebuild, in whatever order it came.
"""

from functools import lru_cache
from hashlib import blake2b
from typing import Final

from ledger.custody.places import Kind

NO_LOT: Final = 0
"""Stands where a move needs no lot beside its place."""
TOPIC: Final = 0
"""Stands for `About` where the subject is a type of event."""
_subjects_kept_max = 50_000
_kept_max = 100_000  # bounded memory: a season's lots come and go


def hashed(*parts: object) -> int:
    """A signed 64-bit number for a key; its parts hold no line feed."""
    key = "\n".join(map(str, parts)).encode()
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "big", signed=True)


def place_id(mark: str, kind: Kind, key: str, site: str = "") -> int:
    """The id of a place of a mark."""
    return hashed(mark, int(kind), key, site)


@lru_cache(maxsize=_subjects_kept_max)
def subject_id(about: int, key: str) -> int:
    """The eight-byte id of a subject."""
    return hashed(int(about), key)


PlaceKey = tuple[str, int, str, str]
"""mark, kind, key, site."""


class PlaceIds:
    """Ids of places, computed once; those met for the first time are told to the table."""

    def __init__(self) -> None:
        self._ids: dict[PlaceKey, int] = {}
        self.names: dict[int, PlaceKey] = {}
        self.fresh: list[tuple[int, PlaceKey]] = []

    def find(self, mark: str, kind: int, key: str, site: str = "") -> int:
        """The id of a place of a mark."""
        name = (mark, kind, key, site)
        found = self._ids.get(name)
        if found is None:
            found = hashed(mark, int(kind), key, site)
            self._ids[name] = found
            self.names[found] = name
            self.fresh.append((found, name))
        return found

    def trim(self) -> None:
        """Forget everything once there is too much of it; only between two batches."""
        if len(self._ids) > _kept_max:
            self.forget()

    def forget(self) -> None:
        """Start anew, as after a batch that was rolled back."""
        self._ids.clear()
        self.names.clear()
        self.fresh.clear()
