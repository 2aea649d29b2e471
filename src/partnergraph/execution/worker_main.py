"""The query process that stands ready: it opens a graph once and answers one order after another, in frames.

Whoever started it kills it when an order takes too long, and starts another: nothing in it is worth keeping. A frame is
a letter, the length of its content (4 bytes, the highest first) and the content: ``H`` what the answer is (JSON with
`form`, `format` and perhaps a `hint`), ``D`` a piece of it, ``N`` the end (JSON with `note`), ``E`` the end by an error
(JSON, as `execution.sandbox.last_word` gives it). An order is four bytes of length and a line of JSON; after
it may stand the query, so that what many orders have in common is read once.
"""

from __future__ import annotations

import gc
import io
import json
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any, TypeAlias, cast

from partnergraph.errors import PartnerGraphError, QueryForm, StoreError, UsageError
from partnergraph.execution.execute import execute_prepared
from partnergraph.execution.exit_status import memory_error
from partnergraph.execution.query_process import end_with_parent, end_with_program
from partnergraph.execution.sandbox import (
    available_processors,
    confine_process,
    error_frame,
    limit_memory,
    private_memory,
    set_affinity,
    system_error,
)
from partnergraph.execution.sandbox import resolve_order as read_order
from partnergraph.execution.service_description import service_description
from partnergraph.sparql.prepare import prepare_query
from partnergraph.sparql.syntax_errors import empty_reader
from partnergraph.store import Reader, store_error

PIECE = 65_536
MAX_FRAME = 1_000_000  # bytes of one piece of an answer, which whoever reads it holds in memory
QUIET = 1.0  # seconds without an order after which there is time for other things
ROOMY = 500_000_000  # bytes of memory with which a small store is read into it
RESIDENT = 60_000_000  # bytes of a store on disk, some 300,000 quads, that are read into memory at the start
FITS = 2  # times the bytes of a larger store: the memory with which it is read into it in the background
LENGTH = PID = struct.Struct(">I")
HEAD = struct.Struct(">cI")


class FrameWriter:
    """What an order is answered with: frames, and a file whose content becomes frames. (See `io.IOBase`, of which the
    engine and `partnergraph.execution.execute` use two methods.)
    """

    def __init__(self, pipe: IO[bytes]) -> None:
        self.pipe = pipe
        self._held: list[bytes] = []
        self._size = 0

    def write(self, data: Any) -> int:
        """A piece of the answer. Small ones are held back until they are worth a frame."""
        piece = bytes(data)
        self._held.append(piece)
        self._size += len(piece)
        if self._size >= PIECE:
            self.flush()
        return len(piece)

    def flush(self) -> None:
        """Send what was held back."""
        if self._held:
            data = b"".join(self._held)
            self._held, self._size = [], 0
            for start in range(0, len(data), MAX_FRAME):
                self.send(b"D", data[start : start + MAX_FRAME])

    def send(self, letter: bytes, content: bytes) -> None:
        """One frame."""
        self.pipe.write(HEAD.pack(letter, len(content)) + content)


Answer: TypeAlias = "Callable[[Reader, dict[str, Any], FrameWriter], str | None]"


def encode_order(values: Mapping[str, Any] | bytes, sparql: str | None = None) -> bytes:
    """An order as the process reads it. `values` may be JSON already, when the query does not stand in them."""
    content = values if isinstance(values, bytes) else json.dumps(values).encode()
    if sparql is not None:
        content = b"%b\n%b" % (content, sparql.encode())
    return LENGTH.pack(len(content)) + content


