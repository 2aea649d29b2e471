"""The Keele graph with rows added to its tables, put together as a build does."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from partnergraph.build.assemble import assemble
from partnergraph.graph_folder.folder import read_folder
from partnergraph.store import Reader
from tests.conftest import ROOT

SOURCE = "keele-spcsc-partnerships"


def with_rows(folder: Path, **tables: list[dict[str, str]]) -> Reader:
    """The graph of a copy of the folder that has these rows besides."""
    copy = folder / "data"
    shutil.copytree(ROOT / "data", copy)
    for table, rows in tables.items():
        path = copy / "tables" / f"{table}.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            old, columns = list(reader), reader.fieldnames or []
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows([*old, *rows])
    found = read_folder(copy)
    assert not found.errors, found.errors
    return assemble(found.model).reader()


def body(id_: str, name: str, type_: str = "university", evidence: str = "S1") -> dict[str, str]:
    """A row of organisations.csv."""
    return {"id": id_, "name": name, "form": "formal", "type": type_, "evidence": evidence}
