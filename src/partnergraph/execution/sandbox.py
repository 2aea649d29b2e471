"""The disposable process in which a query from outside runs: killed at a wall-clock limit, bounded memory, no network.

The engine can neither be interrupted nor told how much memory to use, and a query of a few kilobytes can bring its
process down; so the process is one that nobody misses. The parent only reads bytes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from partnergraph.errors import (
    DataError,
    MissingExtra,
    PartnerGraphError,
    QueryError,
    QueryForm,
    QueryLimit,
    QueryRefused,
    StoreError,
    UsageError,
)
from partnergraph.execution.exit_status import OUT_OF_MEMORY, SPARE, exit_error, system_limit
from partnergraph.execution.query_process import PersistentQueryProcess, QueryProcess, end_with_program

if TYPE_CHECKING:
    import socket

    from partnergraph.store import Reader

TIMEOUT = 10.0
LIBRARY_TIMEOUT = 60.0  # whoever writes a program waits longer than whoever asks a server
MEMORY = 2_000_000_000
MIN_MEMORY = 256_000_000  # the engine's threads alone need most of it while they open a store
MAX_BYTES = 50_000_000
_ERRORS: dict[str, type[PartnerGraphError]] = {
    cls.__name__: cls for cls in (QueryError, QueryForm, QueryRefused, StoreError, UsageError, DataError)
}
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
# What says to the numerical libraries how many threads to start: a process that has more than one forks at its peril.
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
# glibc's malloc keeps seven freed pieces of each size at hand, and a query frees hundreds; with these a join takes a
# fifth less time. Large pages (where the system grants them when asked) make that a quarter, and a fork half as long.
# The names: GNU C Library manual, 38.2, Memory Allocation Tunables.
TUNABLES = "glibc.malloc.tcache_count=1000:glibc.malloc.hugetlb=1"


@dataclass(frozen=True)
class SandboxResult:
    """The bytes of an answer, and a note when a limit cut it."""

    data: bytes
    note: str | None = None


def run(
    target: Path,
    sparql: str,
    format_: str = "table",
    *,
    parameters: dict[str, str] | None = None,
    question: str | None = None,
    timeout: float = TIMEOUT,
    memory: int = MEMORY,
    max_rows: int | None = None,
    max_bytes: int | None = MAX_BYTES,
    iris: bool = False,
    as_of: str | None = None,
) -> SandboxResult:
    """Answer a query (or a named `question` with `parameters`) in a process of its own.

    `target` is a store folder or an RDF file, `as_of` a date (see `partnergraph.claims.as_of`), `timeout` in seconds,
    `memory` in bytes. Raises `QueryLimit` when it is stopped, with the limit and how to raise it; any error of the
    query, the data or the store as it came.
    """
    order = {
        "target": str(target),
        "sparql": sparql,
        "format": format_,
        "parameters": parameters or {},
        "question": question,
        "memory": memory,
        "max_rows": max_rows,
        "max_bytes": max_bytes,
        "iris": iris,
        "as_of": as_of,
    }
    process = QueryProcess(
        "partnergraph.execution.sandbox",
        {"MALLOC_ARENA_MAX": "2"},  # else every thread sets address space aside that it never uses
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        data, said = process.communicate(json.dumps(order).encode(), timeout=timeout)
    except subprocess.TimeoutExpired:
        message = f"Stopped after {timeout:g} seconds. Ask for less, or raise the limit: --timeout {timeout * 6:g}"
        from partnergraph.sparql.guard import examine_query
        from partnergraph.sparql.performance_hints import performance_hint

        slow = None if question else performance_hint(sparql, examine_query(sparql).tokens)
        raise QueryLimit(f"{message}\n{slow}" if slow else message, "time") from None
    finally:
        process.end()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()
    return SandboxResult(data, _verdict(process.returncode, said, memory))


def _environment() -> dict[str, str]:
    """What a process that stands ready gets: for the arenas see `run`. What somebody has set stays."""
    tunables = os.environ.get("GLIBC_TUNABLES", TUNABLES)
    return {"GLIBC_TUNABLES": tunables, "MALLOC_ARENA_MAX": "2"} | dict.fromkeys(THREADS, "1")


def start(module: str, pipe: socket.socket) -> QueryProcess:
    """A process that runs a module of ours and reads and writes a pipe. Raises `StoreError` when none can be had."""
    streams = {"stdin": pipe.fileno(), "stdout": pipe.fileno(), "stderr": subprocess.DEVNULL}
    return QueryProcess(module, _environment(), **streams)


def start_persistent() -> PersistentQueryProcess:
    """A process that stands ready (see `execution.worker_main`). Raises `StoreError` when none can be had."""
    return PersistentQueryProcess("partnergraph.execution.worker_main", _environment())


def _verdict(code: int, said: bytes, memory: int) -> str | None:
    """The worker's last word: a note, an error to raise again, or nothing (it died)."""
    lines = said.decode("utf-8", "replace").strip().splitlines()
    try:
        last = json.loads(lines[-1]) if lines else {}
    except ValueError:
        last = {}
    if code == 0:
        note = last.get("note")
        return str(note) if note else None
    if "error" in last:
        raise error_from_frame(last)
    raise exit_error(code, said, memory, more=lambda size: f"--memory {size // 1_000_000}")


