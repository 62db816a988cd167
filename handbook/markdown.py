"""Pieces of pages: tables, and text that is shown as it stands."""

from collections.abc import Iterable, Sequence
from html import escape


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def plain(text: str) -> str:
    """Text of the program: its marks stand for themselves, `code` remains code."""
    parts = text.split("`")
    shown = [
        part if number % 2 else escape(part, quote=False).replace("*", "\\*").replace("_", "\\_")
        for number, part in enumerate(parts)
    ]
    return "`".join(shown)


def code(text: str) -> str:
    """Text as code, in a cell of a table too."""
    return f"`{text}`" if text else ""


def block(text: str, language: str) -> str:
    """Lines of a language."""
    return f"```{language}\n{text.rstrip()}\n```\n"


def page(title: str, *parts: str, wide: bool = False) -> str:
    """A page: its only title, and its parts with a line between them.

    A wide one has no list of contents beside it, so that a table of many columns has its place.
    """
    head = ["---\nhide: [toc]\n---"] if wide else []
    return "\n\n".join([*head, f"# {title}", *(part.strip("\n") for part in parts if part)]) + "\n"
