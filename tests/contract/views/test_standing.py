"""What binds and who speaks, as the projection keeps it: the same as from all facts in memory."""

from random import Random
from uuid import UUID

import pytest

from ledger.facts.canonical import decode
from ledger.facts.record import Record
from ledger.facts.standing import OPERATOR, REGISTRY
from ledger.log import Entry, Log
from ledger.views import loading
from ledger.views.projection import Projector, reading
from ledger.views.verify import verify
from tests.auditing import RECORDED, AuditWorld, entry_somewhere, shuffled
from tests.databases import Cluster


def known_to(log: Log, position: int) -> Record:
    """The facts recorded up to a position."""
    record = Record()
    for event in log.read(0, position):
        record.add(decode(event.state), event.recorded_at, event.by, event.door)
    return record


@pytest.mark.parametrize("seed", range(8))
def test_what_binds_at_every_position(embedded_cluster: Cluster, seed: int) -> None:
    """In whatever batches it was folded, at any known position; and a rebuild says the same."""
    chance = Random(seed)  # noqa: S311 -- a seed gives a story; nothing here is secret
    facts = shuffled(AuditWorld(seed).draw(180), chance)
    with (
        embedded_cluster.database() as dsn,
        Log.open(dsn, clock=lambda: RECORDED) as log,
    ):
        log.append([entry_somewhere(fact) for fact in facts])
        projector = Projector(log)
        projector.make()
        while projector.run_batch(chance.randrange(1, 60)):
            if chance.random() < 0.2:
                projector = Projector(log)  # another process goes on
        with reading(log) as rows:
            for position in sorted({*range(1, log.position(), 11), log.position()}):
                record = known_to(log, position)
                registered = [known.fact for known in record if type(known.fact) in REGISTRY]
                expected = {f.id for f in registered if not record.binds(f)}
                assert loading.unbound(rows, registered, position) == expected, position
            speakers = {
                source: party
                for source, party in loading.moved_speakers(rows, 0, log.position()).items()
                if party is not None
            }
            assert speakers == dict(record.told[1])
            assert expected or seed, "nothing here ever fails to bind"

        assert verify(log) == []


def test_a_registration_that_binds_again(any_database: str) -> None:
    """A stranger's retraction binds while nobody knows it, and no more once its source is known."""
    world = AuditWorld(0)
    mark = world.add("MarkRegistered", mark="JAS-Z", scheme="JAS", rcb="RCB-1", importer="IMP-1",
                     design="leaf", carrier="STICKER", serialised=False)  # fmt: skip
    back = world.add("EventRetracted", target=mark.id, reason="DUPLICATE", source="STR-S")
    known = world.add("SourceRegistered", source="STR-S", registers="STR-S", kind="SYSTEM",
                      party="STR-1")  # fmt: skip
    with Log.open(any_database) as log:
        projector = Projector(log)
        projector.make()
        for fact, by, binds in ((mark, OPERATOR, True), (back, None, False), (known, None, True)):
            door = "kafka" if by is None else "file"
            state = entry_somewhere(fact).state
            log.append([Entry(UUID(fact.id), type(fact).__name__, state, 1, 0, door, by)])
            projector.catch_up()
            with reading(log) as rows:
                unbound = loading.unbound(rows, [mark], log.position())
            assert (mark.id not in unbound) == binds, type(fact)
