"""Whether an answer is empty."""

from __future__ import annotations

from typing import cast

import pyoxigraph as ox

from partnergraph.store import GRAPH_FORMATS, Result, convert_table


def is_empty_answer(result: Result, format_: str, size: int) -> bool:
    """Whether an answer that was written in a format and took `size` bytes has no row and no triple, or is no: it is as
    long as an empty one with the same columns, to which any row or triple adds something.
    """
    if isinstance(result, ox.QueryBoolean):
        return not result
    if isinstance(result, ox.QueryTriples):
        return size == len(cast(bytes, ox.serialize((), format=GRAPH_FORMATS[format_])))
    heading = "\t".join(map(str, result.variables)) + "\n"
    return size == len(convert_table(heading.encode(), format_))
