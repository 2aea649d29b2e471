"""Bodies of answers stay in memory while they are small, and in a file when they are not."""

from __future__ import annotations

import pytest

from partnergraph.pool.memory_budget import MemoryBudget
from partnergraph.pool.spool import MAX_IN_MEMORY, PIECE, Spool


def test_a_small_body_stays_in_memory() -> None:
    body = Spool()
    body.write(b"ab")
    body.write(b"c" * (MAX_IN_MEMORY - 2))
    assert body.in_memory
    assert body.size == MAX_IN_MEMORY
    assert bytes(body) == b"".join(body.pieces()) == b"ab" + b"c" * (MAX_IN_MEMORY - 2)


def test_a_large_body_moves_to_a_file_and_comes_back_in_pieces() -> None:
    before, body = Spool.budget.used, Spool()
    expected = bytes(range(256)) * (MAX_IN_MEMORY // 256 + 1000)
    for start in range(0, len(expected), 50_000):
        body.write(expected[start : start + 50_000])
    assert not body.in_memory
    assert Spool.budget.used == before + len(expected)
    pieces = list(body.pieces())
    assert b"".join(pieces) == expected
    assert max(map(len, pieces)) == PIECE
    assert Spool.budget.used == before, "what was read frees its room"


def test_one_for_which_there_is_no_room_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Spool, "budget", MemoryBudget(2 * MAX_IN_MEMORY + 10))
    before, body = Spool.budget.used, Spool()
    body.write(b"x" * (MAX_IN_MEMORY + 1))
    with pytest.raises(OSError, match="too many large answers"):
        body.write(b"y" * 10)
    assert (body.size, Spool.budget.used) == (0, before)


def test_a_file_that_cannot_be_made_is_an_error_and_nothing_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere/at/all")
    before, body = Spool.budget.used, Spool()
    with pytest.raises(OSError, match="No such file"):
        body.write(b"x" * (MAX_IN_MEMORY + 1))
    assert (body.size, Spool.budget.used) == (0, before)


def test_a_body_that_nobody_came_to_read_frees_its_room() -> None:
    before, body = Spool.budget.used, Spool("a")
    body.write(b"x" * (MAX_IN_MEMORY + 1))
    assert Spool.budget.used > before
    del body
    assert Spool.budget.used == before
