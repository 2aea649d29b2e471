"""The body of an answer while it comes and goes: small ones in memory, large ones in a file."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator
from typing import IO

from partnergraph.pool.memory_budget import MemoryBudget

MAX_IN_MEMORY = 1_000_000  # bytes of one answer
MAX_IN_FILES = 1_000_000_000  # bytes of all answers that wait in files
PIECE = 65_536  # bytes that are read back at once


class Spool:
    """A body that grows. One above `MAX_IN_MEMORY` bytes moves to a temporary file without a name, so that the memory
    of the server does not depend on how slowly clients read. `client` is the address of who gets it: whoever does not
    read takes no room from others. A body that is dropped frees its room.
    """

    __slots__ = ("_client", "_file", "_pieces", "size")

    budget = MemoryBudget(MAX_IN_FILES)

    def __init__(self, client: str = "") -> None:
        self._client, self.size = client, 0
        self._pieces: list[bytes] = []
        self._file: _File | None = None

    @property
    def in_memory(self) -> bool:
        """Whether `bytes` is allowed."""
        return self._file is None

    def __bytes__(self) -> bytes:
        """The whole body, of one in memory."""
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)

    def write(self, piece: bytes) -> None:
        """Add a piece. Raises `OSError` when there is no room for it; then the body is closed."""
        self.size += len(piece)
        if self._file is None and self.size <= MAX_IN_MEMORY:
            self._pieces.append(piece)
            return
        try:
            if self._file is None:
                self._file = _File(self.budget, self._client)
                self._pieces.append(piece)
                piece, self._pieces = b"".join(self._pieces), []
            self._file.write(piece)
        except OSError:
            self.close()
            raise

    def pieces(self) -> Iterator[bytes]:
        """The body in pieces, from its beginning, once; then it is closed."""
        if self._file is None:
            yield from self._pieces
            return
        yield from self._file.pieces()
        self.close()

    def close(self) -> None:
        """Free the room. What is closed is empty."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self._pieces, self.size = [], 0


class _File:
    """A file without a name, and the room that it takes, which is freed also when nobody came to read it."""

    def __init__(self, budget: MemoryBudget, client: str) -> None:
        self._budget, self._client, self._stored = budget, client, 0
        self._file: IO[bytes] | None = None
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  closed by `close`

    def write(self, piece: bytes) -> None:
        assert self._file is not None
        if not self._budget.acquire(self._client, len(piece)):
            raise OSError(errno.ENOSPC, "too many large answers wait for this client, or for others")
        self._stored += len(piece)
        view = memoryview(piece)
        while view:
            view = view[self._file.write(view) :]

    def pieces(self) -> Iterator[bytes]:
        assert self._file is not None
        self._file.seek(0)
        while self._file is not None and (piece := self._file.read(PIECE)):
            yield piece

    def close(self) -> None:
        if self._file is not None:
            self._budget.release(self._client, self._stored)
            self._file.close()
            self._file = None

    def __del__(self) -> None:
        self.close()
