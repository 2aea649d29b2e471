"""Where every symbol of a map stands -> tables/positions.csv of a graph folder, so that the next build keeps it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from partnergraph.errors import DataError, Place, UsageError
from partnergraph.files import lock_folder

if TYPE_CHECKING:
    from partnergraph.graph_folder.folder import GraphFolder
    from partnergraph.model.records import Record

POSITIONS = "tables/positions.csv"
Positions = Mapping[str, Mapping[str, tuple[int, int]]]


def save_positions(folder: Path, positions: Positions) -> tuple[Path, int]:
    """Write the table, all or nothing; returns its path and the number of rows. The same map gives the same bytes.

    What the tables do not name (a body of a further RDF file) has no row. Raises `UsageError` when that is everything:
    then the map is not one of this folder. Raises `DataError` when the folder cannot be read or is changed by others
    meanwhile, `StoreError` when the disk refuses or another command holds the folder.
    """
    from partnergraph.graph_folder.change_check import stop_if_changed

    with lock_folder(folder) as locked:
        read_folder = _read(folder)
        names = _names(read_folder)
        rows = sorted(
            (names[key.removeprefix("fold:")], f"folded-{view}" if key.startswith("fold:") else view, x, y)
            for view, places in positions.items()
            for key, (x, y) in places.items()
            if key.removeprefix("fold:") in names
        )
        if not rows:
            raise UsageError(f"The map shows no body of {folder}: draw the graph that was built from this folder.")
        _refuse_second_table(folder)
        text = "body,view,x,y\n" + "".join(f"{body},{view},{x},{y}\n" for body, view, x, y in rows)
        locked.write(read_folder.new_ids | {POSITIONS: text.encode()}, lambda: stop_if_changed(read_folder))
    return folder / POSITIONS, len(rows)


def _read(folder: Path) -> GraphFolder:
    from partnergraph.graph_folder.folder import read_folder

    try:
        return read_folder(folder)
    except OSError as error:
        raise DataError(f"{error.filename} cannot be read: {error.strerror}.") from None


def _refuse_second_table(folder: Path) -> None:
    """Raise `UsageError` where a workbook or another file holds positions: a second table would stop the next build."""
    from partnergraph.tables.table_files import read_tables

    table = read_tables(folder, []).get("positions")
    if table is not None and table.rows and table.file != POSITIONS:
        where = Place(table.file, sheet=table.sheet)
        raise UsageError(
            f"The positions of this folder stand in {where}. Delete its rows; then they are kept in positions.csv."
        )


def _names(folder: GraphFolder) -> dict[str, str]:
    """How the tables name each body, by IRI: its id, with a prefix for groups and undertakings."""
    from partnergraph.model.ids import Ids
    from partnergraph.model.record_quads import iri_of
    from partnergraph.reading import UNREADABLE

    # Of a table that cannot be read no body is known, and its position would be lost.
    if unread := [finding for finding in folder.errors if finding.rule in UNREADABLE]:
        raise DataError(str(unread[0]), unread)
    model = folder.model
    ids = Ids(model.config.base)
    bodies: list[tuple[str, Record]] = [
        *(("org", record) for record in model.organisations),
        *(("group", record) for record in model.groups),
        *(("undertaking", record) for record in model.undertakings),
    ]
    id_counts = Counter(record.id for _, record in bodies)
    return {
        str(iri_of(record, ids)): record.id
        if prefix == "org" and id_counts[record.id] == 1
        else f"{prefix}:{record.id}"
        for prefix, record in bodies
    }
