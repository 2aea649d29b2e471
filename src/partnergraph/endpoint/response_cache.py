"""The response cache. An entry is valid as long as its generation, which never changes."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, NamedTuple

MAX_CACHE_BYTES = 64_000_000
MAX_CACHED_BODY = 1_000_000  # bytes of a body up to which a response is cached
ENTRY_OVERHEAD = 1_000  # bytes that an entry takes beside its texts, about


class CachedResponse(NamedTuple):
    """A response, its further header fields (`more`), and the digest of its query where the record wants it."""

    body: bytes
    media: str
    status: int = 200
    more: tuple[tuple[bytes, bytes], ...] = ()
    query: str | None = None


class ResponseCache:
    """The responses used last, up to a number of bytes.

    Entries are plain tuples under one bytes key each, which the garbage collector does not track: with tens of
    thousands of tracked objects each full collection would stop the server for a tenth of a second.
    """

    def __init__(self, max_bytes: int = MAX_CACHE_BYTES) -> None:
        self.max_bytes, self.size = max_bytes, 0
        self.entries: OrderedDict[bytes, tuple[Any, ...]] = OrderedDict()

    def get(self, generation: str, request_key: bytes) -> CachedResponse | None:
        """The response of a generation to a request; None if it is not cached."""
        key = _key(generation, request_key)
        if (entry := self.entries.get(key)) is None:
            return None
        self.entries.move_to_end(key)
        return CachedResponse._make(entry)

    def put(self, generation: str, request_key: bytes, response: CachedResponse) -> None:
        """Add a response; those not used for longest make room."""
        key = _key(generation, request_key)
        if len(response.body) > MAX_CACHED_BODY or key in self.entries:
            return
        self.entries[key] = tuple(response)
        self.size += _entry_size(key, response)
        while self.size > self.max_bytes:
            oldest, entry = self.entries.popitem(last=False)
            self.size -= _entry_size(oldest, CachedResponse._make(entry))


def _key(generation: str, request_key: bytes) -> bytes:
    return b"%b\n%b" % (generation.encode(), request_key)


def _entry_size(key: bytes, response: CachedResponse) -> int:
    """Bytes that an entry takes, about: a long query may have a short answer, and that a long note."""
    size = ENTRY_OVERHEAD + len(key) + len(response.body)
    return size + sum(len(value) for _, value in response.more) if response.more else size
