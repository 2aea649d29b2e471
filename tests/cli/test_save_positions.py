"""`partnergraph draw --keep`: the map of a folder keeps its shape from one build to the next."""

from __future__ import annotations

import csv
import resource
import shutil
from pathlib import Path

import pytest

from partnergraph.cli import save_positions as keeping
from partnergraph.errors import DataError, StoreError, UsageError
from partnergraph.network import build_network
from partnergraph.page.build_diagram import build_diagram
from partnergraph.page.diagram import TALL, UNFOLDED, VIEWS, WIDE, Diagram
from partnergraph.page.layout.arrangement import positions_of
from partnergraph.store import Reader
from tests.cli.conftest import Run
from tests.conftest import ROOT

CANVAS = {"wide": WIDE, "unfolded": UNFOLDED, "tall": TALL}
COLUMNS = ["body", "view", "x", "y"]


def build(run: Run, folder: Path, output: Path) -> None:
    said = run("build", folder, "--output", output, "--quiet")
    assert (said.code, said.err) == (0, "")


def without_a_map(room: Path) -> Path:
    """A copy of the Keele folder, as it is when nobody has kept its map."""
    made = shutil.copytree(ROOT / "data", room / "data")
    (made / "tables" / "positions.csv").unlink(missing_ok=True)
    return made


@pytest.fixture
def folder(here: Path) -> Path:
    """Such a copy in the working folder."""
    return without_a_map(here)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A room for what is built and drawn once."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def kept(run: Run, once: Path, here: Path) -> Path:
    """A copy of the folder, built and drawn, with its positions, and of the builds before and after they were kept."""
    if not (once / "data").exists():
        folder = without_a_map(once)
        build(run, folder, once / "first")
        said = run("draw", "--graph", once / "first", "--keep", folder)
        assert said.code == 0
        assert "positions; the next build leaves what is drawn where it is" in said.err
        build(run, folder, once / "second")
    for name in ("first", "second"):
        shutil.copytree(once / name, here / name, symlinks=True)
    return shutil.copytree(once / "data", here / "data")


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "tables" / "positions.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def append(folder: Path, table: str, **cells: str) -> None:
    """A row at the end of a table."""
    path = folder / "tables" / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        columns = next(csv.reader(lines))
    with path.open("a", encoding="utf-8", newline="") as lines:
        csv.DictWriter(lines, columns, lineterminator="\n").writerow(cells)


def drawn(output: Path) -> Diagram:
    return build_diagram(build_network(Reader.at(output)))


def moved(old: Diagram, new: Diagram) -> float:
    """The greatest move of what both show, as a share of the canvas."""
    was, now = positions_of(old), positions_of(new)
    return max(
        abs(was[view][key][axis] - now[view][key][axis]) / CANVAS[view][axis]
        for view in VIEWS
        for key in was[view].keys() & now[view].keys()
        for axis in (0, 1)
    )


def test_the_next_build_leaves_every_symbol_where_it_is(run: Run, kept: Path, here: Path) -> None:
    table = kept / "tables" / "positions.csv"
    found = rows(kept)
    assert list(found[0]) == COLUMNS
    assert [(row["body"], row["view"]) for row in found] == sorted((row["body"], row["view"]) for row in found)
    assert {row["view"] for row in found} >= {"wide", "unfolded", "tall", "folded-wide"}
    assert {row["body"].partition(":")[0] for row in found if ":" in row["body"]} == {"group", "undertaking"}
    assert b"\r" not in table.read_bytes()
    assert run("check", kept).code == 0
    assert (here / "second" / "index.html").read_bytes() == (here / "first" / "index.html").read_bytes()
    # Kept again, the table is the same byte for byte.
    before = table.read_bytes()
    assert run("draw", "--graph", here / "second", "--keep", kept).code == 0
    assert table.read_bytes() == before


def test_one_more_body_moves_no_other_by_more_than_a_twentieth(run: Run, kept: Path, here: Path) -> None:
    append(kept, "organisations", id="newcomer", name="A Newcomer", form="formal", type="charity", evidence="S39")
    append(kept, "relationships", id="new", kind="support", **{"from": "newcomer"}, to="nice", evidence="S34")
    build(run, kept, here / "third")
    old, new = drawn(here / "second"), drawn(here / "third")
    assert len(positions_of(new)["wide"]) == len(positions_of(old)["wide"]) + 1
    assert 0 <= moved(old, new) <= 0.05


def test_a_body_that_goes_moves_none_and_stops_no_build(run: Run, kept: Path, here: Path) -> None:
    for table in (kept / "tables").glob("*.csv"):
        lines = table.read_text("utf-8").splitlines(keepends=True)
        if table.stem != "positions":
            table.write_text("".join(line for line in lines if "age-uk" not in line), "utf-8")
    said = run("build", kept, "--output", here / "third", "--quiet")
    assert said.code == 0
    assert "'age-uk' is not the id of any body" in run("check", kept).out
    old, new = drawn(here / "second"), drawn(here / "third")
    assert len(positions_of(new)["wide"]) == len(positions_of(old)["wide"]) - 1
    assert moved(old, new) == 0


