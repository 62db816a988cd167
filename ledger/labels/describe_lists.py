"""What the positive lists say of a substance, as rows for people and programs.

Each answer is told whole: the condition of the substance, and what its list asks of every one.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from ledger.errors import no_such
from ledger.labels.describe import known_class
from ledger.labels.substances import SUBSTANCES, substance, tables_known, whole

_NO_LATER_TEXT: Final = "no later text is known to this ledger; ask the body"
_NO_LATER_TEXT_JA: Final = (
    "より新しい規格の有無はこの台帳では分からないので、登録認証機関に確認する"
)


def substance_rows(
    code: str, table: str | None, class_: str | None, on: date
) -> list[dict[str, Any]]:
    """What each list asked says of a substance; Misuse where no list ever names it."""
    lists = tables_known() if table is None else (table,)
    if class_ is not None:
        known_class(class_)
    found = [substance(name, code, class_, on) for name in lists]
    named = [one for one in found if one.rows]
    known = {row.code for row in SUBSTANCES.rows() if row.table in lists}
    if not named and code.upper() not in known:
        raise no_such(
            "substance", code, sorted(known), where=f"on {', '.join(lists)}", field="code"
        )
    return [
        {
            "table": one.table,
            "code": code,
            "class": class_,
            "on": on.isoformat(),
            "allowed": one.allowed,
            "conditions": list(one.conditions),
            "reasons": list(one.verdict.codes),
            "sources": sorted({source for row in one.rows for source in row.prov}),
            **_whole(one.table, class_, on),
        }
        for one in (named or found)
    ]


def _whole(table: str, class_: str | None, on: date) -> dict[str, Any]:
    row = whole(table, class_, on)
    if row is None:
        return dict.fromkeys(("list_condition", "list_condition_ja", "text_of", "later_text"))
    return {
        "list_condition": row.en or None,
        "list_condition_ja": row.ja or None,
        "text_of": row.text_of.isoformat(),
        "later_text": None if row.later_text is None else row.later_text.isoformat(),
    }


def list_lines(rows: Iterable[dict[str, Any]], *tongues: str) -> list[str]:
    """Of answers about substances: what each list asks as a whole, and of which day its text is.

    A line for each list in each of the tongues, `en` or `ja`.
    """
    lines = (_line(row, tongue) for row in rows for tongue in tongues)
    return list(dict.fromkeys(lines))


def _line(row: dict[str, Any], tongue: str) -> str:
    ja, of, later = tongue == "ja", row["text_of"], row["later_text"]
    said = [row["list_condition_ja" if ja else "list_condition"]]
    if ja:
        said.append(None if of is None else f"{of}の規格による")
        said.append(_NO_LATER_TEXT_JA if later is None else f"{later}の新しい規格がある")
        return f"{row['table']}：{'；'.join(filter(None, said))}。"
    said.append(None if of is None else f"text of {of}")
    said.append(_NO_LATER_TEXT if later is None else f"there is a later text of {later}")
    return f"{row['table']}: {'; '.join(filter(None, said))}."
