"""What a person keeps in a graph folder is not replaced by results of commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from partnergraph.errors import StoreError, UsageError
from partnergraph.files import fill_folder, lock_folder, new_folder, write_file, write_files


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    texts = (
        "partnergraph.toml",
        "story.toml",
        "tables/names.csv",
        "tables/deep/x.csv",
        "documents/a.txt",
        "sources/r.json",
        "rdf/x.ttl",
    )
    fill_folder(folder, dict.fromkeys(texts, b"a person's"))
    return folder


@pytest.mark.parametrize(
    "name",
    ["partnergraph.toml", "story.toml", "tables/names.csv", "tables/deep/x.csv", "documents/a.txt",
     "sources/r.json", "rdf/x.ttl", "./tables/../tables/names.csv"],
)  # fmt: skip
def test_nothing_is_written_in_the_place_of_what_a_build_reads(graph: Path, name: str) -> None:
    before = {path: path.read_bytes() for path in graph.rglob("*") if path.is_file()}
    with pytest.raises(
        UsageError, match=r"what a build reads in the graph folder mine, and is not replaced; nothing was written"
    ):
        write_file(graph / name, b"a result")
    assert {path: path.read_bytes() for path in graph.rglob("*") if path.is_file()} == before


def test_several_files_are_refused_whole_also_by_way_of_a_link(graph: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(graph / "tables")
    for folder in (graph / "tables", tmp_path / "link"):
        with pytest.raises(UsageError, match="what a build reads"):
            write_files(folder, {"nodes.csv": b"x", "names.csv": b"y"})
    assert {path.name for path in (graph / "tables").iterdir()} == {"names.csv", "deep"}
    assert (graph / "tables" / "names.csv").read_bytes() == b"a person's"


def test_other_places_of_a_graph_folder_and_its_own_commands_are_free(graph: Path) -> None:
    write_file(graph / "answer.csv", b"x")
    write_file(graph / "tables" / "new.csv", b"x")
    with lock_folder(graph) as locked:
        locked.write({"tables/names.csv": b"new"}, lambda: None)
    assert (graph / "tables" / "names.csv").read_bytes() == b"new"


@pytest.mark.parametrize("name", ["../out.txt", "a/../../out.txt", "/tmp/partnergraph-out.txt", "a/..", "a\0b"])
def test_a_name_from_a_foreign_graph_does_not_lead_out_of_a_new_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match="leads out of the folder"), new_folder(tmp_path / "new") as made:
        fill_folder(made, {"first.txt": b"x", name: b"x"})
    assert list(tmp_path.iterdir()) == []
