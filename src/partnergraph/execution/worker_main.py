"""The query process: it opens a graph once and answers one order after another (see `execution.wire`).

Whoever started it kills it when an order takes too long, and starts another: nothing in it is worth keeping.
"""

from __future__ import annotations

import gc
import io
import os
import signal
import socket
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NoReturn

from partnergraph.errors import PartnerGraphError, StoreError
from partnergraph.execution.answer import AnswerFunction, answer_query
from partnergraph.execution.exit_status import OUT_OF_MEMORY, memory_error
from partnergraph.execution.query_process import end_with_parent, end_with_program
from partnergraph.execution.sandbox import (
    available_processors,
    confine_process,
    limit_memory,
    private_memory,
    set_affinity,
    use_batch_scheduling,
)
from partnergraph.execution.store_residency import MEMORY_FACTOR, is_resident
from partnergraph.execution.wire import END, PIECE, FrameWriter, encode_frame, read_order
from partnergraph.store import Reader

IDLE = 1.0  # seconds without an order after which a fork server has time for other things


def main(answer: AnswerFunction = answer_query, preload: Sequence[str] = ()) -> int:
    """Answer orders until the pipe is closed; `answer` writes the head and the body, and returns the note.

    Where the `Opening` says `forks`, this process opens the graph and then forks one that answers for each pipe that it
    is sent; when it has nothing to do it imports the modules `preload`, so that those forked from then on need not.
    """
    end_with_program()
    opening = read_order(open(0, "rb", buffering=0, closefd=False))  # noqa: SIM115  what follows is read by others
    if opening is None:
        return 0
    memory, reader, everywhere = opening["memory"], None, available_processors()
    if opening.get("forks"):
        set_affinity(everywhere[1:])
        try:
            reader = _open_before_forking(opening)
        except (PartnerGraphError, MemoryError, OSError) as error:
            return _report_failure(error, opening)
        with open(1, "wb", closefd=False) as control:
            FrameWriter(control).end()
        parent = os.getpid()
        if not _fork_on_request(preload):
            return 0
        confine_process(memory)
        end_with_parent(parent)
        use_batch_scheduling()
    else:
        confine_process(memory)
    # Most answers leave in one piece.
    pipe, out = open(0, "rb", closefd=False), open(1, "wb", PIECE, closefd=False)  # noqa: SIM115  as long as it lives
    try:
        if reader is None:
            reader = _open(opening)
        if not opening.get("single"):
            _warm_up(reader)  # in a fork what is written to for the first time is copied
    except (PartnerGraphError, MemoryError, OSError) as error:
        return _report_failure(error, opening)
    set_affinity(everywhere)
    FrameWriter(out).end()
    gc.freeze()  # what is there now stays; to look through it again and again takes time
    try:
        _serve(reader, answer, memory, pipe, out)
    except MemoryError:  # not even for a message
        return OUT_OF_MEMORY
    return 0


def end_process(status: int) -> NoReturn:
    """End without taking the graph apart: in a fork its memory would first be copied, and when a new generation takes
    over all of them would work at that at once, for ten milliseconds and more each, while requests wait.
    """
    os._exit(status)


def _serve(reader: Reader, answer: AnswerFunction, memory: int, pipe: IO[bytes], out: IO[bytes]) -> None:
    """Answer one order after another until the pipe is closed."""
    while (order := read_order(pipe)) is not None:
        frames, out_of_memory = FrameWriter(out), False
        try:
            frames.end(answer(reader, order, frames))
        except PartnerGraphError as error:
            frames.fail(error)
        except OSError as error:
            frames.fail(_system_error(error))
        except MemoryError:
            out_of_memory = True
        if out_of_memory:  # now that what was begun is given up, there is memory again
            FrameWriter(out).fail(memory_error(memory))


def _report_failure(error: Exception, opening: Mapping[str, Any]) -> int:
    """Say why the graph cannot be opened; returns the exit status."""
    if isinstance(error, OSError):
        error = _system_error(error)
    elif not isinstance(error, PartnerGraphError):
        error = memory_error(opening["memory"], opening=", ".join(opening["targets"]))
    with open(1, "wb", closefd=False) as out:
        FrameWriter(out).fail(error)
    return 1


def _system_error(error: OSError) -> StoreError:
    """What the system refused, as an error that says where and why."""
    where = f"{error.filename}: " if error.filename else ""
    return StoreError(f"{where}{error.strerror or error}.")


def _fork_on_request(preload: Sequence[str]) -> bool:
    """Fork a process for each pipe that comes, and send its number; true in such a process, false at the end."""
    control = socket.socket(fileno=os.dup(0))
    control.settimeout(IDLE)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    while True:
        try:
            request, pipes, _, _ = socket.recv_fds(control, 1, 1)
        except TimeoutError:
            for module in preload:
                import_module(module)
            control.settimeout(None)
            continue
        if not request:
            return False
        if (pid := os.fork()) == 0:
            for standard in (0, 1):
                os.dup2(pipes[0], standard)
            os.close(pipes[0])
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            return True
        os.close(pipes[0])
        control.sendall(encode_frame(END, b'{"pid": %d}' % pid))


def _open_before_forking(opening: Mapping[str, Any]) -> Reader | None:
    """The graph for all processes that are forked, if it is in memory. A store that stays on disk has threads, which a
    fork loses: each process opens that itself. Raises `StoreError`, `DataError`.
    """
    targets, memory = [Path(target) for target in opening["targets"]], opening["memory"]
    whole = opening.get("whole", False)
    if whole:
        limit_memory(memory)
    elif not is_resident(targets, memory):
        return None
    reader = _open(opening)
    _warm_up(reader)
    if whole and private_memory() * MEMORY_FACTOR > memory:
        raise StoreError(f"The store {targets[0]} takes more memory than was to be expected.")
    return reader


def _open(opening: Mapping[str, Any]) -> Reader:
    """A store or RDF files. Raises `StoreError`, `DataError`."""
    targets = [Path(target) for target in opening["targets"]]
    reader = Reader.at(targets[0]) if len(targets) == 1 else Reader.files(targets)
    if opening.get("single") or not targets[0].is_dir():
        return reader
    return reader.resident() if opening.get("whole") or is_resident(targets, opening["memory"]) else reader


def _warm_up(reader: Reader) -> None:
    """Import what every answer needs, and let the engine read its first blocks."""
    formats = {"select": "json", "ask": "json", "graph": "turtle"}
    for sparql in ("SELECT * { ?s a pg:Relationship } LIMIT 1", "ASK { ?s ?p ?o }"):
        order = {"sparql": sparql, "formats": formats, "max_rows": 1, "max_bytes": PIECE}
        answer_query(reader, order, FrameWriter(io.BytesIO()))


if __name__ == "__main__":
    end_process(main())
