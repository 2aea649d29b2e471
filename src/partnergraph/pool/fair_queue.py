"""A bounded queue that serves its clients in turn, so that nobody fills it against the others."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Generic, Protocol, TypeVar


class Waiting(Protocol):
    """An entry of the queue: a request that waits for a query process."""

    client: str  # the address that it came from

    def done(self) -> bool:
        """Whether it needs no process any more."""


T = TypeVar("T", bound=Waiting)


class FairQueue(Generic[T]):
    """Requests in the order of their arrival for each client; the clients take turns (RFC 970, fair queueing).

    It holds `limit` entries at most. When it is full, a client that has fewer entries than another one takes the place
    of that one's newest entry.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        # With the time at which each came; the client whose turn it is comes first.
        self._entries: OrderedDict[str, deque[tuple[float, T]]] = OrderedDict()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def push(self, entry: T, now: float) -> T | None:
        """Add an entry. Returns the one that has no place: None, another client's newest entry, or `entry` itself."""
        rejected = None
        if self._size >= self.limit:
            self._discard_done()
        if self._size >= self.limit:
            own = len(self._entries.get(entry.client, ()))
            client = max(self._entries, key=lambda name: len(self._entries[name]), default=entry.client)
            if len(self._entries.get(client, ())) <= own + 1:
                return entry
            _, rejected = self._entries[client].pop()
            self._size -= 1
        self._entries.setdefault(entry.client, deque()).append((now, entry))
        self._size += 1
        return rejected

    def pop(self) -> T | None:
        """The oldest entry of the client whose turn it is, of those that still need a process; None without one."""
        while self._entries:
            client, entries = next(iter(self._entries.items()))
            _, entry = entries.popleft()
            self._size -= 1
            if not entries:
                del self._entries[client]
            elif len(self._entries) > 1:
                self._entries.move_to_end(client)  # its next turn comes after that of all others
            if not entry.done():
                return entry
        return None

    def remove_older(self, than: float) -> list[T]:
        """Remove the entries that came before a time, and return those that still need a process."""
        removed = []
        for client in list(self._entries):
            entries = self._entries[client]
            while entries and entries[0][0] < than:
                removed.append(entries.popleft()[1])
            if not entries:
                del self._entries[client]
        self._size -= len(removed)
        return [entry for entry in removed if not entry.done()]

    def _discard_done(self) -> None:
        for client in list(self._entries):
            entries = deque(entry for entry in self._entries[client] if not entry[1].done())
            self._size -= len(self._entries[client]) - len(entries)
            if entries:
                self._entries[client] = entries
            else:
                del self._entries[client]
