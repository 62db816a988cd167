"""What is given with a decision at the command line: who decides, why, and what shows it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cases.deciding import REASONS
from ledger.commands.completing import of

if TYPE_CHECKING:
    from ledger.facts.identity import Document

AsOption = Annotated[str, typer.Option("--as", metavar="PARTY", help="The party that decides.")]
PersonOption = Annotated[str, typer.Option(metavar="ID", help="The person, by reference.")]
ReasonOption = Annotated[
    str,
    typer.Option(
        metavar="CODE", autocompletion=of(lambda: REASONS), help=f"One of {', '.join(REASONS)}."
    ),
]
TextOption = Annotated[str | None, typer.Option(help="In words; needed for critical cases.")]
DocumentOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--document",
        metavar="FILE",
        help="A file that shows it: its name and SHA-256 are kept, not what is in it."
        " Several times for several.",
    ),
]


def documents_given(paths: list[Path] | None) -> "tuple[Document, ...]":
    """The documents of these files; OSError where one cannot be read."""
    from hashlib import file_digest

    from ledger.facts.identity import Document

    found = []
    for path in paths or ():
        with path.open("rb") as file:
            found.append(Document(name=path.name, sha256=file_digest(file, "sha256").hexdigest()))
    return tuple(found)
