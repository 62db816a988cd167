"""What a page of the handbook shows to be typed, and what of it is run.

All `bash` blocks of a page are run, one after the other in one shell, in a folder and a home of
their own; `console` blocks are only shown. A comment in the line before the fence says otherwise:

    <!-- not run: WHY -->                        shown only
    <!-- in the background until: COMMAND -->    runs on; the next begins once COMMAND succeeds

A line that ends in `# exit N` is expected to end so. `127.0.0.1:8000` stands for the address of
the desk, `127.0.0.1:9464` for that of its metrics. A page with `<!-- needs: kafka -->` has a broker
at `broker.example:9092`.
"""

import re
from pathlib import Path
from typing import Final, NamedTuple

_FENCE: Final = re.compile(
    r"(?:^[ ]*<!--[ ]*(?P<comment>[^\n]*?)[ ]*(?:-->)?[ ]*\n)?"
    r"^(?P<indent>[ ]*)```bash[^\n]*\n(?P<lines>.*?)^(?P=indent)```",
    re.MULTILINE | re.DOTALL,
)
_NOT_RUN: Final = re.compile(r"not run: (?P<why>.*\S)")
_UNTIL: Final = re.compile(r"in the background until: (?P<until>.*\S)")
_EXIT: Final = re.compile(r"^(?P<command>.*\S)\s+# exit (?P<code>[0-9]+)$", re.MULTILINE)


class Block(NamedTuple):
    """What is typed. `why` it is not run; `until` which command succeeds it runs on."""

    lines: str
    why: str = ""
    until: str = ""


def blocks(page: str) -> list[Block]:
    """The `bash` blocks of a page. Raises ValueError for one that is not run without a reason."""
    found = []
    for match in _FENCE.finditer(page):
        comment, indent = match["comment"] or "", len(match["indent"])
        lines = "".join(line[indent:] for line in match["lines"].splitlines(keepends=True))
        not_run, until = _NOT_RUN.fullmatch(comment), _UNTIL.fullmatch(comment)
        if comment.startswith("not run") and not_run is None:
            raise ValueError(f"why is it not run?\n{lines}")
        found.append(
            Block(lines, not_run["why"] if not_run else "", until["until"] if until else "")
        )
    return found


def script(page: Path, addresses: dict[str, str]) -> str:
    """What a shell runs to do what the page shows; empty where it shows nothing that is run."""
    parts = []
    for number, block in enumerate(blocks(page.read_text(encoding="utf-8")), 1):
        if block.why:
            continue
        lines = _EXIT.sub(
            r'code=0; { \g<command>; } || code=$?; [ "$code" -eq \g<code> ]', block.lines
        )
        parts.append(f"echo 'block {number}' >&2\n")
        if block.until:
            parts.append(f"{{\n{lines}}} &\nuntil {block.until}; do sleep 0.2; done\n")
        else:
            parts.append(lines)
    made = "".join(parts)
    for shown, real in addresses.items():
        made = made.replace(shown, real)
    return made
