"""Why a file is refused as a whole, on its way to whoever sent it."""

from ledger.tables.messages import Message


class FileRefused(Exception):  # noqa: N818  (a file, and what is wrong with it)
    """A file that cannot be read as it is."""

    def __init__(self, way: str, **values: str | int) -> None:
        super().__init__(way)
        self.message = Message(way, tuple(values.items()))


def too_large(what: str, most: int) -> FileRefused:
    """A limit that a file is over."""
    return FileRefused("too-large", what=what, most=most)
