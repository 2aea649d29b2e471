"""Where every symbol of a map stands -> tables/positions.csv of a graph folder, so that the next build keeps it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from partnergraph.errors import DataError, Place, StoreError, UsageError

if TYPE_CHECKING:
    from partnergraph.model.records import Record

Positions = Mapping[str, Mapping[str, tuple[int, int]]]


def write(folder: Path, positions: Positions) -> tuple[Path, int]:
    """Write the table, all or nothing; returns its path and the number of rows. The same map gives the same bytes.

    What the tables do not name (a body of a further RDF file) has no row. Raises `UsageError` when that is everything:
    then the map is not one of this folder.
    """
    names = _names(folder)
    rows = sorted(
        (names[key.removeprefix("fold:")], f"folded-{view}" if key.startswith("fold:") else view, x, y)
        for view, places in positions.items()
        for key, (x, y) in places.items()
        if key.removeprefix("fold:") in names
    )
    if not rows:
        raise UsageError(f"The map shows no body of {folder}: draw the graph that was built from this folder.")
    _apart(folder)
    file = folder / "tables" / "positions.csv"
    fresh = file.with_name(f".{file.name}-{os.getpid()}")
    text = "body,view,x,y\n" + "".join(f"{body},{view},{x},{y}\n" for body, view, x, y in rows)
    try:
        with fresh.open("w", encoding="utf-8", newline="\n") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise StoreError(f"{file} cannot be written: {error.strerror}. It is as it was.") from None
    return file, len(rows)


def _apart(folder: Path) -> None:
    """Raise `UsageError` where a workbook or another file holds positions: a second table would stop the next build."""
    from partnergraph.sources.workbook import read_tables

    table = read_tables(folder, []).get("positions")
    if table is not None and table.rows and table.file != "tables/positions.csv":
        where = Place(table.file, sheet=table.sheet)
        raise UsageError(
            f"The positions of this folder stand in {where}. Delete its rows; then they are kept in positions.csv."
        )


def _names(folder: Path) -> dict[str, str]:
    """How the tables name each body, by IRI: its id, with a prefix for groups and undertakings."""
    from partnergraph.model.ids import Ids
    from partnergraph.model.quads import iri_of
    from partnergraph.reading import UNREADABLE
    from partnergraph.sources.folder import read

    found = read(folder)
    # Of a table that cannot be read no body is known, and its position would be lost.
    if unread := [finding for finding in found.errors if finding.rule in UNREADABLE]:
        raise DataError(str(unread[0]), unread)
    model = found.model
    ids = Ids(model.config.base)
    bodies: list[tuple[str, Record]] = [
        *(("org", record) for record in model.organisations),
        *(("group", record) for record in model.groups),
        *(("undertaking", record) for record in model.undertakings),
    ]
    twice = Counter(record.id for _, record in bodies)
    return {
        str(iri_of(record, ids)): record.id if prefix == "org" and twice[record.id] == 1 else f"{prefix}:{record.id}"
        for prefix, record in bodies
    }
