"""`ledger table-template`: the empty table of a type of event, and a mapping to begin from."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ledger.commands.output import say
from ledger.errors import Misuse


class Lang(StrEnum):
    """The language of headings and words."""

    EN = "en"
    JA = "ja"


LangOption = Annotated[Lang, typer.Option("--lang", help="The language of headings and words.")]


def table_template(
    template: Annotated[str, typer.Argument(help="The type of event, such as SealsApplied.")],
    out: Annotated[Path, typer.Option(help="Where to write it: .xlsx, .csv or .toml.")],
    lang: LangOption = Lang.EN,
) -> None:
    """Write the empty table of a type of event: headings, what they mean, two example rows.

    A workbook has a sheet of notes and lists to choose from; .csv has the headings alone; .toml is
    a mapping to begin from, for tables whose headings are other ones.

    Example: ledger table-template SealsApplied --lang ja --out seals-applied.xlsx
    """
    from ledger.tables.mapping import template_of
    from ledger.web.asking.tables.contents import CONTENTS

    of = template_of(template)
    writer = CONTENTS.get(out.suffix.lower())
    if writer is None:
        raise Misuse(f"--out {out}: expected a name that ends in .xlsx, .csv or .toml.")
    content = writer(of, lang.value)
    try:
        out.write_bytes(content)
    except OSError as error:
        raise Misuse(f"{out} cannot be written: {error.strerror}.") from None
    say(f"{out} has the {len(of.recorded)} columns of {of.name}.")
