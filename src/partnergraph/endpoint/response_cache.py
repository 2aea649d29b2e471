"""The answers that were given, kept as long as there is room: a generation never changes."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, NamedTuple

KEPT_BYTES = 64_000_000
KEPT_ANSWER = 1_000_000


class CachedResponse(NamedTuple):
    """An answer, headers of its own (`more`), and the digest of the query that it answers where that is wanted."""

    body: bytes
    media: str
    status: int = 200
    more: tuple[tuple[bytes, bytes], ...] = ()
    query: str | None = None


class ResponseCache:
    """The answers asked for last, up to a number of bytes.

    They stand under one text each, and as plain tuples. Of anything else Python would go through tens of thousands
    again and again, looking for circles of garbage, and nobody is answered while it does, for a tenth of a second.
    """

    def __init__(self, most: int = KEPT_BYTES) -> None:
        self.most, self.size = most, 0
        self.found: OrderedDict[bytes, tuple[Any, ...]] = OrderedDict()

    def get(self, generation: str, asked: bytes) -> CachedResponse | None:
        """What a generation answered."""
        key = _key(generation, asked)
        if (found := self.found.get(key)) is None:
            return None
        self.found.move_to_end(key)
        return CachedResponse._make(found)

    def put(self, generation: str, asked: bytes, answer: CachedResponse) -> None:
        """Keep an answer; the ones not asked for longest make room."""
        key = _key(generation, asked)
        if len(answer.body) > KEPT_ANSWER or key in self.found:
            return
        self.found[key] = tuple(answer)
        self.size += _weight(key, answer)
        while self.size > self.most:
            oldest, least = self.found.popitem(last=False)
            self.size -= _weight(oldest, CachedResponse._make(least))


def _key(generation: str, asked: bytes) -> bytes:
    return b"%b\n%b" % (generation.encode(), asked)


def _weight(key: bytes, answer: CachedResponse) -> int:
    """About how many bytes an answer takes: a long question may have a short one, and that a long note."""
    size = 1000 + len(key) + len(answer.body)
    return size + sum(len(value) for _, value in answer.more) if answer.more else size
