"""Two graphs as sets of quads, and what one has that the other lacks. No blank nodes: so the difference is exact."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from partnergraph.errors import UsageError
from partnergraph.store import Reader


class QuadText(NamedTuple):
    """Subject and predicate as IRIs, the object as it stands in N-Quads, the graph as IRI ("" for the default one)."""

    subject: str
    predicate: str
    object: str
    graph: str


def parse_quad(line: str) -> QuadText:
    """A line of canonical N-Quads.

    >>> parse_quad('<https://e.org/s> <https://e.org/p> "a <b" <https://e.org/g> .').object
    '"a <b"'
    """
    subject, predicate, rest = line.removesuffix("\n").removesuffix(" .").split(" ", 2)
    value, _, last = rest.rpartition(" ")
    named = bool(value) and last.startswith("<") and last.endswith(">") and '"' not in last
    return QuadText(subject[1:-1], predicate[1:-1], value if named else rest, last[1:-1] if named else "")


def quad_lines(reader: Reader) -> set[str]:
    """Every stated quad of a graph as a line of N-Quads."""
    return set(reader.nquads())


def refuse_blank_nodes(differing: Iterable[str]) -> None:
    """Raise `UsageError` for blank nodes, which have no name that both graphs share."""
    for line in differing:
        if re.search(r"(?:^| )_:\S+ ", line if '"' not in line else line[: line.index('"')] + line[line.rindex('"') :]):
            raise UsageError(
                "These graphs cannot be compared exactly: one of them holds blank nodes, which have no name that both "
                f"share ({line.strip()}). Give every node an IRI."
            )


def patch(removed: Iterable[str], added: Iterable[str]) -> str:
    """The difference as an RDF Patch: what to delete and what to add, sorted, in one transaction."""
    rows = [f"D {line}" for line in sorted(removed)] + [f"A {line}" for line in sorted(added)]
    return "".join(["TX .\n", *rows, "TC .\n"])


def apply_patch(before: Iterable[str], patch: str) -> set[str]:
    """The quads after an RDF Patch."""
    quads = set(before)
    for row in patch.splitlines(keepends=True):
        if row.startswith("D "):
            quads.remove(row[2:])
        elif row.startswith("A "):
            quads.add(row[2:])
    return quads
