"""A queue that nobody can fill against others."""

from __future__ import annotations

from dataclasses import dataclass

from partnergraph.pool.fair_queue import FairQueue


@dataclass(eq=False)
class Entry:
    client: str
    number: int
    ended: bool = False

    def done(self) -> bool:
        return self.ended


def _names(queue: FairQueue[Entry]) -> list[str]:
    names = []
    while (entry := queue.pop()) is not None:
        names.append(f"{entry.client}{entry.number}")
    return names


def _filled(*clients: str, limit: int = 10) -> FairQueue[Entry]:
    queue: FairQueue[Entry] = FairQueue(limit)
    for number, client in enumerate(clients):
        assert queue.push(Entry(client, number), now=number) is None
    return queue


def test_one_client_is_served_in_the_order_of_its_requests() -> None:
    assert _names(_filled("a", "a", "a")) == ["a0", "a1", "a2"]


def test_several_clients_take_turns() -> None:
    assert _names(_filled("a", "a", "a", "b", "c", "b")) == ["a0", "b3", "c4", "a1", "b5", "a2"]


def test_a_newcomer_takes_the_place_of_the_newest_request_of_whoever_has_most() -> None:
    queue = _filled("a", "a", "a", "b", limit=4)
    rejected = queue.push(Entry("c", 4), now=4)
    assert rejected is not None
    assert (rejected.client, rejected.number) == ("a", 2)
    assert len(queue) == 4
    assert _names(queue) == ["a0", "b3", "c4", "a1"]
    assert len(queue) == 0


def test_whoever_has_as_many_places_as_the_others_is_refused() -> None:
    queue = _filled("a", "a", "b", limit=3)
    for client in ("a", "b"):
        entry = Entry(client, 9)
        assert queue.push(entry, now=9) is entry
    assert _names(queue) == ["a0", "b2", "a1"]
    empty: FairQueue[Entry] = FairQueue(0)
    entry = Entry("a", 0)
    assert empty.push(entry, now=0) is entry


def test_requests_of_clients_that_have_gone_take_no_place() -> None:
    queue: FairQueue[Entry] = FairQueue(2)
    gone = [Entry("a", 0), Entry("a", 1)]
    for entry in gone:
        queue.push(entry, now=0)
        entry.ended = True
    assert queue.push(Entry("b", 2), now=1) is None
    assert len(queue) == 1
    assert _names(queue) == ["b2"]


def test_requests_that_have_waited_too_long_are_removed() -> None:
    queue = _filled("a", "b", "a", "b")
    expired = queue.remove_older(2)
    assert [f"{entry.client}{entry.number}" for entry in expired] == ["a0", "b1"]
    assert len(queue) == 2
    assert _names(queue) == ["a2", "b3"]
