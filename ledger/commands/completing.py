"""What a shell offers for the values of options: looked up when Tab is pressed, in no home."""

from collections.abc import Callable, Iterable


def of(names: Callable[[], Iterable[str | tuple[str, str]]]) -> Callable[[str], list[object]]:
    """Complete by names, or names with a word on each, whatever case they are typed in."""

    def complete(incomplete: str) -> list[object]:
        typed = incomplete.casefold()
        return [
            each
            for each in names()
            if (each if isinstance(each, str) else each[0]).casefold().startswith(typed)
        ]

    return complete


def rules() -> list[tuple[str, str]]:
    """Every rule with its title."""
    from ledger.rules.texts import texts_of

    return [(number, text.title) for number, text in texts_of("en").rules.items()]


def claims() -> list[str]:
    """Every claim of the tables of law, scheme by scheme."""
    from ledger.labels.claims import CLAIMS

    return list(dict.fromkeys(row.claim for row in CLAIMS.rows()))


def classes() -> tuple[str, ...]:
    """Every product class."""
    from typing import get_args

    from ledger.facts.scalars import ProductClass

    return get_args(ProductClass)


def codes() -> list[str]:
    """Every reason code."""
    from ledger.labels.verdict import CODES

    return [row.code for row in CODES.rows()]


def tables() -> list[tuple[str, str]]:
    """Every dated table with what it holds."""
    from ledger.labels.describe import TABLES

    return [(table.name, table.about) for table in TABLES]
