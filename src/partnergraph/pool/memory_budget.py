"""Room that clients share, so that none of them takes it from the others."""

from __future__ import annotations

from collections import Counter


class MemoryBudget:
    """`size` bytes, of which a client may hold as many as are free (dynamic thresholds: Choudhury and Hahne, 1998).

    One client alone has half of it, and of several that want all they can get each has the same, with as much left for
    the next one.
    """

    def __init__(self, size: int) -> None:
        self.size, self.used = size, 0
        self._held: Counter[str] = Counter()  # by the address of the client

    def take(self, client: str, amount: int) -> bool:
        """Take room for some bytes; False when there is none for this client."""
        if self._held[client] + amount > self.size - self.used - amount:
            self._forget(client)
            return False
        self._held[client] += amount
        self.used += amount
        return True

    def give_back(self, client: str, amount: int) -> None:
        """Free room that was taken."""
        self._held[client] -= amount
        self.used -= amount
        self._forget(client)

    def _forget(self, client: str) -> None:
        if not self._held[client]:
            del self._held[client]
