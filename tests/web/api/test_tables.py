"""Tables over HTTP: checked, recorded, refused; for whom, for how long, and how much of them."""

import threading
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from ledger.errors import Unavailable
from ledger.log import Log
from ledger.log.seeing import Viewer
from ledger.rules.reading import TONGUES
from ledger.tables.mapping import Mapping
from ledger.tables.messages import LEVELS
from ledger.tables.reading import file_bytes_max
from ledger.web.asking.tables import checks
from ledger.web.asking.tables.checks import State
from ledger.web.bodies import file_bytes_max as FORM_BYTES_MAX  # noqa: N812 -- of the form
from ledger.web.problems import Problem
from tests.databases import Cluster
from tests.desks import Served, served
from tests.domain.tables import test_codes
from tests.domain.tables.test_codes import REACHED
from tests.sending import ISSUED, KINDS, committed, read_here, sent, source
from tests.tabling import csv_of

ROW = "{},2026-04-02,JAS-A,IMP-1,TOKYO,{},{}"
HEAD = f"{ISSUED},Source"
APPLIED = "Date,Source,Mark,Holder,Site,Lot,Label,Label version,Packs,Seals"
SPOILED = "Date,Source,Mark,Holder,Site,Seals,Reason"
CERTIFIED = "Date,Source,Party,Scheme,Role,Issuer,Number,Status,Valid from"
REST = {
    "SealsApplied": (APPLIED, "JAS-A,EXP-1,W1,L-7,LB-1,1,10,10"),
    "SealsSpoiled": (SPOILED, "JAS-A,EXP-1,W1,10,WET"),
    "CertificationChanged": (CERTIFIED, "IMP-1,JAS,IMPORTER,RCB-1,N-{0},GRANTED,2026-03-01"),
}
"""By type, its headings and a row behind date and source."""