@pytest.mark.parametrize("option", [["--as-of", "2014"], ["--derived"], ["--no-inferred"], ["--places"]])
def test_only_the_map_that_a_build_draws_is_kept(run: Run, folder: Path, here: Path, option: list[str]) -> None:
    said = run("draw", "--keep", folder, *option)
    assert said.code == 2
    assert "--keep keeps the map that build draws; leave out --as-of" in said.err
    assert not (here / "map.html").exists()
    assert not (folder / "tables" / "positions.csv").exists()


def test_a_folder_that_is_no_graph_folder_is_refused(run: Run, here: Path) -> None:
    (here / "empty").mkdir()
    said = run("draw", "--keep", "empty")
    assert said.code == 1
    assert "empty is not a graph folder" in said.err
    assert list((here / "empty").iterdir()) == []


def test_positions_of_another_graph_are_not_written_into_a_folder(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"The map shows no body of .*data: draw the graph that was built from this"):
        keeping.save_positions(folder, {"wide": {"https://example.org/id/org/x": (1, 2)}})
    assert not (folder / "tables" / "positions.csv").exists()


def test_what_the_tables_do_not_name_has_no_row(folder: Path) -> None:
    nice = "https://w3id.org/partnergraph/id/org/nice"
    positions = {"wide": {"https://example.org/x": (1, 2), nice: (3, 4)}, "tall": {f"fold:{nice}": (5, 6)}}
    assert keeping.save_positions(folder, positions) == (folder / "tables" / "positions.csv", 2)
    assert [list(row.values()) for row in rows(folder)] == [
        ["nice", "folded-tall", "5", "6"],
        ["nice", "wide", "3", "4"],
    ]


def test_an_id_that_two_bodies_have_is_written_with_its_prefix(folder: Path, run: Run) -> None:
    append(folder, "organisations", id="patients", name="A charity", form="formal", type="charity", evidence="S2")
    base = "https://w3id.org/partnergraph/id"
    positions = {"wide": {f"{base}/org/patients": (1, 2), f"{base}/group/keele-spcsc-partnerships/patients": (3, 4)}}
    keeping.save_positions(folder, positions)
    assert [row["body"] for row in rows(folder)] == ["group:patients", "org:patients"]


def test_positions_in_a_workbook_are_not_written_a_second_time(folder: Path) -> None:
    from openpyxl import Workbook

    nice = "https://w3id.org/partnergraph/id/org/nice"
    book = Workbook()
    assert book.active is not None
    book.active.title = "Positions"
    book.active.append(["body", "view", "x", "y"])
    book.save(folder / "tables" / "map.xlsx")
    keeping.save_positions(folder, {"wide": {nice: (1, 2)}})  # headings alone are no second table
    (folder / "tables" / "positions.csv").unlink()
    book.active.append(["nice", "wide", 1, 2])
    book.save(folder / "tables" / "map.xlsx")
    with pytest.raises(UsageError, match=r'stand in tables/map\.xlsx, sheet "Positions"\. Delete its rows'):
        keeping.save_positions(folder, {"wide": {nice: (1, 2)}})
    assert not (folder / "tables" / "positions.csv").exists()


def test_a_disk_that_is_full_is_told_and_the_table_stays_as_it_was(folder: Path) -> None:
    nice = "https://w3id.org/partnergraph/id/org/nice"
    table, _ = keeping.save_positions(folder, {"wide": {nice: (1, 2)}})
    before = table.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    try:
        with pytest.raises(StoreError, match=r"positions\.csv cannot be written: File too large. It is as it was\."):
            keeping.save_positions(folder, {"wide": {nice: (3, 4)}})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert table.read_bytes() == before
    assert [path.name for path in (folder / "tables").glob(".positions*")] == []


def test_a_table_that_cannot_be_read_is_told(folder: Path) -> None:
    (folder / "tables" / "positions.csv").mkdir()
    with pytest.raises(DataError, match=r"positions\.csv: This is a folder, not a file"):
        keeping.save_positions(folder, {})


def test_a_table_that_is_saved_meanwhile_is_not_overwritten(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nice = "https://w3id.org/partnergraph/id/org/nice"
    table, real = folder / "tables" / "positions.csv", keeping._refuse_second_table

    def saved(path: Path) -> None:
        real(path)
        table.write_text("body,view,x,y\nnice,wide,7,7\n", "utf-8")

    monkeypatch.setattr(keeping, "_refuse_second_table", saved)
    with pytest.raises(DataError, match=r"tables/positions\.csv of .* changed .* nothing was written"):
        keeping.save_positions(folder, {"wide": {nice: (1, 2)}})
    assert [list(row.values()) for row in rows(folder)] == [["nice", "wide", "7", "7"]]