def confine_process(memory: int) -> None:
    """Bound this process: memory (a lower limit of the system stays), no core dumps, no network where the system allows
    it.
    """
    import ctypes
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What is written to counts; the address space, which holds what is only set aside for threads, has room to spare.
    for name, wanted in (("RLIMIT_DATA", memory), ("RLIMIT_AS", memory + SPARE)):
        system = system_limit(name)
        bound = wanted if system is None else min(wanted, system)
        resource.setrlimit(getattr(resource, name), (bound, bound))
    libc = ctypes.CDLL(None)
    if hasattr(libc, "unshare") and libc.unshare(CLONE_NEWNET) != 0:
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)


def limit_memory(memory: int) -> None:
    """Bound the memory of this process for now; a lower limit of the system stays."""
    import resource

    system, hard = system_limit("RLIMIT_DATA"), resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (memory if system is None else min(memory, system), hard))


def private_memory() -> int:
    """The bytes of memory that this process has for itself, which `confine_process` bounds; 0 where none is told."""
    with suppress(OSError), Path("/proc/self/status").open() as lines:
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:"))
    return 0


def resolve_order(reader: Reader, order: dict[str, Any]) -> tuple[Reader, str]:
    """What an order asks, and of which graph: as of a date, a named question with its parameters bound, or a query."""
    if order.get("as_of") is not None:
        reader = _dated(reader, order["as_of"])
    if not order.get("question"):
        return reader, order["sparql"]
    from partnergraph.questions.named_questions import bind_parameters, get_question, with_second_graphs

    question, parameters = get_question(order["question"]), order.get("parameters") or {}
    reader = with_second_graphs(question, parameters, reader)
    return reader, bind_parameters(question, parameters, reader)


@cache
def available_processors() -> list[int]:
    """The processors that this program may use, as it began; one where the system does not tell."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]


def set_affinity(some: Sequence[int], pid: int = 0) -> None:
    """Have a process (this one by default) use only some of several processors, where the system can do so.

    However nice a process is: on a processor that it holds, others wait until the system looks again. So what nobody
    waits for leaves the first processor to what somebody does.
    """
    if len(available_processors()) > 1 and hasattr(os, "sched_setaffinity"):
        with suppress(OSError):
            os.sched_setaffinity(pid, some)


@lru_cache(4)
def _dated(reader: Reader, date: str) -> Reader:
    """The graph as of a date, which takes longer to make than most queries to answer."""
    from partnergraph.claims.as_of import as_of

    return as_of(reader, date)


def answer_order(reader: Reader, order: dict[str, Any], output: IO[bytes]) -> str | None:
    """Write the answer to an order; returns the note. Raises the errors of `answer`, and of a named question."""
    from partnergraph.execution.execute import execute

    reader, sparql = resolve_order(reader, order)
    return execute(
        reader,
        sparql,
        order["format"],
        output,
        max_rows=order["max_rows"],
        max_bytes=order["max_bytes"],
        iris=order["iris"],
    )


def error_frame(error: PartnerGraphError) -> dict[str, Any]:
    """An error as plain values, for the process that gave the order."""
    return {
        "error": type(error).__name__,
        "message": str(error),
        "line": getattr(error, "line", None),
        "column": getattr(error, "column", None),
        "limit": getattr(error, "limit", None),
        "package": getattr(error, "package", None),
        "extra": getattr(error, "extra", None),
    }


def system_error(error: OSError) -> StoreError:
    """What the system system_error, as an error that says where and why."""
    where = f"{error.filename}: " if error.filename else ""
    return StoreError(f"{where}{error.strerror or error}.")


def error_from_frame(word: Mapping[str, Any]) -> PartnerGraphError:
    """The error that a last word tells of, to be raised again."""
    if word["error"] == "MissingExtra":
        return MissingExtra(word["package"], word["extra"])
    if word["error"] == "QueryLimit":
        return QueryLimit(word["message"], word["limit"])
    error = _ERRORS.get(word["error"], QueryError)(word["message"])
    if isinstance(error, QueryError):
        error.line, error.column = word.get("line"), word.get("column")
    return error


def main() -> int:
    """Read one order from standard input, write the answer to standard output, the last word to standard error."""
    end_with_program()
    order = json.loads(sys.stdin.buffer.read())
    confine_process(order["memory"])
    from partnergraph.store import Reader

    try:
        note = answer_order(Reader.at(Path(order["target"])), order, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except PartnerGraphError as error:
        sys.stderr.write(json.dumps(error_frame(error)) + "\n")
        return 1
    except MemoryError:
        return OUT_OF_MEMORY
    except OSError as error:
        sys.stderr.write(json.dumps(error_frame(system_error(error))) + "\n")
        return 1
    if note:
        sys.stderr.write(json.dumps({"note": note}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