def main(answer: Answer | None = None, later: Sequence[str] = ()) -> int:
    """Answer until the pipe is closed. The first order says `targets` and `memory`, the others what to ask.

    `answer` writes the answer to an order in frames, and returns its note; by default `answer_query`. Where the first
    order says `forks`, this process opens the graph and then forks one that answers for each pipe that it is sent (with
    `whole` it reads a store of any size into memory first, which they share); when it has nothing to do it imports the
    modules `later`, so that those forked from then on need not.
    """
    end_with_program()
    answer = answer or answer_query
    first = _read(open(0, "rb", buffering=0, closefd=False))  # noqa: SIM115  what follows is read by others
    if first is None:
        return 0
    targets, memory = [Path(target) for target in first["targets"]], first["memory"]
    reader, everywhere = None, available_processors()
    if first.get("forks"):
        set_affinity(everywhere[1:])
        try:
            # A store that stays on disk has threads, which a fork loses: each process opens that itself.
            whole = first.get("whole", False)
            if whole:
                limit_memory(memory)
            if whole or _resident(targets, memory):
                reader = _opened(targets, memory, whole=whole)
                _warm(reader)
            if whole and private_memory() * FITS > memory:
                raise StoreError(f"The store {targets[0]} takes more memory than was to be expected.")
        except (PartnerGraphError, MemoryError, OSError) as error:
            return _failed(error, first)
        with open(1, "wb", closefd=False) as said:
            FrameWriter(said).send(b"N", b"{}")
        parent = os.getpid()
        if not _forked(later):
            return 0
        confine_process(memory)
        end_with_parent(parent)
    else:
        confine_process(memory)
    # Most answers leave in one piece.
    pipe, out = open(0, "rb", closefd=False), open(1, "wb", PIECE, closefd=False)  # noqa: SIM115  as long as it lives
    try:
        if reader is None:
            reader = _opened(targets, memory)
        _warm(reader)  # in a fork what is written to for the first time is copied
    except (PartnerGraphError, MemoryError, OSError) as error:
        return _failed(error, first)
    set_affinity(everywhere)
    FrameWriter(out).send(b"N", b"{}")
    out.flush()
    gc.freeze()  # what is there now stays; to look through it again and again takes time
    _serve(reader, answer, memory, pipe, out)
    return 0


def _serve(reader: Reader, answer: Answer, memory: int, pipe: IO[bytes], out: IO[bytes]) -> None:
    """Answer one order after another until the pipe is closed."""
    while (asked := _read(pipe)) is not None:
        frames, full = FrameWriter(out), False
        try:
            note = answer(reader, asked, frames)
            frames.send(b"N", json.dumps({"note": note}).encode() if note else b"{}")
        except PartnerGraphError as error:
            frames.send(b"E", json.dumps(error_frame(error)).encode())
        except OSError as error:
            frames.send(b"E", json.dumps(error_frame(system_error(error))).encode())
        except MemoryError:
            full = True
        if full:  # now that what was begun is given up, there is memory again
            FrameWriter(out).send(b"E", json.dumps(error_frame(memory_error(memory))).encode())
        out.flush()


def _failed(error: Exception, first: Mapping[str, Any]) -> int:
    """Say why the graph cannot be opened."""
    if isinstance(error, PartnerGraphError):
        report = error
    elif isinstance(error, OSError):
        report = system_error(error)
    else:
        report = memory_error(first["memory"], opening=", ".join(first["targets"]))
    with open(1, "wb", closefd=False) as out:
        FrameWriter(out).send(b"E", json.dumps(error_frame(report)).encode())
    return 1


def _forked(later: Sequence[str]) -> bool:
    """Fork a process for each pipe that comes, and say its number; true in such a process, false at the end."""
    control = socket.socket(fileno=os.dup(0))
    control.settimeout(QUIET)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    while True:
        try:
            letter, pipes, _, _ = socket.recv_fds(control, 1, 1)
        except TimeoutError:
            for module in later:
                import_module(module)
            control.settimeout(None)
            continue
        if not letter:
            return False
        if (pid := os.fork()) == 0:
            for standard in (0, 1):
                os.dup2(pipes[0], standard)
            os.close(pipes[0])
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            return True
        os.close(pipes[0])
        control.sendall(PID.pack(pid))


def _read(pipe: IO[bytes]) -> dict[str, Any] | None:
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    values, apart, sparql = pipe.read(LENGTH.unpack(head)[0]).partition(b"\n")
    if not apart:
        found: dict[str, Any] = json.loads(values)
        return found
    return _values(values) | {"sparql": sparql.decode()}


