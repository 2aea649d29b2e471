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
