"""Who answers a program's queries: a query process that can be stopped, or this one, for a graph that is only here."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from partnergraph.errors import QueryLimit, StoreError
from partnergraph.queries.worker import LIBRARY_TIMEOUT, MEMORY, raised, start
from partnergraph.store import Reader

EXCHANGE = {"select": "tsv", "ask": "json", "graph": "ntriples"}


@dataclass(frozen=True)
class Told:
    """An answer: the form of the query (SELECT, ASK, CONSTRUCT or DESCRIBE), its text, the bytes, and a note if any."""

    form: str
    sparql: str
    data: bytes
    note: str | None


class Asker(Protocol):
    """What a `Result` asks."""

    def ask(self, order: dict[str, Any]) -> Told:
        """Carry out an order (see `partnergraph.queries.standing.answer_query`). Raises the errors of a query."""


class Here:
    """Asks in this process: nothing stops a query. For a graph that a program has made and no file holds."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def ask(self, order: dict[str, Any]) -> Told:
        """Carry out an order."""
        from partnergraph.queries.standing import Frames, answer_query

        out = io.BytesIO()
        frames = Frames(out)
        note = answer_query(self.reader, order | {"tell": True}, frames)
        frames.send(b"N", json.dumps({"note": note}).encode())
        told = _Reading()
        told.feed(out.getvalue())
        return told.told


class Apart:
    """Asks in a query process over the same files: killed at a limit, and started again with the next question.

    `timeout` in seconds for each query, `memory` in bytes for the process. Safe to use from several threads; one query
    runs at a time.
    """

    def __init__(self, targets: Sequence[Path], *, timeout: float = LIBRARY_TIMEOUT, memory: int = MEMORY) -> None:
        self.targets, self.timeout, self.memory = [str(target.resolve()) for target in targets], timeout, memory
        self._lock = Lock()
        self._pipe: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def ask(self, order: dict[str, Any]) -> Told:
        """Carry out an order. Raises `QueryLimit` when it is stopped, `StoreError` when the graph cannot be opened."""
        with self._lock:
            try:
                # One that has ended meanwhile (with the thread that started it, or before a fork) is no loss.
                if self._process is None or self._process.poll() is not None or self._owner != os.getpid():
                    self._start()
                return self._asked(order | {"tell": True}, self.timeout)
            except (Exception, KeyboardInterrupt) as error:
                if not isinstance(error, _WordError):
                    self._end()
                    raise
                raise error.error from None

    def _asked(self, order: dict[str, Any], timeout: float) -> Told:
        from partnergraph.queries.standing import order as ordered

        assert self._pipe is not None
        deadline = time.monotonic() + timeout
        reading = _Reading()
        try:
            self._pipe.settimeout(timeout)
            self._pipe.sendall(ordered(order))
            while not reading.done:
                self._pipe.settimeout(max(0.001, deadline - time.monotonic()))
                if not (data := self._pipe.recv(1_048_576)):
                    raise ConnectionError
                reading.feed(data)
        except TimeoutError:
            advice = f"PartnerGraph.open(..., timeout={timeout * 6:g})"
            raise QueryLimit(
                f"Stopped after {timeout:g} seconds. Ask for less, or raise the limit: {advice}", "time"
            ) from None
        except ConnectionError:
            raise QueryLimit(
                f"The query was stopped: it needed more than {self.memory // 1_000_000} MB of memory, or brought the "
                f"engine down. Ask for less, or raise the limit: PartnerGraph.open(..., memory={self.memory * 2})"
            ) from None
        return reading.told

    def _start(self) -> None:
        self._pipe, theirs = socket.socketpair()
        with theirs:
            self._process = start("partnergraph.queries.standing", theirs)
        self._owner = os.getpid()
        weakref.finalize(self, _let_go, self._pipe, self._process, self._owner)
        try:
            self._asked({"targets": self.targets, "memory": self.memory}, LIBRARY_TIMEOUT)
        except QueryLimit:
            raise StoreError(f"{', '.join(self.targets)} cannot be opened by a query process. Open it again.") from None

    def _end(self) -> None:
        if self._pipe is not None and self._process is not None:
            _let_go(self._pipe, self._process, self._owner)
        self._pipe = self._process = None


def _let_go(pipe: socket.socket, process: subprocess.Popen[bytes], owner: int) -> None:
    """End a process; in a fork of the program that started it, only the copy of the pipe."""
    pipe.close()
    if os.getpid() == owner and process.poll() is None:
        process.kill()
        process.wait()


class _WordError(Exception):
    """The process said why there is no answer; it stands ready for the next question."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class _Reading:
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
        from partnergraph.queries.standing import HEAD

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
                raise _WordError(raised(json.loads(content)))
            else:
                self.note, self.done = json.loads(content).get("note"), True
        del self.held[:at]

    @property
    def told(self) -> Told:
        """The whole answer."""
        return Told(self.head.get("asks", ""), self.head.get("sparql", ""), b"".join(self.pieces), self.note)
