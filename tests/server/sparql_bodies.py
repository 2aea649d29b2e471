"""How Schemathesis sends a query as it is; it knows JSON and forms, not application/sparql-query."""

from __future__ import annotations

from typing import Any

import schemathesis


@schemathesis.serializer("application/sparql-query")
def as_it_is(_: Any, value: Any) -> bytes:
    """The text of the query."""
    return str(value).encode("utf-8", "replace")