@pytest.fixture(autouse=True)
def reads_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process for each of many files."""
    read_here(monkeypatch)


@pytest.fixture(scope="module")
def desk(embedded_cluster: Cluster) -> Iterator[Served]:
    """A desk with sources of every kind, of each party and of a stranger."""
    with embedded_cluster.database() as dsn, Log.open(dsn) as log, served(log) as found:
        parties = ("EXP-1", "IMP-1", "PRO-1", "RCB-1", "STRANGER")
        found.record([source(f"{kind}-{of}", of, kind) for of in parties for kind in KINDS])
        yield found


def issued(*refs: str, count: int = 5, by: str = "SYSTEM-IMP-1") -> bytes:
    """A table of seals issued."""
    return csv_of(HEAD, *(ROW.format(ref, count, by) for ref in refs))


def shown(
    desk: Served, role: str = "importer", party: str = "IMP-1", **more: str
) -> dict[str, str]:
    """Headers of a token, made once."""
    key = f"{role} {party} {more}"
    if key not in desk.secrets:
        desk.secrets[key] = desk.token(role, party, **more)["Authorization"]
    return {"Authorization": desk.secrets[key]}


OWN, FOREIGN, NOBODY = "{0}-{1}", "{0}-STRANGER", "NOBODY"
OFFICE = "not-permitted/office"
MAY: list[tuple[str, str, str, str | None]] = [
    # role, type of event, source, the code of what refuses it
    *((role, "SealsApplied", OWN.format(kind, "{1}"), None) for role in ("exporter", "importer",
      "processor") for kind in ("PERSON", "SYSTEM")),
    *((role, "SealsApplied", OWN.format(kind, "{1}"), "not-permitted") for role in ("exporter",
      "importer", "processor") for kind in ("SCANNER", "OTHER")),
    ("exporter", "SealsApplied", FOREIGN.format("PERSON"), "not-permitted"),
    ("exporter", "SealsApplied", NOBODY, "not-permitted"),
    ("exporter", "SealsSpoiled", "SCANNER-{1}", None),
    ("exporter", "SealsSpoiled", NOBODY, None),
    ("exporter", "SealsSpoiled", FOREIGN.format("SYSTEM"), "not-permitted"),
    ("importer", "CertificationChanged", "PERSON-{1}", "not-permitted"),
    ("certifier", "CertificationChanged", "PERSON-{1}", None),
    ("certifier", "CertificationChanged", FOREIGN.format("PERSON"), "not-permitted"),
    ("certifier", "SealsApplied", "PERSON-{1}", "not-permitted"),
    ("certifier", "SealsSpoiled", "PERSON-{1}", "not-permitted"),
    ("scanner", "SealsApplied", "SCANNER-{1}", None),
    ("scanner", "SealsApplied", "PERSON-{1}", "not-permitted"),
    ("scanner", "CertificationChanged", "SCANNER-{1}", "not-permitted"),
]  # fmt: skip
PARTIES = {
    "exporter": "EXP-1", "importer": "IMP-1", "processor": "PRO-1", "certifier": "RCB-1",
    "scanner": "EXP-1",
}  # fmt: skip


@pytest.mark.parametrize(("role", "kind", "of", "code"), MAY)
def test_who_may(desk: Served, role: str, kind: str, of: str, code: str | None) -> None:
    """Role by type of event by kind and owner of the source, at this door and at that of events."""
    party = PARTIES[role]
    own = of.replace("{1}", party)
    more = {"source": f"SCANNER-{party}"} if role == "scanner" else {}
    headers = shown(desk, role, party, **more)
    head, rest = REST[kind]
    data = csv_of(head, f"2026-04-02,{own},{rest.format(role)}")

    answer = sent(desk, headers, data, kind, commit="true", lang="ja")
    told = answer.json()

    assert (answer.status_code, told["receipts"][0]["code"]) == (200 if code is None else 422, code)
    if code is None:
        [stream] = desk.log.get([UUID(told["receipts"][0]["id"])]).values()
        assert (stream[0].door, stream[0].by) == ("table", party)
    else:
        assert told["reasons"] == {"not-permitted": 1}
        assert (told["import"], told["receipts"][0]["position"]) == (None, None)


def test_events_keep_their_own_table(desk: Served) -> None:
    """What an office may report by table it may not report as events."""
    event = {
        "type": "SealsApplied", "id": str(uuid4()), "time": "2026-04-02T09:30:00+09:00",
        "source": "PERSON-EXP-1", "mark": "JAS-A", "holder": "EXP-1", "site": "W1", "lot": "L-7",
        "label": "LB-1", "label_version": 1, "units": 10, "count": 10,
    }  # fmt: skip

    answer = desk.client.post("/events", json=event, headers=shown(desk, "exporter", "EXP-1"))

    assert answer.json()["receipts"][0]["reason"] == "not-permitted"


def test_an_operator_sends_none(desk: Served) -> None:
    """As over HTTP: it has the command line."""
    assert sent(desk, shown(desk, "operator", "operator"), issued("O-1")).status_code == 403


def test_checked_then_recorded(desk: Served) -> None:
    """The check records nothing; recording it does, once, however often it is asked."""
    headers, before = shown(desk), desk.log.position()

    check = sent(desk, headers, issued("C-1", "C-2"))
    told = check.json()
    still = desk.log.position()
    made = committed(desk, headers, told["check"])
    again = committed(desk, headers, told["check"])
    same = sent(desk, headers, issued("C-1", "C-2"), name="other.csv").json()

    assert (check.status_code, still) == (200, before)
    assert [line["outcome"] for line in told["receipts"]] == ["would-record"] * 2
    assert (told["dry_run"], told["import"], told["recorded"], told["template"]) == (
        True, None, 2, "SealsIssued",
    )  # fmt: skip
    assert made.status_code == 200
    assert [line["outcome"] for line in made.json()["receipts"]] == ["recorded"] * 2
    assert made.json()["import"] == again.json()["import"] is not None
    assert desk.log.position() == before + 2
    assert [line["outcome"] for line in same["receipts"]] == ["duplicate"] * 2
    assert same["sha256"] == told["sha256"]


def test_all_or_nothing_or_part(desk: Served) -> None:
    """One row that is refused keeps the others back, unless the rest is to be left out."""
    headers, before = shown(desk), desk.log.position()
    data = issued("P-1") + csv_of(ROW.format("P-2", "1.5", "SYSTEM-IMP-1"))

    check = sent(desk, headers, data).json()
    whole = committed(desk, headers, check["check"])
    kept = desk.log.position(), letters(desk)
    part = committed(desk, headers, check["check"], partial="true")

    assert [line["outcome"] for line in check["receipts"]] == ["not-recorded", "refused"]
    assert (whole.status_code, whole.headers["content-type"]) == (422, "application/problem+json")
    assert [line["code"] for line in whole.json()["receipts"]] == [None, "not-whole"]
    assert kept == (before, [])
    assert (part.status_code, part.json()["recorded"], part.json()["refused"]) == (207, 1, 1)
    assert letters(desk) == ["IMP-1"]


def letters(desk: Served) -> list[str | None]:
    """For whom the door of tables vouched in each of its dead letters."""
    found = desk.log.dead_letters(0, 100)
    return [each.refusal.by for each in found if each.refusal.door == "table"]


def test_others_find_no_check(desk: Served) -> None:
    """A check is of who sent it: to anybody else, of the same party too, there is none."""
    check = sent(desk, shown(desk), issued("X-1")).json()["check"]
    other = desk.token("importer", "IMP-1")

    for headers in (other, shown(desk, "exporter", "EXP-1"), shown(desk, "operator", "operator")):
        answer = committed(desk, headers, check)
        assert (answer.status_code, answer.json()["detail"]) == (404, checks.AGAIN)
    assert committed(desk, shown(desk), str(uuid4())).status_code == 404


def test_an_hour_and_no_longer(desk: Served) -> None:
    """A check that has waited for an hour is gone, and nothing was recorded."""
    headers, before, waiting = shown(desk), desk.log.position(), desk.app.state.tables
    check = sent(desk, headers, issued("H-1")).json()["check"]
    now = waiting.now()

    try:
        waiting.now = lambda: now + checks.seconds_max * 1_000_000
        answer = committed(desk, headers, check)
    finally:
        waiting.now = desk.app.state.desk.now

    assert (answer.status_code, answer.json()["detail"]) == (404, checks.AGAIN)
    assert desk.log.position() == before


def test_the_oldest_make_room(desk: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all that waits the oldest is let go of where there is too much."""
    headers = shown(desk)
    monkeypatch.setattr(checks, "bytes_max", 3_500)

    sent_ = [
        sent(desk, headers, issued(f"M-{n}") + b"\n" * 1_000).json()["check"] for n in range(3)
    ]

    assert [committed(desk, headers, check).status_code for check in sent_] == [404, 200, 200]


