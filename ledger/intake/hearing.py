"""Bytes as they come, remembered until what they are is settled."""

from typing import Final, Protocol

from ledger.intake.verdicts import KIB, Swallowed

piece_bytes: Final = 64 * KIB


class Readable(Protocol):
    """Bytes in order: `read(n)` gives n of them, fewer only at the end."""

    def read(self, size: int, /) -> bytes:
        """The next `size` bytes."""
        ...


class Heard:
    """A stream that remembers what was read since `forget`, for the refusal of what is broken."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._since: list[bytes] = []

    def read(self, size: int, /) -> bytes:
        """The next `size` bytes."""
        piece = self._stream.read(size)
        self._since.append(piece)
        return piece

    def forget(self) -> None:
        """What was read so far is settled."""
        self._since.clear()

    def rest(self) -> Swallowed:
        """Let go of what is not settled and of all that follows."""
        swallowed = Swallowed()
        for piece in self._since:
            swallowed.feed(piece)
        while piece := self._stream.read(piece_bytes):
            swallowed.feed(piece)
        return swallowed
