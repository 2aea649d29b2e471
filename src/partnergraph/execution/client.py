"""Clients for the queries of a program: answered in a process that can be stopped, or in this one."""

from __future__ import annotations

import io
import os
import weakref
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Protocol

from partnergraph.errors import QueryError, QueryLimit, StoreError
from partnergraph.execution.exit_status import memory_error
from partnergraph.execution.query_process import PersistentQueryProcess
from partnergraph.execution.sandbox import LIBRARY_TIMEOUT, MEMORY, check_response, start_persistent
from partnergraph.execution.wire import FrameWriter, Opening, Order, Response, ResponseParser, encode_order
from partnergraph.store import Reader

EXCHANGE = {"select": "tsv", "ask": "json", "graph": "ntriples"}


class QueryClient(Protocol):
    """What answers the orders of a `Result`."""

    def ask(self, order: Order) -> Response:
        """The answer to an order, whose head has the form and the text of the query. Raises the errors of a query."""


class InProcessClient:
    """Answers in this process: nothing stops a query. For a graph that a program has made and no file holds."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def ask(self, order: Order) -> Response:
        """See `QueryClient`."""
        from partnergraph.execution.answer import answer_query

        out = io.BytesIO()
        frames = FrameWriter(out)
        frames.end(answer_query(self.reader, {**order, "echo": True}, frames))
        response = ResponseParser().feed(out.getvalue())
        assert response is not None
        return response


def _more_memory(size: int) -> str:
    return f"PartnerGraph.open(..., memory={size})"


_clients: weakref.WeakSet[SubprocessClient] = weakref.WeakSet()


class SubprocessClient:
    """Asks a query process over the same files, which is killed at a limit and started again with the next query.

    `timeout` in seconds for each query, `memory` in bytes for the process. Safe to use from several threads and after a
    fork, which gets a process of its own; one query runs at a time. While a thread waits for the queries of others, its
    own time has not begun; neither has it while the graph is opened, which may take as long again, and a minute at the
    least.
    """

    def __init__(self, targets: Sequence[Path], *, timeout: float = LIBRARY_TIMEOUT, memory: int = MEMORY) -> None:
        self.targets, self.timeout, self.memory = [str(target.resolve()) for target in targets], timeout, memory
        self._lock = Lock()
        self._process: PersistentQueryProcess | None = None
        _clients.add(self)

    def ask(self, order: Order) -> Response:
        """See `QueryClient`. Raises `QueryLimit` when it is stopped, `StoreError` when the graph cannot be opened or
        the process is ended from outside.
        """
        with self._lock:
            response = None
            try:
                # One that has ended meanwhile is replaced.
                if self._process is None or self._process.poll() is not None:
                    self._process = self._start()
                response = self._process.exchange(encode_order({**order, "echo": True}), self.timeout)
            except TimeoutError:
                raise QueryLimit(
                    f"Stopped after {self.timeout:g} seconds. Ask for less, or raise the limit: {self._more_time}",
                    "time",
                ) from None
            except ConnectionError:
                assert self._process is not None
                raise self._process.explain_end(self.memory, _more_memory) from None
            finally:
                # Whatever interrupts it, the next query must not get the rest of this answer.
                if response is None:
                    self._end()
        return check_response(response, self.memory, _more_memory)

    @property
    def _more_time(self) -> str:
        return f"PartnerGraph.open(..., timeout={self.timeout * 6:g})"

    def _start(self) -> PersistentQueryProcess:
        """A process that has opened the graph. Raises `StoreError`, `DataError`."""
        self._end()
        self._process = process = start_persistent()
        self._end_process = weakref.finalize(self, process.end)
        targets, timeout = ", ".join(self.targets), max(LIBRARY_TIMEOUT, self.timeout)
        opening: Opening = {"targets": self.targets, "memory": self.memory}
        try:
            response = process.exchange(encode_order(opening), timeout)
        except TimeoutError:
            raise StoreError(
                f"Opening {targets} was stopped after {timeout:g} seconds. Raise the limit: {self._more_time}"
            ) from None
        except ConnectionError:
            error = process.explain_end(self.memory, _more_memory, targets)
            raise StoreError(str(error)) if isinstance(error, QueryError) else error from None
        if isinstance(response.error, QueryLimit):
            raise StoreError(str(memory_error(self.memory, opening=targets, more=_more_memory)))
        check_response(response, self.memory, _more_memory)
        return process

    def _end(self) -> None:
        if self._process is not None:
            self._end_process()
        self._process = None

    def disown(self) -> None:
        """In a fork of the program: leave the process, and the thread that may be asking, to the program."""
        self._lock, self._process = Lock(), None


def _disown_all() -> None:
    for client in list(_clients):
        client.disown()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_disown_all)
