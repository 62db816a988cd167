"""Forms with a file in them: the file as it came, and the fields beside it.

They are read once it is known who sends them, and only as much of them as may be.
"""

from collections.abc import Collection, Mapping
from pathlib import PureWindowsPath
from typing import Final, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request

from ledger.tables.mapping import mapping_bytes_max
from ledger.tables.reading import file_bytes_max
from ledger.web.problems import Problem, invalid, said

_FORM: Final = "multipart/form-data"
_fields_max: Final = 40
_files_max: Final = 2
_name_characters_max: Final = 200
NO_FILE: Final = said("file: choose a file")


class Uploaded(NamedTuple):
    """A form: the file's name and content, and its fields as text; None and "" for no file."""

    name: str
    data: bytes | None
    fields: Mapping[str, str]


async def uploaded(request: Request, known: Collection[str]) -> Uploaded:
    """Read the form of a request. Raises Problem 415 for none, 422 for fields that are unknown.

    Fields may come as files, too.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != _FORM:
        raise Problem(415, f"Content-Type: {_FORM}.", headers={"Accept-Post": _FORM})
    async with request.form(
        max_files=_files_max, max_fields=_fields_max, max_part_size=mapping_bytes_max
    ) as form:
        fields: dict[str, str] = {}
        name, data = "", None
        for key, value in form.multi_items():
            if key == "file":
                if not isinstance(value, UploadFile):
                    raise invalid("file", "expected a file with a name")
                if value.filename:
                    name = _shown(value.filename)
                    data = await run_in_threadpool(value.file.read, file_bytes_max + 1)
            elif key not in known:
                raise invalid(key[:_name_characters_max], "no field of this form")
            elif isinstance(value, UploadFile):
                part = await run_in_threadpool(value.file.read, mapping_bytes_max + 1)
                fields[key] = part.decode("utf-8", "replace") or fields.get(key, "")
            else:
                fields[key] = value or fields.get(key, "")
    return Uploaded(name, data, fields)


def _shown(name: str) -> str:
    """A file's name without its folder, of characters that can be kept and shown."""
    own = PureWindowsPath(name).name or "table"
    kept = "".join(letter if letter.isprintable() else "\\ufffd" for letter in own)
    return kept[-_name_characters_max:]
