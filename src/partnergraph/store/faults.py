"""The engine's errors, as errors of ours: of the query, or of the store."""

from __future__ import annotations

import re

from partnergraph.errors import QueryError, StoreError

AGAIN = "Build it again: partnergraph build FOLDER --force"


def syntax_error(error: SyntaxError) -> QueryError:
    """The engine's parse error with its line and column, which it puts into the message."""
    text = error.msg or str(error)
    found = re.match(r"error at (\d+):(\d+): (.*)", text, flags=re.DOTALL)
    if found is None:
        return QueryError(f"The query does not parse: {text}")
    return QueryError(f"The query does not parse: {found[3]}", int(found[1]), int(found[2]))


# Bytes of address space that the engine and its threads need; with less it ends the whole process.
LEAST_ADDRESS_SPACE = 1_000_000_000


def address_space() -> int | None:
    """The bytes of address space that this process may have (ulimit -v); None where nothing bounds it."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return None
    allowed = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if allowed == resource.RLIM_INFINITY else allowed


def check_address_space() -> None:
    """Raise `StoreError` where this process may have too little memory to begin the engine (ulimit -v)."""
    allowed = address_space()
    if allowed is not None and allowed < LEAST_ADDRESS_SPACE:
        raise StoreError(
            f"The engine needs {LEAST_ADDRESS_SPACE // 1_000_000:,} MB of address space, and {allowed // 1_000_000:,} "
            "MB are allowed here. Allow more: ulimit -v."
        )


class Reading:
    """The engine's errors while it reads, by whose fault they are. It sees damage only when it comes to it.

    (A generator made into a context takes a twentieth of the time of a look-up.)
    """

    def __enter__(self) -> None:
        """Nothing is to be done before."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None or not isinstance(error, (OSError, ValueError, RuntimeError)):
            return
        if str(error).startswith(("Corruption", "IO error")):
            raise StoreError(f"The store is damaged ({error}). {AGAIN}") from None
        if not isinstance(error, OSError):  # that is not the store's, but of where the answer goes
            raise QueryError(str(error)) from None


READING = Reading()
