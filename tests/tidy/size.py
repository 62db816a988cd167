"""How large the product is, beside what it was when it was to become smaller.

`python -m tests.tidy.size` prints lines and files of Python, SQL and HTML in `ledger` and
`consumers`, as a whole and by folder.
"""

from collections import Counter
from typing import NamedTuple

from tests.tidy.sources import text, tracked

PRODUCT = tuple(
    f"{room}/*.{kind}" for room in ("ledger", "consumers") for kind in ("py", "sql", "html")
)


class Size(NamedTuple):
    """Lines and files."""

    lines: int
    files: int

    def percent_of(self, other: "Size") -> tuple[float, float]:
        """How much larger than another, in percent of it: lines and files."""
        lines, files = (100 * (a / b - 1) for a, b in zip(self, other, strict=True))
        return lines, files


BEGAN = Size(53_641, 436)
"""At commit 295cc79."""
WANTED_PERCENT = (-3.8, -8.0)


def size() -> Size:
    """The product as it is."""
    names = tracked(*PRODUCT)
    return Size(sum(text(name).count("\n") for name in names), len(names))


def by_folder() -> dict[str, Size]:
    """The same by room."""
    lines, files = Counter[str](), Counter[str]()
    for name in tracked(*PRODUCT):
        room = "/".join(name.split("/")[:2]) if name.count("/") > 1 else name.split("/")[0]
        lines[room] += text(name).count("\n")
        files[room] += 1
    return {room: Size(lines[room], files[room]) for room in sorted(files)}


def main() -> None:
    """Print it."""
    for room, found in by_folder().items():
        print(f"{found.lines:7,} {found.files:5,}  {room}")  # noqa: T201 - what it is for
    now = size()
    lines, files = now.percent_of(BEGAN)
    print(f"{now.lines:7,} {now.files:5,}  in all")  # noqa: T201 - what it is for
    print(  # noqa: T201 - what it is for
        f"lines {lines:+.1f} %, files {files:+.1f} %"
        f" (wanted {WANTED_PERCENT[0]:+.1f} % and {WANTED_PERCENT[1]:+.1f} %)"
    )


if __name__ == "__main__":
    main()
