"""A budget of bytes that clients share, so that none of them takes it from the others."""

from __future__ import annotations

from collections import Counter


class MemoryBudget:
    """`size` bytes, of which a client may hold as many as are free (dynamic thresholds: Choudhury and Hahne, 1998).

    One client alone has half of it, and of several that want all they can get each has the same, with as much left for
    the next one.
    """

    def __init__(self, size: int) -> None:
        self.size, self.used = size, 0
        self._used_by: Counter[str] = Counter()  # by the address of the client

    def acquire(self, client: str, amount: int) -> bool:
        """Reserve some bytes; False when there are none for this client."""
        if self._used_by[client] + amount > self.size - self.used - amount:
            self._drop_unused(client)
            return False
        self._used_by[client] += amount
        self.used += amount
        return True

    def release(self, client: str, amount: int) -> None:
        """Free bytes that were reserved."""
        self._used_by[client] -= amount
        self.used -= amount
        self._drop_unused(client)

    def _drop_unused(self, client: str) -> None:
        if not self._used_by[client]:
            del self._used_by[client]
