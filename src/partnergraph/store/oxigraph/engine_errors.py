"""The engine's errors, as errors of ours: of the query, or of the store.

The engine gives no error numbers, only texts: RocksDB's begin with "Corruption" or "IO error" and end with the
system's own words (strerror(3)).
"""

from __future__ import annotations

import os
import re
from errno import EACCES, EIO, EMFILE, ENFILE, ENOENT, ENOMEM, EPERM
from pathlib import Path

from partnergraph.errors import QueryError, StoreError

AGAIN = "Build it again: partnergraph build FOLDER --force"


_FILES = "Raise the limit of open files (ulimit -n)."
_ADVICE = {
    ENOENT: f"If a new build has just replaced it, ask again. {AGAIN}",
    EACCES: "Ask its owner for the right to read it.",
    EPERM: "Ask its owner for the right to read it.",
    EMFILE: _FILES,
    ENFILE: "All programs of this machine together have too many files open.",
    EIO: "The disk refuses to read; look at the system's log.",
    ENOMEM: "The system has no more memory for it.",
}


def store_error(error: Exception, path: Path | None = None) -> StoreError:
    """The error for a store that cannot be opened (`path`) or read further: what was met, and what to do about that.

    Damage is told only where the engine has seen some.
    """
    text = str(error)
    if isinstance(error, OSError) and error.errno is not None:
        text = f"{f'{error.filename}: ' if error.filename else ''}{error.strerror}"
    advice = next((what for number, what in _ADVICE.items() if text.endswith(os.strerror(number))), "")
    if text.startswith("Corruption"):
        advice = AGAIN
    elif "file descriptors" in text:
        advice = _FILES
    met = f"The store {path} cannot be opened" if path is not None else "The store cannot be read"
    if path is None and text.startswith("Corruption"):
        met = "The store is damaged"
    return StoreError(f"{met} ({text}). {advice}".rstrip())


def syntax_error(error: SyntaxError) -> QueryError:
    """The engine's parse error with its line and column, which it puts into the message."""
    text = error.msg or str(error)
    match = re.match(r"error at (\d+):(\d+): (.*)", text, flags=re.DOTALL)
    if match is None:
        return QueryError(f"The query does not parse: {text}")
    return QueryError(f"The query does not parse: {match[3]}", int(match[1]), int(match[2]))


# Bytes of address space with which the engine and its threads surely start; with too little it ends the process.
MIN_ADDRESS_SPACE = 1_000_000_000


def address_space() -> int | None:
    """The bytes of address space that this process may have (ulimit -v); None where nothing bounds it."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return None
    if not hasattr(resource, "RLIMIT_AS"):
        return None
    allowed = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if allowed == resource.RLIM_INFINITY else allowed


def check_address_space() -> None:
    """Raise `StoreError` where this process may have too little memory to begin the engine (ulimit -v)."""
    allowed = address_space()
    if allowed is not None and allowed < MIN_ADDRESS_SPACE:
        raise StoreError(
            f"Only {allowed // 1_000_000:,} MB of address space are allowed here (ulimit -v). With less than "
            f"{MIN_ADDRESS_SPACE // 1_000_000:,} MB it is not sure that the engine can start. Allow more."
        )


class EngineErrors:
    """The engine's errors while it reads, by whose fault they are. It sees damage only when it comes to it.

    (A generator made into a context takes a twentieth of the time of a look-up.)
    """

    def __enter__(self) -> None:
        """Nothing is to be done before."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None or not isinstance(error, (OSError, ValueError, RuntimeError)):
            return
        if str(error).startswith(("Corruption", "IO error")):
            raise store_error(error) from None
        if not isinstance(error, OSError):  # that is not the store's, but of where the answer goes
            raise QueryError(str(error)) from None


ENGINE_ERRORS = EngineErrors()
