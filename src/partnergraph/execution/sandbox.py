"""The disposable process in which a query from outside runs: killed at a wall-clock limit, bounded memory, no network.

The engine can neither be interrupted nor told how much memory to use, and a query of a few kilobytes can bring its
process down; so the process is one that nobody misses. The parent only reads bytes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from partnergraph.errors import QueryLimit
from partnergraph.execution.exit_status import SPARE, MemoryAdvice, memory_error, system_limit
from partnergraph.execution.query_process import PersistentQueryProcess, QueryProcess, start_query_process
from partnergraph.execution.wire import Opening, Order, Response, encode_order

if TYPE_CHECKING:
    import socket

TIMEOUT = 10.0
LIBRARY_TIMEOUT = 60.0  # whoever writes a program waits longer than whoever asks a server
MEMORY = 2_000_000_000
MIN_MEMORY = 256_000_000  # the engine's threads alone need most of it while they open a store
MAX_BYTES = 50_000_000
_WORKER = "partnergraph.execution.worker_main"
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
# What says to the numerical libraries how many threads to start: a process that has more than one forks at its peril.
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
# glibc's malloc keeps seven freed pieces of each size at hand, and a query frees hundreds; with these a join takes a
# fifth less time. Large pages (where the system grants them when asked) make that a quarter, and a fork half as long.
# The names: GNU C Library manual, 38.2, Memory Allocation Tunables.
TUNABLES = "glibc.malloc.tcache_count=1000:glibc.malloc.hugetlb=1"


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
) -> Response:
    """Answer a query (or a named `question` with `parameters`) in a process of its own.

    `target` is a store folder or an RDF file, `as_of` a date (see `partnergraph.claims.as_of`), `timeout` in seconds,
    `memory` in bytes. Raises `QueryLimit` when it is stopped, with the limit and how to raise it; any error of the
    query, the data or the store as it came.
    """
    order: Order = {
        "sparql": sparql,
        "question": question,
        "parameters": parameters or {},
        "as_of": as_of,
        "formats": dict.fromkeys(("select", "ask", "graph"), format_),
        "max_rows": max_rows,
        "max_bytes": max_bytes,
        "iris": iris,
        "explain": True,
        "note_uncut": True,
    }
    opening: Opening = {"targets": [str(target)], "memory": memory, "single": True}
    # Without a limit of arenas every thread sets address space aside that it never uses.
    process = start_query_process(_WORKER, {"MALLOC_ARENA_MAX": "2"})
    deadline = time.monotonic() + timeout
    try:
        response = process.exchange(encode_order(opening), timeout)
        if response.error is None:
            response = process.exchange(encode_order(order), deadline - time.monotonic())
    except TimeoutError:
        message = f"Stopped after {timeout:g} seconds. Ask for less, or raise the limit: --timeout {timeout * 6:g}"
        hint = process.answer.head.hint if not question else None
        raise QueryLimit(f"{message}\n{hint}" if hint else message, "time") from None
    except ConnectionError:
        raise process.explain_end(memory, _more_memory) from None
    finally:
        process.end()
    return check_response(response, memory, _more_memory)


def check_response(response: Response, memory: int, more: MemoryAdvice) -> Response:
    """A response without an error. Raises its error; where that is the limit of memory, with how to allow more."""
    if isinstance(response.error, QueryLimit) and response.error.limit == "memory":
        raise memory_error(memory, more=more)
    if response.error is not None:
        raise response.error
    return response


def _more_memory(size: int) -> str:
    return f"--memory {size // 1_000_000}"


def _environment() -> dict[str, str]:
    """What a process that stands ready gets: for the arenas see `run`. What somebody has set stays."""
    tunables = os.environ.get("GLIBC_TUNABLES", TUNABLES)
    return {"GLIBC_TUNABLES": tunables, "MALLOC_ARENA_MAX": "2"} | dict.fromkeys(THREADS, "1")


def start_process(module: str, pipe: socket.socket) -> QueryProcess:
    """A process that runs a module of ours and reads and writes a pipe. Raises `StoreError` when none can be had."""
    streams = {"stdin": pipe.fileno(), "stdout": pipe.fileno(), "stderr": subprocess.DEVNULL}
    return QueryProcess(module, _environment(), **streams)


def start_persistent() -> PersistentQueryProcess:
    """A process that stands ready (see `execution.worker_main`). Raises `StoreError` when none can be had."""
    return start_query_process(_WORKER, _environment())


def confine_process(memory: int) -> None:
    """Bound this process: memory (a lower limit of the system stays), no core dumps, no network where the system allows
    it. What the system has no limit for stays unbounded (see `memory_limit_note`).
    """
    _set_limit("RLIMIT_CORE", 0, 0)
    # What is written to counts; the address space, which holds what is only set aside for threads, has room to spare.
    for name, limit in (("RLIMIT_DATA", memory), ("RLIMIT_AS", memory + SPARE)):
        system = system_limit(name)
        bound = limit if system is None else min(limit, system)
        _set_limit(name, bound, bound)
    if not hasattr(os, "fork"):  # Windows has no C library of the process
        return
    import ctypes

    libc = ctypes.CDLL(None)
    if hasattr(libc, "unshare") and libc.unshare(CLONE_NEWNET) != 0:
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)


def limit_memory(memory: int) -> None:
    """Bound the memory of this process for now; a lower limit of the system stays."""
    system = system_limit("RLIMIT_DATA")
    _set_limit("RLIMIT_DATA", memory if system is None else min(memory, system))


def _set_limit(name: str, soft: int, hard: int | None = None) -> None:
    """Set a limit of this process, as far as the system has it and permits it (macOS refuses some)."""
    try:
        import resource
    except ImportError:  # Windows
        return
    with suppress(AttributeError, ValueError, OSError):
        number = getattr(resource, name)
        resource.setrlimit(number, (soft, resource.getrlimit(number)[1] if hard is None else hard))


def memory_limit_note() -> str | None:
    """What to say where a query process cannot be bounded in memory; None on Linux, where it is.

    Windows has no such limits; macOS refuses some of them, and does not hold a process to the others.
    """
    if sys.platform == "linux" and find_spec("resource") is not None:
        return None
    return "There is no memory limit for queries on this system; the time limit holds."


def private_memory() -> int:
    """The bytes of private memory of this process, which `confine_process` bounds; 0 where the system does not tell."""
    with suppress(OSError), Path("/proc/self/status").open(encoding="utf-8") as lines:
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:"))
    return 0


@cache
def available_processors() -> list[int]:
    """The processors that this program may use, as it began; one where the system does not tell."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]


def use_batch_scheduling(pid: int = 0, *, batch: bool = True) -> None:
    """Have a process (this one by default) wait, when it wakes up, for what runs on its processor (Linux: SCHED_BATCH,
    sched(7)); or, with `batch` false, take the processor at once where it may.

    Otherwise nearly every order that the server hands out would take the processor from the server, which has more to
    hand out.
    """
    if hasattr(os, "SCHED_BATCH"):
        with suppress(OSError):
            os.sched_setscheduler(pid, os.SCHED_BATCH if batch else os.SCHED_OTHER, os.sched_param(0))


def set_affinity(processors: Sequence[int], pid: int = 0) -> None:
    """Have a process (this one by default) use only some of several processors, where the system can do so.

    However nice a process is: on a processor that it holds, others wait until the system looks again. So what nobody
    waits for leaves the first processor to what somebody does.
    """
    if len(available_processors()) > 1 and hasattr(os, "sched_setaffinity"):
        with suppress(OSError):
            os.sched_setaffinity(pid, processors)
