"""What differs between two contents of a period's sheet, number by number."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

Content = Mapping[str, Any]
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "figures": ("figure",),
    "claims": ("claim",),
    "counts": ("mark", "holder", "site", "day"),
    "stocks": ("mark", "holder", "site"),
    "cases": ("id",),
}
"""The lists of a sheet, and what tells their entries apart."""


class Change(NamedTuple):
    """A number or word of one entry of a list that is another one now; None where none is."""

    list: str
    key: tuple[str, ...]
    name: str
    old: int | str | None
    new: int | str | None

    def told(self) -> dict[str, Any]:
        """The same as programs read it."""
        return {**self._asdict(), "key": list(self.key)}


def changes(before: Content, after: Content) -> list[Change]:
    """Every number that changed, in the order of the sheet."""
    return [
        change
        for name, keys in KEYS.items()
        for change in _of_list(name, keys, before[name], after[name])
    ]


def _of_list(
    name: str,
    keys: tuple[str, ...],
    before: Sequence[Content],
    after: Sequence[Content],
) -> Iterator[Change]:
    old = _by_key(before, keys)
    new = _by_key(after, keys)
    for key in dict.fromkeys((*old, *new)):
        was, now = _flat(old.get(key, {}), keys), _flat(new.get(key, {}), keys)
        for field in dict.fromkeys((*was, *now)):
            # A cause that moved nothing has no number of its own.
            none = 0 if field.startswith("movements.") else None
            if was.get(field, none) != now.get(field, none):
                yield Change(name, key, field, was.get(field, none), now.get(field, none))


def _by_key(entries: Sequence[Content], keys: tuple[str, ...]) -> dict[tuple[str, ...], Content]:
    found: dict[tuple[str, ...], Content] = {}
    for entry in entries:
        key = tuple(str(entry[name]) for name in keys)
        # Several counts of one stock on a day are told apart by their order.
        while key in found:
            key = (*key, "+")
        found[key] = entry
    return found


def _flat(entry: Content, keys: tuple[str, ...]) -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    for name, value in entry.items():
        if name in keys:
            continue
        if isinstance(value, Mapping):
            found |= {f"{name}.{inner}": each for inner, each in value.items()}
        else:
            found[name] = value
    return found
