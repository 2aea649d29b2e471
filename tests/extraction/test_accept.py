"""Only what a person accepted enters a folder: all of it or nothing."""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from partnergraph.build import build as build_folder
from partnergraph.cli import cli
from partnergraph.cli.commands.read import read as command
from partnergraph.errors import DataError
from partnergraph.extraction.accept import accept
from partnergraph.graph_folder.folder import read_folder

TEXT = (
    "Corve Trust is funded by the Ash Foundation. It met. Corve Trust is a member of the Elm Network (awarded in 2008)."
)
SETTINGS = 'id = "mine"\ntitle = "Mine"\nbase = "https://example.org/"\n'


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "mine" / "tables").mkdir(parents=True)
    (tmp_path / "mine" / "partnergraph.toml").write_text(SETTINGS, "utf-8")
    (tmp_path / "text.txt").write_text(TEXT, "utf-8")
    return tmp_path


def _propose(work: Path, output: str = "proposed") -> Path:
    made = CliRunner().invoke(
        command, [str(work / "text.txt"), "--source", "page", "-g", str(work / "mine"), "-o", str(work / output)]
    )
    assert made.exit_code == 0, made.output
    assert "nothing has entered a graph" in made.output
    return work / output


def _say(proposed: Path, *ids: str, answer: str = "yes") -> None:
    path = proposed / "proposals.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert not ids or set(ids) <= {row["id"] for row in rows}
    for row in rows:
        if not ids or row["id"] in ids:
            row["accept"] = answer
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _all(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_without_a_yes_nothing_is_written_and_that_is_said(work: Path) -> None:
    proposed, before = _propose(work), _all(work / "mine")
    made = CliRunner().invoke(command, ["--accept", str(proposed), "--into", str(work / "mine")])
    assert (made.exit_code, "nothing was written" in made.output) == (0, True)
    _say(proposed, answer="no")
    assert accept(proposed, work / "mine").rows == {}
    assert _all(work / "mine") == before


def test_what_is_accepted_is_taken_with_its_evidence_and_text_and_nothing_else(work: Path) -> None:
    proposed = _propose(work)
    _say(proposed, "corve-trust", "ash-foundation", "funding--ash-foundation--corve-trust")
    made = accept(proposed, work / "mine", work / "text.txt")
    assert made.rows == {"sources": 1, "evidence": 3, "organisations": 2, "relationships": 1}
    folder = read_folder(work / "mine")
    assert folder.findings == []
    assert [o.id for o in folder.model.organisations] == ["corve-trust", "ash-foundation"]
    assert [r.id for r in folder.model.relationships] == ["funding--ash-foundation--corve-trust"]
    assert folder.model.documents[0].text == TEXT
    for proof in folder.model.evidence:
        assert TEXT[proof.start : proof.end] == proof.words
    assert made.document == "documents/text.txt"


def test_the_workbook_is_accepted_like_the_folder_of_csv(work: Path) -> None:
    proposed = _propose(work, "proposed.xlsx")
    book = openpyxl.load_workbook(proposed)
    sheet = book["Proposals"]
    assert [v.formula1 for v in sheet.data_validations.dataValidation] == ['"yes,no"']
    for row in range(2, sheet.max_row + 1):
        assert sheet.cell(row, 1).value is None
        sheet.cell(row, 1).value = "yes"
    book.save(proposed)
    made = CliRunner().invoke(
        command, [str(work / "text.txt"), "--accept", str(proposed), "--into", str(work / "mine")]
    )
    assert made.exit_code == 0, made.output
    model = read_folder(work / "mine").model
    assert len(model.organisations) == 3
    assert {r.kind for r in model.relationships} == {"funding", "membership"}
    assert [(e.kind, e.date.text) for e in model.events if e.date] == [("award", "2008")]


def test_accepting_twice_adds_nothing_and_reading_again_knows_the_bodies(work: Path) -> None:
    proposed = _propose(work)
    _say(proposed)
    accept(proposed, work / "mine", work / "text.txt")
    before = _all(work / "mine")
    again = accept(proposed, work / "mine")
    assert (again.rows, again.already > 0) == ({}, True)
    assert _all(work / "mine") == before
    second = _propose(work, "second")
    with (second / "proposals.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["table"] for row in rows} == {"relationships", "events"}
    assert all(row["already_known_as"] for row in rows)


def test_a_relationship_needs_its_parties_to_be_accepted(work: Path) -> None:
    proposed, before = _propose(work), _all(work / "mine")
    _say(proposed, "funding--ash-foundation--corve-trust", "corve-trust")
    with pytest.raises(DataError) as caught:
        accept(proposed, work / "mine", work / "text.txt")
    assert [(f.rule, f.value) for f in caught.value.findings] == [("not-accepted", "ash-foundation")]
    assert _all(work / "mine") == before


def test_words_without_their_text_are_not_taken(work: Path) -> None:
    proposed, before = _propose(work), _all(work / "mine")
    _say(proposed, "corve-trust")
    with pytest.raises(DataError, match="no text of 'page'"):
        accept(proposed, work / "mine")
    (work / "text.txt").write_text("Something else.", "utf-8")
    with pytest.raises(DataError, match="would have errors") as caught:
        accept(proposed, work / "mine", work / "text.txt")
    assert {f.rule for f in caught.value.findings} == {"words-not-found"}
    assert _all(work / "mine") == before


def test_an_id_that_is_taken_by_other_cells_is_a_clash(work: Path) -> None:
    proposed = _propose(work)
    _say(proposed, "corve-trust", "ash-foundation")
    accept(proposed, work / "mine", work / "text.txt")
    path = proposed / "organisations.csv"
    path.write_text(path.read_text("utf-8").replace(",Corve Trust,", ",Corve Hospital Trust,"), "utf-8")
    before = _all(work / "mine")
    with pytest.raises(DataError) as caught:
        accept(proposed, work / "mine")
    assert [(f.rule, f.value) for f in caught.value.findings] == [("duplicate-id", "corve-trust")]
    assert _all(work / "mine") == before


@pytest.mark.parametrize("answer", ["perhaps", "1", "=1+1"])
def test_an_answer_that_is_neither_yes_nor_no_is_named_with_its_cell(work: Path, answer: str) -> None:
    proposed = _propose(work)
    _say(proposed, "corve-trust", answer=answer)
    with pytest.raises(DataError) as caught:
        accept(proposed, work / "mine", work / "text.txt")
    [finding] = caught.value.findings
    assert (finding.rule, finding.value, finding.place and finding.place.column) == ("accept", answer, "accept")


def test_a_disk_that_refuses_leaves_everything_as_it_was(work: Path) -> None:
    proposed = _propose(work)
    _say(proposed)
    (work / "mine" / "tables" / "relationships.csv").mkdir()
    before = _all(work / "mine")
    with pytest.raises(Exception, match=r"has errors; mend them first"):
        accept(proposed, work / "mine", work / "text.txt")
    assert _all(work / "mine") == before


def test_the_command_says_what_is_missing(work: Path) -> None:
    shutil.copytree(work / "mine", work / "other")
    alone = CliRunner().invoke(command, ["--accept", str(work / "mine")])
    assert "belong together" in str(alone.exception)
    nothing = CliRunner().invoke(command, [str(work / "text.txt")])
    assert "--source TITLE" in str(nothing.exception)
    bad = CliRunner().invoke(command, [str(work / "text.txt"), "--source", "?!", "-o", str(work / "x")])
    assert "no id can be made of '?!'" in str(bad.exception)
    assert not (work / "x").exists()


def test_a_pipe_in_the_place_of_the_document_is_refused_and_not_waited_for(work: Path) -> None:
    proposed = _propose(work)
    _say(proposed)
    (work / "mine" / "documents").mkdir()
    os.mkfifo(work / "mine" / "documents" / "text.txt")
    with pytest.raises(DataError, match=r"documents/text\.txt: This is a pipe, not a file"):
        accept(proposed, work / "mine", work / "text.txt")
    assert not any((work / "mine" / "tables").iterdir())


def test_a_document_whose_name_holds_a_control_character_is_entered_so_that_it_can_be_read(work: Path) -> None:
    proposed = _propose(work)
    _say(proposed)
    named = (work / "text.txt").rename(work / 'te"x\x7ft.txt')
    accept(proposed, work / "mine", named)
    found = read_folder(work / "mine")
    assert (found.errors, [document.source for document in found.model.documents]) == ([], ["page"])


def test_a_folder_whose_tables_are_a_workbook_takes_the_rows_into_files_beside_it(work: Path) -> None:
    mine, book = work / "trust", work / "trust" / "tables" / "partners.xlsx"
    assert CliRunner().invoke(cli, ["init", str(mine), "--name", "Riverside Trust"]).exit_code == 0
    # Of the proposals, one names a body that a row of Partnerships names already.
    (work / "text.txt").write_text(f"{TEXT} Trentford City Council is a member of the Elm Network.", "utf-8")
    proposed, before, workbook = _propose(work), _all(mine), book.read_bytes()
    _say(proposed, "corve-trust", "funding--ash-foundation--corve-trust")
    with pytest.raises(DataError, match="nothing was written"):
        accept(proposed, mine, work / "text.txt")
    assert _all(mine) == before
    _say(proposed)
    first = CliRunner().invoke(command, [str(work / "text.txt"), "--accept", str(proposed), "--into", str(mine)])
    assert "1 in accepted-sources.csv" in first.output, first.output
    accepted = [
        f"accepted-{table}.csv" for table in ("evidence", "events", "organisations", "relationships", "sources")
    ]
    assert sorted(path.name for path in (mine / "tables").iterdir()) == [*sorted(accepted), "partners.xlsx"]
    assert book.read_bytes() == workbook
    folder = read_folder(mine)
    assert [finding for finding in folder.findings if finding.severity != "info"] == []
    assert len([body for body in folder.model.organisations if body.name == "Trentford City Council"]) == 1
    assert "membership--trentford-city-council--elm-network" in {r.id for r in folder.model.relationships}
    # Nothing is taken twice; other cells under an id that is there are a clash; a new row is added to the same files.
    after = _all(mine)
    assert (accept(proposed, mine).rows, _all(mine)) == ({}, after)
    organisations = proposed / "organisations.csv"
    organisations.write_text(organisations.read_text("utf-8").replace(",Corve Trust,", ",Corve Hospital,"), "utf-8")
    with pytest.raises(DataError) as caught:
        accept(proposed, mine)
    assert ["in tables/accepted-organisations.csv, row" in f.message for f in caught.value.findings] == [True]
    (work / "next.txt").write_text("Corve Trust is funded by the Birch Foundation.", "utf-8")
    arguments = [str(work / "next.txt"), "--source", "next", "-g", str(mine), "-o", str(work / "second")]
    assert CliRunner().invoke(command, arguments).exit_code == 0
    _say(work / "second")
    assert accept(work / "second", mine, work / "next.txt").rows["accepted-organisations"] == 1
    # A build of the tables that are exported is a build of the folder.
    build_folder(mine, work / "built")
    copied = CliRunner().invoke(cli, ["export", "-g", str(work / "built"), "--tables", str(work / "copy")])
    assert copied.exit_code == 0, copied.output
    build_folder(work / "copy", work / "again")
    changes = CliRunner().invoke(cli, ["diff", str(work / "built"), str(work / "again")])
    assert "Nothing has changed." in changes.output, changes.output
    # An id in the workbook and beside it is an error that says where.
    with (mine / "tables" / "accepted-sources.csv").open("a", encoding="utf-8") as file:
        file.write((mine / "tables" / "accepted-sources.csv").read_text("utf-8").splitlines()[1] + "\n")
    assert [f.rule for f in read_folder(mine).errors] == ["duplicate-id"]
