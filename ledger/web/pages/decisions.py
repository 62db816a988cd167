"""Deciding about a case on its page: an act, with evidence by name and hash, told as a notice."""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, UploadFile
from starlette.responses import RedirectResponse, Response

from ledger.cases.decision import documents_max, text_letters_max
from ledger.errors import Conflict, Misuse
from ledger.facts.identity import Document
from ledger.web.access.sign_in import check_form
from ledger.web.asking.decisions import ACTS, ActName, Given, command_of, settled
from ledger.web.asking.given import TEXT_PATTERN, day
from ledger.web.pages.case import case_page
from ledger.web.pages.given import Typed
from ledger.web.pages.opening import Open, Opening
from ledger.web.pages.rendering import address
from ledger.web.problems import Problem, forbidden, of_error, said

router = APIRouter(include_in_schema=False)
text_characters_max: Final = 2 * text_letters_max
"""A form sends a line's end as two characters; what is too long is said in words."""
_NOT_FOUND: Final = 404
_CONFLICT: Final = 409
NOT_YOURS: Final = said("Your role does not decide this.")
Text = Annotated[str, Form(max_length=text_characters_max, pattern=TEXT_PATTERN)]
Names = Annotated[list[str], Form(max_length=documents_max)]
Files = Annotated[list[UploadFile], File(max_length=documents_max)]


class Brought:
    """What a form of a decision brings: each act reads the fields that it asks for."""

    def __init__(
        self,
        text: Text = "",
        reason: Typed = "",
        waive: Text = "",
        owner: Typed = "",
        due: Typed = "",
        audience: Typed = "ALL",
        from_party: Typed = "",
        actions: Annotated[list[str], Form(max_length=10)] = [],  # noqa: B006 -- never changed
        cause: Text = "",
        action: Text = "",
        prevention: Text = "",
        done_on: Typed = "",
        to: Typed = "",
    ) -> None:
        self.fields: dict[str, Any] = {
            "text": _lines(text), "reason": reason, "waive": _lines(waive), "owner": owner.strip(),
            "due": due, "audience": audience, "from_party": from_party, "actions": actions,
            "cause": _lines(cause), "action": _lines(action), "prevention": _lines(prevention),
            "done_on": done_on, "to": to.strip(),
        }  # fmt: skip

    def given(self, documents: list[Document]) -> Given:
        """The same as the act is asked; the problem names a day that is none."""
        fields = dict(self.fields)
        for name in ("due", "done_on"):
            fields[name] = day(fields[name] or None, name)
        for name in ("text", "waive", "owner"):
            fields[name] = fields[name] or None
        return Given(**fields, documents=documents)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


class Attached:
    """Evidence that a form brings: names with hashes made in the browser, or files to be hashed.

    Of a file nothing is kept but its name and its SHA-256.
    """

    def __init__(
        self,
        document_name: Names = [],  # noqa: B006 -- never changed
        document_sha256: Names = [],  # noqa: B006 -- never changed
        file: Files = [],  # noqa: B006 -- never changed
    ) -> None:
        named = zip(document_name, document_sha256, strict=False)
        self.documents = [Document(name=name, sha256=digest) for name, digest in named if name]
        self.documents += [hashed(one) for one in file if one.filename]


def hashed(file: UploadFile) -> Document:
    """The name and SHA-256 of a file."""
    digest = hashlib.file_digest(file.file, "sha256").hexdigest()  # type: ignore[arg-type]  # it reads as one
    return Document(name=file.filename or "", sha256=digest)


@router.post("/desk/case/compare")
def compare(
    opened: Open,
    id: Annotated[UUID, Form()],  # noqa: A002 -- the field's name
    csrf: Annotated[str, Form(max_length=200)] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Say whether a file is one that the thread names; it is not kept."""
    check_form(opened.session, csrf)
    if file is None or not file.filename:
        return case_page(opened, id, refused=Problem(422, said("Choose a file to compare.")))
    document = hashed(file)
    return case_page(opened, id, compared={"name": document.name, "sha256": document.sha256})


@router.post("/desk/case/{act}")
def decide(
    opened: Open,
    act: ActName,
    brought: Annotated[Brought, Depends(Brought)],
    attached: Annotated[Attached, Depends(Attached)],
    id: Annotated[UUID, Form()],  # noqa: A002 -- the field's name
    csrf: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Take one decision; where it is refused the page says why and keeps what was typed."""
    check_form(opened.session, csrf)
    if opened.viewer.role not in ACTS[act].roles:
        raise forbidden(NOT_YOURS)
    try:
        command = command_of(opened.desk, act, opened.viewer, brought.given(attached.documents))
        settled(opened.desk, opened.viewer, id, command)
    except (Misuse, Conflict, Problem) as refusal:
        if isinstance(refusal, Problem) and refusal.status == _NOT_FOUND:
            raise
        given = {"act": act, **brought.fields}
        return case_page(opened, id, refused=told(refusal), given=given)
    return led_to(opened, "case", {"id": id, "done": act})


def told(refusal: Misuse | Conflict | Problem) -> Problem:
    """Why it was refused, for the page on which it was decided."""
    problem = of_error(refusal)
    return Problem(422, problem.detail) if problem.status == _CONFLICT else problem


def led_to(opened: Opening, page: str, words: Mapping[str, object]) -> Response:
    """Show a page now, at no other clock."""
    return RedirectResponse(address(opened.request, page, words), status_code=303)
