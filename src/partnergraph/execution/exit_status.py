"""Why a query process gave no answer, as far as its exit status, its signal and its standard error tell."""

from __future__ import annotations

import errno
import signal
import sys
from collections.abc import Callable
from typing import TypeAlias

from partnergraph.errors import QueryError, QueryLimit, StoreError

OUT_OF_MEMORY = 77  # the exit code of a query process that Python gave no memory
SPARE = 1_000_000_000  # bytes of address space that a query process may set aside beyond its memory
# What the engine's languages (Rust, C++), RocksDB and Python write before they end because they got no memory.
_NO_MEMORY = (b"memory allocation of ", b"std::bad_alloc", b"Anonymous mmap for RocksDB", b"\nMemoryError")
_NO_THREAD = (b"Resource temporarily unavailable", b"failed to spawn thread", b"can't start new thread")
_PANIC = b"panicked at"  # Rust: a fault of the engine
_CRASHES = ("SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGSEGV", "SIGSYS", "SIGTRAP")
_WINDOWS_EXCEPTION = 0xC0000000  # exit codes from here on: the process of Windows ended by an exception
# Limits of the system (setrlimit(2)): what they bound, the unit in bytes, and the shell's name of them.
_LIMITS = {
    "RLIMIT_AS": ("MB of address space", 1_000_000, "ulimit -v"),
    "RLIMIT_DATA": ("MB of memory", 1_000_000, "ulimit -d"),
    "RLIMIT_NPROC": ("processes and threads of this user", 1, "ulimit -u"),
    "RLIMIT_NOFILE": ("open files", 1, "ulimit -n"),
}
# How a caller allows more memory, in words: a function of the bytes.
MemoryAdvice: TypeAlias = Callable[[int], str]
_NOT_STARTED = {
    errno.EAGAIN: ("RLIMIT_NPROC",),
    errno.ENOMEM: ("RLIMIT_AS", "RLIMIT_DATA"),
    errno.EMFILE: ("RLIMIT_NOFILE",),
}


def system_limit(name: str) -> int | None:
    """The limit of the system that holds for this process and those that it starts; None when there is none."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    if not hasattr(resource, name):
        return None
    limit: int = resource.getrlimit(getattr(resource, name))[0]
    return None if limit == resource.RLIM_INFINITY else limit


def exit_error(
    status: int | None, stderr: bytes, memory: int, *, opening: str = "", more: MemoryAdvice | None = None
) -> Exception:
    """The error for a query process that ended without an answer.

    `status` is its exit code, the negative number of the signal that ended it, or None when it is not known; `stderr`
    the end of what it wrote there; `memory` the bytes that it was allowed; `opening` the graph, if it had not opened it
    yet; `more` says how to allow it more memory. A fault of our own is a `RuntimeError` with what the process wrote.
    """
    subject = f"Opening {opening}" if opening else "The query"
    output = stderr if status is not None and (status > 0 or status == -signal.SIGABRT) else b""
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    if status == OUT_OF_MEMORY or _contains_any(output, _NO_MEMORY):
        return memory_error(memory, opening=opening, more=more)
    if _contains_any(output, _NO_THREAD):
        allowed = f"{memory // 1_000_000} MB of memory{f' (more: {more(2 * memory)})' if more else ''}"
        limits = ", ".join([allowed, *_limits("RLIMIT_AS", "RLIMIT_DATA", "RLIMIT_NPROC")])
        return StoreError(
            f"{subject} was stopped: the system gave the query process no further thread (Resource temporarily "
            f"unavailable). One of its limits is too low: {limits}; or one of the container."
        )
    if _PANIC in output:
        return QueryError("The engine failed on this query, through a fault of its own. Ask it in another way.")
    if status is not None and status >= _WINDOWS_EXCEPTION:
        return QueryError(f"{subject} was stopped: the engine crashed (exception {status:#x}).")
    # Windows has no signal that says "killed": 1 it is then, and nothing is written.
    if status is None or status == 0 or (status == 1 and not lines and not opening):
        return StoreError(f"{subject} was stopped: the query process ended, and the system does not tell why.")
    if status > 0 and opening:  # perhaps `sys.executable` is another program, as in a server with Python built in
        detail = f": {lines[-1]}" if lines else ""
        return StoreError(
            f"{subject} failed: the query process ({sys.executable}) ended with exit status {status}{detail}."
        )
    if status > 0:
        return RuntimeError(f"the query process failed:\n{stderr.decode('utf-8', 'replace')}(exit status {status})")
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    if name == "SIGKILL":
        return StoreError(
            f"{subject} was stopped: the query process was killed from outside (SIGKILL), by somebody or by the system,"
            " which does so when the memory of the machine or container runs out. Which of the two cannot be told here."
        )
    if name in _CRASHES:
        detail = f": {lines[-1]}" if lines else ""
        return QueryError(f"{subject} was stopped: the engine crashed ({name}{detail}).")
    return StoreError(f"{subject} was stopped: the query process was ended from outside ({name}).")


def memory_error(memory: int, *, opening: str = "", more: MemoryAdvice | None = None) -> QueryLimit:
    """The error for a query process that got no more memory: the system's limit is named where it is the lower one."""
    lower_limits = [
        *(_limits("RLIMIT_DATA") if _is_lower("RLIMIT_DATA", memory) else []),
        *(_limits("RLIMIT_AS") if _is_lower("RLIMIT_AS", memory + SPARE) else []),
    ]
    subject = f"Opening {opening}" if opening else "The query"
    if lower_limits:
        return QueryLimit(
            f"{subject} was stopped: it needed more memory than the system allows here: {', '.join(lower_limits)}."
        )
    text = f"{subject} was stopped: it needed more than {memory // 1_000_000} MB of memory."
    raised = f"raise the limit: {more(2 * memory)}" if more else ""
    advice = raised[:1].upper() + raised[1:] if opening else ", or ".join(filter(None, ["Ask for less", raised]))
    return QueryLimit(f"{text} {advice}".rstrip())


def start_error(error: OSError) -> StoreError:
    """The error for a query process that the system did not start, with the limits that may be why."""
    reason = f"A query process cannot be started: {error.strerror or error}."
    if error.errno in (errno.ENOENT, errno.EACCES, errno.ENOEXEC, errno.ENOTDIR):
        return StoreError(f"{reason} It is run by this Python, whose path is {sys.executable!r} (sys.executable).")
    limits = _limits(*_NOT_STARTED.get(error.errno or 0, ()))
    hint = f" The limit here: {', '.join(limits)}; a container may set another." if limits else ""
    return StoreError(f"{reason}{hint}")


def _limits(*names: str) -> list[str]:
    """The limits of the system that are set, in words."""
    limits = ((system_limit(name), *_LIMITS[name]) for name in names)
    return [f"{limit // unit} {noun} ({shell})" for limit, noun, unit, shell in limits if limit is not None]


def _is_lower(name: str, bound: int) -> bool:
    limit = system_limit(name)
    return limit is not None and limit < bound


def _contains_any(text: bytes, phrases: tuple[bytes, ...]) -> bool:
    return any(phrase in b"\n" + text for phrase in phrases)