@lru_cache(64)
def _values(line: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(line)
    return found


@lru_cache(64)
def _head(form: str, format_: str, lasting: bool) -> bytes:
    """How most answers begin."""
    return json.dumps({"form": form, "format": format_} | ({} if lasting else {"changes": True})).encode()


def _resident(targets: list[Path], memory: int) -> bool:
    """Whether a graph is read into memory: RDF files, or a small store where there is enough."""
    if len(targets) != 1 or not targets[0].is_dir():
        return True
    return memory >= ROOMY and is_small(targets[0])


def is_small(store: Path) -> bool:
    """Whether a store folder may be read into memory without much thought."""
    return store_size(store) <= RESIDENT


def store_size(store: Path) -> int:
    """The bytes that a store folder takes. Raises `StoreError`."""
    try:
        return sum(file.stat().st_size for file in store.iterdir())
    except OSError as error:
        raise store_error(error, store) from None


def fits_in_memory(store: Path, memory: int) -> bool:
    """Whether a store that is not small fits into memory: of a query process, with as much again for a query, and of
    the machine, where the system tells. In memory a store takes about as much room as on disk.
    """
    if not store.is_dir() or memory < ROOMY or is_small(store):
        return False
    return store_size(store) * FITS <= min(memory, _available())


def _available() -> int:
    with suppress(OSError, ValueError, StopIteration), Path("/proc/meminfo").open() as lines:
        return int(next(line for line in lines if line.startswith("MemAvailable:")).split()[1]) * 1024
    return 0


def _opened(targets: list[Path], memory: int, *, whole: bool = False) -> Reader:
    """A store or RDF files. Raises `StoreError`, `DataError`."""
    reader = Reader.files(targets) if len(targets) != 1 or targets[0].is_file() else Reader.at(targets[0])
    return reader.resident() if targets[0].is_dir() and (whole or _resident(targets, memory)) else reader


def _warm(reader: Reader) -> None:
    """Import what every answer needs, and let the engine read its first blocks."""
    formats = {"select": "json", "ask": "json", "graph": "turtle"}
    for sparql in ("SELECT * { ?s a pg:Relationship } LIMIT 1", "ASK { ?s ?p ?o }"):
        asked = {"sparql": sparql, "formats": formats, "max_rows": 1, "max_bytes": PIECE}
        answer_query(reader, asked, FrameWriter(io.BytesIO()))


def answer_query(reader: Reader, asked: dict[str, Any], frames: FrameWriter) -> str | None:
    """The answer to a query, or the description of the service; returns the note. Raises what the query deserves.

    An order has `sparql` (or `question` and `parameters`) and `formats` (select, ask and graph to a form of answer).
    It may have `as_of`, `default` and `named` (graphs), `max_rows`, `max_bytes`, `explain` (say why there is no
    answer), `check` (only whether it parses; an ASK is answered) and `tell` (what is asked, in the head).
    """
    if asked.get("describe"):
        found = service_description(reader, asked["describe"])
        chosen = asked["formats"]["graph"]
        frames.send(b"H", _head("graph", chosen, True))
        found.answer("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", chosen, cast(IO[bytes], frames))
        frames.flush()
        return None
    reader, sparql = read_order(reader, asked)
    default, named = asked.get("default", ()), asked.get("named", ())
    if default or named:
        unknown = {*default, *named} - set(reader.named_graphs())
        if unknown:
            raise UsageError(f"There is no graph <{min(unknown)}> here, and nothing is fetched.")
        reader = reader.dataset(default, named)
    prepared = prepare_query(reader, sparql)
    form = {"SELECT": "select", "ASK": "ask"}.get(prepared.form, "graph")
    chosen = asked["formats"].get(form)
    if chosen is None:
        raise QueryForm(f"A query of the form {prepared.form} has no answer in a form that the request accepts.")
    if (slow := prepared.hint) is None and not asked.get("tell"):
        frames.send(b"H", _head(form, chosen, prepared.lasting))
    else:
        head = json.loads(_head(form, chosen, prepared.lasting)) | ({"hint": slow} if slow else {})
        if asked.get("tell"):
            head |= {"asks": prepared.form, "sparql": prepared.sparql}
        frames.send(b"H", json.dumps(head).encode())
    if slow:
        frames.pipe.flush()  # to be known also when the query is stopped
    if asked.get("check") and form != "ask":
        replace(prepared, dataset=None).ask(empty_reader())
        return None
    rows = asked.get("max_rows") if form == "select" else None
    note = execute_prepared(
        reader,
        prepared,
        chosen,
        cast(IO[bytes], frames),
        max_rows=rows,
        max_bytes=asked.get("max_bytes"),
        explain=asked.get("explain", False),
    )
    frames.flush()
    return note


if __name__ == "__main__":
    sys.exit(main())