def test_too_many_at_once(desk: Served) -> None:
    """Who has two files under way waits; where all places are taken everybody does."""
    waiting, headers = desk.app.state.tables, shown(desk)
    held = [sent(desk, headers, issued(f"W-{n}")).json()["check"] for n in range(2)]
    found = [waiting._checks[UUID(check)] for check in held]  # noqa: SLF001 -- whoever holds it

    try:
        for check in found:
            check.state = State.READING
        answers = [sent(desk, headers, issued("W-9")), committed(desk, headers, held[0])]
    finally:
        for check in found:
            check.state = State.CHECKED

    assert [answer.status_code for answer in answers] == [429, 409]
    assert int(answers[0].headers["retry-after"]) > 0
    assert committed(desk, headers, held[0]).status_code == 200


def test_the_database_goes_away(desk: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 that promises no more than is so; recorded again it goes on."""
    headers = shown(desk)
    check = sent(desk, headers, issued("D-1")).json()["check"]

    def away(*_: Any) -> None:
        raise Unavailable("away")

    with monkeypatch.context() as patched:
        patched.setattr(checks, "written", lambda _: away)
        answer = committed(desk, headers, check)

    assert (answer.status_code, answer.json()["detail"]) == (503, checks.AWAY)
    assert int(answer.headers["retry-after"]) > 0
    assert committed(desk, headers, check).json()["recorded"] == 1


def test_it_ends_with_its_process(desk: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is being read is stopped, and nothing waits any longer."""
    begun = threading.Event()

    def slow(*_: Any, step: Any, **_more: Any) -> None:
        begun.set()
        while True:
            step("read", 0, 1)
            time.sleep(0.01)

    monkeypatch.setattr("ledger.web.asking.tables.checks.checked_file", slow)
    own, viewer = checks.Checks(desk.app.state.desk), Viewer("t", "importer", "IMP-1")
    asked = checks.asked_by(desk.app.state.desk, desk.app.state.registered, viewer)
    check = own.add(checks.Check(viewer, b"x", "t.csv", Mapping(), asked))
    assert begun.wait(60)

    own.close()

    assert check.job is not None
    assert check.job.done()
    with pytest.raises(Problem, match=checks.AGAIN):
        own.find(viewer, check.id)


def test_what_is_too_large(desk: Served) -> None:
    """A file over 20 MiB is refused as that, whether its form was taken in or not."""
    headers, before = shown(desk), desk.log.position()

    file = sent(desk, headers, bytes(file_bytes_max + 1))
    form = sent(desk, headers, bytes(FORM_BYTES_MAX))

    assert (file.status_code, file.json()["codes"]) == (200, {"too-large": 1})
    assert (form.status_code, form.json()["codes"]) == (413, {"too-large": 1})
    assert form.headers["content-type"] == "application/problem+json"
    assert desk.log.position() == before


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "mapping that is none": ({"mapping": "=", "data": b"x"}, "mapping"),
    "an unknown zone": ({"mapping": '{"zone": "Mars"}', "data": b"x"}, "zone"),
    "an unknown key": ({"mapping": '{"colour": 1}', "data": b"x"}, "mapping"),
    "an unknown template": ({"template": "X", "data": b"x"}, "template"),
    "an unknown field": ({"colour": "red", "data": b"x"}, "colour"),
    "no flag": ({"commit": "perhaps", "data": b"x"}, "commit"),
    "no import": ({"replaces": "x", "data": b"x"}, "replaces"),
    "an import that is not there": ({"replaces": str(uuid4()), "data": b"x"}, "replaces"),
    "no id": ({"actor": "a b", "data": b"x"}, "actor"),
    "no file": ({"template": "SealsIssued"}, "file"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_form_that_cannot_be(desk: Served, name: str) -> None:
    """422 with the field that is wrong; nothing is kept."""
    fields, field = WRONG[name]
    given = {key: value for key, value in fields.items() if key != "data"}
    files = {"file": ("t.csv", fields["data"])} if "data" in fields else {"mapping": ("", b"{}")}

    answer = desk.client.post("/tables", data=given, files=files, headers=shown(desk))

    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_body_that_is_no_form(desk: Served) -> None:
    """415, and the words of what would be one."""
    answer = desk.client.post("/tables", json={}, headers=shown(desk))

    assert (answer.status_code, answer.headers["accept-post"]) == (415, "multipart/form-data")


def test_a_mapping_may_be_a_file(desk: Served) -> None:
    """TOML as it is kept, sent beside the table."""
    files = {"file": ("t.csv", issued("T-1")), "mapping": ("m.toml", b'zone = "Asia/Tokyo"\n')}

    told = desk.client.post("/tables", files=files, headers=shown(desk)).json()

    assert (told["template"], told["recorded"]) == ("SealsIssued", 1)


def test_only_ones_own_import_is_replaced(desk: Served) -> None:
    """Another party's import is none."""
    headers = shown(desk, "exporter", "EXP-1")
    head, rest = REST["SealsApplied"]
    rows = [f"2026-04-0{day},PERSON-EXP-1,{rest}" for day in (3, 4)]
    made = sent(desk, headers, csv_of(head, *rows), "SealsApplied", commit="true").json()["import"]

    other = sent(desk, shown(desk), issued("R-1"), replaces=made)
    own = sent(
        desk, headers, csv_of(head, rows[0]), "SealsApplied", replaces=made, commit="true"
    ).json()

    assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "replaces")
    assert (own["retracted"], own["duplicate"]) == (1, 1)
    again = sent(desk, headers, csv_of(head, *rows), "SealsApplied", replaces=made).json()
    assert again["codes"] == {"replaced-already": 1}


def test_questions_are_asked_with_what_fits(desk: Served) -> None:
    """Each open question once, with the cells it is of and those that each answer fits."""
    days = ("03/04/2026", "13/04/2026", "12/31/2026")
    rows = [f"Q-{n},{day},JAS-A,IMP-1,TOKYO,5,SYSTEM-IMP-1" for n, day in enumerate(days)]

    told = sent(desk, shown(desk), csv_of(HEAD, *rows)).json()

    assert told["questions"] == [
        {"key": "day_order", "cells": 3, "answers": [
            {"value": "mdy", "fits": 2}, {"value": "dmy", "fits": 2}]},
    ]  # fmt: skip
    assert told["columns"][0]["codes"][:3] == ["ref", "time", "mark"]


def test_what_it_changes_as_far_as_it_is_seen(desk: Served) -> None:
    """One's own stock before and after; of another's the change alone, and no name of others."""
    desk.record([])
    own = sent(desk, shown(desk), issued("E-1", count=7)).json()
    head, rest = REST["SealsSpoiled"]
    row = f"2026-04-02,PERSON-EXP-1,{rest.replace('EXP-1', 'IMP-1').replace('W1', 'TOKYO')}"
    other = sent(desk, shown(desk, "exporter", "EXP-1"), csv_of(head, row), "SealsSpoiled").json()

    [before] = own["effects"]
    assert (before["change"], before["after"] - before["before"]) == (7, 7)
    assert other["effects"] == [
        {"mark": "JAS-A", "holder": "IMP-1", "site": "TOKYO", "change": -10, "before": None,
         "after": None},
    ]  # fmt: skip


def asked_of(way: str, monkeypatch: pytest.MonkeyPatch) -> tuple[bytes, str | None, dict[str, Any]]:
    """The file that reaches a way of saying something, its template and its mapping."""
    caught: list[tuple[bytes, str | None, dict[str, Any]]] = []

    def catch(data: bytes, template: str | None = None, **said: Any) -> None:
        caught.append((data, template, {"source": "SRC-1", "zone": "Asia/Tokyo", **said}))

    with monkeypatch.context() as patched:
        patched.setattr(test_codes, "read", catch)
        REACHED[way]()
    return caught[0]


def all_words(told: dict[str, Any]) -> list[tuple[str | None, str]]:
    """Every sentence of an answer, with the code of those in receipts."""
    rows = [each for row in told["receipts"] for each in (row, *row.get("more", ()), *row["notes"])]
    found = [(each["code"], each["words"]) for each in rows if each["words"]]
    return [*found, *((None, words) for words in told["said"])]


@pytest.mark.parametrize("tongue", TONGUES)
def test_every_code_in_words(desk: Served, monkeypatch: pytest.MonkeyPatch, tongue: str) -> None:
    """Each is reached at this door, and told in the language of whoever asks."""
    headers = shown(desk, "exporter", "EXP-1")
    for way in REACHED:
        data, template, mapping = asked_of(way, monkeypatch)
        answer = sent(desk, headers, data, template, mapping=mapping, lang=tongue)

        assert answer.status_code == 200, (way, answer.text)
        told = answer.json()
        code = way.partition("/")[0]
        words = [text for of, text in all_words(told) if of in (code, None)]
        assert code in told["codes"], way
        assert words
        assert not [text for text in words if "{" in text]
        assert tongue == "en" or any(ord(letter) > 0x3040 for text in words for letter in text)
    assert LEVELS.keys() - {way.partition("/")[0] for way in REACHED} == {
        # Of these tests of their own tell.
        "replaced-already", "older-revision", "raise-version", "conflict", "net-from-packs",
        "unknown-id", "not-permitted",
    }  # fmt: skip


REPORT = (
    "Date,Source,Report,Version,Contract,Shipment,Exporter,Importer,Certifying body,"
    "Exporter's certifier,Grader,Product,Label,Lot,Graded on,Pack weight (lb),Packs,"
    "Net weight (lb),Mark,Used,Received,Discarded,Remaining"
)
REPORTED = (
    "2026-04-09,SYSTEM-EXP-1,{},1,C,S,E,I,R,A,P,PR,LB,L-7,2026-04-02,25,40,1000,JAS-A,{},0,0,0"
)


@pytest.mark.parametrize("tongue", TONGUES)
def test_codes_that_the_ledger_reaches(desk: Served, tongue: str) -> None:
    """What only what is recorded can say: conflicts, revisions, versions, unknown names."""
    headers, ref = shown(desk), f"L-{tongue}"

    def told(count: int, corrections: str = "false") -> dict[str, Any]:
        found: dict[str, Any] = sent(
            desk, headers, issued(ref, count=count), lang=tongue, commit="true",
            corrections=corrections,
        ).json()  # fmt: skip
        return found

    exporter = shown(desk, "exporter", "EXP-1")
    first = told(5)
    conflict = told(6)
    corrected = told(6, corrections="true")
    older = told(5, corrections="true")
    reports = [
        sent(
            desk, exporter, csv_of(REPORT, REPORTED.format(ref, used)), "SealReportFiled",
            lang=tongue, commit="true",
        ).json()
        for used in (40, 41)
    ]  # fmt: skip
    desk.record([])
    unknown = sent(
        desk,
        exporter,
        csv_of("Date,Source,Lot,Cause", "2026-04-02,SYSTEM-EXP-1,L-X,c"),
        "LotHeld",
        lang=tongue,
    ).json()

    assert (first["recorded"], corrected["corrected"]) == (1, 1)
    codes = [each["receipts"][0]["code"] for each in (conflict, older, reports[1])]
    assert codes == ["conflict", "older-revision", "raise-version"]
    assert "net-from-packs" in reports[0]["codes"]
    assert unknown["codes"]["unknown-id"] == 1
    for each in (conflict, older, *reports, unknown):
        words = [text for _, text in all_words(each)]
        assert words
        assert tongue == "en" or all(any(ord(c) > 0x3040 for c in text) for text in words)
