"""Who answers a program's queries: a query process that can be stopped, or this one, for a graph that is only here."""

from __future__ import annotations

import io
import json
import os
import subprocess
import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from partnergraph.errors import QueryError, QueryLimit, StoreError
from partnergraph.execution.exit_status import exit_error, memory_error
from partnergraph.execution.query_process import PersistentQueryProcess
from partnergraph.execution.sandbox import LIBRARY_TIMEOUT, MEMORY, error_from_frame, start_persistent
from partnergraph.store import Reader

END = 1.0  # seconds within which a process that has closed its pipe has ended
EXCHANGE = {"select": "tsv", "ask": "json", "graph": "ntriples"}


@dataclass(frozen=True)
class Response:
    """An answer: the form of the query (SELECT, ASK, CONSTRUCT or DESCRIBE), its text, the bytes, and a note if any."""

    form: str
    sparql: str
    data: bytes
    note: str | None


class QueryClient(Protocol):
    """What a `Result` asks."""

    def ask(self, order: dict[str, Any]) -> Response:
        """Carry out an order (see `partnergraph.execution.worker_main.answer_query`). Raises the errors of a query."""


class InProcessClient:
    """Asks in this process: nothing stops a query. For a graph that a program has made and no file holds."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def ask(self, order: dict[str, Any]) -> Response:
        """Carry out an order."""
        from partnergraph.execution.worker_main import FrameWriter, answer_query

        out = io.BytesIO()
        frames = FrameWriter(out)
        note = answer_query(self.reader, order | {"tell": True}, frames)
        frames.send(b"N", json.dumps({"note": note}).encode())
        told = _ResponseReader()
        told.feed(out.getvalue())
        return told.told


def _more_memory(size: int) -> str:
    return f"PartnerGraph.open(..., memory={size})"


_open: weakref.WeakSet[SubprocessClient] = weakref.WeakSet()


class SubprocessClient:
    """Asks in a query process over the same files: killed at a limit, and started again with the next question.

    `timeout` in seconds for each query, `memory` in bytes for the process. Safe to use from several threads and after a
    fork, which gets a process of its own; one query runs at a time. While a thread waits for the queries of others, its
    own time has not begun; neither has it while the graph is opened, which may take as long again, and a minute at the
    least.
    """

    def __init__(self, targets: Sequence[Path], *, timeout: float = LIBRARY_TIMEOUT, memory: int = MEMORY) -> None:
        self.targets, self.timeout, self.memory = [str(target.resolve()) for target in targets], timeout, memory
        self._lock = Lock()
        self._process: PersistentQueryProcess | None = None
        _open.add(self)

    def ask(self, order: dict[str, Any]) -> Response:
        """Carry out an order. Raises `QueryLimit` when it is stopped, `StoreError` when the graph cannot be opened or
        the process is ended from outside.
        """
        with self._lock:
            usable = False
            try:
                # One that has ended meanwhile is no loss.
                if self._process is None or self._process.poll() is not None:
                    self._start()
                told = self._asked(order | {"tell": True}, self.timeout)
                usable = True
                return told
            except _ErrorFrame as word:
                usable = True
                error = word.error
                if isinstance(error, QueryLimit) and error.limit == "memory":
                    error = memory_error(self.memory, more=_more_memory)
                raise error from None
            except TimeoutError:
                raise QueryLimit(
                    f"Stopped after {self.timeout:g} seconds. Ask for less, or raise the limit: {self._more_time}",
                    "time",
                ) from None
            except ConnectionError:
                raise self._explained() from None
            finally:
                # Whatever interrupts it, the next question must not get the rest of this answer.
                if not usable:
                    self._end()

    @property
    def _more_time(self) -> str:
        return f"PartnerGraph.open(..., timeout={self.timeout * 6:g})"

    def _asked(self, order: dict[str, Any], timeout: float) -> Response:
        """Raises `TimeoutError`, and `ConnectionError` when the process ends."""
        from partnergraph.execution.worker_main import encode_order as ordered

        assert self._process is not None
        self._process.last_words()  # that there is room for more
        pipe, deadline, reading = self._process.pipe, time.monotonic() + timeout, _ResponseReader()
        pipe.settimeout(timeout)
        pipe.sendall(ordered(order))
        while not reading.done:
            pipe.settimeout(max(0.001, deadline - time.monotonic()))
            if not (data := pipe.recv(1_048_576)):
                raise ConnectionError
            reading.feed(data)
        return reading.told

    def _start(self) -> None:
        self._end()
        self._process = start_persistent()
        self._let_go = weakref.finalize(self, self._process.end)
        opening, timeout = ", ".join(self.targets), max(LIBRARY_TIMEOUT, self.timeout)
        try:
            self._asked({"targets": self.targets, "memory": self.memory}, timeout)
        except TimeoutError:
            raise StoreError(
                f"Opening {opening} was stopped after {timeout:g} seconds. Raise the limit: {self._more_time}"
            ) from None
        except ConnectionError:
            error = self._explained(opening)
            raise StoreError(str(error)) if isinstance(error, QueryError) else error from None
        except _ErrorFrame as word:
            if isinstance(word.error, QueryLimit):
                full = memory_error(self.memory, opening=opening, more=_more_memory)
                raise StoreError(str(full)) from None
            raise word.error from None

    def _explained(self, opening: str = "") -> Exception:
        """Why the process gave no answer."""
        assert self._process is not None
        try:
            status = self._process.wait(END)
        except subprocess.TimeoutExpired:
            status = None
        return exit_error(status, self._process.last_words(), self.memory, opening=opening, more=_more_memory)

    def _end(self) -> None:
        if self._process is not None:
            self._let_go()
        self._process = None

    def forget(self) -> None:
        """In a fork of the program: leave the process, and the thread that may be asking, to the program."""
        self._lock, self._process = Lock(), None


def _forget_clients() -> None:
    for apart in list(_open):
        apart.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_clients)


class _ErrorFrame(Exception):
    """The process said why there is no answer; it stands ready for the next question."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class _ResponseReader:
    """Frames of an answer, read as they come."""

    def __init__(self) -> None:
        self.held, self.pieces, self.head, self.note, self.done = (
            bytearray(),
            list[bytes](),
            dict[str, Any](),
            None,
            False,
        )

    def feed(self, data: bytes) -> None:
        """Take some bytes. Raises what the process raised."""
        from partnergraph.execution.worker_main import HEAD

        self.held += data
        at = 0
        while len(self.held) - at >= HEAD.size:
            letter, length = HEAD.unpack_from(self.held, at)
            end = at + HEAD.size + length
            if len(self.held) < end:
                break
            content = bytes(self.held[at + HEAD.size : end])
            at = end
            if letter == b"D":
                self.pieces.append(content)
            elif letter == b"H":
                self.head = json.loads(content)
            elif letter == b"E":
                raise _ErrorFrame(error_from_frame(json.loads(content)))
            else:
                self.note, self.done = json.loads(content).get("note"), True
        del self.held[:at]

    @property
    def told(self) -> Response:
        """The whole answer."""
        return Response(self.head.get("asks", ""), self.head.get("sparql", ""), b"".join(self.pieces), self.note)
